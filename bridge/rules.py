"""From the tables of bridge.toml to the plain values that the core works with."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from decimal import Decimal

from alerts.decide import HoldPolicy
from alerts.register import REGISTER
from bridge.cycle.plan import ExplainRules, PairPlan, SourcePlan
from bridge.domain.admission import GatePolicy
from bridge.domain.budget import Budget
from bridge.domain.lifecycle import ConfirmPolicy
from bridge.domain.quantity import to_micro
from config.durations import parse_duration
from config.kinds_of_value import parse_window
from config.models.pair import Pair
from config.models.settings import Settings
from config.models.thresholds import Limits as LimitsTable
from config.models.thresholds import Thresholds as ThresholdsTable
from reconcilers.engine import ComparePolicy
from reconcilers.maps import Maps
from reconcilers.thresholds import Limits, Rule, Thresholds

_HALF_A_MONTH = 15
"""A close day up to here closes the month before, a later one its own."""


def source_plan(name: str, settings: Settings) -> SourcePlan:
    """Given a source's id, return how it is read and judged at the gates."""
    source, gates = settings.sources[name], settings.gates
    age = source.max_age or gates.max_age
    batches = any("batch" in pair.grain for pair in settings.pairs if name in (*pair.book, *pair.stock))
    return SourcePlan(
        id=name,
        label=source.label or name,
        timeout_s=source.timeout_s,
        by_batch=batches,
        row_cap=source.row_cap,
        gates=GatePolicy(
            max_row_drop=float(gates.max_row_drop),
            max_row_growth=float(gates.max_row_growth),
            max_zero_share=float(gates.max_zero_share),
            max_vanished_share=float(gates.max_vanished_share),
            max_clock_offset_s=float(gates.max_clock_offset_s),
            require_schema_match=gates.require_schema_match,
            require_non_empty=gates.require_non_empty,
            refuse_identical=gates.refuse_identical,
            history=gates.history,
            max_age=parse_duration(age) if age else None,
        ),
    )


def pair_plan(pair: Pair, settings: Settings, maps: Maps, now: datetime) -> PairPlan:
    """Given a pair of bridge.toml, return it as the cycle needs it at this moment."""
    return PairPlan(
        id=pair.id,
        label=pair.label or pair.id,
        book=pair.book,
        stock=pair.stock,
        evidence=pair.evidence,
        owner=pair.owner,
        compare=ComparePolicy(
            thresholds=thresholds(settings),
            as_of=now.date(),
            maps=maps,
            code_rules=settings.master.code_rules,
            grain=pair.grain,
            warehouses=pair.warehouses,
            warehouse_types=pair.warehouse_types,
            items=pair.items,
            categories=pair.categories,
            abc_fallback=_abc_fallback(settings),
        ),
        confirm=ConfirmPolicy(settings.cutoff.confirm, parse_duration(settings.cutoff.confirm_gap)),
        holds=hold_policy(pair, settings, now),
        targets=hold_targets(pair, settings),
        approve_within=parse_duration(settings.holds.approve_within),
        explain=explain_rules(settings, now),
    )


def explain_rules(settings: Settings, now: datetime) -> ExplainRules:
    """Given the moment, return how long documents may stand on one side only, and where the closing month ends.

    On close days one-sided documents since the first of these days belong to the cut-off. The open period begins with
    this month; while the first days of a month still close the one before, with that.
    """
    cutoff = settings.cutoff
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    closing = is_close_day(now.date(), cutoff.close_days)
    first = _first_close_day(midnight, cutoff.close_days) if closing else midnight
    month = midnight.replace(day=1)
    closes_last_month = closing and midnight.day <= _HALF_A_MONTH
    return ExplainRules(
        grace=parse_duration(cutoff.grace),
        grace_by_doc={name: parse_duration(length) for name, length in cutoff.grace_by_doc.items()},
        close_since=first if closing else None,
        period_start=(month - timedelta(days=1)).replace(day=1) if closes_last_month else month,
    )


def _first_close_day(day: datetime, close_days: tuple[str, ...]) -> datetime:
    """Given a close day, return the first of the days before it that all are; at most a month of them."""
    for _ in range(31):
        if not is_close_day((day - timedelta(days=1)).date(), close_days):
            break
        day -= timedelta(days=1)
    return day


def thresholds(settings: Settings) -> Thresholds:
    """Given the settings, return all limits; ABC limits are rules of their own."""
    table = settings.thresholds
    by_class = [
        Rule(_limits(limits), abc=name)
        for name in ("A", "B", "C")
        if (limits := getattr(table.abc, name)).model_fields_set
    ]
    written = [
        Rule(
            _limits(rule),
            item=rule.match.item or "",
            category=rule.match.category or "",
            warehouse=rule.match.warehouse or "",
            abc=rule.match.abc or "",
            why=rule.why,
        )
        for rule in table.rule
    ]
    return Thresholds(
        default=_limits(table),
        rules=(*by_class, *written),
        denominator=table.denominator,
        apply_to=table.apply_to,
        item_precision=table.rounding == "item_precision",
    )


def hold_policy(pair: Pair, settings: Settings, now: datetime) -> HoldPolicy:
    """Given a pair and the moment, return how it holds: nothing new on close days and in quiet hours."""
    holds = settings.holds
    return HoldPolicy(
        mode=settings.mode_of(pair) if pair.hold else min(settings.mode_of(pair), "alert", key=_SEVERITY.index),
        operations=holds.operations,
        classes=holds.classes,
        ttl=parse_duration(holds.ttl),
        release_on={"A": holds.release_on.A, "B": holds.release_on.B, "C": holds.release_on.C},
        allow_undisputed=holds.allow_undisputed,
        no_new=_no_new_holds(settings, now),
        budget=Budget(holds.max_items_per_run, holds.max_per_day, float(holds.max_share), holds.share_floor),
    )


def hold_targets(pair: Pair, settings: Settings) -> tuple[str, ...]:
    """Given a pair, return where its holds go: its stock side's systems that take holds, else its book side's.

    Where none does, the bridge's own register advises.
    """
    for side in (pair.stock, pair.book):
        taking = tuple(name for name in side if settings.sources[name].hold is not None)
        if taking:
            return taking
    return (REGISTER,)


def is_close_day(day: date, close_days: tuple[str, ...]) -> bool:
    """Given `("-1", "1", "2")`, return whether `day` is one of these days of its month; -1 is the last."""
    length = monthrange(day.year, day.month)[1]
    return any(day.day == (number if (number := int(word)) > 0 else length + 1 + number) for word in close_days)


_SEVERITY = ("observe", "alert", "hold")


def _no_new_holds(settings: Settings, now: datetime) -> str:
    if is_close_day(now.date(), settings.cutoff.close_days):
        return "close_day"
    for words in settings.schedule.quiet_hours:
        begin, end = parse_window(words)
        inside = begin <= now.time() < end if begin < end else now.time() >= begin or now.time() < end
        if inside:
            return "quiet_hours"
    return ""


def _abc_fallback(settings: Settings) -> tuple[tuple[str, Decimal], ...] | None:
    """Return the value shares, only where bridge.toml asks for classes: an unasked class would change limits silently."""
    if "abc" not in settings.model_fields_set:
        return None
    shares = settings.abc.fallback
    return (("A", shares.A), ("B", shares.B), ("C", shares.C))


def _limits(table: LimitsTable | ThresholdsTable) -> Limits:
    return Limits(
        percent=table.percent,
        plus_percent=table.plus_percent,
        minus_percent=table.minus_percent,
        min_value=None if table.min_value is None else to_micro(table.min_value),
        cap_value=None if table.cap_value is None else to_micro(table.cap_value),
    )

"""Every domain value comes back equal, and gives the same bytes again."""

import string
import types
import typing
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.domain.effect import Effect
from bridge.domain.episode import Episode, EpisodeState
from bridge.domain.errors import InvariantBroken
from bridge.domain.hold import Hold, HoldState
from bridge.domain.report import RunReport
from bridge.domain.snapshot import Provenance
from bridge.domain.variance import Variance
from bridge.store import canonical
from bridge.store.columns import from_instant, to_instant

ZONES = st.builds(timezone, st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)))
TEXTS = st.one_of(
    st.sampled_from(["", "NA", "00710", "nan", "null", "1e5", "批😀", "a'b\"c\\d\n\t", " x "]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
LEAVES = {
    str: TEXTS,
    int: st.one_of(st.integers(-(10**18), 10**18), st.sampled_from([0, -1, 999999999999999999])),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False, places=None)
    | st.text(string.digits, min_size=28, max_size=28).map(lambda digits: Decimal(f"-{digits[:14]}.{digits[14:]}")),
    datetime: st.datetimes(timezones=ZONES, min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001
    types.NoneType: st.none(),
}


def values(kind):
    """Given a type of the domain, return a strategy for its values."""
    if kind in LEAVES:
        return LEAVES[kind]
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(list(kind))
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(values(arguments[0]), max_size=2).map(tuple)
        return st.tuples(*(values(each) for each in arguments))
    return st.one_of(*(values(each) for each in arguments))


@pytest.mark.parametrize("kind", [Variance, Episode, Hold, RunReport, Provenance, Effect])
def test_any_value_survives_canonical_json(kind):
    """Whatever a value holds, reading its canonical JSON gives an equal value with the same canonical JSON."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(values(kind))
    def check(value):
        text = canonical.dump(value)
        again = canonical.load(kind, text)
        assert again == value
        assert canonical.dump(again) == text

    check()


@pytest.mark.parametrize(
    "digits", ["9999999999999999999999999999", "0.1000000000000000000000000001", "-0.0", "1E+3", "0"]
)
def test_decimals_stay_exact(sample, digits):
    """A decimal of 28 digits comes back digit by digit, trailing zeros and exponent included."""
    again = canonical.load(Variance, canonical.dump(replace(sample.variance, percent=Decimal(digits))))
    assert str(again.percent) == digits


def test_times_keep_their_offset(sample):
    """A time comes back with the offset it had, so that a mail shows the plant's clock."""
    assert canonical.load(Episode, canonical.dump(sample.episode)).since.isoformat() == sample.now.isoformat()


def test_a_time_without_zone_is_refused(store, sample):
    """A naive time is refused in a column and in JSON, also deep inside."""
    naive = sample.now.replace(tzinfo=None)
    with pytest.raises(InvariantBroken, match="BR-1710"), store.begin() as uow:
        uow.slots.claim("x", naive)
    deep = replace(sample.episode, explanation=replace(sample.episode.explanation, at=naive))
    with pytest.raises(InvariantBroken, match="BR-1710"):
        canonical.dump(deep)


@given(LEAVES[datetime])
def test_instants_are_exact(moment):
    """A time survives as microseconds, whatever its zone."""
    assert from_instant(to_instant(moment)) == moment
    assert from_instant(to_instant(moment)).tzinfo is UTC


def test_unreadable_json_names_the_place():
    """JSON that somebody changed by hand is refused with the place, without its content."""
    with pytest.raises(InvariantBroken) as raised:
        canonical.load(Effect, '{"key": 5}')
    assert raised.value.code == "BR-1716"
    assert "key" in raised.value.text("en")


def test_episodes_round_trip(store, sample, at_position):
    """Episodes come back equal and are found by pair, state, owner and time; saving again replaces."""
    ended = at_position("V-20261123-002", "00710", state=EpisodeState.CLOSED, owner="wang")
    hostile = at_position("V-20261123-003", "a\x00b\ud800", owner="'; DROP TABLE episodes; --")
    with store.begin() as uow:
        for episode in (sample.episode, ended, hostile):
            uow.episodes.save(episode)
        uow.commit()
    with store.read() as uow:
        assert uow.episodes.get(sample.episode.id) == sample.episode
        assert uow.episodes.get("V-1") is None
        assert [episode.id for episode in uow.episodes.open_for("fin_wms")] == [sample.episode.id, hostile.id]
        assert uow.episodes.recently_ended("fin_wms", sample.now) == [ended]
        assert uow.episodes.recently_ended("fin_wms", sample.now + timedelta(seconds=1)) == []
        assert [episode.id for episode in uow.episodes.list(limit=2)] == [hostile.id, ended.id]
        assert uow.episodes.list(states=[EpisodeState.CLOSED]) == [ended]
        assert uow.episodes.list(states=[]) == []
        assert uow.episodes.list(owner="li", pair="fin_wms") == [sample.episode]
        assert uow.episodes.list(pair="other") == []
    with store.begin() as uow:
        uow.episodes.save(replace(sample.episode, owner="zhao"))
        assert uow.episodes.get(sample.episode.id).owner == "zhao"
        assert len(uow.episodes.list()) == 3


def test_one_open_episode_a_position(store, sample):
    """A second open episode at the same position is refused; after the first has ended it may open."""
    second = replace(sample.episode, id="V-20261123-009")
    with store.begin() as uow:
        uow.episodes.save(sample.episode)
        uow.commit()
    with pytest.raises(InvariantBroken, match="BR-1709"), store.begin() as uow:
        uow.episodes.save(second)
    with store.begin() as uow:
        uow.episodes.save(replace(sample.episode, state=EpisodeState.CLEARED))
        uow.episodes.save(second)
        uow.commit()


def test_holds_round_trip(store, sample):
    """Holds come back equal, are found by reference, and count against the day's budget unless only planned."""
    planned = replace(
        sample.hold, id="H-2", state=HoldState.PLANNED, order=replace(sample.hold.order, ref="SBB"), target="mes"
    )
    with store.begin() as uow:
        uow.holds.save(sample.hold)
        uow.holds.save(planned)
        uow.commit()
    with store.read() as uow:
        assert uow.holds.get(sample.hold.id) == sample.hold
        assert uow.holds.by_ref("SBB") == planned
        assert uow.holds.by_ref("SBB", target="u8") is None
        assert uow.holds.standing() == uow.holds.standing("u8") == [sample.hold]
        assert uow.holds.standing("mes") == []
        assert uow.holds.placed_since(sample.now) == 1
        assert uow.holds.placed_since(sample.now + timedelta(microseconds=1)) == 0
        assert uow.holds.list(states=[HoldState.PLANNED]) == uow.holds.list(target="mes") == [planned]
        assert len(uow.holds.list(pair="fin_wms", variance=sample.hold.variance)) == 2


def test_the_holds_that_concern_a_run(store, sample):
    """However many came after: what stands, and what an open variance ever had; nothing of the others."""

    def held(number, **changes):
        order = replace(sample.hold.order, ref=f"SB{number}")
        return replace(sample.hold, id=f"H-{number}", order=order, state=HoldState.RELEASED, **changes)

    standing = replace(held(1, variance="V-old"), state=HoldState.UNKNOWN)
    tried, over = held(2, variance=sample.episode.id), held(3, variance="V-old")
    other = replace(held(4, variance=sample.episode.id, pair="other"), state=HoldState.ACTIVE)
    ended = replace(sample.episode, id="V-old", state=EpisodeState.CLOSED, variance=at_another_place(sample.episode))
    with store.begin() as uow:
        uow.episodes.save(sample.episode)
        uow.episodes.save(ended)
        for hold in (standing, tried, over, other):
            uow.holds.save(hold)
        assert {hold.id for hold in uow.holds.concerning("fin_wms")} == {standing.id, tried.id}


def at_another_place(episode):
    """Return the episode's variance at another position: one position has one open variance."""
    return replace(episode.variance, position=replace(episode.variance.position, item="M-2"))


def test_a_reference_stands_once_in_a_target(store, sample):
    """The same reference may stand twice only one after the other; by_ref then gives the younger."""
    again = replace(sample.hold, id="H-9", created_at=sample.now + timedelta(hours=1))
    with store.begin() as uow:
        uow.holds.save(sample.hold)
        uow.commit()
    with pytest.raises(InvariantBroken, match="BR-1709"), store.begin() as uow:
        uow.holds.save(again)
    with store.begin() as uow:
        uow.holds.save(replace(sample.hold, state=HoldState.RELEASED))
        uow.holds.save(again)
        assert uow.holds.by_ref(again.order.ref) == again


def test_runs_round_trip(store, sample):
    """A run comes back with its report, inputs and result, and is found as the pair's last."""
    inputs = {"snapshots": {"k3": "c" * 64}, "maps": ["d" * 64], "config": {"limit": "3"}}
    with store.begin() as uow:
        uow.runs.add(sample.report, inputs, "e" * 64)
        uow.runs.add(replace(sample.report, run=530, pair="wms_mes"), {}, "")
        uow.commit()
    with store.read() as uow:
        kept = uow.runs.get(529)
        assert (kept.report, kept.inputs, kept.result_blob) == (sample.report, inputs, "e" * 64)
        assert uow.runs.last("fin_wms") == kept
        assert uow.runs.last("none") is None
        assert uow.runs.get(1) is None
        assert [run.report.run for run in uow.runs.list()] == [530, 529]
        assert uow.runs.list(limit=5, pair="fin_wms") == [kept]
        assert uow.runs.blobs_since(sample.now) == {letter * 64 for letter in "acde"}
        assert uow.runs.blobs_since(sample.now + timedelta(days=1)) == set()


def test_snapshots_and_baselines_round_trip(store, sample):
    """Readings come back with provenance and reason; the last seven admitted feed the gates; a baseline can be revoked."""
    with store.begin() as uow:
        first = uow.snapshots.add(sample.provenance, "a" * 64, admitted=True, stats={"rows": 3, "zero_share": "0.1"})
        refused = uow.snapshots.add(
            sample.provenance, "", admitted=False, reason_code="BR-1305", reason_facts=(("rows", "0"),)
        )
        uow.snapshots.add(replace(sample.provenance, source="u8"), "f" * 64, admitted=True)
        for _ in range(8):
            uow.snapshots.add(sample.provenance, "b" * 64, admitted=True)
        uow.baselines.accept("k3", "AIS", "s1", first, by="it", at=sample.now)
        uow.baselines.accept("k3", "AIS2", "s2", first, by="it2", at=sample.now)
        uow.commit()
    with store.begin() as uow:
        kept = uow.snapshots.get(first)
        assert (kept.provenance, kept.stats) == (sample.provenance, {"rows": 3, "zero_share": "0.1"})
        assert uow.snapshots.get(refused).reason_facts == (("rows", "0"),)
        assert len(uow.snapshots.admitted("k3")) == 7
        assert [row.id for row in uow.snapshots.admitted("k3", limit=99)][-1] == first
        assert uow.snapshots.last("u8").blob == "f" * 64
        assert uow.snapshots.last("mes") is None
        baseline = uow.baselines.get("k3")
        assert (baseline.account, baseline.by, baseline.at) == ("AIS2", "it2", sample.now)
        assert uow.baselines.revoke("k3")
        assert not uow.baselines.revoke("k3")
        assert uow.baselines.get("k3") is None


def test_flags_round_trip(store, sample):
    """A flag keeps a small object, who set it and when; deleting says whether it was there."""
    with store.begin() as uow:
        uow.flags.set("paused", {"until": None, "why": "😀"}, by="李", at=sample.now)
        flag = uow.flags.get("paused")
        assert (flag.value, flag.by, flag.at) == ({"until": None, "why": "😀"}, "李", sample.now)
        assert [each.name for each in uow.flags.list()] == ["paused"]
        assert uow.flags.delete("paused")
        assert not uow.flags.delete("paused")
        assert uow.flags.get("paused") is None

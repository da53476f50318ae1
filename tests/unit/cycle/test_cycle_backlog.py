"""A ledger that starts in the middle of a month: what its first reading finds is stamped with when it most likely moved."""

from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest

from bridge.cycle.pull import backlog
from bridge.domain.movement import MOVEMENTS

SHANGHAI = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 17, 9, 0, tzinfo=SHANGHAI)
DAY_END = timedelta(days=1) - timedelta(microseconds=1)


def at(day: str, clock: str = "00:00", zone=SHANGHAI) -> datetime:
    """Return a moment; without a time of day it is a mere date."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone)


def rows(*documents: dict) -> pa.Table:
    """Return documents of U8 as a source gives them; what is not said is blank."""
    blank = dict.fromkeys((field.name for field in MOVEMENTS if field.type == pa.string()), "")
    usual = {**blank, "source": "u8", "effect": 5, "counts": True}
    return pa.Table.from_pylist(
        [{**usual, "key": str(n), **each} for n, each in enumerate(documents)], schema=MOVEMENTS
    )


def stamp(now=NOW, **document) -> datetime:
    """Return when a document counts as first seen."""
    (found,) = backlog(rows(document), now)["first_seen"].to_pylist()
    return found


@pytest.mark.parametrize("name", ["business_time", "audited_time"])
def test_a_time_of_day_is_taken_as_it_stands(name):
    """A document of last week with a clock time moved then, not now."""
    assert stamp(**{name: at("2026-11-09", "14:05:30")}) == at("2026-11-09", "14:05:30")


def test_the_audit_time_goes_before_the_business_time():
    """Audit moves the stock: of a document entered on Monday and audited on Wednesday it is Wednesday."""
    entered, audited = at("2026-11-09", "08:00"), at("2026-11-11", "16:20")
    assert stamp(business_time=entered, audited_time=audited) == audited
    assert stamp(business_time=audited, audited_time=entered) == entered


@pytest.mark.parametrize("name", ["business_time", "audited_time"])
def test_a_mere_date_counts_as_its_end(name):
    """K/3 keeps no time of day: the last microsecond of that day, for younger is the safe side."""
    assert stamp(**{name: at("2026-11-16")}) == at("2026-11-16") + DAY_END
    assert stamp(business_time=at("2026-11-10", "10:00"), audited_time=at("2026-11-12")) == at("2026-11-12") + DAY_END


def test_a_mere_date_is_one_by_the_plants_own_midnight():
    """Midnight in Shanghai is 16:00 UTC, and midnight UTC is 08:00 in Shanghai: only the plant's own is a mere date."""
    eight = at("2026-11-10", zone=UTC)
    assert stamp(business_time=eight) == eight
    assert stamp(NOW.astimezone(UTC), business_time=eight) == eight + DAY_END
    assert stamp(NOW.astimezone(UTC), business_time=at("2026-11-10")) == at("2026-11-10")
    assert stamp(business_time=at("2026-11-10").astimezone(UTC)) == at("2026-11-10") + DAY_END


@pytest.mark.parametrize("name", ["business_time", "audited_time"])
@pytest.mark.parametrize(
    "moment", [at("2026-11-17"), at("2026-11-17", "09:00:01"), at("2026-11-18"), at("2027-01-01", "10:00")]
)
def test_nothing_is_stamped_later_than_now(name, moment):
    """Today's mere date ends tonight, and a date typed ahead of time has not come: both count as seen now."""
    assert stamp(**{name: moment}) == NOW


def test_one_moment_ago_is_not_now():
    """A time of day of this morning stands as it is."""
    assert stamp(audited_time=NOW - timedelta(microseconds=1)) == NOW - timedelta(microseconds=1)


def test_a_document_without_any_time_counts_as_seen_now():
    """Younger is the safe side."""
    assert stamp() == NOW


def test_each_row_gets_its_own_stamp_and_keeps_all_else():
    """Rows of several chunks, in their order, in the ledger's own types; no other column is touched."""
    given = pa.concat_tables(
        [rows({"audited_time": at("2026-11-10")}), rows({}, {"business_time": at("2026-11-11", "07:00")})]
    )
    found = backlog(given, NOW)
    assert found["first_seen"].to_pylist() == [at("2026-11-10") + DAY_END, NOW, at("2026-11-11", "07:00")]
    assert found.schema.types == MOVEMENTS.types
    assert found.drop_columns("first_seen").equals(given.drop_columns("first_seen"))
    assert backlog(MOVEMENTS.empty_table(), NOW).num_rows == 0

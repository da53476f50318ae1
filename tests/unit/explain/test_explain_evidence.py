"""What else speaks about a suspect: its equals on the same side, and documents changed since nobody knows how."""

import random
from types import SimpleNamespace

import pyarrow as pa
from explain_frames import MICRO, PLACE, ago, document, ledger, one

from reconcilers import evidence

DAY = 1440


def test_equals_come_nearest_in_time_first():
    """Among equals of any times, the same order as sorting them by distance and id, without the document itself."""
    seed = random.Random(4)
    for _ in range(50):
        equals = [SimpleNamespace(at=seed.randrange(12), id=f"u8/{number}") for number in seed.sample(range(99), 15)]
        equals.sort(key=lambda one: (one.at, one.id))
        own = seed.choice(equals)
        nearest = sorted((one for one in equals if one is not own), key=lambda one: (abs(one.at - own.at), one.id))
        assert list(evidence._others(own, equals)) == nearest


def test_only_the_nearest_equals_are_looked_at(monkeypatch):
    """Of a month of equal one-sided lots each looks at its neighbours, not at all the others."""
    seen = []
    others = evidence._others

    def counted(own, equals):
        return (seen.append(1) or other for other in others(own, equals))

    monkeypatch.setattr(evidence, "_others", counted)
    count, apart = 300, 30 * DAY / 300
    for reference in ("", "BG-1"):
        seen.clear()
        shelf = [document("u8", f"X{n}", 100, 60 + apart * n, reference) for n in range(count)]
        assert one([], shelf, (0, 100 * count)).remainder == 100 * count * MICRO
        assert 0 < len(seen) < 20 * count


def posted_later():
    """Return both sides' documents of one event; finance's was touched two days ago, none of its figures changed."""
    row = document("k3", "Y", 60, 3 * DAY, "BG-1", changed_at=ago(2 * DAY), state="posted")
    return row, [document("u8", "X", 60, 3 * DAY, "BG-1"), document("u8", "Z", 3, DAY, "BG-2")]


def test_a_document_merely_posted_is_no_edit():
    """Where the history says that a document was only posted, nothing is said of a figure changed afterwards."""
    row, shelf = posted_later()
    before = {**row, "state": "audited", "at": ago(2 * DAY)}
    past = pa.Table.from_pylist([before], schema=ledger([]).schema.append(pa.field("at", pa.timestamp("us", tz="UTC"))))
    told = one([row], shelf, (60, 113), check=lambda _: {PLACE: ()}, changes={"book": past})
    assert "D4" not in {cause.code for cause in told.causes}


def test_a_change_nobody_recorded_is_named_without_any_suspect():
    """Where no history is kept, a changed document is suspected of a rest, though every document has its counterpart."""
    row, shelf = posted_later()
    found = one([row], shelf[:1], (60, 80))
    assert found.suspects == ()
    named = [cause for cause in found.causes if cause.code == "D4"]
    assert [ref.number for cause in named for ref in cause.documents] == ["Y"]


def test_a_change_matters_only_where_something_is_undocumented():
    """A changed document is no cause where documents account for the whole difference."""
    row, shelf = posted_later()
    assert {cause.code for cause in one([row], shelf, (60, 63)).causes} & {"D4"} == set()

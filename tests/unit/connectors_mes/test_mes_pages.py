"""All pages or none: missing, repeated, moved and mislabelled ones are refused (F25)."""

import pytest
from mes_wire import reply, row, source

from bridge.domain.errors import SnapshotRejected, SourceRefused
from bridge.domain.snapshot import Scope

PAGED = {"path": "/stock", "page": "page", "size": 2}


def pages(*rows_of_pages, **more):
    """Return what answers these pages, then empty ones; `more` are further keys, callables of the page's number."""

    def answer(_path, query, _headers):
        number = int(query["page"])
        rows = rows_of_pages[number - 1] if number <= len(rows_of_pages) else []
        extra = {key: value(number) if callable(value) else value for key, value in more.items()}
        return reply({"data": rows} | extra)

    return answer


def items(wire, **more):
    """Read a snapshot and return its item codes."""
    return source(wire.url, **({"snapshot": PAGED} | more)).snapshot(Scope()).lines["item"].to_pylist()


def refused(wire, answer, error=SnapshotRejected, **more):
    """Return the code of the refusal."""
    wire.answer = answer
    with pytest.raises(error) as caught:
        items(wire, **more)
    assert caught.value.text("zh") != caught.value.text("en")
    return caught.value


def test_pages_are_read_until_the_total_is_there(wire):
    """Exactly as many requests as needed, by the names that are set."""
    wire.answer = pages([row("A"), row("B")], [row("C")], total=3)
    assert items(wire) == ["A", "B", "C"]
    assert wire.requests == ["/api/stock?page=1&size=2", "/api/stock?page=2&size=2"]


def test_without_a_total_only_an_empty_page_is_the_end(wire):
    """A short page may be the server's own cap: what follows it tells."""
    wire.answer = pages([row("A")], [row("B")], [row("C")])
    assert items(wire) == ["A", "B", "C"]
    assert len(wire.requests) == 4


def test_a_servers_own_cap_is_taken(wire):
    """All pages but the last are equally short."""
    wire.answer = pages([row("A")], [row("B")], total=2)
    assert items(wire, snapshot=PAGED | {"size": 500}) == ["A", "B"]


def test_a_short_page_in_the_middle_is_refused(wire):
    """Rows were left out there, whatever the sum says."""
    found = refused(wire, pages([row("A"), row("B")], [row("C")], [row("D"), row("E")], total=5))
    assert (found.code, found.facts["rows"], found.facts["page"]) == ("BR-1444", "1", "3")


@pytest.mark.parametrize(("total", "code"), [(4, "BR-1441"), (2, "BR-1441"), (0, "BR-1441")])
def test_the_total_must_be_what_came(wire, total, code):
    """More or fewer: half a stock is no stock."""
    assert (
        refused(
            wire,
            pages([row("A"), row("B")], [row("C")], total=total)
            if total != 2
            else pages([row("A"), row("B"), row("C")], total=2),
        ).code
        == code
    )


def test_a_repeated_page_is_refused(wire):
    """The page parameter has another name, or the last page comes again for ever."""
    assert refused(wire, lambda *_: reply({"data": [row("A"), row("B")], "total": 4})).code == "BR-1443"
    assert refused(wire, lambda *_: reply({"data": [row("A"), row("B")]})).code == "BR-1443"


def test_another_page_than_asked_for_is_refused(wire):
    """The answer says so itself."""
    found = refused(wire, pages([row("A"), row("B")], [row("C")], total=3, pageNum=1))
    assert (found.code, found.facts["found"]) == ("BR-1445", "pageNum=1")


@pytest.mark.parametrize("name", ["total", "snapshot_id", "snapshot_time"])
def test_a_list_that_changes_underway_is_read_again_and_then_refused(wire, name):
    """Three times at most; a list that settles is taken."""
    calls = iter(range(100))
    more = {"total": 3} | {name: lambda _: 3 + next(calls)}
    found = refused(wire, pages([row("A"), row("B")], [row("C")], **more))
    assert (found.code, found.facts["what"]) == ("BR-1442", name)
    assert len(wire.requests) == 6
    changes = iter([1, 2])
    wire.answer = pages([row("A"), row("B")], [row("C")], total=3, snapshot_id=lambda _: next(changes, 3))
    assert items(wire) == ["A", "B", "C"]


def test_the_pictures_identity_may_stand_inside_data(wire):
    """As yudao wraps it."""
    calls = iter(range(100))

    def answer(_path, query, _headers):
        rows = [row(query["pageNo"])]
        return reply({"code": 0, "data": {"list": rows, "total": 2, "snapshot_id": next(calls)}})

    assert refused(wire, answer, envelope="yudao", snapshot={"path": "/stock"}).code == "BR-1442"


def test_a_row_that_comes_twice_means_that_the_list_moved(wire):
    """The sum is right, one row is doubled and another one missing."""
    moved = pages([row("A", id=1), row("B", id=2)], [row("B", id=2), row("D", id=4)], total=4)
    assert refused(wire, moved).code == "BR-1448"
    same_id = pages([row("A", id=1), row("B", id=1)], [row("C", id=1)], total=3)
    wire.answer = same_id
    assert items(wire) == ["A", "B", "C"]  # an id nobody named may be the item's
    assert refused(wire, same_id, fields={"id": "id"}).code == "BR-1448"


def test_rows_without_identity_may_be_alike(wire):
    """Two equal lots add up."""
    wire.answer = pages([row("A"), row("B")], [row("A")], total=3)
    assert items(wire) == ["A", "B", "A"]


def test_a_part_without_page_names_is_refused(wire):
    """Twenty rows of fifty-five, and nobody said how to ask for more."""
    wire.answer = lambda *_: reply({"data": [row("A")], "total": 55})
    found = refused(wire, wire.answer, SourceRefused, snapshot={"path": "/stock"})
    assert found.code == "BR-1446"


def test_the_row_cap_ends_an_endless_list(wire):
    """A server that never comes to an end."""
    wire.answer = lambda _p, query, _h: reply({"data": [row(f"{query['page']}-{n}") for n in range(2)]})
    assert refused(wire, wire.answer, row_cap=7).code == "BR-1447"


@pytest.mark.parametrize("value", ["many", -1, True, 1.5, "1" * 30])
def test_a_total_that_is_no_number_is_refused(wire, value):
    """Rather than left out."""
    assert refused(wire, pages([row()], total=value), SourceRefused).code == "BR-1429"


def test_a_total_that_is_set_must_be_there(wire):
    """Its absence would silently drop the second count."""
    wire.answer = pages([row()], total=1)
    assert refused(wire, wire.answer, SourceRefused, snapshot=PAGED | {"total": "data.total"}).code == "BR-1429"


@pytest.mark.parametrize("body", [{"data": {"page": {"rows": [row()]}}}, {"data": None}, {"data": ["A"]}, 5, "x", None])
def test_no_list_of_rows_is_refused_with_where_lists_are(wire, body):
    """A hint is worth a look at the API's description."""
    found = refused(wire, lambda *_: reply(body if body != "x" else '"x"'), SourceRefused, snapshot={"path": "/stock"})
    assert found.code == "BR-1428"
    if isinstance(body, dict) and isinstance(body["data"], dict):
        assert found.facts["lists"] == "data.page.rows"


def test_empty_pages_from_the_start_are_an_empty_list(wire):
    """It is the gates that refuse an empty stock."""
    wire.answer = pages(total=0)
    found = source(wire.url, snapshot=PAGED).snapshot(Scope())
    assert (found.provenance.rows, found.provenance.expected_rows) == (0, 0)


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        ({"page": "pageNum"}, "pageNum=1&pageSize=500"),
        ({"page": "p", "size_name": "limit", "size": 9, "page_start": 0}, "p=0&limit=9"),
        ({"query": {"org": "东莞", "all": 1}}, "org=%E4%B8%9C%E8%8E%9E&all=1"),
    ],
)
def test_parameters_are_called_as_set(wire, names, asked):
    """Names, sizes, first page and further parameters."""
    wire.answer = lambda *_: reply({"data": [row()], "total": 1})
    assert items(wire, snapshot={"path": "/stock"} | names) == ["A"]
    assert wire.requests == [f"/api/stock?{asked}"]

"""Ways of paging that go wrong: half a list is no list, and no list is without end."""

from urllib.parse import parse_qs, urlsplit

import pytest
from rest_page import NOW

from bridge.demo.lookalikes.served import Served
from bridge.domain.clock import FixedClock
from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import Scope
from connectors.rest import CONNECTOR
from connectors.rest.config import RestSettings

OFFSET = {"path": "/s", "items": "rows", "offset": "skip", "size": 2, "size_name": "top"}
CURSOR = {"path": "/s", "items": "rows", "cursor": "after", "next": "next", "size": 2}
LAST = {"path": "/s", "items": "rows", "cursor": "after", "last_row": "id", "size": 2}


class Scripted(Served):
    """Answers each request with what `answer(query)` returns."""

    def __init__(self):
        super().__init__()
        self.queries, self.answer = [], lambda _query: {"rows": []}

    def respond(self, asked, body):  # noqa: ARG002 - a GET has none
        """Answer as scripted."""
        self.queries.append({name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()})
        asked.answer(200, self.answer(self.queries[-1]))


@pytest.fixture
def scripted():
    """Return a server that says what the test tells it to."""
    with Scripted() as found:
        yield found


def read(scripted, request, **more):
    """Return the items of a snapshot."""
    settings = RestSettings(**({"kind": "rest", "base_url": scripted.url, "snapshot": request, "timeout_s": 10} | more))
    return CONNECTOR.source("r", settings, FixedClock(NOW)).snapshot(Scope()).lines["item"].to_pylist()


def rows(*names):
    """Return rows with these ids."""
    return [{"id": name, "item": name, "qty": 1} for name in names]


def refused(scripted, request, error=SnapshotRejected, **more):
    """Return the code of the refusal, after checking its sentence."""
    with pytest.raises(error) as caught:
        read(scripted, request, **more)
    assert all("<" not in caught.value.text(lang) for lang in ("zh", "en"))
    return caught.value.code


def test_an_offset_goes_on_by_the_rows_that_came(scripted):
    """A server that gives fewer than asked for is followed; the end is an empty page, or the total."""
    scripted.answer = lambda query: {"rows": rows("A", "B", "C")[int(query["skip"]) :][:1]}
    assert read(scripted, OFFSET) == ["A", "B", "C"]
    assert [query["skip"] for query in scripted.queries] == ["0", "1", "2", "3"]
    assert {query["top"] for query in scripted.queries} == {"2"}


def test_an_offset_that_is_not_understood_is_refused(scripted):
    """A server that ignores the parameter sends the first page for ever."""
    scripted.answer = lambda _query: {"rows": rows("A", "B")}
    assert refused(scripted, OFFSET) == "BR-1443"


def test_a_total_that_is_not_reached_is_refused(scripted):
    """Fewer rows than the system counts."""
    scripted.answer = lambda query: {"rows": rows("A", "B", "C")[int(query["skip"]) :][:2], "total": 4}
    assert refused(scripted, OFFSET) == "BR-1441"


def test_a_cursor_from_the_answer_leads_through_uneven_pages(scripted):
    """Pages may be short or empty; only the answer says when it is over."""
    pages = {"": (("A",), "n1"), "n1": ((), "n2"), "n2": (("B", "C"), "")}
    scripted.answer = lambda query: dict(
        zip(("rows", "next"), (rows(*pages[query.get("after", "")][0]), pages[query.get("after", "")][1]), strict=True)
    )
    assert read(scripted, CURSOR) == ["A", "B", "C"]
    assert "after" not in scripted.queries[0]


@pytest.mark.parametrize("over", [None, "", False])
def test_has_more_ends_a_cursor_that_is_still_there(scripted, over):
    """Some say the next cursor on the last page too; `has_more` decides."""
    scripted.answer = lambda query: (
        {"rows": rows("A") if "after" not in query else rows("B"), "next": "n1"}
        | ({"more": True} if "after" not in query else {"more": False})
    )
    assert read(scripted, CURSOR | {"has_more": "more"}) == ["A", "B"]
    scripted.answer = lambda _query: {"rows": rows("A"), "next": over, "more": True}
    assert refused(scripted, CURSOR | {"has_more": "more"}) == "BR-1435"


def test_a_misspelled_place_for_the_cursor_is_refused(scripted):
    """A full page beside which no cursor ever stood is not the end; a short one is."""
    scripted.answer = lambda _query: {"rows": rows("A", "B")}
    assert refused(scripted, CURSOR) == "BR-1435"
    assert refused(scripted, CURSOR | {"has_more": "mroe"}) == "BR-1435"
    scripted.answer = lambda _query: {"rows": rows("A")}
    assert read(scripted, CURSOR) == ["A"]


def test_a_cursor_left_out_on_the_last_page_ends_the_list(scripted):
    """Some leave the key out at the end, however long the last page is."""
    scripted.answer = lambda query: (
        {"rows": rows("A", "B"), "next": "n"} if "after" not in query else {"rows": rows("C", "D")}
    )
    assert read(scripted, CURSOR) == ["A", "B", "C", "D"]


def test_a_cursor_that_comes_back_is_refused(scripted):
    """Two cursors that lead to one another have no end."""
    scripted.answer = lambda query: {
        "rows": rows(f"R{len(scripted.queries)}"), "next": "n2" if query.get("after") == "n1" else "n1",
    }  # fmt: skip
    assert refused(scripted, CURSOR) == "BR-1436"


def test_a_cursor_without_end_stops_at_the_cap_or_the_deadline(scripted):
    """Ever new rows end at row_cap, ever new empty pages at timeout_s."""
    scripted.answer = lambda _query: {"rows": rows(f"R{len(scripted.queries)}"), "next": f"n{len(scripted.queries)}"}
    assert refused(scripted, CURSOR, row_cap=20) == "BR-1447"
    scripted.answer = lambda _query: {"rows": [], "next": f"n{len(scripted.queries)}"}
    assert refused(scripted, CURSOR, SourceUnavailable, timeout_s=0.5) == "BR-1401"


@pytest.mark.parametrize("cursor", [[1], {"a": 1}, True, 1.5])
def test_a_cursor_that_is_no_text_is_refused(scripted, cursor):
    """What cannot be sent back is no cursor."""
    scripted.answer = lambda _query: {"rows": rows("A"), "next": cursor}
    assert refused(scripted, CURSOR) == "BR-1435"


def test_the_last_row_leads_on(scripted):
    """Rows after the last id, until there is none."""
    scripted.answer = lambda query: {
        "rows": [row for row in rows("A", "B", "C") if row["id"] > query.get("after", "")][:2]
    }
    assert read(scripted, LAST) == ["A", "B", "C"]


def test_a_last_row_without_its_key_is_refused(scripted):
    """Then nobody knows where to go on."""
    scripted.answer = lambda _query: {"rows": [{"item": "A", "qty": 1}]}
    assert refused(scripted, LAST) == "BR-1435"


def test_an_order_that_shifts_is_read_again(scripted):
    """A row that comes twice means that another slipped away; a quiet list later is taken."""
    lists = [("A", "B"), ("B", "C"), ("A", "B"), ("C",), ()]
    scripted.answer = lambda _query: {"rows": rows(*lists[min(len(scripted.queries), len(lists)) - 1])}
    assert read(scripted, OFFSET) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"page": "p", "offset": "o"}, "BR-1437"),
        ({"cursor": "c"}, "BR-1437"),
        ({"next": "n"}, "BR-1437"),
        ({"cursor": "c", "next": "n", "last_row": "id"}, "BR-1437"),
        ({"method": "GET", "body": {"a": 1}}, "BR-1438"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(wrong, code):
    """One way of paging, and a body only where one is sent."""
    with pytest.raises(ValueError, match=code):
        RestSettings(kind="rest", base_url="http://h", snapshot={"path": "/s"} | wrong)


def test_movements_may_page_another_way(scripted):
    """What they do not say is as in snapshot; a way of paging of their own replaces all of it."""
    settings = RestSettings(
        kind="rest", base_url="http://h", snapshot=CURSOR, movements={"path": "/m", "page": "p"}
    )  # fmt: skip
    request = settings.movement_request
    assert (request.page, request.cursor, request.next, request.size) == ("p", None, None, 2)
    other = RestSettings(kind="rest", base_url="http://h", snapshot=CURSOR, movements={"path": "/m"}).movement_request
    assert (other.cursor, other.next) == ("after", "next")


def test_a_sub_form_that_is_no_list_is_refused(scripted):
    """A text where lines should be is not skipped."""
    scripted.answer = lambda _query: {"rows": [{"id": 1, "lines": "none"}]}
    assert refused(scripted, {"path": "/s", "items": "rows", "unwrap": "lines"}) == "BR-1458"
    scripted.answer = lambda _query: {"rows": [{"id": 1, "lines": None}, {"id": 2, "lines": []}]}
    assert read(scripted, {"path": "/s", "items": "rows", "unwrap": "lines"}) == []


def test_a_refusal_by_the_success_predicate_names_place_and_words(scripted):
    """The place, the value and the system's own words."""
    scripted.answer = lambda _query: {"head": {"ok": "N", "why": "无权限"}, "rows": []}
    request = {"path": "/s", "items": "rows", "success": {"head.ok": "Y"}, "message": "head.why"}
    with pytest.raises(SourceRefused) as caught:
        read(scripted, request)
    assert (caught.value.code, caught.value.facts["found"]) == ("BR-1427", "head.ok=N")
    assert "无权限" in caught.value.text("zh")

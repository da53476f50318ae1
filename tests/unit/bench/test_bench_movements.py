"""The speed benchmark's made-up movements: what it times is a real explanation, and a wrong one gives no figure."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from bench.movements import MISSING, WAITING, proven, sides
from reconcilers.explain import explain


@pytest.fixture(scope="module")
def request_of_8000():
    """Give what the engine is asked about 8,000 movements."""
    return sides(8000)


def test_both_sides_have_their_half_but_for_what_is_planted(request_of_8000):
    """Half the movements are book documents; the stock side lacks the planted ones; some have no reference."""
    book, stock = request_of_8000.book.movements, request_of_8000.stock.movements
    assert (book.num_rows, stock.num_rows) == (4000, 4000 - MISSING - WAITING)
    blank = pc.sum(pc.equal(book["reference"], "")).as_py()
    assert 0 < blank < book.num_rows / 10


def test_only_the_planted_documents_remain_and_wait(request_of_8000):
    """All else is matched and folded away."""
    answer = explain(request_of_8000)
    assert sum(one.matched for one in answer.equations.values()) == 4000 - MISSING - WAITING
    assert sum(one.remainder != 0 for one in answer.equations.values()) == MISSING
    assert proven(answer, 8000)


def test_a_wrong_answer_is_noticed(request_of_8000):
    """A wrong balance is one more remainder, a document that is gone one match less: no figure either way."""
    short = replace(request_of_8000.stock, movements=request_of_8000.stock.movements.slice(1))
    assert not proven(explain(replace(request_of_8000, stock=short)), 8000)
    positions = request_of_8000.positions
    wrong = pa.array([figure + 10**6 * (number == 9) for number, figure in enumerate(positions["stock"].to_pylist())])
    positions = positions.set_column(positions.column_names.index("stock"), "stock", wrong)
    assert not proven(explain(replace(request_of_8000, positions=positions)), 8000)

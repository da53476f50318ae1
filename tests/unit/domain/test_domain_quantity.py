"""Exact quantities."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.errors import InvariantBroken, SnapshotRejected
from bridge.domain.quantity import LIMIT, from_micro, multiply, to_micro, to_text

STEPS = st.integers(-LIMIT, LIMIT)


@given(STEPS)
def test_text_and_back_is_the_same_number(steps):
    """A quantity survives being printed and read, without exponent."""
    assert to_micro(to_text(steps)) == steps
    assert "E" not in to_text(steps)


@given(st.lists(st.decimals(-(10**9), 10**9, places=6), max_size=50))
def test_sums_are_exact(values):
    """Adding millionths is adding decimals."""
    assert from_micro(sum(to_micro(value) for value in values)) == sum(values, Decimal(0))


def test_a_tenth_ten_thousand_times_is_a_thousand():
    """The sum that binary floats get wrong."""
    assert sum(to_micro(0.1) for _ in range(10_000)) == to_micro(1000)


@pytest.mark.parametrize("value", ["NA", "", "1e400", "1e999998", "inf", "nan", "12,5", None])
def test_what_is_no_number_is_refused(value):
    """Text that is no plain decimal never becomes a quantity."""
    with pytest.raises(SnapshotRejected):
        to_micro(value)


def test_the_seventh_place_rounds_half_to_even():
    """K3 keeps ten places, the bridge six."""
    assert [to_micro(value) for value in ("0.0000005", "0.0000015", "-0.0000025")] == [0, 2, -2]


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**9))
def test_multiplying_rounds_like_decimals(left, right):
    """A product is the decimal product rounded half to even."""
    exact = Decimal(left) * right / 1_000_000
    assert multiply(left, right) == int(exact.to_integral_value())


def test_overflow_is_an_error():
    """Nothing wraps around."""
    with pytest.raises(InvariantBroken):
        multiply(LIMIT, 2_000_000)

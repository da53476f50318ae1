"""Lengths of time in messages."""

from datetime import timedelta

import pytest

from bridge.domain.spans import length


@pytest.mark.parametrize(
    ("hours", "said"), [(0, "0m"), (0.75, "45m"), (26, "26h"), (2.5, "2h30m"), (72, "3d"), (220, "9d4h"), (-1, "0m")]
)
def test_lengths_read_as_they_are_written(hours, said):
    """A limit of 26h in bridge.toml reads 26h in the message."""
    assert length(timedelta(hours=hours)) == said

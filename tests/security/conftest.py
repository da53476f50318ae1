"""The plants of the acceptance tests, with hostile data."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))
sys.path.insert(0, str(Path(__file__).parent))

from acceptance_plant import Plant, build
from acceptance_sink import Sink


@pytest.fixture(scope="session")
def session_sink() -> Iterator[Sink]:
    """Give one mail server for all tests of this folder."""
    started = Sink().start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant with accepted baselines. Copy it."""
    plant = build(tmp_path_factory.mktemp("calm"))
    plant.accept()
    plant.later(minutes=5)
    return plant

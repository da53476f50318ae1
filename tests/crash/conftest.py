"""The plants of the acceptance tests, to be killed here."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))
sys.path.insert(0, str(Path(__file__).parent))

from acceptance_plant import Plant, build, copy
from acceptance_sink import Sink, mail_table


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Give a running mail server."""
    started = Sink().start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def crash_origin(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant in mode hold with wide budgets, baselines accepted, one clean round done. Copy it."""
    plant = build(tmp_path_factory.mktemp("crash"))
    plant.configure(
        plant__mode="hold",
        holds__share_floor=100,
        holds__max_items_per_run=100,
        holds__max_per_day=1000,
        holds__ttl="80h",
    )
    plant.accept()
    plant.later(minutes=5)
    plant.reconcile()
    plant.later(minutes=30)
    return plant


@pytest.fixture(params=["frozen_quantity", "hold_table"])
def doomed(crash_origin: Plant, tmp_path: Path, sink: Sink, request: pytest.FixtureRequest) -> Plant:
    """Give an own plant that mails to `sink` and holds in U8, by either way."""
    plant = copy(crash_origin, tmp_path)
    via = getattr(request, "param", "frozen_quantity")
    plant.configure(mail=mail_table(sink), sources__u8__hold={"via": via, "account_sets": ["UFDATA_002_2026"]})
    return plant

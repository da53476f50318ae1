"""Plants and a mail server for the tests of this folder, which drive the real program."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from acceptance_plant import Plant, build, copy
from acceptance_posted import build_posted
from acceptance_sink import Sink, mail_table


@pytest.fixture(scope="session")
def bare_plant(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant nobody has ever read. Copy it, never change it."""
    return build(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="session")
def accepted_plant(bare_plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant whose baselines a person has accepted. Copy it, never change it."""
    plant = copy(bare_plant, tmp_path_factory.mktemp("accepted"))
    plant.accept()
    plant.later(minutes=5)
    return plant


@pytest.fixture
def fresh(bare_plant: Plant, tmp_path: Path) -> Plant:
    """Give an own plant nobody has ever read."""
    return copy(bare_plant, tmp_path)


@pytest.fixture
def plant(accepted_plant: Plant, tmp_path: Path) -> Plant:
    """Give an own plant without a difference, in mode observe, baselines accepted."""
    return copy(accepted_plant, tmp_path)


@pytest.fixture(scope="session")
def posted_plant(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant with documents alike in both systems, baselines accepted. Copy it, never change it."""
    return build_posted(tmp_path_factory.mktemp("posted"))


@pytest.fixture
def posted(posted_plant: Plant, tmp_path: Path) -> Plant:
    """Give an own plant with documents."""
    return copy(posted_plant, tmp_path)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Give a running mail server."""
    started = Sink().start()
    yield started
    started.stop()


@pytest.fixture
def alerting(plant: Plant, sink: Sink) -> Plant:
    """Give a plant in mode alert that mails to `sink`."""
    plant.configure(plant__mode="alert", mail=mail_table(sink))
    return plant


@pytest.fixture
def holding(plant: Plant) -> Callable[[str], Plant]:
    """Give a plant in mode hold that writes by `frozen_quantity`, by `hold_table`, or to the register alone ('')."""

    def made(via: str = "frozen_quantity") -> Plant:
        plant.configure(plant__mode="hold")
        if via:
            plant.configure(sources__u8__hold={"via": via, "account_sets": ["UFDATA_002_2026"]})
        return plant

    return made

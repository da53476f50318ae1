"""The demo plant stands on both sides alike, and a planted mistake makes exactly the difference it states."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from bridge.bootstrap import kinds
from bridge.cli.main import main
from bridge.demo.articles import articles
from bridge.demo.faults import FAULTS, Planting
from bridge.demo.lookalikes import MesServer
from bridge.demo.plant import ZONE, Plant, build
from bridge.demo.postbox import Postbox
from bridge.demo.watch import frozen_rows, positions_apart
from bridge.domain.errors import ConfigError
from bridge.language import catalogue
from config.loader import load

DAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)


@pytest.fixture
def plant(tmp_path):
    """Return a freshly built plant; its services are never started."""
    with build(tmp_path / "plant", DAY, "zh", MesServer(), Postbox(tmp_path / "mails", port=2525)) as built:
        yield built


def test_both_sides_agree_in_the_morning(plant):
    """Opening balances are equal to the last piece, nothing is frozen, and the companion table of holds is there."""
    assert positions_apart(plant, articles()) == {}
    assert frozen_rows(plant) == {}
    assert plant.stock.row("SELECT count(*) FROM stockbridge_freeze") == (0,)


def test_its_bridge_toml_is_right(plant):
    """The written configuration loads without a finding that matters, in mode hold, with every source it may name."""
    settings = load(plant.config, kinds()).settings
    assert settings.plant.mode == "hold"
    assert {"k3", "u8"} <= set(settings.sources)
    assert settings.sources["u8"].hold.account_sets == ("UFDATA_002_2026",)
    assert settings.mail.port == 2525


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_mistake_makes_its_difference_and_its_correction_unmakes_it(plant, fault):
    """What the look-alikes show after a mistake is what the fault states, and nothing is left after the correction."""
    planting = Planting.of(fault, plant, None, "1123-001")
    planting.move(AT)
    planting.audit(AT)
    planting.mistype(AT)
    assert positions_apart(plant, articles()) == fault.differences
    planting.correct(AT)
    assert positions_apart(plant, articles()) == {}


def test_the_stated_differences():
    """The quantities of the story: they stand in the texts and in users.md."""
    stated = {fault.name: sorted(fault.differences.values()) for fault in FAULTS}
    assert stated == {
        "duplicate": [-80],
        "missing": [-1400],
        "times_ten": [Decimal("-113.85")],
        "wrong_warehouse": [-120, 120],
        "unit": [468],
    }


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_the_fault_button_works_on_a_kept_plant(plant, capsys, name):
    """`demo fault NAME --config …` makes the mistake at `--now` and says how it will be found."""
    assert main(["demo", "fault", name, "--config", str(plant.config), "--now", AT.isoformat()]) == 0
    shown = capsys.readouterr().out
    assert "10:00" in shown
    assert "2026-11-23T10:28:00+08:00" in shown
    with Plant.open(plant.folder) as again:
        assert positions_apart(again, articles()) == next(f for f in FAULTS if f.name == name).differences


def test_a_folder_with_anything_in_it_is_refused(tmp_path, capsys):
    """`--keep` never writes among somebody's files."""
    (tmp_path / "mine.txt").write_text("x")
    assert main(["demo", "--keep", str(tmp_path)]) == 2
    assert "BR-1072" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_wrong_name_and_a_wrong_folder_are_told(tmp_path, capsys):
    """An unknown mistake names the known ones; the button refuses a folder that is no demo plant."""
    assert main(["demo", "--fault", "nonsense"]) == 2
    assert "wrong_warehouse" in capsys.readouterr().err
    assert main(["demo", "fault", "unit", "--config", str(tmp_path / "bridge.toml")]) == 2
    assert "BR-1073" in capsys.readouterr().err
    with pytest.raises(ConfigError):
        Plant.open(tmp_path)


def test_every_mistake_has_its_words():
    """Each fault has its name, its slip and its correction in both languages."""
    for lang in ("zh", "en"):
        for fault in FAULTS:
            assert {f"demo.{table}.{fault.name}" for table in ("fault", "slip", "how")} <= catalogue(lang).keys()

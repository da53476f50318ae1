"""`whatif`: the plant's own past under other percentages; under its own it is the past itself."""

from acceptance_plant import Plant


def outcomes(plant: Plant, percents: str) -> dict[str, tuple[int, int, str]]:
    """Return runs, confirmed and money by percentage as printed."""
    rows = plant.run("whatif", "--percent", percents, "--days", "30", "--json").json
    return {row["percent"]: (row["runs"], row["confirmed"], row["gross_value"]) for row in rows}


def history(plant: Plant) -> int:
    """Return how many variances were ever confirmed."""
    return sum(row["confirmed_at"] is not None for row in plant.run("variances", "list", "--all", "--json").json)


def test_its_own_limits_give_its_own_history(plant: Plant):
    """Two positions short by 5 % and 50 %, one of them mended, another seen only once: as it was, and the same at 3 %."""
    plant.stock(M_001__01="980", M_002__01="515")
    plant.confirm()
    plant.later(minutes=30)
    plant.stock(M_002__01="1030", M_003__01="5")
    plant.reconcile()
    found = outcomes(plant, "3,40,100")
    (as_was,) = (value for percent, value in found.items() if percent not in {"3", "40", "100"})
    assert (as_was[1], history(plant)) == (2, 2)
    assert found["3"] == as_was
    assert found["40"][1] == 1
    assert found["100"][1] == 0
    assert len({runs for runs, _, _ in found.values()}) == 1


def test_every_percentage_is_replaced(plant: Plant):
    """A class or a rule with a limit of its own takes part in the question as well; nothing is written by asking."""
    rule = [{"match": {"item": "M-001"}, "percent": 1.0, "why": "dear"}]
    plant.configure(thresholds={"percent": 90.0, "rule": rule})
    plant.stock(M_001__01="980")
    plant.confirm()
    assert history(plant) == 1
    before = plant.memory()
    found = outcomes(plant, "1,20")
    assert plant.memory() == before
    assert [found[percent][1] for percent in ("1", "20")] == [1, 0]

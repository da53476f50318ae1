"""When a difference counts: two believed looks at least 25 minutes apart, with the same sign."""

from acceptance_plant import START, Plant


def _states(plant: Plant) -> dict[str, str]:
    return {v["item"]: v["state"] for v in plant.run("variances", "list", "--all", "--json").json}


def test_two_looks_25_minutes_apart_confirm(plant: Plant):
    """24 minutes after the first look it is still a candidate, at 25 it is confirmed."""
    plant.stock(M_001__01="500")
    plant.reconcile()
    plant.later(minutes=24)
    assert (plant.reconcile().code, _states(plant)) == (0, {"M-001": "candidate"})
    plant.later(minutes=1)
    assert (plant.reconcile().code, _states(plant)) == (10, {"M-001": "confirmed"})


def test_many_quick_looks_do_not_confirm(plant: Plant):
    """Pressing the button three times in a minute is one look."""
    plant.stock(M_001__01="500")
    for _ in range(3):
        assert plant.reconcile().code == 0
        plant.later(seconds=10)
    assert _states(plant) == {"M-001": "candidate"}


def test_a_change_of_sign_starts_anew(plant: Plant):
    """First too little, then too much: two different differences."""
    plant.stock(M_001__01="500")
    plant.reconcile()
    plant.later(minutes=30)
    plant.stock(M_001__01="2000")
    assert plant.reconcile().code == 0
    plant.later(minutes=30)
    assert plant.reconcile().code == 10


def test_what_is_gone_before_review_clears_and_what_returns_is_new(plant: Plant):
    """A candidate within its limit clears; the same item over the limit again is a variance with its own id."""
    plant.stock(M_001__01="500")
    first = plant.reconcile().json["variances"][0]["id"]
    plant.later(minutes=30)
    plant.stock(M_001__01="1030")
    assert plant.reconcile().json["variances"] == []
    assert _states(plant) == {"M-001": "cleared"}
    plant.later(minutes=30)
    plant.stock(M_001__01="500")
    assert plant.reconcile().json["variances"][0]["id"] != first


def test_exactly_the_limit_is_no_variance(plant: Plant):
    """3 % of 1,000 is 30: 970 agrees enough, 969.99 does not. "Exceeds" is strict."""
    plant.books(M_001__01="1000")
    plant.stock(M_001__01="970")
    assert plant.reconcile().json["variances"] == []
    plant.later(minutes=1)
    plant.stock(M_001__01="969.99")
    assert plant.reconcile().json["variances"][0]["percent"] == "3.001"


def test_the_most_specific_limit_wins_and_is_named(plant: Plant):
    """Item beats warehouse beats ABC class beats default; the rule stands in the result."""
    plant.configure(
        thresholds__percent=90.0,
        thresholds__abc={"B": {"percent": 50.0}},
        thresholds__rule=[
            {"match": {"warehouse": "02"}, "percent": 20.0},
            {"match": {"item": "M-001"}, "percent": 1.0, "min_value": 100},
        ],
    )
    plant.stock(M_001__01="1010", M_001__02="1010", M_002__01="500", M_002__02="700", M_004__01="450", M_005__01="500")
    found = {(v["item"], v["warehouse"]): v["rule"] for v in plant.reconcile().json["variances"]}
    # M-001/01: 20 of 1,030 and ¥100 at ¥5: reached; M-001/02: 21 and ¥105
    assert set(found) == {("M-001", "01"), ("M-001", "02"), ("M-002", "02"), ("M-004", "01")}
    assert "item" in found["M-001", "01"]
    assert "warehouse" in found["M-002", "02"]
    assert "B" in found["M-004", "01"]


def test_cap_value_reports_what_the_percent_would_not(plant: Plant):
    """¥400 on an expensive item is reported though it is only 1 % of it."""
    plant.configure(thresholds__cap_value=400)
    plant.stock(NA__01="990", M_001__01="1029")
    assert [(v["item"], v["value"]) for v in plant.reconcile().json["variances"]] == [("NA", "400.00")]


def test_reviewed_variances_close_after_two_clean_looks(plant: Plant):
    """Explained, approved, corrected: verifying at the first clean look, closed at the second."""
    plant.stock(M_001__01="500")
    variance = plant.confirm().json["variances"][0]["id"]
    plant.run("variances", "take", variance, "--by", "wang.fang")
    plant.run("variances", "explain", variance, "--by", "wang.fang", "--cause", "D3", "--doc", "WIN01")
    plant.run("variances", "approve", variance, "--by", "li.zong")
    assert _states(plant) == {"M-001": "approved"}
    plant.stock(M_001__01="1030")
    plant.later(minutes=30)
    assert (plant.reconcile().code, _states(plant)) == (0, {"M-001": "verifying"})
    plant.later(minutes=30)
    assert (plant.reconcile().code, _states(plant)) == (0, {"M-001": "closed"})
    assert plant.run("variances", "list", "--json").json == []
    assert plant.now > START

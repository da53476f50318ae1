"""Separation of duties: who may take, explain, approve, reject, park; every attempt is in the audit log."""

import pytest
from acceptance_plant import Plant, copy


@pytest.fixture(scope="session")
def confirmed_plant(accepted_plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant with a small (¥2,650) and a large (¥12,000) confirmed variance. Copy it."""
    plant = copy(accepted_plant, tmp_path_factory.mktemp("confirmed"))
    plant.stock(M_001__01="500", NA__01="410")
    plant.confirm()
    return plant


@pytest.fixture
def small(confirmed_plant: Plant, tmp_path) -> tuple[Plant, str]:
    """Give an own plant and the id of the small variance."""
    return _of(confirmed_plant, tmp_path, "M-001")


@pytest.fixture
def large(confirmed_plant: Plant, tmp_path) -> tuple[Plant, str]:
    """Give an own plant and the id of the large variance."""
    return _of(confirmed_plant, tmp_path, "NA")


def _of(origin: Plant, folder, item: str) -> tuple[Plant, str]:
    plant = copy(origin, folder)
    return plant, next(v["id"] for v in plant.run("variances", "list", "--json").json if v["item"] == item)


def _do(plant: Plant, *words: str) -> tuple[int, str]:
    done = plant.run("variances", *words, "--lang", "en")
    return done.code, done.err


def _state(plant: Plant, variance: str) -> str:
    return plant.run("variances", "show", variance, "--json").json["state"]


def test_maker_explains_and_another_approves(small):
    """take, explain with a document, approve by the checker: approved, with both names."""
    plant, variance = small
    assert _do(plant, "take", variance, "--by", "wang.fang")[0] == 0
    assert _state(plant, variance) == "reviewing"
    assert _do(plant, "explain", variance, "--by", "wang.fang", "--cause", "D3", "--doc", "WIN012233")[0] == 0
    assert _do(plant, "approve", variance, "--by", "li.zong")[0] == 0
    shown = plant.run("variances", "show", variance, "--json").json
    assert (shown["state"], shown["maker"], shown["explanation"]["documents"]) == (
        "approved",
        "wang.fang",
        ["WIN012233"],
    )
    assert [a["by"] for a in shown["approvals"]] == ["li.zong"]
    said = plant.run("variances", "show", variance).out
    assert "D3 重复" in said
    assert "WIN012233" in said, "who approves sees what"


def test_nobody_approves_their_own_work(small):
    """Even with a declared exception that lets one person be maker and checker, the same episode needs another."""
    plant, variance = small
    plant.configure(
        people={
            "wang.fang": {"name": "王芳", "mail": "wangfang@example.com", "roles": ["maker", "checker"]},
            "li.zong": {"name": "李总监", "mail": "li@example.com", "roles": ["checker"]},
        },
        segregation__exceptions=[
            {"person": "wang.fang", "roles": ["maker", "checker"], "by": "li.zong", "why": "只有一位会计"}
        ],
    )
    _do(plant, "take", variance, "--by", "wang.fang")
    _do(plant, "explain", variance, "--by", "wang.fang", "--cause", "D3", "--note", "重复")
    code, err = _do(plant, "approve", variance, "--by", "wang.fang")
    assert (code, "[BR-2005]" in err) == (5, True)
    assert _state(plant, variance) == "explained"


@pytest.mark.parametrize(
    ("by", "verb"),
    [("zhao.lei", "take"), ("li.zong", "take"), ("sun.it", "take"), ("zhou.min", "take")],
)
def test_only_makers_take(small, by, verb):
    """The warehouse, the checker, IT and master data may not check the books."""
    plant, variance = small
    code, err = _do(plant, verb, variance, "--by", by)
    assert (code, "[BR-2001]" in err) == (5, True)


@pytest.mark.parametrize("by", ["wang.fang", "zhao.lei", "sun.it"])
def test_only_checkers_approve(small, by):
    """Maker, warehouse and IT may not sign a small one."""
    plant, variance = small
    _do(plant, "take", variance, "--by", "wang.fang")
    _do(plant, "explain", variance, "--by", "wang.fang", "--cause", "D3", "--note", "重复")
    assert _do(plant, "approve", variance, "--by", by)[0] == 5


def test_large_money_needs_two_signatures(large):
    """Above dual_sign_over the checker and the warehouse manager both sign; one alone leaves it explained."""
    plant, variance = large
    _do(plant, "take", variance, "--by", "wang.fang")
    _do(plant, "explain", variance, "--by", "wang.fang", "--cause", "D4", "--doc", "WIN01")
    assert _do(plant, "approve", variance, "--by", "li.zong")[0] == 0
    assert _state(plant, variance) == "explained"
    assert _do(plant, "approve", variance, "--by", "li.zong")[0] == 5
    assert _do(plant, "approve", variance, "--by", "zhao.lei")[0] == 0
    assert _state(plant, variance) == "approved"


def test_other_causes_need_two_signatures_whatever_the_money(small):
    """X9 is the free text that hides everything, so it takes two."""
    plant, variance = small
    _do(plant, "take", variance, "--by", "wang.fang")
    _do(plant, "explain", variance, "--by", "wang.fang", "--cause", "X9", "--note", "说不清")
    _do(plant, "approve", variance, "--by", "li.zong")
    assert _state(plant, variance) == "explained"
    _do(plant, "approve", variance, "--by", "zhao.lei")
    assert _state(plant, variance) == "approved"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("explain", "--cause", "D99", "--note", "x"), "BR-2003"),
        (("explain", "--cause", "D3"), "BR-2004"),
        (("approve",), "BR-2002"),
        (("reject", "--note", "x"), "BR-2001"),
        (("park", "--until", "2020-01-01", "--note", "x"), "BR-2008"),
        (("explain", "--accept"), "BR-2004"),
    ],
)
def test_steps_out_of_order_are_refused(small, words, code):
    """An unknown cause, an empty explanation (also an accepted guess without proof), approving what nobody explained: refused, and nothing changed."""
    plant, variance = small
    _do(plant, "take", variance, "--by", "wang.fang")
    by = "li.zong" if words[0] == "approve" else "wang.fang"
    done, err = _do(plant, words[0], variance, "--by", by, *words[1:])
    assert done in {2, 5}
    assert f"[{code}]" in err
    assert _state(plant, variance) == "reviewing"


def test_reject_sends_back_and_park_waits(small):
    """A rejection needs a reason and returns to review; parked until a date, the next round after it reviews again."""
    plant, variance = small
    _do(plant, "take", variance, "--by", "wang.fang")
    _do(plant, "explain", variance, "--by", "wang.fang", "--cause", "D3", "--note", "重复")
    assert _do(plant, "reject", variance, "--by", "li.zong")[0] == 5
    assert _do(plant, "reject", variance, "--by", "li.zong", "--note", "单号不对")[0] == 0
    assert _state(plant, variance) == "reviewing"
    assert _do(plant, "park", variance, "--by", "wang.fang", "--until", "2026-11-18", "--note", "等供应商")[0] == 0
    plant.later(minutes=30)
    plant.reconcile()
    assert _state(plant, variance) == "parked"
    plant.later(days=1)
    plant.reconcile()
    assert _state(plant, variance) == "reviewing"


def test_every_step_and_every_refused_attempt_is_in_the_log(small):
    """The story of a variance names who tried what, also in vain."""
    plant, variance = small
    _do(plant, "take", variance, "--by", "sun.it")
    _do(plant, "take", variance, "--by", "wang.fang")
    told = [(e["actor"], e["action"]) for e in plant.run("audit", "show", variance, "--json").json]
    assert told == [("wang.fang", "variance.take"), ("sun.it", "variance.take.refused")]
    assert plant.run("audit", "verify").code == 0


def test_shown_for_scripts_carries_the_holds_and_the_story(small):
    """`variances show --json` has what the terminal shows: holds, the last agreement, who did what; lists name people."""
    plant, variance = small
    _do(plant, "take", variance, "--by", "wang.fang")
    shown = plant.run("variances", "show", variance, "--json").json
    assert [(step["actor"], step["action"]) for step in shown["story"]] == [("wang.fang", "variance.take")]
    assert (shown["holds"], shown["owner"]) == ([], "wang.fang")
    assert "wang.fang" not in plant.run("variances", "list").out

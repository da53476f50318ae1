"""One footing: item maps with validity, warehouse maps, units, code rules; and codes that programs like to spoil."""

import pytest
from acceptance_books import change, items, lines
from acceptance_plant import Plant


def _write(plant: Plant, **files: str) -> None:
    folder = plant.folder / "maps"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
        plant.configure(**{f"master__{name}": f"maps/{name}.csv"})


def _rename(plant: Plant, old: str, new: str) -> None:
    """Give an item another code in U8."""
    change(plant.u8, "UPDATE Inventory SET cInvCode = ? WHERE cInvCode = ?", new, old)
    change(plant.u8, "UPDATE CurrentStock SET cInvCode = ? WHERE cInvCode = ?", new, old)


def _found(plant: Plant) -> dict[tuple[str, str], str]:
    return {(v["item"], v["warehouse"]): v["difference"] for v in plant.reconcile("--dry-run").json["variances"]}


def test_spoilable_codes_survive_everything(plant: Plant):
    """NA is no missing value, 00710 no number, an 18-digit id keeps its last digit; each is found with its own figure."""
    plant.stock(**{"NA__01": "1", "00710__01": "2", "123456789012345678__01": "3"})
    done = plant.confirm()
    assert {v["item"]: v["stock"] for v in done.json["variances"]} == {
        "NA": "1",
        "00710": "2",
        "123456789012345678": "3",
    }
    assert "00710" in plant.run("variances", "list", "--csv").out
    shown = plant.run("variances", "list").out
    assert "123456789012345678" in shown


def test_neighbours_of_18_digits_stay_apart(plant: Plant):
    """123456789012345678 and …679 are one float but two items."""
    change(
        plant.u8,
        "INSERT INTO Inventory SELECT '123456789012345679', cInvName, cInvStd, cInvCCode, cGroupCode, iGroupType, cComUnitCode, cAssComUnitCode, cInvABC, iInvSPrice, dEDate, bInvBatch FROM Inventory WHERE cInvCode = 'NA'",
    )
    change(plant.u8, "INSERT INTO CurrentStock (cWhCode, cInvCode, iQuantity) VALUES ('01', '123456789012345679', 5)")
    assert _found(plant) == {("123456789012345679", "01"): "5"}


def test_full_width_case_and_blanks_are_one_code(plant: Plant):
    """Code rules trim, upper-case and turn full-width into half-width, on both sides."""
    _rename(plant, "M-001", "ｍ－００１")
    _rename(plant, "M-002", "m-002 ")
    _rename(plant, "M-003", " M-003")
    assert _found(plant) == {}


def test_two_spellings_of_one_code_are_reported_and_added(plant: Plant):
    """M-001 and m-001 in U8 are one item with both stocks; the collision is listed."""
    change(
        plant.u8,
        "INSERT INTO Inventory (cInvCode, cInvName, cInvCCode, cGroupCode, iGroupType, cComUnitCode) VALUES ('ｍ-001', 'x', '01', 'G1', 0, 'PCS')",
    )
    change(plant.u8, "UPDATE CurrentStock SET cInvCode = 'ｍ-001' WHERE cInvCode = 'M-001' AND cWhCode = '01'")
    done = plant.reconcile("--dry-run").json
    assert done["variances"] == []
    assert [(c["source"], c["code"]) for c in done["collisions"]] == [("u8", "M-001")]


def test_item_map_joins_two_codes_of_one_material(plant: Plant):
    """U8 calls it 0203-0117, K/3 M-001: with approved rows in the map they are compared, under the common item."""
    _rename(plant, "M-001", "0203-0117")
    assert _found(plant) == {
        ("M-001", "01"): "-1030",
        ("M-001", "02"): "-1031",
        ("0203-0117", "01"): "1030",
        ("0203-0117", "02"): "1031",
    }
    rest = [f"{code},u8,{code},,,zhou.min" for code, _, _ in items() if code != "M-001"]
    rows = ["item,source,code,valid_from,valid_to,approved_by", "M-001,u8,0203-0117,,,zhou.min", *rest]
    _write(plant, items="\n".join(rows) + "\n")
    assert _found(plant) == {}


def test_item_takes_the_code_of_any_system(plant: Plant):
    """The warehouse asks under U8's code, in its own spelling, and gets the common item; an unknown code is an error."""
    _rename(plant, "M-001", "0203-0117x")
    rest = [f"{code},u8,{code},,,zhou.min" for code, _, _ in items() if code != "M-001"]
    rows = ["item,source,code,valid_from,valid_to,approved_by", "M-001,u8,0203-0117X,,,zhou.min", *rest]
    _write(plant, items="\n".join(rows) + "\n")
    plant.reconcile()
    for code in ("M-001", "0203-0117x", "０２０３-0117X"):
        found = plant.run("item", code, "--json").json
        assert (found["item"], {row["code"] for row in found["stock"]}) == ("M-001", {"M-001", "0203-0117x"})
    unknown = plant.run("item", "NOPE")
    assert (unknown.code, "NOPE" in unknown.err, "[BR-2074]" in unknown.err) == (2, True, True)


def test_unapproved_and_outdated_rows_do_not_count(plant: Plant):
    """A proposal without approver, and a row whose time is over or not yet come, leave the code unmapped, with money."""
    rest = [f"{code},u8,{code},,,zhou.min" for code, _, _ in items() if code not in {"M-001", "M-002", "M-003"}]
    rows = ["item,source,code,valid_from,valid_to,approved_by", *rest]
    rows += ["M-001,u8,M-001,,,", "M-002,u8,M-002,,2026-11-16,zhou.min", "M-003,u8,M-003,2026-11-18,,zhou.min"]
    _write(plant, items="\n".join(rows) + "\n")
    done = plant.reconcile("--dry-run").json
    assert {u["item"] for u in done["unmapped"]} == {"M-001", "M-002", "M-003"}
    assert {(u["source"], u["quantity"]) for u in done["unmapped"] if u["item"] == "M-001"} == {("u8", "2061")}
    plant.later(days=1)
    assert {u["item"] for u in plant.reconcile("--dry-run").json["unmapped"]} == {"M-001", "M-002"}


def test_warehouse_map_joins_two_names_of_one_place(plant: Plant):
    """U8's warehouse A1 is K/3's 01."""
    change(plant.u8, "UPDATE Warehouse SET cWhCode = 'A1' WHERE cWhCode = '01'")
    change(plant.u8, "UPDATE CurrentStock SET cWhCode = 'A1' WHERE cWhCode = '01'")
    plant.accept("u8")
    plant.later(minutes=1)
    assert len(_found(plant)) == 120
    _write(plant, warehouses="warehouse,source,code\n01,u8,A1\n02,u8,02\n03,u8,03\n")
    assert _found(plant) == {}


def test_boxes_become_pieces_by_the_map(plant: Plant):
    """U8 counts M-001 in bundles of 40; with units.csv 25.75 of them are 1,030 pieces, exactly."""
    change(plant.u8, "INSERT INTO ComputationGroup VALUES ('G2', '捆', 0)")
    change(plant.u8, "INSERT INTO ComputationUnit VALUES ('BUN', '捆', 'G2', 1, NULL)")
    change(plant.u8, "UPDATE Inventory SET cComUnitCode = 'BUN', cGroupCode = 'G2' WHERE cInvCode = 'M-001'")
    plant.stock(M_001__01="25.75", M_001__02="25.775")
    without = plant.reconcile("--dry-run").json
    assert (without["variances"], without["unknown"]) == ([], 2), "a unit nobody can convert is no figure"
    assert without["unit_problems"] == [
        {"source": "u8", "item": "M-001", "code": "M-001", "unit": "捆", "base": "个", "lines": 2}
    ]
    for command in (("reconcile", "--dry-run"), ("--lang", "en", "reconcile", "--dry-run")):
        assert "u8,M-001,捆," in plant.run(*command).out, "the row that settles it is told"
    _write(plant, units="source,item,unit,factor,floating\nu8,M-001,捆,40,\n")
    assert _found(plant) == {}


def test_floats_never_add_up_to_a_difference(plant: Plant):
    """A thousand rows of 0.1 in U8 are exactly 100."""
    plant.books(M_001__01="100")
    change(plant.u8, "DELETE FROM CurrentStock WHERE cInvCode = 'M-001' AND cWhCode = '01'")
    for number in range(20):
        change(
            plant.u8,
            "INSERT INTO CurrentStock (cWhCode, cInvCode, cBatch, iQuantity) VALUES ('01', 'M-001', ?, 5)",
            f"B{number}",
        )
    assert _found(plant) == {}


def test_map_commands_propose_and_a_person_approves(plant: Plant):
    """Suggestions go by code, name and spec; nothing applies before `map approve` by someone of master data."""
    _rename(plant, "M-001", "X-9")
    change(plant.u8, "UPDATE Inventory SET cInvName = '手表中框 CNC' WHERE cInvCode = 'X-9'")
    change(plant.k3, "UPDATE t_ICItem SET FName = '手表中框 CNC' WHERE FNumber = 'M-001'")
    rest = [f"{code},u8,{code},,,zhou.min" for code, _, _ in items() if code != "M-001"]
    _write(plant, items="\n".join(["item,source,code,valid_from,valid_to,approved_by", *rest]) + "\n")
    assert [row["item"] for row in plant.run("map", "check", "--json").json] == ["X-9"]
    proposed = plant.run("map", "suggest", "--write", "--json")
    assert proposed.json[0]["item"] == "M-001"
    assert plant.run("map", "check", "--json").json != []
    assert plant.run("map", "approve", "u8", "X-9", "M-001", "--by", "wang.fang").code == 5
    assert plant.run("map", "approve", "u8", "X-9", "M-001", "--by", "zhou.min").code == 0
    assert plant.run("map", "check", "--json").json == []
    assert _found(plant) == {}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("items", "item,source,cod\nA,u8,B\n", "BR-1903"),
        ("items", "item,source,code,valid_from,valid_to,approved_by\nA,u8,B,23.11.2026,,z\n", "BR-1905"),
        ("items", "item,source,code,valid_from,valid_to,approved_by\nA,u8,X,,,z\nB,u8,X,,,z\n", "BR-1909"),
        ("units", 'source,item,unit,factor,floating\nu8,M-001,箱,"40,5",\n', "BR-1906"),
        ("warehouses", "warehouse,source,code\n,u8,01\n", "BR-1904"),
    ],
)
def test_a_wrong_map_is_refused_whole_with_line_and_value(plant: Plant, name, content, code):
    """One sentence with file, line and value, exit 2; the round does not run on half a map."""
    _write(plant, **{name: content})
    done = plant.run("map", "check", "--lang", "en")
    assert done.code == 2
    assert f"[{code}]" in done.err
    assert f"{name}.csv" in done.err
    assert plant.reconcile().code == 2


def test_rows_of_a_source_nobody_has_are_told_and_wait(plant: Plant):
    """A row for u9 is no error (u9 may come tomorrow), but `map check` says so."""
    _write(plant, items="item,source,code,valid_from,valid_to,approved_by\nM-001,u9,B,,,zhou.min\n")
    done = plant.run("map", "check", "--lang", "en")
    assert done.code == 0
    assert "u9" in done.err
    assert plant.reconcile().code == 0


def test_all_lines_are_compared(plant: Plant):
    """Row counts add up: 120 read on each side, 120 compared."""
    done = plant.reconcile("--dry-run").json
    assert done["compared"] == len(lines()) == done["snapshots"][0]["rows"]


@pytest.mark.parametrize("verb", ["check", "suggest"])
def test_map_commands_say_that_a_source_could_not_be_read(plant: Plant, verb):
    """With U8 gone, an empty list is no all-clear: exit 3, and the source is named; CSV stays CSV."""
    plant.u8.rename(plant.u8.with_suffix(".gone"))
    done = plant.run("map", verb, "--csv", "--lang", "en")
    assert done.code == 3
    assert "u8:" in done.err
    assert len(done.out.strip().splitlines()) == 1

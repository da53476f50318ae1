"""The JSON that scripts rely on (design.md 3): keys, types, signs, the formula and the equation."""

import re
from decimal import Decimal

import pytest
from acceptance_plant import Plant, copy

from bridge.cli.main import main

DECIMAL = re.compile(r"-?\d+(\.\d+)?")
MONEY = re.compile(r"-?\d+\.\d{2,6}")
REPORT = {"run", "pair", "as_of", "mode", "snapshots", "compared", "agreeing", "pending", "confirmed", "gross_value"}
REPORT |= {"net_value", "variances", "holds", "mails"}
SNAPSHOT = {"source", "taken_from", "taken_to", "rows", "admitted", "reason"}
VARIANCE = {"id", "item", "warehouse", "batch", "book", "stock", "difference", "explained", "remainder", "percent"}
VARIANCE |= {"value", "state", "rule", "since", "documents", "causes"}
HOLD = {"id", "item", "warehouse", "operations", "state", "target", "variance", "quantity"}


@pytest.fixture(scope="session")
def differing(accepted_plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant with five confirmed differences of every shape. Read it, never change it."""
    plant = copy(accepted_plant, tmp_path_factory.mktemp("differing"))
    plant.stock(M_001__01="500", NA__01="1500", M_002__01="-20", M_003__01="0.333333")
    plant.books(M_002__01="0", M_003__01="0.1", M_004__01="0")
    plant.stock(M_004__01="0")  # both zero
    plant.books(M_005__01="-20")
    plant.stock(M_005__01="30")  # opposite signs
    plant.confirm()
    return plant


@pytest.fixture(scope="session")
def report(differing: Plant) -> dict[str, object]:
    """Give the object that `reconcile --json` prints."""
    done = differing.reconcile("--dry-run")
    assert done.code == 10
    return done.json


def test_reconcile_prints_one_object_with_the_promised_keys(report):
    """Stdout is one JSON object; every key of the contract is there, in report, snapshots and variances."""
    assert set(report) >= REPORT
    assert [set(s) >= SNAPSHOT for s in report["snapshots"]] == [True, True]
    assert all(set(v) >= VARIANCE for v in report["variances"])
    assert [s["source"] for s in report["snapshots"]] == ["k3", "u8"]
    assert (report["pair"], report["mode"]) == ("fin_wms", "observe")


def test_quantities_percents_and_money_are_decimal_strings(report):
    """No binary float reaches a script; counts are integers, money has at least two places."""
    for variance in report["variances"]:
        for key in ("book", "stock", "difference", "explained", "remainder", "percent"):
            assert DECIMAL.fullmatch(variance[key]), (key, variance[key])
        assert MONEY.fullmatch(variance["value"])
    assert MONEY.fullmatch(report["gross_value"])
    assert MONEY.fullmatch(report["net_value"])
    for key in ("run", "compared", "agreeing", "pending", "confirmed"):
        assert type(report[key]) is int
    assert re.fullmatch(r"2026-11-17T\d\d:\d\d:\d\d\+08:00", report["as_of"])


def test_signs_formula_and_equation_hold_in_every_variance(report):
    """The equation: difference = stock - book; explained + remainder = difference; percent of the larger side, half up."""
    assert len(report["variances"]) == 5
    for variance in report["variances"]:
        book, stock, difference, explained, remainder, percent = (
            Decimal(variance[key]) for key in ("book", "stock", "difference", "explained", "remainder", "percent")
        )
        assert difference == stock - book
        assert explained + remainder == difference
        assert abs(percent - abs(remainder) / max(abs(book), abs(stock)) * 100) <= Decimal("0.00005")


def test_causes_are_told_in_sentences(report):
    """Without any document the suspicion is still a sentence, not the engine's own notation."""
    for variance in report["variances"]:
        assert next(cause["code"] for cause in variance["causes"]) == "S1"
        assert all(cause["note"] and "=" not in cause["note"] for cause in variance["causes"])


def test_figures_of_each_shape_are_the_ones_a_person_computes(report):
    """More, less, nothing on the books, opposite signs, millionths: percent and value by hand."""
    found = {v["item"]: (v["difference"], v["percent"], v["value"]) for v in report["variances"]}
    assert found == {
        "NA": ("490", "32.6667", "9800.00"),
        "M-001": ("-530", "51.4563", "2650.00"),
        "M-002": ("-20", "100", "10.00"),
        "M-003": ("0.233333", "70", "4.66666"),
        "M-005": ("50", "166.6667", "25.00"),
    }
    gross = sum(Decimal(v["value"]) for v in report["variances"])
    assert Decimal(report["gross_value"]) == gross
    net = sum(Decimal(v["value"]) * (1 if Decimal(v["difference"]) > 0 else -1) for v in report["variances"])
    assert Decimal(report["net_value"]) == net


def test_both_sides_zero_is_no_variance_and_counts_add_up(report):
    """M-004 is zero on both sides: nothing to compare; what was compared is counted once and wholly."""
    assert "M-004" not in {v["item"] for v in report["variances"]}
    assert report["agreeing"] + report["pending"] + report["confirmed"] == report["compared"] == 119


def test_variances_list_has_the_same_fields_as_reconcile(differing, report):
    """`variances list --json` prints the same objects, `variances show` the same and who said what."""
    listed = differing.run("variances", "list", "--json")
    assert listed.code == 0
    by_id = {v["id"]: v for v in listed.json}
    for variance in report["variances"]:
        assert set(by_id[variance["id"]]) == set(variance)
        assert by_id[variance["id"]]["remainder"] == variance["remainder"]
    shown = differing.run("variances", "show", report["variances"][0]["id"], "--json").json
    assert set(shown) >= VARIANCE | {"explanation", "approvals"}


def test_lists_and_status_print_json_for_scripts(differing):
    """`holds list`, `sources list` and `status` take --json; sources tell account set, rows and verdict."""
    assert differing.run("holds", "list", "--json").json == []
    sources = differing.run("sources", "list", "--json").json
    assert [(s["source"], s["kind"], s["rows"], s["admitted"], s["reason"]) for s in sources] == [
        ("k3", "kingdee_k3", 118, True, None),  # rows at zero are not read from K/3 (kingdee.md 2.2)
        ("u8", "yonyou_u8", 119, True, None),
    ]
    assert sources[0]["account"].startswith("AIS20260101080000")
    status = differing.run("status", "--json").json
    assert (status["mode"], status["open_variances"], status["standing_holds"]) == ("observe", 5, 0)
    assert (status["pairs"][0]["pair"], status["pairs"][0]["confirmed"]) == ("fin_wms", 5)
    assert (status["paused"], status["outbox_waiting"], status["outbox_failed"]) == (None, 0, 0)


def test_csv_lists_carry_a_header_and_one_line_each(differing):
    """Lists print CSV, with codes as text: 00710 and NA stay what they are."""
    lines = differing.run("variances", "list", "--csv", "--lang", "en").out.splitlines()
    assert lines[0].startswith("id,item,warehouse,book,stock,difference")
    assert len(lines) == 6
    assert any(",NA,01,1010,1500,490," in line for line in lines)


def test_progress_goes_to_stderr_and_only_json_to_stdout(differing):
    """A script may read stdout to the last byte."""
    done = differing.reconcile("--dry-run")
    assert done.out.lstrip().startswith("{")
    assert done.err.strip()
    assert not any(line.strip().startswith("{") for line in done.err.splitlines())


@pytest.mark.parametrize("place", ["before", "after", "equals"])
def test_global_options_stand_before_or_after_the_verb(differing, place):
    """--config, --now and --lang may stand anywhere, with a blank or with =."""
    options = ["--config", str(differing.config), "--now", "2026-11-17T18:00:00+08:00", "--lang", "en"]
    if place == "equals":
        options = [f"{name}={value}" for name, value in zip(options[::2], options[1::2], strict=True)]
    verb = ["variances", "list", "--state", "confirmed"]
    words = [*options, *verb] if place == "before" else [*verb, *options]
    assert main(words) == 0


def test_lang_switches_every_sentence_and_no_code(differing):
    """--lang en prints English, the default is Chinese; states and codes in JSON are the same."""
    english, chinese = (differing.run("variances", "list", *words).out for words in (("--lang", "en"), ()))
    assert "remainder" in english
    assert "未解释" in chinese
    told = [differing.run("variances", "list", "--json", *words).json for words in (("--lang", "en"), ())]
    for variance in (variance for each in told for variance in each):
        for cause in variance["causes"]:
            cause.pop("note")  # the proof is a sentence
    assert told[0] == told[1]


def test_now_decides_every_time_that_is_written(differing, tmp_path):
    """A round at --now is of that moment: run, since and as_of carry it."""
    plant = copy(differing, tmp_path)
    plant.stock(M_010__01="1")
    plant.now = plant.now.replace(day=18, hour=7, minute=3)
    done = plant.reconcile().json
    assert done["as_of"] == "2026-11-18T07:03:00+08:00"
    new = next(v for v in done["variances"] if v["item"] == "M-010")
    assert new["since"] == "2026-11-18T07:03:00+08:00"
    assert new["id"].startswith("V-20261118-")


def test_more_pairs_print_a_list_and_one_pair_an_object(differing, tmp_path):
    """Without --pair every pair runs; two pairs give a list, in the file's order."""
    plant = copy(differing, tmp_path)
    text = plant.config.read_text(encoding="utf-8")
    more = '[[pairs]]\nid = "by_item"\nbook = ["k3"]\nstock = ["u8"]\ngrain = ["item"]\nowner = "wang.fang"\n[people]'
    plant.config.write_text(text.replace("[people]", more, 1), encoding="utf-8")
    both = plant.run("reconcile", "--json", "--dry-run").json
    assert [each["pair"] for each in both] == ["fin_wms", "by_item"]
    assert both[1]["compared"] == 60
    assert both[1]["variances"][0]["warehouse"] == ""

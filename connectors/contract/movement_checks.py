"""What moved: every document once, with its sign, none lost between two readings, deletions seen."""

from decimal import Decimal

from bridge.domain.errors import BridgeError
from bridge.domain.movement import FAMILIES, MOVEMENTS, STATES, MovementBatch
from bridge.domain.quantity import from_micro, to_micro
from bridge.domain.snapshot import Scope
from bridge.ports import Source
from connectors.contract.expecting import Unsupported, expect, same
from connectors.contract.harness import SourceHarness
from connectors.contract.reading import USUAL, balances, by_key

_READINGS = 3
"""A deletion may be noticed by the next full pass only; so many readings later it must be."""


def movements_have_the_schema(harness: SourceHarness) -> None:
    """Rows are of MOVEMENTS; families and states are of the known words."""
    batch = _posted(harness)
    same(batch.rows.schema, MOVEMENTS, "schema")
    batch.rows.validate(full=True)
    expect(set(batch.rows["family"].to_pylist()) <= set(FAMILIES), "families are known")
    expect(set(batch.rows["state"].to_pylist()) <= set(STATES), "states are known")
    for column in MOVEMENTS:
        expect(column.nullable or batch.rows[column.name].null_count == 0, f"{column.name} has no missing value")
    same(set(batch.rows["source"].to_pylist()), {harness.open().id}, "source of the rows")
    same(batch.rows["first_seen"].null_count, batch.rows.num_rows, "first_seen left to the ledger")


def movement_keys_are_unique(harness: SourceHarness) -> None:
    """No key comes twice in a batch, and none is empty."""
    keys = _posted(harness).rows["key"].to_pylist()
    same(len(set(keys)), len(keys), "distinct keys")
    expect(all(keys), "no key is empty")


def receipts_are_positive_issues_negative(harness: SourceHarness) -> None:
    """A receipt adds and an issue takes away, whatever sign the system writes."""
    rows = _named(_posted(harness))
    same([rows[name]["effect"] for name in ("R-1", "I-1")], [to_micro("80"), to_micro("-20")], "effects")
    same([rows[name]["counts"] for name in ("R-1", "I-1")], [True, True], "counts")
    same({rows[name]["warehouse"] for name in ("R-1", "I-1")}, {harness.warehouses[0]}, "warehouse")


def movements_explain_the_balance(harness: SourceHarness) -> None:
    """What on-hand changed by between two snapshots is the sum of the effects that count."""
    harness.fill(USUAL)
    source = _with_movements(harness)
    before, first = _on_hand(harness), source.movements("")
    harness.post("R-1", harness.receipt, "NA", Decimal(80))
    harness.post("I-1", harness.issue, "NA", Decimal("20.5"))
    news = {key: row for key, row in by_key(source.movements(first.cursor)).items() if key not in by_key(first)}
    moved: dict[tuple[str, str], Decimal] = {}
    for row in news.values():
        place = (str(row["item"]), str(row["warehouse"]))
        effect = from_micro(int(str(row["effect"]))) if row["counts"] else Decimal(0)
        moved[place] = moved.get(place, Decimal(0)) + effect
    after = _on_hand(harness)
    changed = {place: after.get(place, Decimal(0)) - before.get(place, Decimal(0)) for place in {*after, *before}}
    same(
        {place: figure for place, figure in moved.items() if figure},
        {place: figure for place, figure in changed.items() if figure},
        "sum of effects by item and warehouse",
    )


def a_repeated_cursor_gives_the_same(harness: SourceHarness) -> None:
    """Reading twice from one cursor gives the same rows: a crash between reading and storing loses nothing."""
    harness.fill(USUAL)
    source = _with_movements(harness)
    start = source.movements("").cursor
    harness.post("R-1", harness.receipt, "NA", Decimal(80))
    first, second = source.movements(start), source.movements(start)
    same(by_key(second), by_key(first), "rows of the second reading")


def a_cursor_loses_nothing(harness: SourceHarness) -> None:
    """Whatever is posted after a reading comes with a later one, also by a source that was opened anew."""
    harness.fill(USUAL)
    cursor, seen = _with_movements(harness).movements("").cursor, set[str]()
    for number in range(1, 4):
        harness.post(f"R-{number}", harness.receipt, "NA", Decimal(number))
        batch = harness.open().movements(cursor)
        cursor = batch.cursor
        seen |= set(batch.rows["document_number"].to_pylist())
    expect({"R-1", "R-2", "R-3"} <= seen, f"all documents came, found {sorted(seen)}")


def an_unchanged_system_says_the_same(harness: SourceHarness) -> None:
    """Without a change the next reading brings nothing, or again what it brought, never something else."""
    first = _posted(harness)
    later = by_key(harness.open().movements(first.cursor))
    known = by_key(first)
    same({key: row for key, row in later.items() if known.get(key) != row}, {}, "rows that differ from the first time")


def a_foreign_cursor_starts_again(harness: SourceHarness) -> None:
    """A cursor that is not understood (an update, another account set) reads from the start or is refused in words."""
    _posted(harness)
    source = harness.open()
    for cursor in ("0", "{}", "[1]", "'; DROP TABLE x --", '{"v": 99}', "\u65e7"):
        try:
            found = source.movements(cursor)
        except BridgeError:
            continue
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            expect(holds=False, what=f"cursor {cursor!r}: {type(error).__name__}: {error}")
        expect(found.rows.schema == MOVEMENTS, f"cursor {cursor!r} gives a batch")


def complete_keys_hold_every_row(harness: SourceHarness) -> None:
    """A list of all keys holds those of its own rows, else the ledger would delete what it has just read."""
    batch = _posted(harness)
    if batch.complete_keys is None:
        raise Unsupported("list of all keys at the first reading")
    expect(set(batch.rows["key"].to_pylist()) <= batch.complete_keys, "rows' keys are among complete_keys")


def deletions_are_seen(harness: SourceHarness) -> None:
    """A deleted document's key is missing from complete_keys, or its row says deleted or voided."""
    harness.fill(USUAL)
    source = _with_movements(harness)
    harness.post("R-1", harness.receipt, "NA", Decimal(80))
    harness.post("R-2", harness.receipt, "NA", Decimal(5))
    batch = source.movements("")
    gone = {str(key) for key, row in by_key(batch).items() if row["document_number"] == "R-1"}
    harness.delete("R-1")
    for _ in range(_READINGS):
        batch = harness.open().movements(batch.cursor)
        rows = by_key(batch)
        told = {key for key in gone if key in rows and rows[key]["state"] in {"deleted", "voided"}}
        if told == gone or (batch.complete_keys is not None and not gone & batch.complete_keys):
            return
    expect(holds=False, what=f"within {_READINGS} readings the deletion of R-1 was told")


def transfers_have_two_legs(harness: SourceHarness) -> None:
    """A transfer is two rows whose effects cancel out, each naming the other warehouse."""
    harness.fill(USUAL)
    source = _with_movements(harness)
    harness.transfer("T-1", "NA", Decimal(10))
    legs = [row for row in by_key(source.movements("")).values() if row["family"] in {"transfer_in", "transfer_out"}]
    here, there = harness.warehouses
    found = {(row["family"], row["warehouse"], row["counterpart"], row["effect"]) for row in legs}
    wanted = {("transfer_out", here, there, to_micro("-10")), ("transfer_in", there, here, to_micro("10"))}
    same(found, wanted, "legs of the transfer")


def no_documents_no_error(harness: SourceHarness) -> None:
    """A system without a document gives an empty batch."""
    harness.fill(USUAL)
    same(_with_movements(harness).movements("").rows.schema, MOVEMENTS, "schema")


def _with_movements(harness: SourceHarness) -> Source:
    source = harness.open()
    if not source.ability.movements:
        raise Unsupported("documents")
    return source


def _posted(harness: SourceHarness) -> MovementBatch:
    """Return the first reading after a receipt of 80 and an issue of 20."""
    harness.fill(USUAL)
    source = _with_movements(harness)
    harness.post("R-1", harness.receipt, "NA", Decimal(80))
    harness.post("I-1", harness.issue, "NA", Decimal(20))
    batch: MovementBatch = source.movements("")
    return batch


def _named(batch: MovementBatch) -> dict[str, dict[str, object]]:
    return {str(row["document_number"]): row for row in by_key(batch).values()}


def _on_hand(harness: SourceHarness) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for (item, warehouse, _), figure in balances(harness.open().snapshot(Scope())).items():
        found[item, warehouse] = found.get((item, warehouse), Decimal(0)) + (figure or 0)
    return found


MOVEMENT_CHECKS = (
    movements_have_the_schema,
    movement_keys_are_unique,
    receipts_are_positive_issues_negative,
    movements_explain_the_balance,
    a_repeated_cursor_gives_the_same,
    a_cursor_loses_nothing,
    an_unchanged_system_says_the_same,
    a_foreign_cursor_starts_again,
    complete_keys_hold_every_row,
    deletions_are_seen,
    transfers_have_two_legs,
    no_documents_no_error,
)

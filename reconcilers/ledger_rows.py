"""From ledger frames to integer columns: only the positions asked for, every text coded once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bridge.domain.movement import FAMILIES
from reconcilers.history import returned, versions
from reconcilers.request import LEDGER, ExplainPolicy, LedgerSide
from reconcilers.rows import DAY, FAR, Flags, Ints, Rows, micros

_TEXTS = (
    "source",
    "key",
    "document_type",
    "document_number",
    "line",
    "item",
    "warehouse",
    "batch",
    "state",
    "maker",
    "reference",
)


def ledger_table(frame: object) -> pa.Table:
    """Given a ledger frame of any engine Narwhals knows, return it as Arrow with every LEDGER column in its type."""
    table = frame if isinstance(frame, pa.Table) else nw.from_native(frame, eager_only=True).to_arrow()  # type: ignore[call-overload]
    columns = []
    for field in LEDGER:
        column = table[field.name] if field.name in table.column_names else pa.nulls(table.num_rows, field.type)
        columns.append(column if column.type == field.type else column.cast(field.type))
    return pa.table(columns, schema=LEDGER)


def times(table: pa.Table, name: str, missing: int) -> Ints:
    """Return a time column in microseconds, `missing` where null."""
    return np.asarray(pc.fill_null(table[name].cast(pa.int64()), missing).combine_chunks(), dtype=np.int64)


def place_codes(table: pa.Table, places: pa.Table, grain: tuple[str, ...]) -> Ints:
    """Return for each row the index of its position in `places`, -1 for a position nobody asked about."""
    asked = np.zeros(places.num_rows, dtype=np.int64)
    found = np.zeros(table.num_rows, dtype=np.int64)
    missing = np.zeros(table.num_rows, dtype=np.bool_)
    for name in grain:
        vocabulary = pc.unique(places[name].combine_chunks())
        size = len(vocabulary) + 1
        asked = asked * size + np.asarray(pc.index_in(places[name], value_set=vocabulary).combine_chunks())
        codes = np.asarray(pc.fill_null(pc.index_in(table[name], value_set=vocabulary), -1).combine_chunks())
        missing |= codes < 0
        found = found * size + codes
    if not len(asked):
        return np.full(table.num_rows, -1, dtype=np.int64)
    order = np.argsort(asked, kind="stable")
    spot = np.minimum(np.searchsorted(asked[order], found), len(asked) - 1)
    hit = (asked[order][spot] == found) & ~missing
    return np.where(hit, order[spot], -1).astype(np.int64)


def read_side(side: LedgerSide, sign: int, places: pa.Table, grain: tuple[str, ...], policy: ExplainPolicy) -> Rows:
    """Given one side, return its documents at the positions of `places`; codes of texts are filled in by `code_texts`."""
    table = ledger_table(side.movements)
    if side.changes is not None and side.changes.num_rows:
        table = versions(table, side.changes)
    table = returned(table)
    code = place_codes(table, places, grain)
    table = table.filter(pa.array(code >= 0))
    return rows_of(table, sign, code[code >= 0], places, policy)


def rows_of(table: pa.Table, sign: int, place: Ints, places: pa.Table, policy: ExplainPolicy) -> Rows:
    """Given ledger rows and the index of each one's position, return them as columns."""
    count = table.num_rows
    seen = times(table, "first_seen", -FAR)
    deleted = np.asarray(pc.fill_null(table["deleted"], False).combine_chunks()) | _is(table, ("deleted", "voided"))  # noqa: FBT003
    counts = np.asarray(table["counts"].combine_chunks()) & ~deleted
    starts = times(table, "counted_at", FAR)
    starts = np.where(counts & (starts == FAR), seen, starts)
    left = times(table, "uncounted_at", -FAR)
    effect = np.asarray(table["effect"].combine_chunks(), dtype=np.int64)
    step = steps(places)[place] if count else np.zeros(0, dtype=np.int64)
    offset = micros(policy.now.utcoffset() or timedelta(0))
    zero = np.zeros(count, dtype=np.int64)
    no = np.zeros(count, dtype=np.bool_)
    return Rows(
        table=table.select(_TEXTS),
        side=np.full(count, sign, dtype=np.int64),
        place=place.astype(np.int64),
        effect=effect,
        fold=np.sign(effect) * ((np.abs(effect) + step // 2) // np.maximum(step, 1)),
        family=np.asarray(
            pc.fill_null(
                pc.index_in(table["family"], value_set=pa.array(FAMILIES)), len(FAMILIES) - 1
            ).combine_chunks(),
            dtype=np.int64,
        ),
        reference=zero,
        number=zero,
        starts=starts,
        ends=np.where(counts, FAR, left),
        seen=seen,
        left=left,
        at=np.where(starts < FAR, starts, seen),
        changed=times(table, "changed_at", -FAR),
        day=np.floor_divide(times(table, "business_time", -FAR) + offset, DAY),
        grace=_grace(table, policy),
        tie=zero,
        deleted=deleted,
        counted=no,
        live=no,
        later=no,
        removal=no,
        ghost=no,
        mute=no,
    )


def _is(table: pa.Table, states: tuple[str, ...]) -> Flags:
    found: Flags = np.asarray(pc.is_in(table["state"], value_set=pa.array(states)).combine_chunks())
    return found


def steps(places: pa.Table) -> Ints:
    """Return the smallest step of each position's item, in millionths."""
    if "precision" not in places.column_names:
        return np.ones(places.num_rows, dtype=np.int64)
    return np.maximum(np.asarray(pc.fill_null(places["precision"], 1).combine_chunks(), dtype=np.int64), 1)


def _grace(table: pa.Table, policy: ExplainPolicy) -> Ints:
    if not table.num_rows:
        return np.zeros(0, dtype=np.int64)
    types, families = (table[name].combine_chunks().dictionary_encode() for name in ("document_type", "family"))
    spans = [
        [micros(policy.grace_of(kind, family)) for family in families.dictionary.to_pylist()]
        for kind in types.dictionary.to_pylist()
    ]
    found: Ints = np.array(spans, dtype=np.int64)[np.asarray(types.indices), np.asarray(families.indices)]
    return found


def code_texts(parts: Sequence[Rows]) -> list[Rows]:
    """Given the rows of all systems, return them with references and numbers coded alike.

    Spelling that differs only by case, width or blanks is the same number. The tie breaker is drawn from the row's
    own identity, so that the order in which rows arrive changes nothing.
    """
    sizes = [len(part) for part in parts]
    texts = pa.chunked_array(
        [chunk for name in ("reference", "document_number") for part in parts for chunk in part.table[name].chunks],
        type=pa.string(),
    )
    folded = pc.utf8_upper(pc.utf8_trim_whitespace(pc.utf8_normalize(texts, form="NFKC")))
    encoded = (
        folded.combine_chunks().dictionary_encode() if len(folded) else pa.array([], pa.string()).dictionary_encode()
    )
    named = np.asarray(pc.not_equal(encoded.dictionary, ""))
    renumber = np.where(named, np.cumsum(named), 0).astype(np.int64)
    codes = renumber[np.asarray(encoded.indices)] if len(renumber) else np.zeros(0, dtype=np.int64)
    total = sum(sizes)
    bounds = np.cumsum([0, *sizes])
    return [
        replace(
            part,
            reference=codes[start:stop],
            number=codes[total + start : total + stop],
            tie=_tie(part.table),
        )
        for part, start, stop in zip(parts, bounds[:-1], bounds[1:], strict=True)
    ]


def _tie(table: pa.Table) -> Ints:
    keys = pd.util.hash_array(table["key"].to_numpy(), categorize=False)
    sources = pd.util.hash_array(table["source"].to_numpy(), categorize=True)
    return ((keys ^ (sources * np.uint64(0x9E3779B97F4A7C15))) >> np.uint64(1)).astype(np.int64)

"""A connector to copy: a system that exports its stock as a CSV file into a folder.

The file has a header and ends with a trailer that counts the lines, so that a half-written file is seen:

    item,warehouse,batch,quantity,unit
    00710,01,,12.5,pcs
    #rows=1
"""

import csv
import hashlib
from pathlib import Path

import pyarrow as pa
from pydantic import Field

from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.quantity import to_micro
from bridge.domain.snapshot import STOCK_LINES, Identity, Provenance, Scope, Snapshot, empty
from bridge.ports import Clock, Source, SourceAbility
from config.base import SourceSettings
from connectors.connector import Connector

COLUMNS = ("item", "warehouse", "batch", "quantity", "unit")


class ExportSettings(SourceSettings):
    """`kind = "stock_export"`: a CSV file that another system writes."""

    path: Path = Field(description="the exported file")
    account: str = Field(default="", description="name of the account set for the gate; default: the file's name")


class StockExport:
    """The export as a source. Opening it reads nothing; every call reads the file anew."""

    def __init__(self, source: str, settings: ExportSettings, clock: Clock) -> None:
        self.id = source
        self.ability = SourceAbility(movements=False, moves_constantly=False)
        self._settings = settings
        self._clock = clock

    def probe(self) -> Identity:
        """Return what the file is. Raise as `snapshot` does."""
        self._rows()
        return Identity(self.id, "stock export (CSV)", "", self._account(), self._settings.account, _fingerprint())

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return the file's lines.

        Raise SourceUnavailable if it cannot be read, SourceRefused if it is no export, SnapshotRejected if it is cut.
        """
        began = self._clock.now()
        rows, counted = self._rows()
        if len(rows) > min(scope.row_cap, self._settings.row_cap):
            raise self._rejected(f"{len(rows)} lines are more than row_cap allows")
        provenance = Provenance(
            source=self.id,
            fetched_from=began,
            fetched_to=self._clock.now(),
            as_of=None,  # a file has no clock of its own; the gate then takes the time of reading
            account=self._account(),
            schema=_fingerprint(),
            rows=len(rows),
            expected_rows=counted,  # the gate refuses the snapshot when they differ
        )
        return Snapshot(provenance, pa.Table.from_pylist([self._line(row) for row in rows], schema=STOCK_LINES))

    def movements(self, since: str) -> MovementBatch:
        """Return nothing: this system exports no documents."""
        return MovementBatch(rows=empty(MOVEMENTS), cursor=since)

    def _rows(self) -> tuple[list[dict[str, str]], int]:
        """Return the lines as texts and the trailer's count."""
        path = self._settings.path
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as cause:
            raise SourceUnavailable("BR-1191", source=self.id, detail=f"{path}: {cause.strerror}") from cause
        except UnicodeDecodeError as cause:
            raise SourceRefused("BR-1192", source=self.id, detail=f"{path} is not UTF-8") from cause
        *lines, trailer = text.rstrip("\n").split("\n")
        if not trailer.startswith("#rows=") or not trailer[6:].isdecimal():
            raise self._rejected(f"{path} has no trailer #rows=N, so it is not complete")
        reader = csv.DictReader(lines, strict=True)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise SourceRefused("BR-1192", source=self.id, detail=f"{path} has no column {', '.join(missing)}")
        try:
            return [{name: row[name] or "" for name in COLUMNS} for row in reader], int(trailer[6:])
        except csv.Error as cause:
            raise self._rejected(f"{path}, line {reader.line_num}: {cause}") from cause

    def _line(self, row: dict[str, str]) -> dict[str, object]:
        """Return one stock line. A blank figure is Unknown, never zero; a code is text, whatever it looks like."""
        if not row["item"]:
            raise self._rejected("a line has no item code")
        try:
            quantity = to_micro(row["quantity"]) if row["quantity"] else None
        except SnapshotRejected as cause:
            raise self._rejected(f"{row['quantity'][:40]!r} is no quantity") from cause
        codes = {name: row[name] for name in ("item", "warehouse", "batch")}
        return {**codes, "quantity": quantity, "raw_unit": row["unit"], "raw_quantity": row["quantity"]}

    def _rejected(self, detail: str) -> SnapshotRejected:
        return SnapshotRejected("BR-1193", source=self.id, detail=detail)

    def _account(self) -> str:
        return self._settings.account or self._settings.path.name


def _fingerprint() -> str:
    return hashlib.sha256(",".join(COLUMNS).encode()).hexdigest()


def open_export(source: str, settings: SourceSettings, clock: Clock) -> Source:
    """Open the source. A plain function of a module, so that it can run in a child process."""
    assert isinstance(settings, ExportSettings)  # noqa: S101 - the registry pairs kind and settings
    return StockExport(source, settings, clock)


CONNECTOR = Connector(kind="stock_export", settings=ExportSettings, source=open_export)

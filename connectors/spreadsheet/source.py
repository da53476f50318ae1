"""A file somebody keeps by hand, as a source."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.compute as pc

from bridge.domain.errors import SnapshotRejected
from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import Identity, Provenance, Scope, Snapshot, empty
from bridge.domain.spans import length
from bridge.ports import Clock, SourceAbility
from config.durations import parse_duration
from connectors.spreadsheet.body import Body, read_body, warehouse_table
from connectors.spreadsheet.config import MovementSheet, SpreadsheetSettings
from connectors.spreadsheet.file import Content, read_file, refuse_stale
from connectors.spreadsheet.header import Header, find_header
from connectors.spreadsheet.movements import movement_table
from connectors.spreadsheet.sheet import Sheet
from connectors.spreadsheet.workbook import read_sheet


@dataclass(frozen=True)
class _Reading:
    content: Content
    sheet: Sheet
    header: Header
    body: Body


class SpreadsheetSource:
    """A workbook or CSV file. Every call reads it anew; nothing is written, no lock is held."""

    def __init__(self, source: str, settings: SpreadsheetSettings, clock: Clock) -> None:
        self.id = source
        self.ability = SourceAbility(
            movements=settings.movements is not None,
            batches=settings.columns.batch is not None,
            moves_constantly=False,
        )
        self._settings = settings
        self._clock = clock

    def probe(self) -> Identity:
        """Return what the file is; it is read as for a snapshot, whatever its age."""
        found = self._read(self._settings.row_cap, max_age=None)
        return Identity(
            source=self.id,
            product=f"Excel ({found.sheet.kind})" if found.sheet.kind != "csv" else "CSV",
            version="",
            account=found.content.path.name,
            account_name=found.sheet.name,
            schema=found.header.fingerprint,
            findings=_findings(found),
        )

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return the lines of the sheet; the picture's time is when the file was last written."""
        settings, fetched_from = self._settings, self._clock.now()
        found = self._read(min(scope.row_cap, settings.row_cap), self._max_age)
        lines = found.body.table()
        return Snapshot(
            provenance=Provenance(
                source=self.id,
                fetched_from=fetched_from,
                fetched_to=self._clock.now(),
                as_of=found.content.written,
                account=found.content.path.name,
                schema=found.header.fingerprint,
                rows=lines.num_rows,
                expected_rows=lines.num_rows,
                notes=tuple(f"{code} count={facts['count']}" for code, facts in _findings(found)),
            ),
            lines=lines,
            warehouses=warehouse_table(lines, settings.warehouse_kind),
        )

    def movements(self, since: str) -> MovementBatch:
        """Return all rows of the list of documents, or none if neither the file nor the settings changed since.

        Rows that are gone count as deleted, but for those before the first day that the list still has: a list that
        is begun anew each month does not take the last one back.
        """
        settings, wanted = self._settings, self._settings.movements
        if wanted is None:
            return MovementBatch(rows=empty(MOVEMENTS), cursor=since)
        now = self._clock.now()
        content = self._content(wanted.path or settings.path, now, self._max_age)
        content_and_meaning = content.data + settings.model_dump_json().encode()
        cursor = json.dumps({"v": 1, "sha256": hashlib.sha256(content_and_meaning).hexdigest()})
        if cursor == since:
            return MovementBatch(rows=empty(MOVEMENTS), cursor=since)
        rows = movement_table(*self._sheet(content, wanted), settings, wanted, now.tzinfo)
        keys = frozenset(rows["key"].to_pylist()) if rows.num_rows else None  # a new, empty list takes nothing back
        return MovementBatch(rows, cursor, keys, pc.min(rows["business_time"]).as_py())

    @property
    def _max_age(self) -> timedelta | None:
        return parse_duration(self._settings.max_age) if self._settings.max_age else None

    def _content(self, path: Path, now: datetime, max_age: timedelta | None) -> Content:
        content = read_file(path, self.id, now.tzinfo, self._settings.max_bytes)
        refuse_stale(content, self.id, now, max_age)
        return content

    def _sheet(self, content: Content, listed: SpreadsheetSettings | MovementSheet) -> tuple[Sheet, Header]:
        layout = self._settings.layout(listed)
        sheet = read_sheet(content, self.id, layout)
        return sheet, find_header(sheet, layout)

    def _read(self, row_cap: int, max_age: timedelta | None) -> _Reading:
        now = self._clock.now()
        content = self._content(self._settings.path, now, max_age)
        sheet, header = self._sheet(content, self._settings)
        body = read_body(sheet, header, self._settings, row_cap)
        self._refuse_old_rows(sheet, body, now, max_age)
        return _Reading(content, sheet, header, body)

    def _refuse_old_rows(self, sheet: Sheet, body: Body, now: datetime, max_age: timedelta | None) -> None:
        """Refuse a file that was saved today but last kept long ago. A day counts to its end."""
        if body.newest is None:
            return
        row, column = body.newest_at
        if body.newest > now.date():
            raise sheet.refused("BR-1335", row, column, today=now.date())
        end = datetime(body.newest.year, body.newest.month, body.newest.day, tzinfo=now.tzinfo) + timedelta(days=1)
        age = now - end
        if max_age is not None and age > max_age:
            facts = {"age": length(age), "limit": length(max_age), "value": body.newest}
            raise SnapshotRejected("BR-1302", source=self.id, cell=sheet.address(row, column), **facts)


def _findings(found: _Reading) -> tuple[tuple[str, dict[str, str]], ...]:
    counts = {"sheet_rows_hidden": found.body.hidden, "sheet_rows_without_quantity": found.body.unknown}
    return tuple((code, {"count": str(count)}) for code, count in counts.items() if count)

"""A file somebody keeps by hand, as a source."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.domain.errors import SnapshotRejected
from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import Identity, Provenance, Scope, Snapshot, empty
from bridge.domain.spans import length
from bridge.ports import Clock, SourceAbility
from config.durations import parse_duration
from connectors.spreadsheet.body import Body, read_body, warehouse_table
from connectors.spreadsheet.config import SpreadsheetSettings
from connectors.spreadsheet.file import Content, read_file, refuse_stale
from connectors.spreadsheet.header import Header, find_header
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
            movements=False, batches=settings.columns.batch is not None, moves_constantly=False
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
        max_age = parse_duration(settings.max_age) if settings.max_age else None
        found = self._read(min(scope.row_cap, settings.row_cap), max_age)
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
        """Return none: a list of stock has no documents."""
        return MovementBatch(rows=empty(MOVEMENTS), cursor=since)

    def _read(self, row_cap: int, max_age: timedelta | None) -> _Reading:
        now = self._clock.now()
        content = read_file(self._settings.path, self.id, now.tzinfo, self._settings.max_bytes)
        refuse_stale(content, self.id, now, max_age)
        sheet = read_sheet(content, self.id, self._settings)
        header = find_header(sheet, self._settings)
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

"""What to read of the documents since a cursor: what changed, or everything when that is not to be trusted."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from config.durations import parse_duration
from connectors.yonyou_u8.config import SwitchFamily, YonyouU8Settings
from connectors.yonyou_u8.cursor import Cursor
from connectors.yonyou_u8.documents import Window, document_tables
from connectors.yonyou_u8.effects import FAMILIES, SWITCH_OF, Moment, moments, stated_moments
from connectors.yonyou_u8.reading import Found, Reading
from connectors.yonyou_u8.versions import version_number


@dataclass(frozen=True)
class Changes:
    """Lines as read: `whole` = all of them, else what changed. `on_save`, `assumed`: see Cursor."""

    found: Found
    whole: bool
    on_save: tuple[str, ...]
    assumed: tuple[str, ...]


def read_changes(
    reading: Reading, cursor: Cursor | None, fence: int | None, now: datetime, *, measure: bool
) -> Changes:
    """Read what changed; everything if the switches changed or the database was set back."""
    meant = _moments(reading, cursor, measure=measure)
    whole = cursor is None or _on_save(meant) != cursor.on_save or _set_back(reading, cursor, fence)
    found = reading.lines(Window() if whole or cursor is None else _window(cursor, reading.settings, now))
    if not whole and _unaudited_families(found) & {family for family, m in meant.items() if m.how == "assumed"}:
        # The first unaudited document of a family is what its switch can be measured by.
        measured = _moments(reading, cursor, measure=True)
        if _on_save(measured) != _on_save(meant):
            whole, found = True, reading.lines(Window())
        meant = measured
    assumed = tuple(sorted(family for family, moment in meant.items() if moment.how == "assumed"))
    return Changes(found, whole, _on_save(meant), assumed)


def _on_save(meant: dict[SwitchFamily, Moment]) -> tuple[str, ...]:
    return tuple(sorted(family for family, moment in meant.items() if moment.on_save))


def _unaudited_families(found: Found) -> set[SwitchFamily]:
    return {
        SWITCH_OF[pair.type]
        for pair, columns in found
        if pair.type in SWITCH_OF and not all(columns.get("handler", (True,)))
    }


def _moments(reading: Reading, cursor: Cursor | None, *, measure: bool) -> dict[SwitchFamily, Moment]:
    """Return each family's moment. A measurement reads all documents, so between two it is kept in the cursor."""
    if cursor is None or measure:
        fresh = moments(reading.connection, reading.schema, reading.settings, reading.options)
        if cursor is None:
            return fresh
        # Nothing to measure by at the moment is no reason to forget what was measured.
        return {family: _kept(cursor, family) if m.how == "assumed" else m for family, m in fresh.items()}
    stated = stated_moments(reading.settings, reading.options)
    return {family: stated.get(family, _kept(cursor, family)) for family in FAMILIES}


def _kept(cursor: Cursor, family: SwitchFamily) -> Moment:
    return Moment(family in cursor.on_save, "assumed" if family in cursor.assumed else "measured")


def _set_back(reading: Reading, cursor: Cursor, fence: int | None) -> bool:
    """Return whether row versions appeared, vanished or run backwards since the cursor: a restored database."""
    if (fence is None) != (cursor.fence is None):
        return True
    if fence is None or cursor.fence is None:
        return False
    if fence < cursor.fence:
        return True
    seen = [(_version_of(reading, kind, auto_id), version) for kind, auto_id, version in cursor.anchors]
    if any(now is not None and now < before for now, before in seen):
        return True
    # The newest document gone was deleted or entered anew. The newest two gone: rather a backup came back that never had
    # them, and the versions have grown past the fence since; reading all again is dear, but loses nothing.
    return bool(seen) and all(now is None for now, _ in seen[:2])


def _version_of(reading: Reading, kind: str, auto_id: int) -> int | None:
    pair = next((pair for pair in reading.pairs if pair.type == kind), None)
    if pair is None:
        return None
    _, body, _, b = document_tables(reading.schema, pair)
    asked = sa.select(version_number(body.column("rowufts", b))).where(body.column("AutoID", b) == auto_id)
    found = reading.connection.execute(asked).scalar()
    return None if found is None else int(found)


def _window(cursor: Cursor, settings: YonyouU8Settings, now: datetime) -> Window:
    if cursor.fence is not None:
        return Window(fence=cursor.fence)
    return Window(top=cursor.top, reread_from=(now - parse_duration(settings.reread)).date())

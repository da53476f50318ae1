"""Which version the tables have, and bringing them to the newest: one transaction, and a copy before it."""

import os
import sqlite3
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from bridge.domain.errors import ConfigError
from bridge.store.engine import shown, transaction


@dataclass(frozen=True)
class SchemaState:
    """The version found ('' = an empty database), the newest this program knows, and the copy made on the way."""

    found: str
    head: str
    backup: Path | None = None

    @property
    def current(self) -> bool:
        """Return whether nothing is to be done."""
        return self.found == self.head


def check(engine: Engine) -> SchemaState:
    """Return the version of the tables. Raise ConfigError if a newer program wrote them: nothing is touched then."""
    with transaction(engine, "read") as connection:
        return _state(connection)


def demand(engine: Engine) -> None:
    """Raise ConfigError unless the tables have the newest version."""
    state = check(engine)
    if not state.current:
        raise ConfigError("BR-1708", store=shown(engine.url), found=state.found or "-", head=state.head)


def migrate(engine: Engine) -> SchemaState:
    """Bring the tables to the newest version. Return what was found, and the copy of the SQLite file made before.

    Two processes may try at once: the second waits and finds nothing to do. Killed in the middle, nothing has happened.
    """
    before = check(engine)
    if before.current:
        return before
    copy = _copy_aside(engine, before) if before.found else None
    with transaction(engine) as connection:
        if not _state(connection).current:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        connection.commit()
    return SchemaState(before.found, before.head, copy)


def backup(engine: Engine, to: Path) -> None:
    """Copy a SQLite store to `to` while it is in use. The copy appears complete or not at all."""
    draft = to.with_name(f"{to.name}.{uuid.uuid4().hex}.draft")
    with closing(sqlite3.connect(str(engine.url.database))) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(to)


def _copy_aside(engine: Engine, before: SchemaState) -> Path | None:
    if engine.dialect.name != "sqlite":
        return None
    file = Path(str(engine.url.database))
    to = file.with_name(f"{file.name}.before-{before.head}.bak")
    backup(engine, to)
    return to


def _state(connection: Connection) -> SchemaState:
    scripts = ScriptDirectory.from_config(_config())
    head = scripts.get_current_head() or ""
    found = MigrationContext.configure(connection).get_current_revision() or ""
    known = {script.revision for script in scripts.walk_revisions()}
    if found and found not in known:
        raise ConfigError("BR-1704", store=shown(connection.engine.url), found=found, head=head)
    return SchemaState(found, head)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config

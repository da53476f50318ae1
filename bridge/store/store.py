"""The bridge's own memory, opened: tables in a database, blobs in a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import Engine

from bridge.store import schema
from bridge.store.blobs import Blobs
from bridge.store.engine import open_engine
from bridge.store.lease import Lease
from bridge.store.unit import UnitOfWork


@dataclass(frozen=True)
class Store:
    """An open store. Close it, or use it in a `with` block."""

    engine: Engine
    blobs: Blobs
    lease: Lease

    @classmethod
    def open(cls, url: str, blobs: Path, *, migrate: bool = True) -> Self:
        """Given a SQLAlchemy URL (SQLite or PostgreSQL) and a folder, open the store and bring its tables up to date.

        Raise ConfigError if the URL is no such database, a newer program wrote it, or, without `migrate`, its tables
        are not up to date; SourceUnavailable if it does not answer; InvariantBroken if it breaks its promises.
        """
        engine = open_engine(url)
        try:
            if migrate:
                schema.migrate(engine)
            else:
                schema.demand(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, Blobs(blobs), Lease(engine))

    def begin(self) -> UnitOfWork:
        """Return a unit of work that writes: alone among all processes, rolled back unless committed."""
        return UnitOfWork(self.engine)

    def read(self) -> UnitOfWork:
        """Return a unit of work that sees one still picture and cannot write; it never waits for a writer."""
        return UnitOfWork(self.engine, "read")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Return the open store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

"""What is stored. Quantities are whole millionths: whole numbers add up exactly in every database."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS stock (      -- what lies where now
  item TEXT NOT NULL, location TEXT NOT NULL, batch TEXT NOT NULL,  -- '' = no batch; never NULL, a key has no holes
  qty INTEGER NOT NULL, unit TEXT NOT NULL,
  status TEXT NOT NULL, frozen INTEGER NOT NULL,  -- frozen blocks the whole row; a part of it needs a row in `hold`
  deleted INTEGER NOT NULL,             -- removed by a person: still listed, so that the reader sees it go
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (item, location, batch));
CREATE TABLE IF NOT EXISTS movement (   -- what moved; one row a line
  id TEXT PRIMARY KEY,
  change INTEGER NOT NULL UNIQUE,       -- counts every change of any row: what a cursor points at
  time INTEGER NOT NULL, item TEXT NOT NULL, from_loc TEXT NOT NULL, to_loc TEXT NOT NULL, batch TEXT NOT NULL,
  qty INTEGER NOT NULL, doc_type TEXT NOT NULL, doc_no TEXT NOT NULL, work_order TEXT NOT NULL,
  operator TEXT NOT NULL, reversal_of TEXT NOT NULL, deleted INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE VIEW IF NOT EXISTS effect AS     -- what a movement did to each place it touched
  SELECT item, from_loc AS location, batch, CASE to_loc WHEN '' THEN qty ELSE -qty END AS qty, time
    FROM movement WHERE deleted = 0
  UNION ALL SELECT item, to_loc, batch, qty, time FROM movement WHERE deleted = 0 AND to_loc <> '';
CREATE TABLE IF NOT EXISTS picture (    -- stock copied at one moment, so that page 7 is of the same moment as page 1
  id INTEGER PRIMARY KEY AUTOINCREMENT, caller TEXT NOT NULL, as_of INTEGER, time INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS picture_line (
  picture INTEGER NOT NULL REFERENCES picture(id) ON DELETE CASCADE,
  item TEXT NOT NULL, location TEXT NOT NULL, batch TEXT NOT NULL, qty INTEGER NOT NULL, unit TEXT NOT NULL,
  status TEXT NOT NULL, frozen INTEGER NOT NULL, deleted INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (picture, item, location, batch));
CREATE TABLE IF NOT EXISTS hold (       -- holds, kept after their release as history
  hold_id TEXT PRIMARY KEY, owner TEXT NOT NULL, scope TEXT NOT NULL,
  item TEXT NOT NULL, location TEXT NOT NULL, batch TEXT NOT NULL,
  qty INTEGER NOT NULL, reason TEXT NOT NULL, until INTEGER NOT NULL,
  applied_at INTEGER NOT NULL, released_at INTEGER);
"""


def create(path: Path) -> None:
    """Make the tables in the file at `path` if they are not there."""
    with _opened(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(_TABLES)


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection inside one writing transaction: all of a request is done, or nothing of it.

    IMMEDIATE takes the writing lock first. Whoever looks before writing (is there stock, does the id exist) must look
    and write under one lock, or two requests at once both find what only one may take.
    """
    with _opened(path) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        yield db
    finally:
        db.close()

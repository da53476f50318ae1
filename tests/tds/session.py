"""One client's session: settings, transactions, prepared statements; statements in, tokens out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tds import datatypes, failures, tokens
from tds.batches import Part, parts
from tds.failures import SqlError
from tds.kinds import INT, Kind, kind_of
from tds.locks import READ, UPDATE, WRITE
from tds.outlook import Outlook
from tds.requests import BEGIN, COMMIT, ROLLBACK, SAVE, Call, Change, Login
from tds.translate import Statement

if TYPE_CHECKING:
    from tds.server import Instance

_DEFINITION = re.compile(r"@(\w+)\s+(\w+(?:\s*\([^)]*\))?)")
_DIRTY = {"NOLOCK", "READUNCOMMITTED"}


@dataclass(frozen=True)
class Manner:
    """How an answer is given: after `wait_s`, `share` of its bytes, and then "go on", "hang" or "close"."""

    share: float = 1.0
    then: str = "go on"
    wait_s: float = 0.0


class Session:
    """What a login does between connecting and hanging up."""

    def __init__(self, instance: "Instance", login: Login, number: int) -> None:
        self.instance, self.login, self.number = instance, login, number
        self.isolation, self.lock_timeout_ms, self.implicit = "READ COMMITTED", -1, False
        self.depth = 0
        self._handles: dict[int, tuple[str, str]] = {}
        self._saved: list[str] = []
        self._outlook = Outlook(self)
        self.manner = Manner()
        self.database = self._outlook.open(login.database or "master")

    def close(self) -> None:
        """Roll back and let go of every lock."""
        self.database.close()
        self.instance.locks.release(self.number)

    # -- requests

    def batch(self, text: str) -> bytes:
        """Answer an SQLBatch."""
        answer, last = b"", tokens.done()
        try:
            for part in parts(text):
                body, count = self._part(part, {}, {})
                answer += body + tokens.done(status=tokens.MORE, rows=count, after=part.text)
                last = tokens.done(rows=count, after=part.text)
        except SqlError as problem:
            return answer + self._failed(problem) + tokens.done(status=tokens.FAILED)
        cut = len(tokens.done())
        return answer[:-cut] + last if answer else last

    def call(self, call: Call) -> bytes:
        """Answer a remote procedure call."""
        try:
            body = self._procedure(call)
        except SqlError as problem:
            return self._failed(problem) + tokens.done(tokens.DONE_PROC, status=tokens.FAILED)
        return body + tokens.done(tokens.DONE_PROC)

    def change(self, wanted: Change) -> bytes:
        """Answer a transaction manager request."""
        if wanted.request == BEGIN:
            body = self._begin()
        elif wanted.request == SAVE:
            body = self._save(wanted.name)
        elif wanted.request == ROLLBACK and wanted.name:
            body = self._roll_back_to(wanted.name)
        else:
            body = self._end(commit=wanted.request == COMMIT)
            body += self._begin() if wanted.again else b""
        return body + tokens.done()

    # -- procedures

    def _procedure(self, call: Call) -> bytes:
        name, given = call.procedure, list(call.parameters)
        if name == "sp_executesql":
            definition = str(given[1].value or "") if len(given) > 1 else ""
            return self._prepared(str(given[0].value), definition, [p.value for p in given[2:]]) + tokens.status()
        if name in {"sp_prepare", "sp_prepexec"}:
            handle = len(self._handles) + 1
            self._handles[handle] = (str(given[2].value), str(given[1].value or ""))
            body = b""
            if name == "sp_prepexec":
                body = self._prepared(*self._handles[handle], [p.value for p in given[3:]])
            return body + tokens.status() + tokens.returned(0, given[0].name, INT, handle)
        if name == "sp_execute":
            if given[0].value not in self._handles:
                text = f"Could not find prepared statement with handle {given[0].value}."
                raise SqlError(8179, text)
            return self._prepared(*self._handles[given[0].value], [p.value for p in given[1:]]) + tokens.status()
        if name == "sp_unprepare":
            self._handles.pop(given[0].value, None)
            return tokens.status()
        if name.startswith("sp_datatype_info"):
            body, count = _result(datatypes.COLUMNS, datatypes.rows(given[0].value if given else 0))
            return body + tokens.done(tokens.DONE_IN_PROC, status=tokens.MORE, rows=count) + tokens.status()
        raise failures.no_procedure(call.procedure)

    def _prepared(self, text: str, definition: str, values: list[Any]) -> bytes:
        defined = [(name.lower(), kind_of(kind)) for name, kind in _DEFINITION.findall(definition)]
        kinds = dict(defined)
        named = dict(zip((name for name, _ in _DEFINITION.findall(definition)), values, strict=True))
        body = b""
        for part in parts(text):
            found, count = self._part(part, kinds, named)
            body += found + tokens.done(tokens.DONE_IN_PROC, status=tokens.MORE, rows=count, after=part.text)
        return body

    # -- statements

    def _part(self, part: Part, kinds: Mapping[str, Kind], values: dict[str, Any]) -> tuple[bytes, int | None]:
        self.instance.record(self, part.text, values)
        self.instance.disturb(self, part.text)
        if part.verb == "data":
            return self._data(part.text, kinds, values)
        if part.verb == "datatypes":
            return _result(datatypes.COLUMNS, datatypes.rows(int(part.value)))
        return self._steer(part), None

    def _steer(self, part: Part) -> bytes:
        verb, value = part.verb, part.value
        if verb == "lock_timeout":
            self.lock_timeout_ms = int(value)
        elif verb == "isolation":
            self.isolation = " ".join(value.upper().split())
        elif verb == "implicit":
            self.implicit = value.upper() == "ON"
        elif verb == "use":
            self.database.close()
            old, self.database = self.database.name, self._outlook.open(value)
            return tokens.changed(tokens.DATABASE, self.database.name, old)
        elif verb == "begin" or (verb == "begin_once" and not self.depth):
            return self._begin()
        elif verb == "save":
            return self._save(value)
        elif verb == "rollback" and value:
            return self._roll_back_to(value)
        elif verb in {"rollback", "commit"} and self.depth:
            return self._end(commit=verb == "commit")
        return b""

    def _data(self, text: str, kinds: Mapping[str, Kind], values: dict[str, Any]) -> tuple[bytes, int | None]:
        if self.instance.administer(self, text):
            return b"", None
        statement = self._outlook.understood(text, kinds)
        for touch in statement.touches:
            if touch.right == "CREATE TABLE" and self.login.user != "sa":
                raise SqlError(262, f"CREATE TABLE permission denied in database '{touch.database}'.", severity=14)
            if touch.right != "CREATE TABLE":
                self.instance.rights.check(self.login.user, touch)
        begun = self._enter(statement)
        try:
            cursor = self.database.execute(statement.sql, values, self.lock_timeout_ms)
            if statement.columns is None:
                return begun, max(cursor.rowcount, 0)
            body, count = _result(statement.columns, self.database.fetch(cursor))
            return begun + body, count
        finally:
            if not self.depth:
                self.instance.locks.release(self.number)

    def _enter(self, statement: Statement) -> bytes:
        """Open the transaction this statement needs and take its locks."""
        begun = self._begin() if self.implicit and not self.depth and statement.touches else b""
        versioned = self.isolation == "SNAPSHOT"
        if versioned and statement.touches and not self.instance.snapshot.get(self.database.name, False):
            raise failures.snapshot_not_allowed(self.database.name)
        for touch in statement.touches:
            table = (touch.database.lower(), touch.table.lower())
            mode = WRITE if touch.right != "SELECT" else UPDATE if statement.locking else READ
            free = versioned or statement.hints & _DIRTY or self.isolation == "READ UNCOMMITTED"
            if mode != READ or not free:
                self.instance.locks.take(self.number, table, mode, self.lock_timeout_ms)
        if self.depth and not self.database.in_transaction and (statement.writes or (versioned and statement.touches)):
            # Readers under READ COMMITTED see each statement's own moment; SNAPSHOT and writers keep theirs.
            self.database.execute("BEGIN IMMEDIATE" if statement.writes else "BEGIN", {}, self.lock_timeout_ms)
        return begun

    # -- transactions

    def _begin(self) -> bytes:
        self.depth += 1
        return tokens.changed(tokens.BEGUN, self.number.to_bytes(8, "little"), b"") if self.depth == 1 else b""

    def _end(self, *, commit: bool) -> bytes:
        if not self.depth:
            return b""
        self.depth = self.depth - 1 if commit else 0
        if self.depth:
            return b""
        if self.database.in_transaction:
            self.database.execute("COMMIT" if commit else "ROLLBACK", {}, self.lock_timeout_ms)
        self._saved.clear()
        self.instance.locks.release(self.number)
        what = tokens.COMMITTED if commit else tokens.ROLLED_BACK
        return tokens.changed(what, b"", self.number.to_bytes(8, "little"))

    def _save(self, name: str) -> bytes:
        begun = self._begin() if not self.depth else b""
        if self.database.in_transaction:
            self.database.execute(f'SAVEPOINT "{name}"', {}, 0)
            self._saved.append(name)
        return begun

    def _roll_back_to(self, name: str) -> bytes:
        if name in self._saved:
            self.database.execute(f'ROLLBACK TO "{name}"', {}, 0)
        return b""

    def _failed(self, problem: SqlError) -> bytes:
        body = tokens.error(problem)
        return body + (self._end(commit=False) if problem.aborts else b"")


def _result(columns: Iterable[tokens.Column], rows: list[tuple[Any, ...]]) -> tuple[bytes, int]:
    wanted = list(columns)
    return tokens.columns(wanted) + b"".join(tokens.row(wanted, row) for row in rows), len(rows)

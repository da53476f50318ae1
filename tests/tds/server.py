"""A SQL Server of the test suite: TDS 7.4 on a loopback port, SQLite files as its databases."""

import re
import select
import socket
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from tds import failures, requests, tokens
from tds.failures import SqlError
from tds.locks import Locks
from tds.rights import Rights
from tds.session import Manner, Session
from tds.values import stamp
from tds.wire import ATTENTION, BATCH, LOGIN, PRELOGIN, RPC, TRANSACTION, Gone, Wire

_SNAPSHOT = re.compile(r"ALTER\s+DATABASE\s+\[?(\w+)\]?\s+SET\s+ALLOW_SNAPSHOT_ISOLATION\s+(ON|OFF)", re.IGNORECASE)


@dataclass(frozen=True)
class Received:
    """One statement as it arrived: its text, and apart from it the values that were bound."""

    user: str
    database: str
    application: str
    text: str
    values: dict[str, Any]


Disturbance = Callable[[Session], None]
"""What befalls a session before a statement: raise SqlError or Gone, change the data, or set how it is answered."""


@dataclass
class Instance:
    """The server. `databases` maps names to files; `version` is what it pretends to be (9 = SQL Server 2005).

    `log` holds every statement received. `plan` lets something happen at a statement. `version` 9 refuses newer syntax.
    """

    databases: dict[str, Path] = field(default_factory=dict)
    rights: Rights = field(default_factory=Rights)
    version: tuple[int, int, int] = (16, 0, 1000)
    snapshot: dict[str, bool] = field(default_factory=dict)
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    log: list[Received] = field(default_factory=list)
    attempts: list[requests.Login] = field(default_factory=list)
    locks: Locks = field(default_factory=Locks)
    understood: dict[Any, Any] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)
    _plans: list[tuple[re.Pattern[str], Disturbance]] = field(default_factory=list)
    _links: set[socket.socket] = field(default_factory=set)
    _numbers: int = 50

    def start(self) -> Self:
        """Listen on a free loopback port."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self) -> None:
        """Hang up on everybody."""
        self.released.set()
        self._listener.close()
        for link in list(self._links):
            self._hang_up(link)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def plan(self, pattern: str, what: Disturbance | SqlError | Manner) -> None:
        """Let something happen, once, at the next statement that `pattern` is found in."""

        def happens(session: Session) -> None:
            if isinstance(what, SqlError):
                raise what
            if isinstance(what, Manner):
                session.manner = what
            else:
                what(session)

        self._plans.append((re.compile(pattern, re.IGNORECASE | re.DOTALL), happens))

    def disturb(self, session: Session, text: str) -> None:
        """Carry out what was planned for this statement."""
        for at, (pattern, disturbance) in enumerate(self._plans):
            if pattern.search(text):
                del self._plans[at]
                disturbance(session)
                return

    def record(self, session: Session, text: str, values: dict[str, Any]) -> None:
        """Write down what arrived."""
        login = session.login
        self.log.append(Received(login.user, session.database.name, login.application, text, dict(values)))

    def administer(self, session: Session, text: str) -> bool:
        """Carry out a DBA's statement; return whether it was one. Raise SqlError for anybody but sa."""
        switch = _SNAPSHOT.match(text)
        words = text.split(maxsplit=2)
        known = (
            switch is not None
            or [word.upper() for word in words[:2]] in _ADMIN
            or words[0].upper() in {"GRANT", "REVOKE"}
        )
        if not known:
            return False
        if session.login.user != "sa":
            raise SqlError(15247, "User does not have permission to perform this action.")
        if switch is not None:
            self.snapshot[switch[1]] = switch[2].upper() == "ON"
            return True
        return self.rights.execute(text, session.database.name)

    def lowest_active_version(self, database: str) -> int:
        """Return MIN_ACTIVE_ROWVERSION: one above the last version handed out by a committed change."""
        link = sqlite3.connect(f"{self.databases[database].as_uri()}?mode=ro", uri=True)
        try:
            return int(link.execute("SELECT value FROM lookalike_counter WHERE name = 'rowversion'").fetchone()[0]) + 1
        finally:
            link.close()

    def moment(self, *, utc: bool) -> str:
        """Return the server's clock; its wall time is Shanghai's."""
        at = self.now()
        return stamp((at.astimezone(UTC) if utc else at).replace(tzinfo=None))

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._links.add(link)
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        session: Session | None = None
        try:
            session = self._log_in(Wire(link))
            if session is not None:
                self._answer(Wire(link, session.login.size or 4096), session)
        except Gone:
            pass
        finally:
            if session is not None:
                session.close()
            self._links.discard(link)
            self._hang_up(link)

    def _log_in(self, wire: Wire) -> Session | None:
        kind, body = wire.receive()
        if kind == PRELOGIN:
            wire.send(requests.prelogin())
            kind, body = wire.receive()
        if kind != LOGIN:
            raise Gone
        login = requests.login(body)
        self.attempts.append(login)
        self._numbers += 1
        try:
            if self.rights.passwords.get(login.user) != login.password:
                raise failures.login_failed(login.user)
            try:
                session = Session(self, login, self._numbers)
            except SqlError as problem:
                raise failures.cannot_open(login.database, login.user) from problem
        except SqlError as problem:
            wire.send(tokens.error(problem) + tokens.done(status=tokens.FAILED))
            return None
        wire.send(tokens.logged_in(session.database.name, login.size or 4096, self.version))
        return session

    def _answer(self, wire: Wire, session: Session) -> None:
        while True:
            kind, body = wire.receive()
            if kind == ATTENTION:
                wire.send(tokens.done(status=tokens.CANCELLED))
                continue
            answer = self._reply(session, kind, body)
            manner, session.manner = session.manner, Manner()
            if manner.wait_s and select.select([wire.link], [], [], manner.wait_s)[0]:
                continue  # the client lost patience: its attention is the next message
            wire.send(answer[: round(len(answer) * manner.share)], part=manner.then != "go on")
            if manner.then == "go on":
                continue
            if manner.then == "hang":
                self.released.wait()
            raise Gone

    def _reply(self, session: Session, kind: int, body: bytes) -> bytes:
        try:
            if kind == BATCH:
                return session.batch(requests.batch(body))
            if kind == RPC:
                return b"".join(session.call(call) for call in requests.calls(body))
            if kind == TRANSACTION:
                return session.change(requests.change(body))
        except (ValueError, ArithmeticError, LookupError, TypeError) as cause:  # a gap of this server, told to the test
            problem = SqlError(50000, f"the test server cannot: {cause!r}")
            return tokens.error(problem) + tokens.done(status=tokens.FAILED)
        raise Gone

    @staticmethod
    def _hang_up(link: socket.socket) -> None:
        with suppress(OSError):
            link.shutdown(socket.SHUT_RDWR)
        link.close()


_ADMIN = [["CREATE", "LOGIN"], ["CREATE", "USER"], ["DROP", "LOGIN"], ["DROP", "USER"]]

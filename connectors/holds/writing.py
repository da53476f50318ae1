"""Writing into a customer's database: which login, one transaction, and what each failure means for the effect."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, inspect, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from bridge.domain.errors import BridgeError, EffectRefused, EffectRetryable, EffectUnknown, SourceUnavailable
from connectors.database import DatabaseSettings, open_engine, translate
from connectors.holds.settings import WritingLogin

_RIGHTS = frozenset({"BR-1203"})
_MISSING = frozenset({"BR-1201", "BR-1202", "BR-1206", "BR-1207"})


@dataclass(frozen=True)
class Writer:
    """How a target reaches its database. `open(writable)` makes a fresh engine each time; nothing stays connected."""

    target: str
    open: Callable[[bool], Engine]
    table: str
    login: str


def hold_settings(settings: DatabaseSettings, hold: WritingLogin) -> DatabaseSettings:
    """Given a source's settings and its `[hold]` table, return the settings the writing login connects with."""
    change: dict[str, object] = {}
    if hold.url is not None:
        change |= {"url": hold.url, "server": None, "database": None}
    address = hold.url or settings.url
    if address is None:
        change |= {"user": hold.user or settings.user, "password": hold.password or settings.password}
    elif hold.user is not None:
        change["url"] = _with_login(address, hold)
    return settings.model_copy(update=change)


def _with_login(address: SecretStr, hold: WritingLogin) -> SecretStr:
    secret = hold.password.get_secret_value() if hold.password is not None else None
    try:
        url = make_url(address.get_secret_value())
    except ArgumentError:
        return address  # open_engine refuses it with its own sentence
    if url.get_backend_name() == "sqlite":
        return address  # a file has no logins
    return SecretStr(url.set(username=hold.user, password=secret).render_as_string(hide_password=False))


def open_writer(target: str, settings: DatabaseSettings, *, table: str, database: str | None = None) -> Writer:
    """Given a target's id and the writing login's settings, return how to reach `table`."""

    def opened(writable: bool) -> Engine:
        return open_engine(settings, source=target, database=database, writable=writable)

    return Writer(target, opened, table, login_of(settings))


def login_of(settings: DatabaseSettings) -> str:
    """Return the name of the login that connects, for a GRANT; `bridge_hold` where it is not stated."""
    name = settings.user
    if settings.url is not None:
        with suppress(ArgumentError):
            name = make_url(settings.url.get_secret_value()).username
    return name or "bridge_hold"


@contextmanager
def writing(writer: Writer) -> Iterator[Connection]:
    """Yield a connection inside one writing transaction; all of it is committed or nothing.

    Raise EffectRetryable if the database was not to be had or locked, EffectRefused if it said no, EffectUnknown if
    the commit itself went wrong: then nobody knows, and the target must be probed.
    """
    with _connected(writer, writable=True) as connection:
        with _as_effect(writer):
            open_transaction = connection.begin()
        try:
            with _as_effect(writer):
                yield connection
        except BaseException:
            _roll_back(connection)
            raise
        try:
            open_transaction.commit()
        except SQLAlchemyError as error:
            cause = translate(error, writer.target)
            raise EffectUnknown("BR-1602", target=writer.target, detail=cause.packed()) from None


@contextmanager
def reading(writer: Writer) -> Iterator[Connection]:
    """Yield a fresh connection for looking only. Errors as in `writing`."""
    with _connected(writer, writable=False) as connection, _as_effect(writer):
        yield connection


@contextmanager
def read_back(writer: Writer) -> Iterator[None]:
    """Turn a failed look after a commit into EffectUnknown: it was written, but nobody has seen it."""
    try:
        yield
    except (EffectRetryable, EffectRefused) as cause:
        raise EffectUnknown("BR-1603", target=writer.target, detail=cause.packed()) from None


def has_table(connection: Connection, name: str) -> bool:
    """Return whether the table exists and is visible to this login."""
    schema, _, bare = name.rpartition(".")
    return inspect(connection).has_table(bare, schema=schema or None)


@contextmanager
def _connected(writer: Writer, *, writable: bool) -> Iterator[Connection]:
    with _as_effect(writer):
        connection = writer.open(writable).connect()
    try:
        yield connection
    finally:
        connection.close()


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except SQLAlchemyError:
        connection.invalidate()  # the server ends an abandoned transaction by itself


@contextmanager
def _as_effect(writer: Writer) -> Iterator[None]:
    """Translate what happens before a commit: certainly without effect."""
    try:
        yield
    except IntegrityError as error:
        detail = translate(error, writer.target).facts["detail"]
        raise EffectRefused("BR-1605", target=writer.target, table=writer.table, detail=detail) from None
    except SQLAlchemyError as error:
        raise _effect(writer, translate(error, writer.target)) from None
    except (EffectRetryable, EffectRefused, EffectUnknown):
        raise
    except BridgeError as error:
        raise _effect(writer, error) from None


def _effect(writer: Writer, cause: BridgeError) -> BridgeError:
    if isinstance(cause, SourceUnavailable):
        return EffectRetryable(cause.code, **cause.facts)
    facts = {"target": writer.target, "table": writer.table, "login": writer.login}
    if cause.code in _RIGHTS:
        return EffectRefused("BR-1604", **facts, detail=cause.facts.get("detail", ""))
    if cause.code in _MISSING:
        return EffectRefused("BR-1601", **facts, detail=cause.facts.get("detail", cause.packed()))
    return EffectRefused(cause.code, **cause.facts)

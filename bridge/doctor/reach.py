"""Network and TLS below a source's own protocol: is anybody there, and who says so."""

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bridge.doctor.finding import Finding, Level, bad, fine, warning
from config.base import SourceSettings

CONNECT_S = 5.0
_PORTS = {"mssql": 1433, "postgresql": 5432, "http": 80, "https": 443}
_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Address:
    """Where a source listens. `trusts_anybody` = the admin switched the certificate check off."""

    host: str
    port: int
    https: bool = False
    encrypted: bool = False
    trusts_anybody: bool = False


def address_of(settings: SourceSettings) -> Address | None:
    """Return where a source's server listens; None for a file, or where only the driver can tell (named instances)."""
    base = getattr(settings, "base_url", None)
    if isinstance(base, str):
        parts = urlsplit(base)
        https, verify = parts.scheme == "https", bool(getattr(settings, "verify_tls", True))
        port = parts.port or _PORTS.get(parts.scheme, 80)
        return Address(parts.hostname or "", port, https, https, https and not verify)
    trusts = bool(getattr(settings, "trust_server_certificate", False))
    url = getattr(settings, "url", None)
    if isinstance(url, SecretStr):
        return _of_url(url.get_secret_value(), trusts_anybody=trusts)
    host, _, inline = str(getattr(settings, "server", None) or "").partition(",")
    stated = getattr(settings, "port", None) or (int(inline) if inline.strip().isdigit() else None)
    if not host or ("\\" in host and stated is None):
        return None
    return Address(host.partition("\\")[0], stated or _PORTS["mssql"], trusts_anybody=trusts)


def network(area: str, address: Address) -> Iterator[Finding]:
    """Yield whether the port answers, how quickly, and what its certificate is worth (HTTPS only)."""
    began = time.perf_counter()
    try:
        with socket.create_connection((address.host, address.port), timeout=CONNECT_S) as link:
            spent = (time.perf_counter() - began) * 1000
            yield fine(area, "BR-2111", host=address.host, port=address.port, ms=f"{spent:.0f}")
            if address.https and not address.trusts_anybody:
                yield from _certificate(area, address, link)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        yield bad(area, "BR-2112", 3, host=address.host, port=address.port, detail=detail)
    if address.trusts_anybody:
        yield warning(area, "BR-2115", host=address.host)


def is_reached(findings: list[Finding]) -> bool:
    """Return whether anybody answered."""
    return not any(each.level is Level.BAD and each.code == "BR-2112" for each in findings)


def _of_url(url: str, *, trusts_anybody: bool) -> Address | None:
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    if not parsed.host:
        return None
    return Address(parsed.host, parsed.port or _PORTS.get(parsed.get_backend_name(), 0), trusts_anybody=trusts_anybody)


def _certificate(area: str, address: Address, link: socket.socket) -> Iterator[Finding]:
    """Yield how long the certificate is good. One of the plant's own authority is judged by the source itself."""
    try:
        with ssl.create_default_context().wrap_socket(link, server_hostname=address.host) as secured:
            shown = secured.getpeercert() or {}
    except ssl.SSLError as error:
        yield warning(area, "BR-2116", host=address.host, detail=getattr(error, "verify_message", "") or error.reason)
        return
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown.get("notAfter", ""))), UTC)
    code = "BR-2114" if until - datetime.now(UTC) < _SOON else "BR-2113"
    make = warning if code == "BR-2114" else fine
    yield make(area, code, host=address.host, until=until.date())

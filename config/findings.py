"""What a configuration allows but a person should know, as (code, facts); sentences stand under `findings.<code>`."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_plus

from config.base import SourceSettings
from config.models.settings import Settings
from config.secrets import Finding
from config.unused import set_in_vain

_OWN_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_YES: Final = frozenset({"yes", "true", "mandatory", "strict", "require"})


def findings_of(settings: Settings) -> Iterator[Finding]:
    """Given a valid configuration, yield what is unusual or unsafe about it."""
    mail = settings.mail
    if mail is None:
        yield "BR-1092", {}
    elif mail.password is not None and mail.tls == "none" and mail.host not in _OWN_MACHINE:
        yield "BR-1093", {"host": mail.host}
    if mail is not None and not mail.verify:
        yield "BR-1096", {"host": mail.host}
    for name, source in settings.sources.items():
        yield from _connection_findings(name, source)
    roles = {role for person in settings.people.values() for role in person.roles}
    for pair in settings.pairs:
        if settings.mode_of(pair) == "hold" and pair.hold and "checker" not in roles:
            yield "BR-1094", {"pair": pair.id}
    vain = set_in_vain(settings)
    if vain:
        yield "BR-1088", {"keys": ", ".join(vain)}


def _connection_findings(name: str, source: SourceSettings) -> Iterator[Finding]:
    """Yield what a source's connection to SQL Server leaves unprotected; decisions of the admin that stay visible."""
    said = _tls_of(source)
    if said is None:
        return
    server, driver, encrypt, trust = said
    if server in _OWN_MACHINE:
        return
    facts = {"source": name, "server": server}
    is_freetds = "freetds" in driver or "tdsodbc" in driver
    if encrypt is False:
        yield "BR-1098", facts
    elif encrypt and is_freetds:
        yield "BR-1099", facts
    if trust and not is_freetds:
        yield "BR-1097", facts


def _tls_of(source: SourceSettings) -> tuple[str, str, bool | None, bool] | None:
    """Return server, driver, `encrypt` and `trust_server_certificate` of a SQL Server source, None for any other."""
    server, url, driver = (getattr(source, name, None) for name in ("server", "url", "driver"))
    if server and driver:
        host = re.split(r"[,\\]", server)[0].lower()
        return (
            host,
            driver.lower(),
            getattr(source, "encrypt", None),
            getattr(source, "trust_server_certificate", False),
        )
    words = unquote_plus(url.get_secret_value()).replace("odbc_connect=", "") if url is not None else ""
    if not words.lower().startswith("mssql"):
        return None
    found = {key.lower(): value.strip("{}") for key, value in re.findall(r"[?&;=](\w+)=(\{[^}]*\}|[^;&]*)", words)}
    host = re.match(r"mssql[^/]*//(?:[^@/?]*@)?([^:/?]+)", words)
    server = host[1] if host else re.split(r"[,\\]", found.get("server", ""))[0]
    encrypt = found.get("encrypt") or found.get("encryption")
    trust = found.get("trustservercertificate", "no").lower() in _YES
    return server.lower(), found.get("driver", "").lower(), None if encrypt is None else encrypt.lower() in _YES, trust

"""ODBC connect strings for SQL Server: one place that knows how the drivers differ (sqlserver.md, Drivers)."""

from sqlalchemy import URL

from connectors.database.settings import DatabaseSettings

APPLICATION = "StockBridge"


class InexpressibleValue(Exception):
    """A value that the driver's connect strings cannot carry; `field` names it, the value stays unsaid."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def is_freetds(connect_string: str) -> bool:
    """Return whether the connect string names the FreeTDS driver."""
    driver = connect_string.lower().partition("driver=")[2].partition(";")[0]
    return "freetds" in driver or "tdsodbc" in driver


def of_settings(settings: DatabaseSettings, database: str | None = None) -> str:
    """Given server fields, return the connect string; `database` replaces the configured one."""
    password = settings.password.get_secret_value() if settings.password is not None else ""
    return build(
        driver=settings.driver,
        server=settings.server or "",
        port=settings.port,
        database=database or settings.database or "",
        user=settings.user,
        password=password,
        encrypt=settings.encrypt,
        trust=settings.trust_server_certificate,
    )


def of_url(url: URL) -> str:
    """Given a `mssql+pyodbc` URL, return its connect string. A ready `odbc_connect=` passes unchanged.

    A URL with host and port is translated here, because SQLAlchemy would write `Server=h,port`, which FreeTDS refuses.
    """
    query = {name.lower(): value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    ready = query.pop("odbc_connect", None)
    if ready is not None:
        return ready
    encrypt = query.pop("encrypt", None)
    trust = query.pop("trustservercertificate", "no")
    return build(
        driver=query.pop("driver", "ODBC Driver 17 for SQL Server"),
        server=url.host or "",
        port=url.port,
        database=url.database or "",
        user=url.username,
        password=url.password or "",
        encrypt=None if encrypt is None else encrypt.lower() in {"yes", "true", "mandatory", "strict", "require"},
        trust=trust.lower() in {"yes", "true"},
        extra=query,
    )


def build(
    *,
    driver: str,
    server: str,
    port: int | None,
    database: str,
    user: str | None,
    password: str,
    encrypt: bool | None,
    trust: bool,
    extra: dict[str, str] | None = None,
) -> str:
    """Return the connect string, every value braced and escaped, so that a `;` in a password stays a character.

    Raise InexpressibleValue for a value that FreeTDS would cut in two.
    """
    host, _, inline_port = server.partition(",")
    port = port or (int(inline_port) if inline_port.strip().isdigit() else None)
    freetds = is_freetds(f"driver={driver}")
    words: dict[str, str] = {"DRIVER": driver, "APP": APPLICATION, "DATABASE": database}
    if freetds:
        words |= {"SERVER": host, "TDS_Version": "7.4", "ClientCharset": "UTF-8"}
        if port or "\\" not in host:
            words["PORT"] = str(port or 1433)
        if encrypt is not None:
            words["Encryption"] = "require" if encrypt else "off"
    else:
        words["SERVER"] = f"{host},{port}" if port else host
        if encrypt is not None:
            words["Encrypt"] = "yes" if encrypt else "no"
        # Encrypt=no still verifies the certificate when the server forces TLS, so this is said on its own.
        words["TrustServerCertificate"] = "yes" if trust else "no"
    if user:
        words |= {"UID": user, "PWD": password}
    else:
        words["Trusted_Connection"] = "yes"
    known = {name.lower() for name in words}
    words |= {name: value for name, value in (extra or {}).items() if name.lower() not in known}
    spelled = _freetds if freetds else _braced
    # FreeTDS ends a braced value at `};` only: without the last semicolon the brace would belong to the password.
    return "".join(f"{name}={spelled(name, value)};" for name, value in words.items() if value)


def _braced(_name: str, value: str) -> str:
    """Return plain words bare and everything else in braces, closing braces doubled, as the ODBC rules say."""
    return value if _is_plain(value) else "{" + value.replace("}", "}}") + "}"


def _freetds(name: str, value: str) -> str:
    """As `_braced`, but FreeTDS (measured with 1.3.17) knows no doubling and reads `PORT={1433}` as 0."""
    if "};" in value:
        raise InexpressibleValue(name)
    return value if _is_plain(value) else "{" + value + "}"


def _is_plain(value: str) -> bool:
    return value.isascii() and value.replace(".", "").replace("-", "").replace("_", "").isalnum()

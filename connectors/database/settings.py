"""The settings of a source that is read by SQL."""

from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator

from config.base import Secret, SourceSettings
from config.kinds_of_value import Window
from config.refusal import Refusal


class DatabaseSettings(SourceSettings):
    """Where the database is: either a SQLAlchemy `url`, or server fields for SQL Server. Exactly one of both."""

    needs_database: ClassVar[bool] = True  # false where the connector finds the database itself (U8 year databases)

    url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy URL, e.g. sqlite:///D:/k3.db; may be a secret reference. Instead of the server fields",
    )
    driver: str = Field(
        default="ODBC Driver 17 for SQL Server",
        description="ODBC driver: ODBC Driver 18/17 for SQL Server, or FreeTDS (old servers, Linux)",
    )
    server: str | None = Field(default=None, description="SQL Server host, host\\instance allowed")
    port: int | None = Field(default=None, ge=1, le=65535, description="TCP port; default: 1433, or the instance's")
    database: str | None = Field(default=None, description="account set database, e.g. AIS20190101120000")
    user: str | None = Field(default=None, description="read-only login; default: the service's Windows account")
    password: Secret | None = Field(default=None, description="its password, as a reference: secret:k3_ro")
    encrypt: bool | None = Field(
        default=None,
        description="TLS to the server; default: as the driver does (driver 18 encrypts, 17 does not)",
    )
    trust_server_certificate: bool = Field(
        default=False,
        description="accept any certificate, e.g. a self-signed one: your decision, shown in status",
    )
    login_timeout_s: int = Field(default=10, gt=0, description="deadline of the login, in seconds")
    lock_timeout_s: float = Field(
        default=5, ge=0, description="how long to wait for locks of others before giving up, in seconds"
    )
    rows_per_s: int | None = Field(
        default=None, gt=0, description="most rows a second that a reading takes from this database; default: no limit"
    )
    blackout: tuple[Window, ...] = Field(
        default=(),
        description='hours in which this database is not read, e.g. ["22:00-23:00"] during its backup; pairs are '
        "suspended then, nobody is alarmed",
    )

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if self.url is not None and (self.server or self.database):
            raise Refusal("BR-1121")
        if self.url is None and not (self.server and (self.database or not self.needs_database)):
            raise Refusal("BR-1122", wanted="server + database" if self.needs_database else "server")
        return self

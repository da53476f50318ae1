"""`[sources.X.hold]` of sources that are read by SQL."""

from typing import Literal

from pydantic import Field, SecretStr

from config.base import Secret, Table


class WritingLogin(Table):
    """Who writes, and where."""

    url: SecretStr | None = Field(
        default=None, description="SQLAlchemy URL of the database to write to; default: the source's"
    )
    user: str | None = Field(default=None, description="login with write rights on this one table only")
    password: Secret | None = Field(default=None, description="its password, as a reference")


class ViaHoldTable(WritingLogin):
    """`via = "hold_table"`: a table of yours that MES, WMS or scanners ask before they let goods out."""

    via: Literal["hold_table"] = Field(default="hold_table", description="the way of holding")
    table: str = Field(default="stockbridge_hold", description="name of the hold table (schema.name allowed)")
    account_sets: tuple[str, ...] = Field(
        default=(), description="databases in which the table may be written; default: wherever the source leads"
    )

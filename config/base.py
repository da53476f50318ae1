"""The settings every source has, and the types a connector's own settings are built from."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from config.durations import parse_duration

Duration = Annotated[str, AfterValidator(lambda text: (parse_duration(text), text)[1])]
"""A length of time as people write it: `30m`, `25m`, `8h`, `2d`, `5s`."""

Secret = SecretStr
"""A secret. In bridge.toml it is a reference - `secret:NAME`, `env:NAME` or `file:PATH` - that the loader resolves."""


class Table(BaseModel):
    """Base of every table in bridge.toml: unknown keys are errors, values cannot change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


class HoldVia(Table):
    """`[sources.X.hold]`: how holds are written back into this system. Left out: the bridge's own register only."""

    via: Literal["hold_table", "frozen_quantity", "status_convert"] = Field(
        default="hold_table",
        description="hold_table: a table of yours that MES or scanners ask; frozen_quantity: U8's own fStopQuantity; "
        "status_convert: a Kingdee Cloud document 库存状态转换",
    )
    url: SecretStr | None = Field(
        default=None, description="SQLAlchemy URL of the database to write to; default: the source's"
    )
    user: str | None = Field(default=None, description="login with write rights on this one table only")
    password: Secret | None = Field(default=None, description="its password, as a reference")
    table: str = Field(default="stockbridge_hold", description="name of the hold table (schema.name allowed)")
    account_sets: tuple[str, ...] = Field(
        default=(), description="frozen_quantity only: account databases for which the admin allows writing"
    )
    convert: Literal["unaudited", "audited"] = Field(
        default="unaudited",
        description="status_convert only: unaudited saves a draft that a person audits; audited takes effect at once",
    )
    from_status: str = Field(
        default="KCZT01_SYS", description="status_convert only: stock status that is held; default: 可用 available"
    )
    to_status: str = Field(
        default="KCZT03_SYS", description="status_convert only: stock status it becomes; default: 冻结 frozen"
    )
    lift_by: Literal["unaudit", "mirror"] = Field(
        default="unaudit",
        description="status_convert only: how an audited hold is lifted: unaudit and delete, or a mirrored document",
    )
    ref_key: str = Field(
        default="FNote",
        description="status_convert only: header field of the document that carries the hold's reference",
    )
    bill_type: str = Field(
        default="",
        description="status_convert only: number of the document's bill type; default: the form's own default",
    )


class SourceSettings(Table):
    """What every source has, whatever its kind."""

    kind: str = Field(description="which connector reads it")
    label: str = Field(default="", description="name for people; default: the source's id")
    timeout_s: float = Field(default=60, gt=0, description="deadline of one call, in seconds")
    row_cap: int = Field(default=5_000_000, gt=0, description="more rows than this are refused instead of read")
    max_age: Duration | None = Field(default=None, description="older data are refused, e.g. 26h; default: no limit")
    isolate: bool | None = Field(
        default=None,
        description="read in a child process that is ended at the deadline; default: true, except for sqlite files",
    )
    memory_mb: int = Field(
        default=2048, ge=64, description="memory a call may take in its child process, in MB (Linux and Windows)"
    )
    hold: HoldVia | None = Field(default=None, description="how holds are written back; default: not at all")

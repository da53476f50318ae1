"""The settings every source has, and the types a connector's own settings are built from."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator

from config.durations import parse_duration
from config.refusal import Refusal

Duration = Annotated[str, AfterValidator(lambda text: (parse_duration(text), text)[1])]
"""A length of time as people write it: `30m`, `25m`, `8h`, `2d`, `5s`."""

Secret = SecretStr
"""A secret. In bridge.toml it is a reference - `secret:NAME`, `env:NAME` or `file:PATH` - that the loader resolves."""


class Table(BaseModel):
    """Base of every table in bridge.toml: unknown keys are errors, values cannot change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


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
    hold: Table | None = Field(
        default=None, description="how holds are written back, see below for each `via`; default: not at all"
    )
    """A connector that takes holds states here its own table, or a union of tables told apart by `via`."""

    @field_validator("hold", mode="before")
    @classmethod
    def _takes_this_hold(cls, given: Any) -> Any:
        """Refuse a way of holding that this kind of source does not have; one left out is the kind's first."""
        if given is None or cls is SourceSettings:  # what an unknown kind takes, nobody knows
            return given
        ways = ways_to_hold(cls)
        if not ways:
            raise Refusal("BR-1036")
        if not isinstance(given, Mapping):
            return given
        table = {"via": ways[0], **given}
        if table["via"] not in ways:
            raise Refusal("BR-1037", via=table["via"], allowed=" | ".join(ways))
        return table


def ways_to_hold(settings: type[SourceSettings]) -> tuple[str, ...]:
    """Return what `via` may say in the `[hold]` table of a kind of source, the default first; () = it takes none."""
    tables = hold_tables(settings)
    return tuple(way for table in tables for way in get_args(table.model_fields["via"].annotation))


def hold_tables(settings: type[SourceSettings]) -> tuple[type[Table], ...]:
    """Return the models of a kind's `[hold]` table, one for each way."""
    annotation = settings.model_fields["hold"].annotation
    parts = [part for part in get_args(annotation) if isinstance(part, type) and issubclass(part, Table)]
    return tuple(part for part in parts if "via" in part.model_fields)

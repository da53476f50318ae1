"""`[plant]`, `[schedule]`, `[web]`, `[retention]`: the plant, its rhythm, its page, its memory."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from config.base import Table
from config.kinds_of_value import ClockTime, Listen, Mode, PositiveDuration, Window


class Plant(Table):
    """Who and where we are, and how far the bridge may go."""

    name: str = Field(default="", description="name of the plant, in mails", examples=["示例精密(东莞)"])
    timezone: str = Field(default="Asia/Shanghai", description="IANA time zone of all clock times in this file")
    currency: Annotated[str, Field(min_length=1)] = Field(default="CNY", description="currency of all money")
    language: Literal["zh", "en"] = Field(default="zh", description="texts of mails and the command line")
    mode: Mode = Field(
        default="observe",
        description="observe: only record; alert: also mail; hold: also place holds. A pair may set its own",
    )
    data_dir: Path = Field(
        default=Path("data"),
        description="folder for snapshots, the store and the secrets; relative to this file's folder",
    )
    store_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy URL of a PostgreSQL database for the store, instead of a SQLite file in data_dir; one daemon a "
        "store. Snapshots stay in data_dir",
        examples=["postgresql+psycopg://bridge:secret@db.intranet/stockbridge"],
    )


class Schedule(Table):
    """When the daemon works. Clock times are the plant's."""

    movements: PositiveDuration = Field(default="every 5s", description="how often new documents are read")
    snapshot: PositiveDuration = Field(default="every 30m", description="how often stock is read and judged")
    daily: ClockTime | None = Field(
        default=None, description="when the daily report goes out; default: no report", examples=["09:00"]
    )
    quiet_hours: tuple[Window, ...] = Field(
        default=(), description="spans in which no new hold is placed; mails still go"
    )
    calendar: Path | None = Field(
        default=None,
        description="CSV `date,kind,note` with kind work or rest, over the built-in public holidays",
        examples=["calendar.csv"],
    )
    shifts: Annotated[tuple[Window, ...], Field(min_length=1)] = Field(
        default=("08:00-12:00", "13:00-17:00"), description="working hours of a working day; deadlines count only these"
    )


class Web(Table):
    """The page people open from a mail. The bridge has no page server yet."""

    listen: Listen = Field(default="127.0.0.1:8686", description="host:port the page server listens on")
    public_url: str = Field(
        default="",
        description="link in mails; there is no page server yet: set it only if you serve a page yourself",
        examples=["http://bridge.intranet"],
    )


class Retention(Table):
    """How long things are kept; applied once a day by the daemon, and by `stockbridge sweep`."""

    snapshots: PositiveDuration = Field(default="400d", description="stored readings, needed to recompute a run")
    audit: PositiveDuration = Field(default="10y", description="the audit log")

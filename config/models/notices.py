"""`[mail]`, `[wecom]`, `[daily]`: how people are told."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.base import Secret, Table
from config.kinds_of_value import ClockTime, Sender


class Mail(Table):
    """The mail server. Without this table nothing is mailed, and `config check` says so."""

    host: Annotated[str, Field(min_length=1)] = Field(description="mail server", examples=["smtp.exmail.qq.com"])
    port: Annotated[int, Field(gt=0, le=65535)] = Field(default=465, description="its port")
    tls: Literal["implicit", "starttls", "none"] = Field(
        default="implicit", description="implicit (465), starttls (587), none (a relay in the plant)"
    )
    verify: bool = Field(default=True, description="check the server's certificate; false stays visible in `status`")
    ca_file: Path | None = Field(
        default=None, description="certificate of the plant's own authority", examples=["plant-ca.pem"]
    )
    user: str | None = Field(default=None, description="login; default: none", examples=["bridge@example.com"])
    password: Secret | None = Field(default=None, description="its password", examples=["secret:smtp"])
    from_: Sender = Field(alias="from", description="sender", examples=["数据桥 <bridge@example.com>"])
    subject_prefix: str = Field(default="", description="put before every subject", examples=["[东莞]"])
    digest: Literal["per_owner_per_run"] = Field(
        default="per_owner_per_run", description="one mail per person and run, and only when something changed"
    )
    top_n: Annotated[int, Field(ge=1, le=200)] = Field(
        default=10, description="lines in the mail; the rest is attached"
    )
    attach: tuple[Literal["xlsx"], ...] = Field(default=("xlsx",), description="attachments")
    remind: tuple[ClockTime, ...] = Field(
        default=(), description="when open variances are recalled; default: never", examples=[["10:00", "16:00"]]
    )
    timeout_s: Annotated[float, Field(gt=0, le=600)] = Field(default=30, description="deadline of one call, in seconds")


class Wecom(Table):
    """A card a run to a WeCom group robot."""

    enabled: bool = Field(default=False, description="send cards")
    webhook: Secret | None = Field(
        default=None, description="the robot's address, which is a secret", examples=["secret:wecom_hook"]
    )
    rate_per_minute: Annotated[int, Field(ge=1, le=20)] = Field(
        default=15, description="cards a minute; WeCom's own limit is 20"
    )


class Turnover(Table):
    """Inventory turnover."""

    source: str = Field(description="source with costs and issues")
    days: Annotated[int, Field(ge=1, le=366)] = Field(default=30, description="window, in days")


class OnTime(Table):
    """Deliveries on time."""

    source: str = Field(description="source with the orders")
    by: Literal["line", "order"] = Field(default="line", description="what is counted")
    promise: str = Field(description="field with the promised date", examples=["promised_at"])
    done: str = Field(description="field with the real date", examples=["signed_at"])


class Capacity(Table):
    """Use of capacity."""

    source: str = Field(description="source with the hours")
    actual: str = Field(description="field with standard hours made", examples=["std_hours"])
    available: str = Field(description="field with hours available", examples=["plan_hours"])


class Daily(Table):
    """The daily report; a figure that is not set is left out."""

    to: tuple[str, ...] = Field(default=(), description="people who get it", examples=[["li.zong", "zhao.lei"]])
    turnover: Turnover | None = Field(
        default=None, description="inventory turnover", examples=[{"source": "k3", "days": 30}]
    )
    on_time: OnTime | None = Field(
        default=None,
        description="deliveries on time",
        examples=[{"source": "mes", "by": "line", "promise": "promised_at", "done": "signed_at"}],
    )
    capacity: Capacity | None = Field(
        default=None,
        description="use of capacity",
        examples=[{"source": "mes", "actual": "std_hours", "available": "plan_hours"}],
    )

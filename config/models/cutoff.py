"""`[cutoff]` and `[gates]`: one instant, patience, and when a reading may be believed."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from config.base import Duration, Table
from config.kinds_of_value import CloseDay, Share


class Cutoff(Table):
    """One instant for both sides, and how long a document may stand on one side only."""

    as_of: Literal["earliest_snapshot"] = Field(
        default="earliest_snapshot", description="both sides are rolled back to the earlier of the two readings"
    )
    grace: Duration = Field(default="30m", description="how long a one-sided document is no variance")
    grace_by_doc: dict[str, Duration] = Field(
        default_factory=dict, description="the same for single document types, by their name in the source"
    )
    confirm: Annotated[int, Field(ge=1, le=20)] = Field(
        default=2, description="admitted readings in a row over the limit until a variance is confirmed"
    )
    confirm_gap: Duration = Field(default="25m", description="two readings count as two only this far apart")
    close_days: tuple[CloseDay, ...] = Field(
        default=("-1", "1", "2"), description="days of the month-end close: mails yes, new holds no; -1 = last day"
    )


class Gates(Table):
    """Limits for a reading to be admitted. What fails here suspends; it never clears or confirms a variance."""

    max_row_drop: Share = Field(default=Decimal("0.20"), description="rows fewer than the median of the history")
    max_row_growth: Annotated[Decimal, Field(ge=0, le=100)] = Field(
        default=Decimal("0.50"), description="rows more than the median of the history"
    )
    max_zero_share: Share = Field(
        default=Decimal("0.20"), description="rise of the share of lines at zero against the last admitted reading"
    )
    max_vanished_share: Share = Field(
        default=Decimal("0.20"), description="share of the last admitted reading's positions that are gone"
    )
    max_clock_offset_s: Annotated[Decimal, Field(ge=0, le=86400)] = Field(
        default=Decimal(120), description="difference of the source's clock from the bridge's, in seconds"
    )
    max_age: Duration | None = Field(
        default=None,
        description="oldest data that count, for sources that set no max_age of their own; default: no limit",
        examples=["26h"],
    )
    history: Annotated[int, Field(ge=1, le=100)] = Field(default=7, description="admitted readings the medians look at")
    require_schema_match: bool = Field(
        default=True, description="tables and columns must be as when the baseline was accepted"
    )
    require_non_empty: bool = Field(default=True, description="a reading without rows is refused")
    refuse_identical: bool = Field(
        default=True, description="refuse a byte-identical repeat of a source that is known to move"
    )

"""`[holds]`: what is blocked, how much at most, for how long."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from config.base import Table
from config.kinds_of_value import AbcClass, Grain, PositiveDuration, Role, Share

Operation = Literal["out", "transfer", "in"]
ReleaseAt = Literal["approved", "verified"]


class ReleaseOn(Table):
    """When a hold goes, by ABC class: on approval, or only when the next readings prove the correction."""

    A: ReleaseAt = Field(default="verified", description="class A")
    B: ReleaseAt = Field(default="approved", description="class B, and items without a class")
    C: ReleaseAt = Field(default="approved", description="class C")


class Override(Table):
    """Limited permission to move goods against a hold."""

    by: tuple[Role, ...] = Field(default=("wh_manager", "shift_leader"), description="roles that may give it")
    max_qty: Annotated[Decimal, Field(gt=0)] = Field(default=Decimal(500), description="largest quantity, base units")
    minutes: Annotated[int, Field(gt=0, le=1440)] = Field(default=60, description="longest time, in minutes")


class Holds(Table):
    """Narrow, few, for a limited time. These limits are on even when the table is left out."""

    scope: Annotated[tuple[Grain, ...], Field(min_length=1)] = Field(
        default=("item", "warehouse"), description="what one hold covers; never a whole warehouse"
    )
    operations: Annotated[tuple[Operation, ...], Field(min_length=1)] = Field(
        default=("out", "transfer"), description="operations that are blocked"
    )
    classes: tuple[AbcClass, ...] = Field(
        default=("A", "B", "C"), description="ABC classes that are held; items without a class always are"
    )
    max_items_per_run: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=10, description="a run that wants more holds places none and asks"
    )
    max_per_day: Annotated[int, Field(ge=0, le=5000)] = Field(default=25, description="new holds a calendar day")
    max_share: Share = Field(default=Decimal("0.01"), description="largest part of the compared items held in a run")
    share_floor: Annotated[int, Field(ge=0)] = Field(
        default=3, description="the share never means fewer holds than this, so that small plants can work"
    )
    allow_undisputed: bool = Field(default=True, description="block the disputed quantity only, where the target can")
    ttl: PositiveDuration = Field(default="8h", description="life of a hold, in clock time")
    on_expire: Literal["escalate", "release"] = Field(
        default="escalate",
        description="escalate: keep it twice more for ttl, then lift it, nobody is told; release: lift it",
    )
    release_on: ReleaseOn = Field(default=ReleaseOn(), description="when a hold goes, by ABC class")
    override: Override = Field(default=Override(), description="limited permission to move goods against a hold")
    approve_within: PositiveDuration = Field(
        default="4h", description="how long a plan over the budget waits for `stockbridge plan approve`"
    )

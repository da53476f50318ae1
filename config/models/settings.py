"""The whole of bridge.toml."""

from typing import Literal

from pydantic import Field, SerializeAsAny

from config.base import SourceSettings, Table
from config.kinds_of_value import Identifier, Mode
from config.models.cutoff import Cutoff, Gates
from config.models.holds import Holds
from config.models.master import Abc, Master
from config.models.notices import Daily, Mail, Wecom
from config.models.pair import Pair
from config.models.people import Escalation, Person, Segregation
from config.models.plant import Plant, Retention, Schedule, Web
from config.models.thresholds import Thresholds


class Settings(Table):
    """One plant. `sources` hold the settings class of their kind; the loader chooses it."""

    schema_version: Literal[1] = Field(default=1, description="version of this file's shape")
    plant: Plant = Field(default=Plant(), description="the plant")
    schedule: Schedule = Field(default=Schedule(), description="when the daemon works")
    sources: dict[Identifier, SerializeAsAny[SourceSettings]] = Field(description="the systems that are read")
    master: Master = Field(default=Master(), description="one footing")
    abc: Abc = Field(default=Abc(), description="ABC classes")
    pairs: tuple[Pair, ...] = Field(description="what is compared")
    cutoff: Cutoff = Field(default=Cutoff(), description="one instant, and patience")
    gates: Gates = Field(default=Gates(), description="when a reading is believed")
    thresholds: Thresholds = Field(default=Thresholds(), description="how much is too much")
    holds: Holds = Field(default=Holds(), description="what is blocked")
    people: dict[Identifier, Person] = Field(default_factory=dict, description="who does what")
    segregation: Segregation = Field(default=Segregation(), description="who may not")
    escalation: Escalation = Field(default=Escalation(), description="who is next")
    mail: Mail | None = Field(default=None, description="the mail server")
    wecom: Wecom = Field(default=Wecom(), description="the group robot")
    daily: Daily = Field(default=Daily(), description="the daily report")
    web: Web = Field(default=Web(), description="pages")
    retention: Retention = Field(default=Retention(), description="memory")

    def mode_of(self, pair: Pair) -> Mode:
        """Return the mode that counts for `pair`: its own, else the plant's."""
        return pair.mode or self.plant.mode

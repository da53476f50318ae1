"""The settings of a MES."""

from pydantic import Field

from connectors.json_api import JsonApiSettings
from connectors.mes.hold_config import ViaHoldApi


class MesSettings(JsonApiSettings):
    """`kind = "mes"`: a MES that lists its stock as JSON over HTTP."""

    product = "MES"

    hold: ViaHoldApi | None = Field(default=None, description="how holds are written back; default: not at all")

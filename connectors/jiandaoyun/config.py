"""The settings of 简道云: an app, and the forms in it that hold stock and movements."""

from pathlib import Path
from typing import Self

from pydantic import Field, JsonValue, model_validator

from config.base import Secret, SourceSettings, Table
from config.refusal import Refusal
from connectors.json_api.fields import FieldName, RowFields
from connectors.json_api.requests import Meaning
from connectors.json_api.settings import WarehouseKind
from connectors.web import BaseUrl


class StockForm(Table):
    """`[sources.X.stock]`: the form that holds the stock. Fields are named by title, alias or widget id."""

    entry_id: str = Field(description="the form's id, from its address", examples=["59264073a2a60c0c08e20bfd"])
    fields: RowFields = Field(default=RowFields(), description="which field of the form is what; title, alias or id")
    sub_form: str | None = Field(
        default=None, description="sub-form whose rows are the lines; its fields are then called `sub-form.field`"
    )
    constants: dict[FieldName, str] = Field(
        default={}, description="what is the same for every row: { warehouse = 'L1', unit = '个' }"
    )
    filter: dict[str, JsonValue] = Field(
        default={}, description="only these rows, as the interface writes it: { rel = 'and', cond = […] }"
    )


class MovementForm(StockForm, Meaning):
    """`[sources.X.movements]`: the form that holds what moved; one row a line, the quantity signed."""

    changed_only: bool = Field(
        default=False,
        description="true: ask only for what changed since; deletions then stay unseen. false: read all each time",
    )

    @model_validator(mode="after")
    def _filter_can_be_added_to(self) -> Self:
        if self.changed_only and (
            self.filter.get("rel", "and") != "and" or not isinstance(self.filter.get("cond", []), list)
        ):
            raise Refusal("BR-1439")
        return self


class JiandaoyunSettings(SourceSettings):
    """`kind = "jiandaoyun"`: forms of 简道云, read through its interface v5."""

    base_url: BaseUrl = Field(
        default="https://api.jiandaoyun.com/api", description="address of the interface; another one if hosted by you"
    )
    api_key: Secret = Field(description="API key, as a reference: secret:jiandaoyun_key")
    app_id: str = Field(description="the app's id, from its address", examples=["59264073a2a60c0c08e20bfb"])
    stock: StockForm = Field(description="the form that holds the stock")
    movements: MovementForm | None = Field(default=None, description="the form that holds what moved")
    rate: float = Field(default=25, gt=0, le=30, description="requests a second at most; the platform allows 30")
    warehouse_kind: WarehouseKind | None = Field(
        default=None, description="kind of this source's warehouses; default: not stated, so no pair leaves them out"
    )
    account: str | None = Field(default=None, description="name of the account set for the gate; default: the app")
    ca_file: Path | None = Field(default=None, description="certificate authority of the plant (PEM)")

"""A small plant on disk, with source kinds of its own so that no connector is needed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, SecretStr, model_validator

from config.base import Secret, SourceSettings
from config.loader import Loaded, load
from config.secrets import SecretBox
from connectors.holds import ViaHoldTable
from connectors.yonyou_u8.config import ViaFrozenQuantity

PLANT = """\
schema_version = 1

[plant]
name = "示例"

[sources.k3]
kind = "erp"
server = "192.168.10.21"
database = "AIS1"

[sources.u8]
kind = "erp"
server = "192.168.10.31"
database = "UFDATA_002_2026"

[[pairs]]
id = "fin_wms"
book = ["k3"]
stock = ["u8"]
owner = "wang.fang"

[people]
"wang.fang" = { name = "王芳", mail = "wangfang@example.com", roles = ["maker"] }
"li.zong" = { name = "李总监", mail = "li@example.com", roles = ["checker"] }
"""


class Erp(SourceSettings):
    """A source that is read by SQL."""

    server: str = ""
    database: str = ""
    port: int | None = Field(default=None, ge=1)
    year: str | int = "auto"
    password: Secret | None = None
    url: SecretStr | None = None
    text_columns: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _refuse(self) -> "Erp":
        if self.password is not None and self.password.get_secret_value() == "leaky":
            raise ValueError("the password leaky is too weak")
        return self


class Rest(SourceSettings):
    """A source that is read by HTTP."""

    base_url: str
    token: Secret | None = None
    snapshot: dict[str, str | int] = Field(default_factory=dict)
    movements: dict[str, str | int] = Field(default_factory=dict)
    fields: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, SecretStr] = Field(default_factory=dict)


class Book(SourceSettings):
    """A workbook."""

    path: str
    sheet: str = ""
    header_row: int = 1
    columns: dict[str, str] = Field(default_factory=dict)
    text_columns: tuple[str, ...] = ()


class K3(Erp):
    """As the sample names it."""

    driver: str = ""
    user: str = ""
    stock_effect: str = "auto"


class U8(K3):
    """As the sample names it."""

    account: str = ""
    hold: ViaHoldTable | ViaFrozenQuantity | None = Field(default=None, discriminator="via")


@pytest.fixture
def kinds() -> Mapping[str, type[SourceSettings]]:
    """Return the kinds a small plant knows."""
    return {
        "erp": Erp,
        "kingdee_k3": K3,
        "yonyou_u8": U8,
        "mes": Rest,
        "rest": Rest,
        "spreadsheet": Book,
        "excel": Book,
    }


@pytest.fixture
def toml(tmp_path: Path) -> Callable[..., Path]:
    """Write a bridge.toml: the small plant with replacements and additions."""

    def write(*replacements: tuple[str, str], add: str = "", text: str = PLANT) -> Path:
        for old, new in replacements:
            assert old in text, f"{old!r} is not in the plant"
            text = text.replace(old, new, 1)
        path = tmp_path / "bridge.toml"
        path.write_text(text + add, encoding="utf-8")
        return path

    return write


@pytest.fixture
def loading(toml: Callable[..., Path], kinds: Any) -> Callable[..., Loaded]:
    """Write a bridge.toml and load it."""

    def read(
        *replacements: tuple[str, str],
        add: str = "",
        text: str = PLANT,
        environ: Mapping[str, str] | None = None,
        secrets: SecretBox | None = None,
        resolve_secrets: bool = True,
    ) -> Loaded:
        path = toml(*replacements, add=add, text=text)
        return load(path, kinds, environ or {}, secrets, resolve_secrets=resolve_secrets)

    return read

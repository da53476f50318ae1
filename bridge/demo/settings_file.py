"""The demo plant's bridge.toml and maps: real ones, which every other command of `stockbridge` can use."""

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.demo.articles import CONSIGNED, FINISHED, RAW, SEMI, Article
from bridge.demo.lookalikes import SWITCH_NAMES
from bridge.demo.settings_text import CONSIGN, CONSIGN_PAIR, HEAD, MES, PAIR, REST
from config.toml_text import toml_value
from connectors.registry import connectors

WORKBOOK: Final = "代管料台账.xlsx"
_FAMILIES: Final = {
    "01": "purchase_receipt",
    "10": "product_receipt",
    "11": "material_issue",
    "32": "sales_issue",
    "08": "other",
}


@dataclass(frozen=True)
class Ports:
    """Where the plant's services listen."""

    mes_url: str
    smtp: int


def write_settings(
    folder: Path,
    own: Sequence[Article],
    others: Sequence[Article],
    lang: str,
    account: str,
    ports: Ports,
    warehouses: tuple[Mapping[str, str], Mapping[str, str]],
) -> None:
    """Write bridge.toml and both maps into `folder`; `warehouses` are K3's and U8's codes by common name."""
    (folder / "bridge.toml").write_text(_toml(folder, lang, account, ports, connectors()), encoding="utf-8")
    places = [
        (name, source, code)
        for source, codes in zip(("k3", "u8"), warehouses, strict=True)
        for name, code in codes.items()
    ]
    codes = [(article.code, "u8", article.u8_code, "", "", "zhou.min") for article in (*own, *others)]
    _write(folder / "maps" / "warehouses.csv", ("warehouse", "source", "code"), places)
    _write(folder / "maps" / "items.csv", ("item", "source", "code", "valid_from", "valid_to", "approved_by"), codes)


def _toml(folder: Path, lang: str, account: str, ports: Ports, kinds: Collection[str]) -> str:
    """Return the file; a source whose connector is not installed is left out, with what needs it."""
    mes, consign = "mes" in kinds, "spreadsheet" in kinds
    head = HEAD.format(
        lang=lang,
        account=account,
        k3_url=toml_value(_sqlite(folder / "k3" / "AIS20190101120000.db")),
        u8_url=toml_value(_sqlite(folder / "u8" / f"{account}.db")),
        switches=toml_value({family: SWITCH_NAMES[kind] for kind, family in _FAMILIES.items()}),
    )
    pair = PAIR.format(evidence='evidence = ["mes"]\n' if mes else "", warehouses=toml_value([RAW, SEMI, FINISHED]))
    parts = (
        head,
        MES.format(mes_url=toml_value(ports.mes_url)) if mes else "",
        CONSIGN.format(book=toml_value((folder / WORKBOOK).absolute())) if consign else "",
        pair,
        CONSIGN_PAIR.format(consigned=toml_value([CONSIGNED])) if consign else "",
        REST.format(port=ports.smtp),
    )
    return "".join(parts)


def _sqlite(path: Path) -> str:
    return f"sqlite:///{path.absolute().as_posix()}"


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)

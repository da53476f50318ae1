"""The demo plant: K3 and U8 look-alikes, a MES, a workbook, a mail server and a bridge.toml, all in one folder."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo

from bridge.demo.articles import CONSIGNED, FINISHED, PER_BOX, RAW, SEMI, Article, articles, consigned
from bridge.demo.lookalikes import (
    SWITCH_NAMES,
    KingdeeBooks,
    LedgerRow,
    MesServer,
    StockLine,
    YonyouStock,
    write_ledger_book,
)
from bridge.demo.postbox import Postbox
from bridge.demo.settings_file import WORKBOOK, Ports, write_settings
from bridge.domain.errors import ConfigError
from connectors.yonyou_u8.freeze_table import freeze_script

ZONE: Final = ZoneInfo("Asia/Shanghai")
K3_CODES: Final = {RAW: "01", SEMI: "02", FINISHED: "03", CONSIGNED: "09"}
U8_CODES: Final = {RAW: "101", SEMI: "102", FINISHED: "103", CONSIGNED: "190"}
U8_UNITS: Final = {("个", False): "0101", ("个", True): "0201", ("kg", False): "0301"}
U8_BOX: Final = "0202"
AT_AUDIT: Final = {"01": True, "10": True, "11": False, "32": False, "08": True}
"""When this plant's U8 moves on-hand: receipts at 审核, issues at 保存 (the plant of users.md 3.2). K3 moves at 保存."""
K3_FILE: Final = "AIS20190101120000.db"
_PROXY_KIND: Final = 502


@dataclass
class Plant:
    """The systems of the plant, open. Close it, or use it in a `with` block."""

    folder: Path
    books: KingdeeBooks
    stock: YonyouStock

    @property
    def config(self) -> Path:
        """Return the plant's bridge.toml."""
        return self.folder / "bridge.toml"

    @property
    def mails(self) -> Path:
        """Return the folder of the mails that went out."""
        return self.folder / "mails"

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Given the folder of a kept plant, open its ERPs. Raise ConfigError if none stands there."""
        accounts = sorted((folder / "u8").glob("UFDATA_002_*.db"))
        books = folder / "k3" / K3_FILE
        if not accounts or not books.is_file():
            raise ConfigError("BR-1073", folder=folder)
        return cls(folder, KingdeeBooks.open(books), YonyouStock.open(accounts[-1]))

    def at(self, day: date, clock: str) -> datetime:
        """Return a time of day, `08:30`, in the plant's zone."""
        return datetime.combine(day, time.fromisoformat(clock), ZONE)

    def close(self) -> None:
        """Close the files."""
        self.books.close()
        self.stock.close()

    def __enter__(self) -> Self:
        """Return the open plant."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


def build(folder: Path, day: date, lang: str, mes: MesServer, postbox: Postbox) -> Plant:
    """Given an empty folder, build the plant as it stands on the morning of `day`: both sides agree to the last piece.

    Raise ConfigError if the folder holds anything.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError("BR-1072", folder=folder)
    for name in ("k3", "u8"):
        (folder / name).mkdir(parents=True)
    own, others = articles(), consigned()
    account = folder / "u8" / f"UFDATA_002_{day.year}.db"
    plant = Plant(
        folder,
        _books(folder / "k3" / K3_FILE, day, own),
        _stock(account, day, (*own, *others)),
    )
    _workbook(folder / WORKBOOK, day, others)
    _line_side(mes, day, own)
    write_settings(folder, own, others, lang, account.stem, Ports(mes.url, postbox.port), (K3_CODES, U8_CODES))
    return plant


def _books(path: Path, day: date, own: Sequence[Article]) -> KingdeeBooks:
    books = KingdeeBooks.create(path, stock_effect="save", period=day.replace(day=1))
    with books.writing():
        units = {("个", False): books.add_unit("个"), ("kg", False): books.add_unit("kg", precision=3)}
        group = books.add_unit_group("箱装组")
        units["个", True] = books.add_unit("个", group=group)
        books.add_unit("箱", group=group, coefficient=PER_BOX)
        for name, code in K3_CODES.items():
            books.add_warehouse(code, name, kind=_PROXY_KIND if name == CONSIGNED else 500)
        for article in own:
            books.add_item(
                article.code,
                article.name,
                unit=units[article.unit, article.boxed],
                decimals=article.decimals,
                abc=article.abc,
                standard_cost=article.cost,
                category=article.category,
                batch=article.has_batches,
            )
            for shelf in article.shelves:
                books.set_opening(article.code, K3_CODES[shelf.warehouse], shelf.quantity, shelf.batch)
    return books


def _stock(path: Path, day: date, everything: Sequence[Article]) -> YonyouStock:
    stock = YonyouStock.create(path, name="示例精密", year=day.year, at_audit=AT_AUDIT, switch_names=SWITCH_NAMES)
    with stock.writing():
        _units(stock)
        for name, code in U8_CODES.items():
            stock.add_warehouse(code, name, proxy=name == CONSIGNED, asset=name != CONSIGNED)
        classes = {category: f"{n:02d}" for n, category in enumerate(sorted({a.category for a in everything}), start=1)}
        for category, code in classes.items():
            stock.add_class(code, category)
        for article in everything:
            stock.add_item(
                article.u8_code,
                article.u8_name or article.name,
                unit=U8_UNITS[article.unit, article.boxed],
                aux_unit=U8_BOX if article.boxed else "",
                category=classes[article.category],
                batch=article.has_batches,
                abc=article.abc,
                cost=article.cost or None,
            )
        for name, code in U8_CODES.items():
            lines = [
                StockLine(article.u8_code, shelf.quantity, shelf.batch)
                for article in everything
                for shelf in article.shelves
                if shelf.warehouse == name
            ]
            stock.set_openings(code, lines)
        stock.run(freeze_script("sqlite", ""))  # what the DBA runs once before the bridge may freeze
    return stock


def _units(stock: YonyouStock) -> None:
    stock.add_unit_group("01", "个组")
    stock.add_unit("0101", "个", "01", main=True)
    stock.add_unit_group("02", "箱装组", 1)
    stock.add_unit("0201", "个", "02", rate=1, main=True)
    stock.add_unit(U8_BOX, "箱", "02", rate=PER_BOX)
    stock.add_unit_group("03", "千克组")
    stock.add_unit("0301", "kg", "03", main=True)


def _workbook(path: Path, day: date, others: Sequence[Article]) -> None:
    rows = [LedgerRow(a.code, CONSIGNED, shelf.quantity, a.unit, day) for a in others for shelf in a.shelves]
    write_ledger_book(path, rows)
    saved_at = datetime.combine(day, time(7, 40), ZONE).timestamp()
    os.utime(path, (saved_at, saved_at))  # a reader takes the file's own time for the time of its figures


def _line_side(mes: MesServer, day: date, own: Sequence[Article]) -> None:
    """State what the MES sees at the lines: a shift's worth of some raw articles."""
    morning = datetime.combine(day, time(7, 45), ZONE)
    for article in [a for a in own if a.shelves[0].warehouse == RAW][5:45]:
        quantity = article.shelves[0].quantity // 20
        mes.set_stock(article.code, "线边仓", quantity, morning, unit=article.unit, name=article.name)

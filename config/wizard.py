"""The pure part of `config init`: eight questions as data, and from the answers the text of a bridge.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, Final

from bridge import language
from bridge.domain.errors import ConfigError
from config.mail_address import parse_mail_address
from config.toml_text import toml_value

_KINDS: Final = ("kingdee_k3", "yonyou_u8", "mes", "spreadsheet")
_IDS: Final = {"kingdee_k3": "k3", "yonyou_u8": "u8", "mes": "mes", "spreadsheet": "sheet"}
_PLACES: Final = {
    "kingdee_k3": "192.168.10.21/AIS20190101120000 | sqlite:///… | mssql+pyodbc://…",
    "yonyou_u8": "192.168.10.31/002 | sqlite:///… | mssql+pyodbc://…",
    "mes": "http://192.168.10.40:8080/api",
    "spreadsheet": "D:/wh/stock.xlsx",
}
_SERVER: Final = re.compile(r"(?P<server>[^/\s]+)/(?P<base>[^/\s]+)")
_ACCOUNT: Final = re.compile(r"[0-9]{3}")
_HOST: Final = re.compile(r"(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?\s+(?P<sender>\S+@\S+)")
_STARTTLS_PORT: Final = 587
_OPTIONAL: Final = frozenset({"warehouses", "mail"})


@dataclass(frozen=True)
class Question:
    """One question; its words stand in the catalogues under `wizard.<id>`. An empty answer means the default."""

    id: str
    default: str = ""
    choices: tuple[str, ...] = ()

    def prompt(self, lang: str) -> str:
        """Return the question in `lang`."""
        return language.text(lang, f"wizard.{self.id}")


QUESTIONS: Final = (
    Question("plant", default="StockBridge"),
    Question("book_kind", default="kingdee_k3", choices=_KINDS),
    Question("book_at"),
    Question("stock_kind", default="yonyou_u8", choices=_KINDS),
    Question("stock_at"),
    Question("warehouses"),
    Question("owner"),
    Question("mail"),
)


def toml_of(answers: Mapping[str, str]) -> str:
    """Given the answers by question id, return the text of a bridge.toml in mode observe. It holds no secret.

    Raise ConfigError BR-1001 with a BR-1085 for each answer that cannot be used.
    """
    given = {question.id: answers.get(question.id, "").strip() or question.default for question in QUESTIONS}
    problems = tuple(problem for question in QUESTIONS for problem in check_answer(question.id, given))
    if problems:
        raise ConfigError("BR-1001", problems, file="bridge.toml", count=len(problems))
    book = _IDS[given["book_kind"]]
    stock = _IDS[given["stock_kind"]] + ("2" if given["stock_kind"] == given["book_kind"] else "")
    name, address = parseaddr(given["owner"])
    person = {"name": name or address, "mail": address, "roles": ["maker"]}
    warehouses = [part.strip() for part in re.split(r"[,,、;;]", given["warehouses"]) if part.strip()]
    pair: dict[str, Any] = {"id": "main", "book": [book], "stock": [stock], "owner": "owner"}
    tables = [
        ("plant", {"name": given["plant"], "mode": "observe"}),
        (f"sources.{book}", _source(given["book_kind"], given["book_at"], book)),
        (f"sources.{stock}", _source(given["stock_kind"], given["stock_at"], stock)),
        ("[pairs]", pair | ({"warehouses": warehouses} if warehouses else {})),
        ("people", {"owner": person}),
        *([("mail", _mail(given["mail"]))] if given["mail"] else []),
    ]
    return "schema_version = 1\n" + "".join(
        f"\n[{name}]\n" + "".join(f"{key} = {toml_value(value)}\n" for key, value in table.items())
        for name, table in tables
    )


def check_answer(question: str, given: Mapping[str, str]) -> tuple[ConfigError, ...]:
    """Given a question's id and the answers so far, return what is wrong with its answer: nothing, or one BR-1085."""
    answer = given.get(question, "").strip()
    allowed = _allowed(question, answer, given)
    return (ConfigError("BR-1085", question=question, value=answer or '""', allowed=allowed),) if allowed else ()


def _allowed(question: str, answer: str, given: Mapping[str, str]) -> str:
    """Return what would be allowed, '' when the answer is."""
    if not answer:
        return "" if question in _OPTIONAL else "…"
    match question:
        case "book_kind" | "stock_kind":
            return "" if answer in _KINDS else " | ".join(_KINDS)
        case "book_at" | "stock_at":
            kind = given.get(question.replace("_at", "_kind"), "")
            return "" if kind not in _PLACES or _fits(kind, answer) else _PLACES[kind]
        case "owner":
            return "" if _is_address(parseaddr(answer)[1]) else "王芳 <wangfang@example.com>"
        case "mail":
            match_ = _HOST.fullmatch(answer)
            good = match_ is not None and _is_address(match_["sender"]) and 0 < int(match_["port"] or 465) < 1 << 16
            return "" if good else "smtp.exmail.qq.com:465 bridge@example.com"
    return ""


def _is_address(text: str) -> bool:
    try:
        return bool(parse_mail_address(text))
    except ValueError:
        return False


def _fits(kind: str, place: str) -> bool:
    match kind:
        case "mes":
            return place.startswith(("http://", "https://"))
        case "spreadsheet":
            return True
        case _:
            server = _SERVER.fullmatch(place)
            good = server is not None and (kind == "kingdee_k3" or bool(_ACCOUNT.fullmatch(server["base"])))
            return "://" in place or good


def _source(kind: str, place: str, name: str) -> dict[str, Any]:
    """Return the table of a source. Its password goes into the store under `<id>_ro`."""
    table: dict[str, Any] = {"kind": kind}
    if kind == "mes":
        return table | {
            "base_url": place,
            "token": f"secret:{name}_token",
            "snapshot": {"path": "/stock", "items": "data", "page": "page", "size": 500},
            "fields": {"item": "item", "warehouse": "warehouse", "qty": "qty", "unit": "unit"},
        }
    if kind == "spreadsheet":
        return table | {
            "path": place.replace("\\", "/"),
            "columns": {"item": "料号", "warehouse": "仓库", "qty": "结存"},
            "text_columns": ["料号"],
        }
    server = _SERVER.fullmatch(place)
    if server is None:
        return table | {"url": place}
    base = "database" if kind == "kingdee_k3" else "account"
    return table | {
        "server": server["server"],
        base: server["base"],
        "user": "bridge_ro",
        "password": f"secret:{name}_ro",
    }


def _mail(answer: str) -> dict[str, Any]:
    found = _HOST.fullmatch(answer)
    if found is None:
        raise ValueError("answers are checked before they are used")
    port = int(found["port"] or 465)
    return {
        "host": found["host"],
        "port": port,
        "tls": "starttls" if port == _STARTTLS_PORT else "implicit",
        "user": found["sender"],
        "password": "secret:smtp",
        "from": found["sender"],
    }

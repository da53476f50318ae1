"""What a person should know of this account set before believing its balance."""

from collections import Counter

from sqlalchemy import Connection

from connectors.database import Schema
from connectors.kingdee_k3 import bill_checks, tables
from connectors.kingdee_k3.account import Account
from connectors.kingdee_k3.cards import Cards
from connectors.kingdee_k3.config import KingdeeK3Settings
from connectors.kingdee_k3.stock import Lines

Finding = tuple[str, dict[str, str]]
_NAMED = 10


def of_stock(lines: Lines, cards: Cards) -> tuple[Finding, ...]:
    """Return findings on materials and warehouses: forbidden with stock, left out, codes used twice."""
    found: list[Finding] = []
    forbidden = sorted(cards.items[key].code for key in lines.items if not cards.items[key].active)
    if forbidden:
        found.append(("k3_forbidden_with_stock", {"count": str(len(forbidden)), "items": named(forbidden)}))
    if lines.left_out:
        rows = sum(lines.left_out.values())
        facts = {"rows": str(rows), "warehouses": named(sorted(lines.left_out))}
        found.append(("k3_warehouses_left_out", facts))
    uses = Counter(card.code for card in cards.items.values() if card.code)
    doubled = sorted(code for code, times in uses.items() if times > 1)
    if doubled:
        found.append(("k3_codes_twice", {"count": str(len(doubled)), "items": named(doubled)}))
    return tuple(found)


def of_switches(account: Account, settings: KingdeeK3Settings) -> tuple[Finding, ...]:
    """Return what the balance means: when a bill moves it, and what the settings say against K/3's own switch."""
    saves = account.counts_on_save if settings.stock_effect == "auto" else settings.stock_effect == "on_save"
    found: list[Finding] = [("k3_counts_on_save" if saves else "k3_counts_on_audit", {})]
    if settings.stock_effect != "auto" and account.profile and saves != account.counts_on_save:
        found.append(("k3_effect_contradicts", {"setting": settings.stock_effect}))
    if not account.profile:
        found.append(("k3_no_profile", {"table": tables.PROFILE.name}))
    return tuple(found)


def of_bills(connection: Connection, schema: Schema, settings: KingdeeK3Settings) -> tuple[Finding, ...]:
    """Return findings on bills: none readable, types whose effect is unknown, red lines with a positive quantity."""
    if not settings.movements:
        return ()
    if schema.table(tables.BILLS.name) is None or schema.table(tables.ENTRIES.name) is None:
        return (("k3_no_bills", {"tables": f"{tables.BILLS.name}, {tables.ENTRIES.name}"}),)
    found: list[Finding] = []
    unknown = [str(kind) for (kind,) in connection.execute(bill_checks.unknown_types(schema)).all()]
    if unknown:
        found.append(("k3_unknown_bill_types", {"types": named(sorted(unknown))}))
    question = bill_checks.red_but_positive(schema)
    lines = connection.scalar(question) if question is not None else 0
    if lines:
        found.append(("k3_red_but_positive", {"lines": str(lines)}))
    return tuple(found)


def note(found: Finding) -> str:
    """Return a finding as one line for the provenance, e.g. `k3_warehouses_left_out rows=3 warehouses=DJ`."""
    code, facts = found
    return " ".join((code, *(f"{name}={value}" for name, value in facts.items())))


def named(codes: list[str]) -> str:
    """Return the first codes, and how many more there are."""
    rest = len(codes) - _NAMED
    return ", ".join(codes[:_NAMED]) + (f" +{rest}" if rest > 0 else "")

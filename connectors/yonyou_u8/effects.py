"""When a document moves 现存量: at audit or already when saved (修改现存量时点, yonyou-u8.md 2.5).

U8 decides it per family by five check boxes, whose names in AccInformation are not known. So, in this order: what
bridge.toml says, the option bridge.toml names, a measurement, and else audit, as on the V18 set of the reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import get_args

import sqlalchemy as sa
from sqlalchemy import Connection

from connectors.database import Schema, as_text, exact_number, exact_sum, read_columns
from connectors.yonyou_u8.config import SwitchFamily, YonyouU8Settings
from connectors.yonyou_u8.documents import present_pairs
from connectors.yonyou_u8.options import Options, flag, stock_start
from connectors.yonyou_u8.stock import own_goods, stock_table
from connectors.yonyou_u8.sums import Sum, read_sums

FAMILIES: tuple[SwitchFamily, ...] = get_args(SwitchFamily)
SWITCH_OF: dict[str, SwitchFamily] = {
    "01": "purchase_receipt",
    "08": "other",
    "09": "other",
    "10": "product_receipt",
    "11": "material_issue",
    "32": "sales_issue",
}
"""Which box rules which documents; openings (34) always need their audit."""

Position = tuple[str, str]
_STEP = Decimal("0.000001")
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Moment:
    """One family: does saving move stock, and `how` we know: setting, option, measured or assumed."""

    on_save: bool
    how: str


def stated_moments(settings: YonyouU8Settings, options: Options) -> dict[SwitchFamily, Moment]:
    """Return the families for which bridge.toml or an option it names gives the answer."""
    found: dict[SwitchFamily, Moment] = {}
    for family in FAMILIES:
        stated = settings.effect_of(family)
        at_audit = flag(options, settings.switches[family]) if family in settings.switches else None
        if stated != "auto":
            found[family] = Moment(stated == "on_save", "setting")
        elif at_audit is not None:
            found[family] = Moment(not at_audit, "option")
    return found


def moments(
    connection: Connection,
    schema: Schema,
    settings: YonyouU8Settings,
    options: Options,
    sums: Sequence[Sum] | None = None,
) -> dict[SwitchFamily, Moment]:
    """Return every family's moment; reads documents only where nothing states it and `sums` were not read already."""
    found = stated_moments(settings, options)
    if len(found) < len(FAMILIES) and present_pairs(schema):
        known = {family: moment.on_save for family, moment in found.items()}
        if sums is None:
            sums = read_sums(connection, schema, settings, stock_start(options))
        measured = _measure(_on_hand(connection, schema, settings), sums, known)
        found |= {family: Moment(on_save, "measured") for family, on_save in measured.items()}
    return {family: found.get(family, Moment(on_save=False, how="assumed")) for family in FAMILIES}


def _measure(
    rest: dict[Position, Decimal], sums: Sequence[Sum], known: dict[SwitchFamily, bool]
) -> dict[SwitchFamily, bool]:
    """Compare on-hand with audited documents plus each choice of unaudited ones; keep what the best choices agree on.

    Only positions with unaudited documents tell. A choice must explain more than half of them, or nothing is said: then
    the balance is out of step for other reasons.
    """
    families = tuple(family for family in FAMILIES if family not in known)
    unaudited: dict[Position, dict[SwitchFamily, Decimal]] = {}
    for each in sums:
        position, family = (each.warehouse, each.item), SWITCH_OF.get(each.pair.type)
        if each.is_audited or (family is not None and known.get(family, False)):
            rest[position] = rest.get(position, _NOTHING) - each.effect
        elif family in families and each.effect:
            by_family = unaudited.setdefault(position, {})
            by_family[family] = by_family.get(family, _NOTHING) + each.effect
    scores: dict[tuple[bool, ...], int] = {}
    for choice in product((False, True), repeat=len(families)):
        saved = {family for family, on_save in zip(families, choice, strict=True) if on_save}
        scores[choice] = sum(
            abs(rest.get(position, _NOTHING) - sum((effects[each] for each in saved & effects.keys()), _NOTHING))
            <= _STEP
            for position, effects in unaudited.items()
        )
    best = max(scores.values())
    if best * 2 <= len(unaudited):
        return {}
    winners = [choice for choice, score in scores.items() if score == best]
    answers = zip(families, zip(*winners, strict=True), strict=True)
    return {family: values[0] for family, values in answers if len(set(values)) == 1}


def _on_hand(connection: Connection, schema: Schema, settings: YonyouU8Settings) -> dict[Position, Decimal]:
    table = stock_table(schema)
    keys = (as_text(table.column("cWhCode"), 60).label("w"), as_text(table.column("cInvCode"), 60).label("i"))
    statement = sa.select(*keys, exact_sum(table.column("iQuantity")).label("total"))
    if table.has("cVMIVenCode") and not settings.include_vmi:
        statement = statement.where(own_goods(schema, settings, table.column("cVMIVenCode"), table.column("cWhCode")))
    statement = statement.select_from(table.clause).group_by(*(key.element for key in keys))
    found = read_columns(connection, statement, source=schema.source, row_cap=settings.row_cap)
    return {(w, i): exact_number(total) for w, i, total in zip(*found.values(), strict=True)}

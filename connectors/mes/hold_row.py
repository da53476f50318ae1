"""A hold as the MES writes it (docs/connectors/mes-contract.md 3)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bridge.domain.errors import EffectRefused, SnapshotRejected
from bridge.domain.hold import HoldOrder
from bridge.domain.quantity import to_micro, to_text
from connectors.json_api.words import shown

_STANDING = frozenset({"active", "expired"})  # an expired one blocks nothing, but nobody has put it away yet
_STATES = _STANDING | {"released"}


@dataclass(frozen=True)
class MesHold:
    """A hold in the MES. `quantity` is in millionths, `until` the end as the MES writes it, in Unix seconds."""

    ref: str
    state: str
    owner: str
    scope: tuple[str, ...]
    item: str
    location: str
    batch: str
    quantity: int
    until: int

    @property
    def stands(self) -> bool:
        """Return whether it was not released."""
        return self.state in _STANDING

    def differs_from(self, order: HoldOrder) -> str:
        """Return what is not in force as ordered, '' if all is."""
        wanted = {
            "state": "active",
            "scope": tuple(sorted(order.operations)),
            "item": order.item,
            "location": order.warehouse,
            "batch": order.batch,
            "quantity": order.quantity,
            "until": int(order.expires_at.timestamp()),
        }
        return ", ".join(
            f"{name}={shown(getattr(self, name))}" for name in wanted if getattr(self, name) != wanted[name]
        )


def body_of(order: HoldOrder) -> dict[str, Any]:
    """Return the body of a PUT; the reason on one line of at most 400 characters, as it is shown on small screens."""
    reason = " ".join("".join(each if each.isprintable() else " " for each in order.reason).split())
    return {
        "scope": list(order.operations),
        "item": order.item,
        "location": order.warehouse,
        "batch": order.batch,
        "qty": to_text(order.quantity),
        "reason": reason[:400] or "-",
        "until": order.expires_at.isoformat(timespec="seconds"),
    }


def hold_of(row: Any, target: str) -> MesHold:
    """Return a row of `target` as a hold. Raise EffectRefused, naming the part, if it is not as the contract says."""
    if not isinstance(row, dict):
        raise EffectRefused("BR-1662", target=target, detail=f"data={shown(row)}")
    for name in ("hold_id", "owner", "item", "location", "batch"):
        if not isinstance(row.get(name), str):
            raise _unlike(row, name, target)
    scope = row.get("scope")
    if row.get("state") not in _STATES:
        raise _unlike(row, "state", target)
    if not isinstance(scope, list):
        raise _unlike(row, "scope", target)
    return MesHold(
        ref=row["hold_id"],
        state=row["state"],
        owner=row["owner"],
        scope=tuple(sorted(str(each) for each in scope)),
        item=row["item"],
        location=row["location"],
        batch=row["batch"],
        quantity=_quantity(row, target),
        until=_until(row, target),
    )


def _quantity(row: dict[str, Any], target: str) -> int:
    value = row.get("qty")
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _unlike(row, "qty", target)
    try:
        return to_micro(str(value))
    except SnapshotRejected:
        raise _unlike(row, "qty", target) from None


def _until(row: dict[str, Any], target: str) -> int:
    try:
        found = datetime.fromisoformat(row["until"])
    except (KeyError, TypeError, ValueError):
        raise _unlike(row, "until", target) from None
    if found.tzinfo is None:
        raise _unlike(row, "until", target)
    return int(found.timestamp())


def _unlike(row: dict[str, Any], name: str, target: str) -> EffectRefused:
    return EffectRefused("BR-1662", target=target, detail=f"{name}={shown(row.get(name))}")

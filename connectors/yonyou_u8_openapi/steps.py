"""The steps of a hold in U8, each sent once. What cannot be known is looked up by the reference, never repeated."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from bridge.domain.errors import EffectRefused, EffectUnknown, SnapshotRejected, SourceRefused, SourceUnavailable
from connectors.yonyou_u8_openapi.config import ViaQuarantineTransfer
from connectors.yonyou_u8_openapi.exchange import Wire
from connectors.yonyou_u8_openapi.own import LEGS, TRANSFER, Transfer, transfers_of
from connectors.yonyou_u8_openapi.trade import add, operate


def add_transfer(
    wire: Wire, hold: ViaQuarantineTransfer, body: Mapping[str, Any], ref: str, found: list[Transfer], today: date
) -> Transfer:
    """Add one transfer to those `found` under `ref` and return it as U8 has it. Raise as trade.add does.

    Our own id counts the reference's transfers and names the day: a repeat today is recognised by the platform, and
    tomorrow's is another, since somebody may have deleted the document meanwhile.
    """
    known = {each.code for each in found}
    unknown: EffectUnknown | None = None
    try:
        add(wire, TRANSFER, body, f"{ref}-{len(found) + 1}-{today:%Y%m%d}")
    except EffectUnknown as cause:
        unknown = cause
    with looking(wire, ref):
        made = [each for each in transfers_of(wire, hold, ref) if each.code not in known]
    if len(made) != 1:
        raise unknown or EffectUnknown("BR-1641", target=wire.source, ref=ref)
    return made[0]


def verify(wire: Wire, hold: ViaQuarantineTransfer, draft: Transfer) -> Transfer:
    """Audit a transfer and return it with the 09 and 08 it creates.

    Raise EffectRefused if U8 says no: then the draft stays, for the OpenAPI cannot delete it.
    """

    def happened() -> bool:
        return current(wire, hold, draft).audited

    try:
        _operate(wire, hold, draft.ref, (TRANSFER, "verify", draft.code), happened)
    except EffectRefused as cause:
        raise _left_behind(wire, draft, cause) from None
    return current(wire, hold, draft)


def unverify(wire: Wire, hold: ViaQuarantineTransfer, transfer: Transfer) -> None:
    """Take the audit of a transfer back, with the 09 and 08 it created. Raise EffectRefused if U8 says no."""

    def happened() -> bool:
        return not current(wire, hold, transfer).audited

    _operate(wire, hold, transfer.ref, (TRANSFER, "unverify", transfer.code), happened)


def finish(wire: Wire, hold: ViaQuarantineTransfer, transfer: Transfer) -> None:
    """Audit what the transfer created: 09 first, so that nothing arrives before it has left.

    Raise EffectRefused if U8 says no while nothing has moved yet, EffectUnknown if only one of both is audited.
    """
    if len(transfer.legs) != len(LEGS):
        raise EffectUnknown("BR-1644", target=wire.source, number=transfer.code, ref=transfer.ref, message="-")
    for kind, code, is_audited in transfer.legs:
        if is_audited:
            continue

        def happened(leg: str = code) -> bool:
            return any(found == leg and audited for _, found, audited in current(wire, hold, transfer).legs)

        try:
            _operate(wire, hold, transfer.ref, (kind, "verify", code), happened)
        except EffectRefused as cause:
            if not has_moved(current(wire, hold, transfer)):
                raise
            facts = {"number": transfer.code, "ref": transfer.ref, "message": cause.facts.get("message", "-")}
            raise EffectUnknown("BR-1644", target=wire.source, **facts) from None


def finish_or_take_back(wire: Wire, hold: ViaQuarantineTransfer, transfer: Transfer) -> None:
    """Audit what the transfer created; where U8 refuses before anything has moved, take the transfer's audit back."""
    try:
        finish(wire, hold, transfer)
    except EffectRefused as cause:
        unverify(wire, hold, transfer)
        raise _left_behind(wire, transfer, cause) from None


def has_moved(transfer: Transfer) -> bool:
    """Return whether one of the documents it created is audited."""
    return any(audited for _, _, audited in transfer.legs)


def current(wire: Wire, hold: ViaQuarantineTransfer, transfer: Transfer) -> Transfer:
    """Return a transfer as it is now. Raise EffectUnknown if it cannot be seen."""
    with looking(wire, transfer.ref):
        for each in transfers_of(wire, hold, transfer.ref):
            if each.code == transfer.code:
                return each
    raise EffectUnknown("BR-1641", target=wire.source, ref=transfer.ref)


@contextmanager
def looking(wire: Wire, ref: str) -> Iterator[None]:
    """Turn a failed look after a writing into EffectUnknown: it was written, but nobody has seen it."""
    try:
        yield
    except (SourceUnavailable, SourceRefused, SnapshotRejected) as cause:
        raise EffectUnknown("BR-1645", target=wire.source, ref=ref, detail=cause.packed()) from None


def _operate(
    wire: Wire, hold: ViaQuarantineTransfer, ref: str, what: tuple[str, str, str], happened: Callable[[], bool]
) -> None:
    """Verify or unverify once. Where the outcome is not known, look; only what has not happened stays unknown."""
    auditor = {"person_code": hold.auditor_person, "user_id": hold.auditor_user}
    try:
        with looking(wire, ref):  # without a tradeid this step has not begun, but those before it may have
            operate(wire, *what, {key: who for key, who in auditor.items() if who is not None})
    except EffectUnknown:
        if not happened():
            raise


def _left_behind(wire: Wire, draft: Transfer, cause: EffectRefused) -> EffectRefused:
    facts = {"number": draft.code, "ref": draft.ref, "message": cause.facts.get("message", "-")}
    return EffectRefused("BR-1647", target=wire.source, **facts)

"""What a hold target does: exactly what was ordered, once, found again, taken back alone."""

from dataclasses import replace
from decimal import Decimal

from bridge.domain.errors import BridgeError, EffectRefused, EffectRetryable, EffectUnknown
from bridge.domain.hold import HoldOrder
from bridge.domain.quantity import from_micro, to_micro
from bridge.language import LANGUAGES
from connectors.contract.expecting import Unsupported, expect, refused, same
from connectors.contract.harness import NAME, TargetHarness

_LEVELS = {"advise", "bypass", "system"}
_FIRST, _SECOND = "SBCONTRACT000001", "SBCONTRACT000002"


def target_states_its_ability(harness: TargetHarness) -> None:
    """A target says its level, whether it can hold a part, and which operations it stops."""
    target = harness.open()
    same(target.id, NAME, "the target's id")
    expect(target.ability.level in _LEVELS, f"level is one of {sorted(_LEVELS)}")
    expect(bool(target.ability.operations), "it names the operations it can stop")


def opening_a_target_connects_nothing(harness: TargetHarness) -> None:
    """A target of a dead system can be opened; only a verb fails."""
    same(harness.open(harness.dead()).id, NAME, "the target's id")


def an_unknown_reference_is_absent(harness: TargetHarness) -> None:
    """Probing what was never placed says so."""
    expect(not harness.open().probe(_FIRST).present, "the reading is not present")


def a_new_target_holds_nothing(harness: TargetHarness) -> None:
    """Before the first hold the list is empty."""
    same(harness.open().list_own(), (), "list_own")


def place_is_found_again(harness: TargetHarness) -> None:
    """What was placed is read back by another process: item, warehouse and quantity."""
    order = harness.order()
    receipt = harness.open().place(order)
    same((receipt.ref, receipt.done), (order.ref, True), "receipt")
    found = harness.open().probe(order.ref)
    same((found.present, found.item, found.warehouse), (True, order.item, order.warehouse), "reading")
    same(found.quantity, receipt.quantity, "quantity of the reading")


def place_twice_holds_once(harness: TargetHarness) -> None:
    """The same reference again, after a crash say, changes nothing."""
    order = harness.order()
    harness.open().place(order)
    again = harness.open().place(order)
    expect(again.done, "the second place is done")
    found = harness.open().probe(order.ref)
    same(found.quantity, order.quantity, "quantity after two places")
    same(len(harness.open().list_own()), 1, "holds after two places")


def list_own_names_each_once(harness: TargetHarness) -> None:
    """The list is every hold of ours, once, as probe reads it."""
    orders = (harness.order(_FIRST, Decimal(30)), harness.order(_SECOND, Decimal(50)))
    for order in orders:
        harness.open().place(order)
    found = {reading.ref: reading.quantity for reading in harness.open().list_own()}
    same(found, {order.ref: order.quantity for order in orders}, "list_own")


def a_part_stays_a_part(harness: TargetHarness) -> None:
    """A target that can hold a part holds the disputed quantity and not more."""
    if not harness.open().ability.partial:
        raise Unsupported("partial holds")
    order = harness.order(quantity=Decimal("80.5"))
    same(harness.open().place(order).quantity, order.quantity, "quantity held")


def lift_takes_it_back(harness: TargetHarness) -> None:
    """After a lift the reference is absent and the list empty."""
    order = harness.order()
    placed = harness.open().place(order)
    lifted = harness.open().lift(order)
    same((lifted.done, lifted.quantity), (True, placed.quantity), "receipt of the lift")
    expect(not harness.open().probe(order.ref).present, "the hold is gone")
    same(harness.open().list_own(), (), "list_own")


def lift_twice_lifts_once(harness: TargetHarness) -> None:
    """The second lift is done with quantity 0."""
    order = harness.order()
    harness.open().place(order)
    harness.open().lift(order)
    again = harness.open().lift(order)
    same((again.done, again.quantity), (True, 0), "receipt of the second lift")


def lifting_the_unknown_is_done(harness: TargetHarness) -> None:
    """Lifting what was never placed is done with quantity 0, and changes nothing."""
    found = harness.open().lift(harness.order("SBNEVERPLACED000"))
    same((found.done, found.quantity), (True, 0), "receipt")


def place_after_lift_holds_again(harness: TargetHarness) -> None:
    """A dispute that comes back has the same reference."""
    order = harness.order()
    for act in (harness.open().place, harness.open().lift, harness.open().place):
        act(order)
    same(harness.open().probe(order.ref).quantity, order.quantity, "quantity held")


def two_holds_on_one_stock_are_two(harness: TargetHarness) -> None:
    """Lifting one of two holds leaves the other as it was."""
    first, second = harness.order(_FIRST, Decimal(30)), harness.order(_SECOND, Decimal(50))
    for order in (first, second):
        harness.open().place(order)
    harness.open().lift(first)
    same(_held(harness, first), None, "the lifted hold")
    same(_held(harness, second), Decimal(50), "the other hold")


def others_holds_stay(harness: TargetHarness) -> None:
    """What somebody else holds is neither listed nor changed by placing and lifting."""
    harness.hold_as_somebody_else(Decimal(100))
    order = harness.order()
    harness.open().place(order)
    same([reading.ref for reading in harness.open().list_own()], [order.ref], "list_own")
    same(harness.held_by_others(), Decimal(100), "others' hold while ours stands")
    harness.open().lift(order)
    same(harness.held_by_others(), Decimal(100), "others' hold after our lift")


def hostile_reasons_harm_nothing(harness: TargetHarness) -> None:
    """Quotes, line ends, formulas and very long reasons are only text."""
    for number, reason in enumerate(("'); DROP TABLE x; --", "a\r\nb\x00c", "=1+1", "长" * 2000)):
        order = harness.order(f"SBHOSTILE{number:07}", Decimal(1), reason)
        harness.open().place(order)
        same(_held(harness, order), Decimal(1), f"held with reason {reason[:20]!r}")


def hostile_references_are_only_text(harness: TargetHarness) -> None:
    """A reference with quotes finds nothing and changes nothing."""
    order = harness.order()
    harness.open().place(order)
    for ref in ("' OR '1'='1", "%", "SB_ONTRACT000001"):
        expect(not harness.open().probe(ref).present, f"probe({ref!r}) finds nothing")
        same(harness.open().lift(replace(order, ref=ref)).quantity, 0, f"lift({ref!r})")
    same(_held(harness, order), from_micro(order.quantity), "the hold")


def dead_target_is_typed(harness: TargetHarness) -> None:
    """Nobody answers: an effect error that says whether something may have happened, with both sentences."""
    target, order = harness.open(harness.dead()), harness.order()
    kinds = (EffectRetryable, EffectRefused, EffectUnknown)
    calls = (lambda: target.place(order), lambda: target.lift(order), lambda: target.probe(order.ref), target.list_own)
    for call in calls:
        error: BridgeError = refused(call, *kinds)
        words = "".join(error.text(lang) for lang in LANGUAGES) + repr(error)
        expect(not any(secret in words for secret in harness.secrets), f"{error.code} holds no secret")


def placing_on_a_dead_target_may_be_retried(harness: TargetHarness) -> None:
    """Where no connection was made nothing happened: EffectRetryable, not EffectUnknown."""
    order = harness.order()
    refused(lambda: harness.open(harness.dead()).place(order), EffectRetryable)


def _held(harness: TargetHarness, order: HoldOrder) -> Decimal | None:
    found = harness.open().probe(order.ref)
    return from_micro(found.quantity or to_micro("0")) if found.present else None


TARGET_CHECKS = (
    target_states_its_ability,
    opening_a_target_connects_nothing,
    an_unknown_reference_is_absent,
    a_new_target_holds_nothing,
    place_is_found_again,
    place_twice_holds_once,
    list_own_names_each_once,
    a_part_stays_a_part,
    lift_takes_it_back,
    lift_twice_lifts_once,
    lifting_the_unknown_is_done,
    place_after_lift_holds_again,
    two_holds_on_one_stock_are_two,
    others_holds_stay,
    hostile_reasons_harm_nothing,
    hostile_references_are_only_text,
    dead_target_is_typed,
    placing_on_a_dead_target_may_be_retried,
)

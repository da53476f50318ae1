"""One variance as a person reads it in the terminal (the sketch of users.md 3.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.render.figures import quantity
from alerts.render.rule import rule_in_words
from bridge.cli.cause_view import show_causes, show_matched, show_open
from bridge.cli.equation import Names, show_equation
from bridge.cli.output import Output
from bridge.cli.variance_past import OwnCode
from bridge.cycle.matched import Matched
from bridge.domain.episode import Episode
from bridge.domain.hold import Hold
from bridge.domain.report import money
from bridge.language import catalogue, text
from bridge.store.audit import AuditRow

_MOMENT = "%m-%d %H:%M"


@dataclass(frozen=True)
class Told:
    """A variance and what is known around it.

    `agreed` is when the position last agreed (None = never seen to) and `agreed_run` the run that found it. `names` has
    what the systems and documents are called, `people` the persons, `own_codes` what each system calls the item.
    `matched` are the paired documents where they are wanted.
    """

    episode: Episode
    names: Names
    currency: str
    agreed: datetime | None = None
    agreed_run: int | None = None
    holds: Sequence[Hold] = ()
    story: Sequence[AuditRow] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    own_codes: Sequence[OwnCode] = ()
    matched: Sequence[Matched] = ()


def show_variance(out: Output, told: Told) -> None:
    """Print one variance: what it is, its equation, its suspected causes, its holds, its story, what comes next."""
    _head(out, told)
    out.line()
    show_equation(out, told.episode.variance, told.names)
    show_causes(out, told.episode.variance.causes, told.names)
    variance, zone = told.episode.variance, told.episode.since.tzinfo
    show_open(out, variance, told.names)
    _explanation(out, told)
    alone = {(document.source, document.number) for document in (*variance.documents, *variance.suspects)}
    if variance.matched or alone:
        out.say("cli.variance.matched", count=variance.matched, open=len(alone))
    show_matched(out, told.matched, told.names)
    for hold in told.holds:
        state = text(out.lang, f"cli.hold_state.{hold.state.value}")
        amount = quantity(hold.placed or hold.order.quantity)
        out.say("cli.variance.hold", hold=hold.id, target=told.names.label(hold.target), quantity=amount, state=state)
    for entry in reversed(told.story):
        who = told.people.get(entry.actor, entry.actor)
        at = f"{entry.at.astimezone(zone):{_MOMENT}}"
        out.say("cli.variance.story", at=at, who=who, action=_action(out, entry.action))
    key = f"cli.next.{told.episode.state.value}"
    if key in catalogue(out.lang):
        out.say(key, variance=told.episode.id)


def _head(out: Output, told: Told) -> None:
    variance, zone = told.episode.variance, told.episode.since.tzinfo
    position = variance.position
    batch = f" #{position.batch}" if position.batch else ""
    place = f"{position.warehouse_name or position.warehouse}{batch}"
    out.line(f"{position.item} {position.name}{_elsewhere(out, told)}   {place}")
    cost = money(variance.cost) if variance.cost is not None else text(out.lang, "cli.no_cost")
    facts = {"abc": position.abc or "-", "unit": position.unit or "-", "source": variance.cost_source or "-"}
    out.say("cli.variance.card", cost=cost, **facts)
    state = text(out.lang, f"cli.state.{told.episode.state.value}")
    agreed = f"{told.agreed.astimezone(zone):{_MOMENT}}" if told.agreed else text(out.lang, "cli.variance.never")
    if told.agreed_run is not None:
        agreed = text(out.lang, "cli.variance.agreed_run", at=agreed, run=told.agreed_run)
    rule = rule_in_words(variance.rule, told.currency, out.lang, cap=True)
    out.say("cli.variance.rule", variance=told.episode.id, rule=rule, state=state, agreed=agreed)


def _elsewhere(out: Output, told: Told) -> str:
    """Return, in brackets, what the systems call the item where that is not what the head says."""
    position = told.episode.variance.position
    own = [each for each in told.own_codes if each.code != position.item]
    others = [f"{told.names.label(each.source)} {each.code}" for each in own]
    separator = text(out.lang, "cli.variance.semicolon")
    return text(out.lang, "cli.variance.elsewhere", names=separator.join(others)) if others else ""


def _explanation(out: Output, told: Told) -> None:
    """Print what the maker said, which is what a checker approves, and what the checkers said."""
    said = told.episode.explanation
    if said is not None:
        cause = f"{said.cause} {catalogue(out.lang).get(f'causes.{said.cause}.name', '')}".strip()
        parked = [text(out.lang, "cli.variance.parked", documents=" ".join(said.parked))] if said.parked else []
        facts = {"documents": " ".join((*said.documents, *parked)) or "-", "note": said.note or "-"}
        out.say("cli.variance.explanation", who=told.people.get(said.by, said.by), cause=cause, **facts)
    for given in told.episode.approvals:
        key = "cli.variance.approved" if given.approved else "cli.variance.rejected"
        out.say(key, who=told.people.get(given.by, given.by), note=given.note or "-")


def _action(out: Output, action: str) -> str:
    """Return what a person did, in words; what has none is shown as it is."""
    known, (name, _, refused) = catalogue(out.lang), action.removeprefix("variance.").partition(".")
    said = known.get(f"cli.action.{name}", action)
    return text(out.lang, "cli.variance.refused", action=said) if refused else said

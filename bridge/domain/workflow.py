"""What people do to an episode, and who may do it (users.md 2.9, 3.7, 3.9). Each function returns the episode after it."""

from dataclasses import dataclass, replace
from datetime import datetime

from bridge.domain.episode import ENDED, Approval, Episode, EpisodeState, Explanation
from bridge.domain.errors import NotPermitted
from bridge.domain.people import Person
from bridge.domain.reasons import need_reason

CAUSES = ("T1", "T2", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "M1", "B1", "S1", "P1", "X9")
"""Cause codes of users.md 2.7. X9 (other) always needs two signatures."""
_TAKEABLE = frozenset({EpisodeState.CONFIRMED, EpisodeState.REVIEWING, EpisodeState.COUNTING, EpisodeState.PARKED})
_EXPLAINABLE = _TAKEABLE | {EpisodeState.EXPLAINED}


@dataclass(frozen=True)
class Segregation:
    """Which duties one person may not combine on one episode, and from which money two must sign (millionths)."""

    dual_sign_over: int | None = None


def take(episode: Episode, person: Person, at: datetime) -> Episode:
    """Given a confirmed variance, let a maker take it. Raise NotPermitted for other roles or states."""
    _need_role(person, ("maker",), "take")
    _need_state(episode, _TAKEABLE, "take")
    return replace(episode, state=EpisodeState.REVIEWING, maker=person.id, park_until=None, updated_at=at)


def explain(
    episode: Episode,
    person: Person,
    cause: str,
    documents: tuple[str, ...],
    note: str,
    at: datetime,
    parked: tuple[str, ...] = (),
) -> Episode:
    """Given a variance under review, record what the maker found; `parked` documents stay open and are not its cause.

    Raise NotPermitted for an unknown cause or state, or if the reason does not count (reasons.py).
    """
    _need_role(person, ("maker",), "explain")
    _need_state(episode, _EXPLAINABLE, "explain")
    if cause not in CAUSES:
        raise NotPermitted("BR-2003", cause=cause, allowed=", ".join(CAUSES))
    if not documents and not note:
        raise NotPermitted("BR-2004", variance=episode.id)
    need_reason(episode.id, episode.variance, cause, documents, parked)
    said = Explanation(cause=cause, documents=documents, note=note, by=person.id, at=at, parked=parked)
    return replace(
        episode, state=EpisodeState.EXPLAINED, maker=person.id, explanation=said, approvals=(), updated_at=at
    )


def approve(episode: Episode, person: Person, note: str, at: datetime, rules: Segregation) -> Episode:
    """Given an explained variance, add a signature; approved once all needed ones are there.

    The maker never approves their own work. Above the money limit, without a cost, and for X9, a checker and the
    warehouse manager both sign.
    """
    _need_state(episode, frozenset({EpisodeState.EXPLAINED}), "approve")
    role = _signing_role(person, two_needed=needs_two(episode, rules))
    if episode.explanation is None or person.id in {episode.explanation.by, episode.maker}:
        raise NotPermitted("BR-2005", person=person.name, variance=episode.id)
    if any(given.by == person.id or given.role == role for given in episode.approvals):
        raise NotPermitted("BR-2006", variance=episode.id, role=role)
    signed = (*episode.approvals, Approval(by=person.id, role=role, at=at, approved=True, note=note))
    complete = "checker" in {given.role for given in signed} and (len(signed) > 1 or not needs_two(episode, rules))
    state = EpisodeState.APPROVED if complete else EpisodeState.EXPLAINED
    return replace(episode, state=state, approvals=signed, updated_at=at)


def reject(episode: Episode, person: Person, note: str, at: datetime) -> Episode:
    """Given an explained variance, send it back with a reason."""
    _need_role(person, ("checker", "wh_manager"), "reject")
    _need_state(episode, frozenset({EpisodeState.EXPLAINED}), "reject")
    if not note:
        raise NotPermitted("BR-2007", variance=episode.id)
    refused = Approval(by=person.id, role="checker", at=at, approved=False, note=note)
    return replace(episode, state=EpisodeState.REVIEWING, approvals=(refused,), updated_at=at)


def park(episode: Episode, person: Person, until: datetime, note: str, at: datetime) -> Episode:
    """Given a variance under review, put it aside until a date, with a reason."""
    _need_role(person, ("maker", "checker"), "park")
    _need_state(episode, _EXPLAINABLE, "park")
    if until <= at or not note:
        raise NotPermitted("BR-2008", variance=episode.id, until=until.isoformat(timespec="minutes"))
    said = Explanation(cause="X9", documents=(), note=note, by=person.id, at=at)
    return replace(episode, state=EpisodeState.PARKED, explanation=said, park_until=until, updated_at=at)


def reopen(episode: Episode, person: Person, note: str, at: datetime) -> Episode:
    """Given an approved, accepted or parked variance, bring it back under review."""
    _need_role(person, ("maker", "checker"), "reopen")
    _need_state(episode, frozenset({EpisodeState.APPROVED, EpisodeState.ACCEPTED, EpisodeState.PARKED}), "reopen")
    if not note:
        raise NotPermitted("BR-2007", variance=episode.id)
    return replace(episode, state=EpisodeState.REVIEWING, approvals=(), park_until=None, updated_at=at)


def needs_two(episode: Episode, rules: Segregation) -> bool:
    """Return whether two people must sign: money above the limit, money unknown while there is a limit, or cause X9."""
    if episode.explanation is not None and episode.explanation.cause == "X9":
        return True
    value = episode.variance.value
    return rules.dual_sign_over is not None and (value is None or value > rules.dual_sign_over)


def _signing_role(person: Person, *, two_needed: bool) -> str:
    if "checker" in person.roles:
        return "checker"
    if two_needed and "wh_manager" in person.roles:
        return "wh_manager"
    raise NotPermitted("BR-2001", person=person.name, action="approve", roles="checker", has=_roles(person))


def _need_role(person: Person, allowed: tuple[str, ...], action: str) -> None:
    if not set(allowed) & set(person.roles):
        raise NotPermitted("BR-2001", person=person.name, action=action, roles=", ".join(allowed), has=_roles(person))


def _need_state(episode: Episode, allowed: frozenset[EpisodeState], action: str) -> None:
    if episode.state in ENDED or episode.state not in allowed:
        names = ", ".join(sorted(state.value for state in allowed))
        raise NotPermitted("BR-2002", variance=episode.id, state=episode.state.value, action=action, allowed=names)


def _roles(person: Person) -> str:
    return ", ".join(person.roles) or "-"

"""Who is told what after a run: one digest per person and run, only when something changed for that person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.policy import DayFigure, MailPolicy
from alerts.readers import copied, having, next_in_line, reachable
from alerts.told import Told, base_state, fingerprint, hold_word, moved, present, remembered, speaking_hold
from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.domain.hold import Hold
from bridge.domain.people import Person
from bridge.domain.report import RunReport

__all__ = ["Digest", "DigestKind", "Entry", "News", "PlanNotice", "digests", "fingerprint", "speaking_hold"]


class DigestKind(StrEnum):
    """The kinds of mail; each has its folder of templates in `alerts/render/`."""

    VARIANCE = "variance"  # opens a thread
    CHANGE = "change"  # the same thread, only what changed
    CLOSED = "closed"  # the thread's last line
    PLAN = "plan"  # more holds wanted than the budget allows
    TROUBLE = "trouble"  # a source cannot be believed, the pair is suspended
    RECOVERED = "recovered"  # it can again
    TRIAL = "trial"  # `mail test`


class News(StrEnum):
    """What an entry is to its reader."""

    NEW = "new"
    CHANGED = "changed"
    OPEN = "open"  # told before and the same since
    CLOSED = "closed"


@dataclass(frozen=True)
class Entry:
    """One episode in a digest, the hold to speak of, and what the reader was told before (None = nothing)."""

    news: News
    episode: Episode
    hold: Hold | None = None
    before: Told | None = None


@dataclass(frozen=True)
class PlanNotice:
    """A hold plan that waits for approval. `limit` names the budget that it breaks: run, day or share."""

    id: str
    holds: tuple[Hold, ...]
    limit: str
    wanted: int
    allowed: int
    expires_at: datetime


_ASKED = frozenset({EpisodeState.CONFIRMED, EpisodeState.REVIEWING, EpisodeState.COUNTING})


@dataclass(frozen=True)
class Digest:
    """All facts of one mail, without a word of language. `cc` get the same message, each by their own delivery.

    `thread` is the Message-ID this mail answers ('' = it opens a thread), `stem` that thread's first subject.
    `stands_in_for` has the ids of owners who cannot be reached, when the recipient is somebody else.
    """

    kind: DigestKind
    report: RunReport
    recipient: Person
    policy: MailPolicy
    now: datetime
    cc: tuple[Person, ...] = ()
    entries: tuple[Entry, ...] = ()
    days: tuple[DayFigure, ...] = ()
    next_in_line: tuple[Person, ...] = ()
    helpers: tuple[Person, ...] = ()  # whom the warehouse asks for an urgent release
    thread: str = ""
    stem: str = ""
    stands_in_for: tuple[str, ...] = ()
    plan: PlanNotice | None = None

    def called(self, person: str) -> str:
        """Return a person's name; an id that nobody has is returned as it is."""
        return self.policy.names.get(person, person)

    def of(self, *news: News) -> tuple[Entry, ...]:
        """Return the entries of these kinds, in the digest's order."""
        return tuple(entry for entry in self.entries if entry.news in news)

    @property
    def live(self) -> tuple[Entry, ...]:
        """Return the entries that still need somebody."""
        return self.of(News.NEW, News.CHANGED, News.OPEN)

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """Return (episode id, fingerprint) of what this mail tells; store them once the mail is queued.

        Entries that are only counted as still open keep their old fingerprint, so that slow drift adds up to news.
        """
        return tuple((e.episode.id, fingerprint(e.episode, e.hold)) for e in self.entries if e.news is not News.OPEN)

    @property
    def asked(self) -> tuple[Entry, ...]:
        """Return the entries that wait for the recipient; the others wait for a checker, a correction or the next round."""
        return tuple(entry for entry in self.live if base_state(entry.episode) in _ASKED)

    @property
    def due_at(self) -> datetime | None:
        """Return the earliest deadline of what waits for the recipient."""
        return min((e.episode.due_at for e in self.asked if e.episode.due_at), default=None)


def digests(
    report: RunReport,
    episodes: Iterable[Episode],
    people: Mapping[str, Person],
    policy: MailPolicy,
    now: datetime,
    *,
    holds: Sequence[Hold] | None = None,
    days: Sequence[DayFigure] = (),
    stems: Mapping[str, str] | None = None,
) -> list[Digest]:
    """Given a run and the pair's episodes, return one digest for each owner for whom something changed.

    `episodes` are all open ones and those that ended since their owner last heard of them. `holds` are the pair's
    holds, the lifted ones of late included (default: the report's). `stems` gives the first subject of each thread.
    """
    if report.mode == "observe":
        return []
    known_holds = report.holds if holds is None else holds
    stems = stems or {}
    found: list[Digest] = []
    for reader, entries in _by_reader(episodes, known_holds, people, policy):
        if all(entry.news is News.OPEN for entry in entries):
            continue
        thread = _thread(entries)
        found.append(
            Digest(
                kind=_kind(entries),
                report=report,
                recipient=reader,
                policy=policy,
                now=now,
                cc=copied(reader, people, policy, held=_tells_of_a_hold(entries)),
                entries=entries,
                days=tuple(sorted(days, key=lambda figure: figure.day)),
                next_in_line=next_in_line(policy, reader, people),
                helpers=(*having(people, *policy.cc_roles), *having(people, policy.admin_role)),
                thread=thread,
                stem=stems.get(thread, ""),
                stands_in_for=tuple(sorted({e.episode.owner for e in entries} - {reader.id})),
            )
        )
    return found


def _by_reader(
    episodes: Iterable[Episode], holds: Sequence[Hold], people: Mapping[str, Person], policy: MailPolicy
) -> list[tuple[Person, tuple[Entry, ...]]]:
    """Return who reads what, the largest money first. One reader may stand in for several owners, in one mail."""
    groups: dict[str, tuple[Person, list[Entry]]] = {}
    for episode in episodes:
        entry = _entry(episode, speaking_hold(episode.id, holds), policy)
        reader = reachable(episode.owner, people, policy)
        if entry is not None and reader is not None:
            groups.setdefault(reader.id, (reader, []))[1].append(entry)
    return [(reader, tuple(sorted(entries, key=_weight))) for _, (reader, entries) in sorted(groups.items())]


def _thread(entries: tuple[Entry, ...]) -> str:
    """Return the oldest thread in which the reader was told of one of them, '' when he was told of none."""
    told = [(e.episode.since, e.episode.thread) for e in entries if e.before is not None and e.episode.thread]
    return min(told)[1] if told else ""


def _weight(entry: Entry) -> tuple[int, str]:
    value = entry.episode.variance.value
    return (1 if value is None else -value, entry.episode.id)


def _entry(episode: Episode, hold: Hold | None, policy: MailPolicy) -> Entry | None:
    """Return what the episode is to its owner, None when it is none of their business (yet, or any more)."""
    now, before = present(episode, hold), remembered(episode.mailed)
    if before is None or before.owner != episode.owner:
        frozen = episode.state is EpisodeState.SUSPENDED
        if frozen or now.state in ENDED or now.state is EpisodeState.CANDIDATE:
            return None
        return Entry(News.NEW, episode, hold)
    if now.state in ENDED:
        return None if before.state in ENDED and before.hold == now.hold else Entry(News.CLOSED, episode, hold, before)
    stepped = now.state is not before.state and not _own_step(episode)
    if stepped or now.hold != before.hold or moved(before, now, policy.material_percent):
        return Entry(News.CHANGED, episode, hold, before)
    return Entry(News.OPEN, episode, hold, before)


def _own_step(episode: Episode) -> bool:
    """Return whether the owner took the last step himself: that is no news to him."""
    state = base_state(episode)
    if state is EpisodeState.REVIEWING:
        return episode.maker == episode.owner
    return (
        state is EpisodeState.EXPLAINED and episode.explanation is not None and episode.explanation.by == episode.owner
    )


def _kind(entries: tuple[Entry, ...]) -> DigestKind:
    if all(entry.news is News.CLOSED for entry in entries):
        return DigestKind.CLOSED
    return DigestKind.VARIANCE if all(entry.news is News.NEW for entry in entries) else DigestKind.CHANGE


def _tells_of_a_hold(entries: tuple[Entry, ...]) -> bool:
    return any(hold_word(entry.hold) != "none" for entry in entries if entry.news is not News.OPEN)

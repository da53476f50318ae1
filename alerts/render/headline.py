"""The sentences on top of a mail and its subject: what, how much, what is blocked, who until when."""

from alerts.digest import Digest, DigestKind, Entry, News
from alerts.render import figures, words
from alerts.render.clean import clean
from alerts.render.row import warehouse
from alerts.told import hold_word
from bridge import language
from bridge.domain.hold import STANDING, Hold, HoldState
from bridge.domain.variance import Variance

_SUBJECT_LIMIT = 160
_BLOCKING = frozenset({"standing", "overridden", "unknown"})


def subject(digest: Digest, lang: str) -> str:
    """Return the subject. Within a thread it stays the thread's, so that every client keeps the mails together."""
    if digest.thread and digest.stem:
        return clean(language.text(lang, "mail.subject.reply", stem=digest.stem), _SUBJECT_LIMIT + 4)
    return clean(digest.policy.subject_prefix + _own_subject(digest, lang), _SUBJECT_LIMIT)


def _own_subject(digest: Digest, lang: str) -> str:
    kind, key, pair = digest.kind, f"mail.subject.{digest.kind}", pair_name(digest)
    if kind is DigestKind.VARIANCE:
        return _asking_subject(digest, lang)
    if kind is DigestKind.PLAN and digest.plan is not None:
        plan = digest.plan
        until = figures.deadline(plan.expires_at, digest.now, lang)
        return language.text(lang, key, pair=pair, wanted=plan.wanted, allowed=plan.allowed, deadline=until)
    refused = (clean(r.label or r.source, words.NAME_LIMIT) for r in digest.report.snapshots if not r.admitted)
    return language.text(
        lang,
        key,
        pair=pair,
        left=len(digest.live),
        money=total(digest, digest.live, lang),
        count=len(digest.entries),
        sources=words.joined(lang, refused),
    )


def _asking_subject(digest: Digest, lang: str) -> str:
    facts = {
        "money": total(digest, digest.live, lang),
        "warehouses": words.joined(lang, sorted({warehouse(entry.episode.variance) for entry in digest.live})),
        "name": words.people(lang, [digest.recipient]),
    }
    if digest.live and not digest.asked:
        return words.counted(lang, "mail.subject.variance_waiting", len(digest.live), **facts)
    if digest.due_at is None:
        return words.counted(lang, "mail.subject.variance_open", len(digest.live), **facts)
    until = figures.deadline(digest.due_at, digest.now, lang)
    return words.counted(lang, "mail.subject.variance", len(digest.live), deadline=until, **facts)


def pair_name(digest: Digest) -> str:
    """Return what people call the pair."""
    return clean(digest.report.pair_label or digest.report.pair, words.CODE_LIMIT)


def total(digest: Digest, entries: tuple[Entry, ...], lang: str, *, net: bool = False) -> str:
    """Return the absolute money of entries; what has no cost is counted beside it, never as zero."""
    variances = [entry.episode.variance for entry in entries]
    valued = [variance for variance in variances if variance.value is not None]
    if variances and not valued:
        return language.text(lang, "mail.headline.all_unvalued")
    money = figures.money(sum(variance.value or 0 for variance in valued), digest.policy.currency)
    if net:
        money = language.text(lang, "mail.headline.net", gross=money, net=_net(valued, digest.policy.currency))
    missing = len(variances) - len(valued)
    return language.text(lang, "mail.headline.unvalued", money=money, count=missing) if missing else money


def _net(valued: list[Variance], currency: str) -> str:
    return figures.money(sum(variance.signed_value or 0 for variance in valued), currency, signed=True)


def headline(digest: Digest, lang: str) -> str:
    """Return the first sentence: what it is about, in one breath."""
    match digest.kind:
        case DigestKind.VARIANCE:
            money = total(digest, digest.live, lang, net=True)
            return words.counted(lang, "mail.headline.variance", len(digest.live), money=money)
        case DigestKind.CHANGE:
            return _change_headline(digest, lang)
        case DigestKind.CLOSED:
            return _closing_line(digest, lang)
        case DigestKind.PLAN if digest.plan is not None:
            limit = language.text(lang, f"mail.plan.limit_{digest.plan.limit}")
            facts = {"wanted": digest.plan.wanted, "allowed": digest.plan.allowed, "limit": limit}
            return language.text(lang, "mail.headline.plan", **facts)
        case _:
            refused = sum(not reading.admitted for reading in digest.report.snapshots)
            return language.text(lang, f"mail.headline.{digest.kind}", pair=pair_name(digest), count=refused)


def _change_headline(digest: Digest, lang: str) -> str:
    counts = [
        ("new", len(digest.of(News.NEW))),
        ("done", len(digest.of(News.CLOSED))),
        ("changed", len(digest.of(News.CHANGED))),
    ]
    said = [words.counted(lang, f"mail.change.{what}", count) for what, count in counts if count]
    left = words.counted(lang, "mail.change.left", len(digest.live), money=total(digest, digest.live, lang))
    held = len(blocking(digest.live))
    ends = [left, words.counted(lang, "mail.change.held", held)] if held else [left]
    begun = language.text(lang, "mail.clause").join(said)
    return language.text(lang, "mail.semicolon").join([begun, *ends]) + language.text(lang, "mail.stop")


def _closing_line(digest: Digest, lang: str) -> str:
    begun = words.counted(lang, "mail.headline.closed", len(digest.entries))
    held = sum(1 for e in digest.entries if e.hold is not None and e.hold.state in STANDING)
    name = words.people(lang, [digest.recipient])
    end = "closed_held" if held else "closed_free"
    return begun + language.text(lang, f"mail.headline.{end}", count=held, name=name)


def blocking(entries: tuple[Entry, ...]) -> list[Hold]:
    """Return the holds of entries that block somebody, or may."""
    return [entry.hold for entry in entries if entry.hold is not None and hold_word(entry.hold) in _BLOCKING]


def blocked(digest: Digest, lang: str) -> str:
    """Return what is held, '' where holds are not in use."""
    holds = blocking(digest.live)
    if not holds:
        return language.text(lang, "mail.headline.not_held") if digest.report.mode == "hold" else ""
    on_the_way = [hold for hold in holds if hold.state is HoldState.REQUESTED]
    standing = [hold for hold in holds if hold.state is not HoldState.REQUESTED]
    said = [
        words.counted(lang, f"mail.headline.{key}", len(group), operations=words.operations(lang, group))
        for key, group in (("held", standing), ("holding", on_the_way))
        if group
    ]
    return language.text(lang, "mail.gap").join(said)


def request(digest: Digest, lang: str) -> str:
    """Return who is asked to do what until when, and who is next in line."""
    name, key = words.people(lang, [digest.recipient]), "mail.headline.ask"
    if digest.live and not digest.asked:
        return language.text(lang, f"{key}_nothing", name=name)
    if digest.due_at is None:
        return language.text(lang, f"{key}_open", name=name)
    until = figures.deadline(digest.due_at, digest.now, lang)
    if not digest.next_in_line:
        return language.text(lang, key, name=name, deadline=until)
    chain = words.people(lang, digest.next_in_line)
    return language.text(lang, f"{key}_chain", name=name, deadline=until, chain=chain)

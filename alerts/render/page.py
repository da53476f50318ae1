"""Everything a mail says, in the order it says it: a digest as printable words for the templates of its kind."""

from dataclasses import dataclass

from alerts.digest import Digest, DigestKind, News
from alerts.render import figures, words
from alerts.render.clean import clean
from alerts.render.headline import blocked, headline, pair_name, request, subject
from alerts.render.notice import Planned, Refusal, planned, refusals
from alerts.render.overview import Column, counters, week
from alerts.render.row import Row, rows
from alerts.render.rule import rule_label
from bridge import language


@dataclass(frozen=True)
class Page:
    """What the templates place. Empty texts and lists are left out by them."""

    subject: str
    product: str
    pair: str
    written: str
    headline: str
    sentences: tuple[str, ...]
    counters: tuple[tuple[str, str], ...]
    sides: str
    new: tuple[Row, ...]
    changed: tuple[Row, ...]
    done: tuple[Row, ...]
    more: str
    week: tuple[Column, ...]
    facts: tuple[tuple[str, str], ...]
    url: str
    attached: str
    copies: str
    run: str
    code: str
    refusals: tuple[Refusal, ...]
    planned: tuple[Planned, ...]
    plan: str


def page(digest: Digest, lang: str) -> Page:
    """Given a digest, return its page in `lang`."""
    listed = rows(digest, digest.of(News.NEW), lang)
    told = digest.kind in {DigestKind.VARIANCE, DigestKind.CHANGE}
    plain = digest.kind is DigestKind.TRIAL
    return Page(
        subject=subject(digest, lang),
        product=language.text(lang, "mail.product"),
        pair=pair_name(digest) or clean(digest.policy.plant, words.CODE_LIMIT),
        written=figures.long_time(digest.now, lang),
        headline=headline(digest, lang),
        sentences=_sentences(digest, lang),
        counters=counters(digest, lang) if told else (),
        sides=_sides(digest, lang),
        new=tuple(listed[: digest.policy.top_n]),
        changed=tuple(rows(digest, digest.of(News.CHANGED), lang)[: digest.policy.top_n]),
        done=tuple(rows(digest, digest.of(News.CLOSED), lang)[: digest.policy.top_n]),
        more=_more(digest, lang),
        week=week(digest, lang) if told else (),
        facts=_facts(digest, lang) if told else (),
        url=digest.policy.review_url if told else "",
        attached=attachment_name(digest, lang) if has_workbook(digest) else "",
        copies=words.people(lang, digest.cc, 6),
        run=""
        if plain
        else language.text(
            lang,
            "mail.foot.run",
            run=digest.report.run,
            as_of=figures.clock(digest.report.as_of.astimezone(digest.now.tzinfo)),
        ),
        code=language.text(lang, f"mail.code.{digest.kind}"),
        refusals=refusals(digest, lang),
        planned=planned(digest, lang),
        plan=clean(digest.plan.id) if digest.plan else "",
    )


def has_workbook(digest: Digest) -> bool:
    """Return whether the mail carries the workbook: whenever it lists figures and the plant wants it."""
    return digest.policy.attach and digest.kind in {DigestKind.VARIANCE, DigestKind.CHANGE}


def attachment_name(digest: Digest, lang: str) -> str:
    """Return the workbook's file name."""
    return language.text(lang, "mail.attachment", run=digest.report.run)


def _sentences(digest: Digest, lang: str) -> tuple[str, ...]:
    said: list[str] = []
    if digest.kind in {DigestKind.VARIANCE, DigestKind.CHANGE}:
        said += [blocked(digest, lang), request(digest, lang)]
    elif digest.kind is DigestKind.PLAN and digest.plan:
        until = figures.deadline(digest.plan.expires_at, digest.now, lang)
        said.append(language.text(lang, "mail.headline.plan_next", deadline=until))
    elif digest.kind is not DigestKind.CLOSED:
        plant = clean(digest.policy.plant, words.CODE_LIMIT)
        said.append(language.text(lang, f"mail.headline.{digest.kind}_effect", plant=plant))
    if digest.stands_in_for:
        owner = words.joined(lang, (clean(digest.called(each), words.NAME_LIMIT) for each in digest.stands_in_for))
        name = words.people(lang, [digest.recipient])
        said.append(language.text(lang, "mail.headline.stands_in", owner=owner, name=name))
    return tuple(sentence for sentence in said if sentence)


def _sides(digest: Digest, lang: str) -> str:
    labels = {r.source: clean(r.label or r.source, words.NAME_LIMIT) for r in digest.report.snapshots}
    if not digest.policy.book or not digest.policy.stock:
        return ""
    book, stock = (
        words.joined(lang, (labels.get(s, s) for s in side)) for side in (digest.policy.book, digest.policy.stock)
    )
    time = f"{digest.report.as_of.astimezone(digest.now.tzinfo):%H:%M:%S}"
    return language.text(lang, "mail.table.sides", book=book, stock=stock, time=time)


def _more(digest: Digest, lang: str) -> str:
    hidden = sum(max(0, len(digest.of(news)) - digest.policy.top_n) for news in (News.NEW, News.CHANGED, News.CLOSED))
    key = "more" if has_workbook(digest) else "more_bare"
    return words.counted(lang, f"mail.table.{key}", hidden) if hidden else ""


def _facts(digest: Digest, lang: str) -> tuple[tuple[str, str], ...]:
    report = digest.report
    fine = [words.counted(lang, "mail.fine.agreeing", report.agreeing, agreeing=f"{report.agreeing:,}")]
    if report.pending:
        fine.append(words.counted(lang, "mail.fine.pending", report.pending, pending=f"{report.pending:,}"))
    stop = language.text(lang, "mail.stop")
    said = [(language.text(lang, "mail.fine.title"), language.text(lang, "mail.semicolon").join(fine) + stop)]
    if report.mode == "hold":
        said.append((language.text(lang, "mail.urgent.title"), _urgent(digest, lang)))
    if digest.policy.rules:
        rules = words.joined(lang, (rule_label(rule, digest.policy.currency, lang) for rule in digest.policy.rules), 8)
        strict = language.text(lang, "mail.rules.strict")
        said.append(
            (language.text(lang, "mail.rules.title"), f"{rules}{stop}{language.text(lang, 'mail.gap')}{strict}")
        )
    return tuple(said)


def _urgent(digest: Digest, lang: str) -> str:
    if digest.policy.review_url:
        return language.text(lang, "mail.urgent.page")
    names = words.people(lang, digest.helpers)
    return language.text(lang, f"mail.urgent.{'person' if names else 'nobody'}", names=names)

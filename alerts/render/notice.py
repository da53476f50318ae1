"""The lines of the mails to IT: which gate refused which source, and which holds were not placed."""

from dataclasses import dataclass

from alerts.digest import Digest, DigestKind
from alerts.render import figures, words
from alerts.render.clean import clean
from bridge import language


@dataclass(frozen=True)
class Refusal:
    """One source of a suspended pair."""

    source: str
    id: str
    read: str
    code: str
    sentence: str


@dataclass(frozen=True)
class Planned:
    """One hold that was not placed."""

    item: str
    warehouse: str
    operations: str
    quantity: str
    target: str
    variance: str


def refusals(digest: Digest, lang: str) -> tuple[Refusal, ...]:
    """Return the refused sources of a suspended pair, each with the gate's own sentence."""
    found = []
    for reading in digest.report.snapshots:
        if reading.admitted or digest.kind is not DigestKind.TROUBLE:
            continue
        facts = {name: clean(value, 120) for name, value in reading.reason_facts}
        known = f"errors.{reading.reason_code}" in language.catalogue(lang)
        sentence = language.text(lang, f"errors.{reading.reason_code}", **facts) if known else " ".join(facts.values())
        found.append(
            Refusal(
                source=clean(reading.label or reading.source, words.CODE_LIMIT),
                id=clean(reading.source, words.CODE_LIMIT),
                read=figures.clock(reading.taken_to.astimezone(digest.now.tzinfo)),
                code=clean(reading.reason_code, words.NAME_LIMIT),
                sentence=sentence,
            )
        )
    return tuple(found)


def planned(digest: Digest, lang: str) -> tuple[Planned, ...]:
    """Return the holds of a plan that waits for approval."""
    if digest.plan is None:
        return ()
    return tuple(
        Planned(
            item=clean(hold.item, words.CODE_LIMIT),
            warehouse=clean(hold.warehouse, words.NAME_LIMIT),
            operations=words.operations(lang, [hold]),
            quantity=figures.quantity(hold.order.quantity),
            target=clean(hold.target, words.NAME_LIMIT),
            variance=clean(hold.variance, words.CODE_LIMIT),
        )
        for hold in digest.plan.holds
    )

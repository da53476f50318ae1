"""What a source's balance means, in sentences: when documents move it, how exact it is, what class, cost and period say."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bridge.domain.snapshot import Identity, Snapshot
from bridge.language import text

_MOMENTS = frozenset(
    {
        "k3_counts_on_audit",
        "k3_counts_on_save",
        "u8_stock_effect",
        "cloud_counts_on_audit",
        "cloud_counts_on_save",
    }
)
"""Findings of connectors that say when a document moves the balance."""
MEANING = _MOMENTS | {"u8_warehouse_flags", "u8_frozen_rows", "u8_vendor_goods"}
"""Findings of connectors that say what a balance means: good to know, nothing to do."""
_K3_PERIOD = ("IC/CurrentYear", "IC/CurrentPeriod")
_U8_PERIOD = "GL_mend.bflag_ST"
_U8_DECIMALS = "iStrsQuanDecDgt"


def meaning(identity: Identity, snapshot: Snapshot | None, zone: tzinfo | None, lang: str) -> list[str]:
    """Given what a probe learned and the source's last admitted snapshot, return what its balance means.

    What the items say (class, cost, decimals) is counted over those with stock; without a snapshot only the switches
    speak.
    """
    found = [text(lang, f"findings.{key}", **facts) for key, facts in identity.findings if key in MEANING]
    if not any(key in _MOMENTS for key, _ in identity.findings):
        found.insert(0, text(lang, "doctor.meaning.moment_unknown"))
    found.append(_period(identity, snapshot, lang))
    cards = None if snapshot is None else _stocked_cards(snapshot)
    if snapshot is None:
        found += [*_account_decimals(identity, lang), text(lang, "doctor.meaning.unread", source=identity.source)]
    elif not cards:
        found += [*_account_decimals(identity, lang), text(lang, "doctor.meaning.no_cards")]
    else:
        at = f"{snapshot.provenance.fetched_to.astimezone(zone):%Y-%m-%d %H:%M}"
        found.append(text(lang, "doctor.meaning.cards", items=f"{len(cards):,}", at=at))
        found += [_decimals(cards, lang), _classes(cards, lang), _costs(cards, lang)]
    return found


def _stocked_cards(snapshot: Snapshot) -> list[Mapping[str, Any]]:
    """Return the cards of the items that have stock."""
    lines = snapshot.lines.filter(pc.not_equal(snapshot.lines["quantity"], 0))
    stocked = pc.is_in(snapshot.items["item"], value_set=pa.array(pc.unique(lines["item"]).to_pylist(), pa.string()))
    return list(snapshot.items.filter(stocked).select(["abc", "cost_source", "decimals"]).to_pylist())


def _period(identity: Identity, snapshot: Snapshot | None, lang: str) -> str:
    """Say from which month on documents can be dated: by the source's switch, else by its last reading."""
    switches = identity.switches
    year, month = (switches.get(name, "").strip() for name in _K3_PERIOD)
    first = f"{year}-{month.zfill(2)}" if year and month else switches.get(_U8_PERIOD, "")
    if not first and snapshot is not None and snapshot.provenance.open_from is not None:
        first = f"{snapshot.provenance.open_from:%Y-%m}"
    return text(lang, "doctor.meaning.period" if first else "doctor.meaning.period_unknown", first=first)


def _account_decimals(identity: Identity, lang: str) -> Iterator[str]:
    if places := identity.switches.get(_U8_DECIMALS, "").strip():
        yield text(lang, "doctor.meaning.decimals_account", places=places)


def _decimals(cards: list[Mapping[str, Any]], lang: str) -> str:
    counted = Counter(card["decimals"] for card in cards)
    silent = counted.pop(None, 0)
    if not counted:
        return text(lang, "doctor.meaning.decimals_unknown")
    parts = [
        text(lang, "doctor.meaning.decimals_part", places=places, items=f"{count:,}")
        for places, count in sorted(counted.items())
    ]
    if silent:
        parts.append(text(lang, "doctor.meaning.decimals_silent", items=f"{silent:,}"))
    return text(lang, "doctor.meaning.decimals", parts=_listed(parts, lang))


def _classes(cards: list[Mapping[str, Any]], lang: str) -> str:
    counted = Counter(card["abc"] for card in cards)
    missing = counted.pop("", 0)
    parts = _listed((f"{name} {count:,}" for name, count in sorted(counted.items())), lang)
    return _covered("abc", counted.total(), missing, parts, lang)


def _costs(cards: list[Mapping[str, Any]], lang: str) -> str:
    counted = Counter(card["cost_source"] for card in cards)
    missing = counted.pop("", 0)
    parts = _listed((f"{name} {count:,}" for name, count in counted.most_common()), lang)
    return _covered("cost", counted.total(), missing, parts, lang)


def _covered(what: str, having: int, missing: int, parts: str, lang: str) -> str:
    """Say of how many items the source states something: of all, of some, of none."""
    extent = "none" if not having else "some" if missing else "all"
    facts = {"having": f"{having:,}", "missing": f"{missing:,}", "parts": parts}
    return text(lang, f"doctor.meaning.{what}_{extent}", **facts)


def _listed(parts: Iterable[str], lang: str) -> str:
    return text(lang, "doctor.meaning.comma").join(parts)

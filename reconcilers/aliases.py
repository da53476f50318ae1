"""One material under two codes, found by behaviour: one-sided movements of two codes that keep cancelling.

What is missing on one code stands on the other, in the same warehouse, the same quantity, close in time, under the
same reference where there is one. Names and specifications only order candidates of like behaviour; they never make
or break one, since the worst aliases share no word. Nothing is applied: a person approves, with validity dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
from rapidfuzz import fuzz

from reconcilers.rows import micros

ONE_SIDED = pa.schema(
    [
        pa.field("item", pa.string()),
        pa.field("warehouse", pa.string()),
        pa.field("effect", pa.int64()),  # on stock - book, millionths
        pa.field("at", pa.timestamp("us", tz="UTC")),
        pa.field("reference", pa.string()),
        pa.field("id", pa.string()),  # document id
    ]
)
"""Documents that found no counterpart under their own code."""


@dataclass(frozen=True)
class AliasCandidate:
    """`other` may be the same material as `item`: `events` cancelled, which is `share` percent of the item's own.

    `score` (0-100) says how strongly behaviour speaks for it, `likeness` (0-100) how alike name and specification are.
    """

    item: str
    other: str
    score: int
    events: int
    share: int
    likeness: int
    documents: tuple[tuple[str, str], ...]


def alias_candidates(
    one_sided: pa.Table,
    names: Mapping[str, str],
    *,
    window: timedelta = timedelta(days=2),
    least: int = 2,
    most: int = 3,
) -> dict[str, tuple[AliasCandidate, ...]]:
    """Given one-sided documents (ONE_SIDED) and "name spec" by item, return the likeliest other codes of each code.

    A pair of codes needs `least` events: between two mapped codes a single one is a slip, but an unmapped code must be
    some material, so there one may do. At most `most` candidates per code, best first. An event that could belong
    to several codes counts for each only in part.
    """
    pairs = _cancelling(one_sided, micros(window))
    codes = ["item", "other"]
    events = pairs.groupby(codes, as_index=False).agg(mine=("id", "nunique"), theirs=("other_id", "nunique"))
    events["count"] = events[["mine", "theirs"]].min(axis=1)
    events = events[events["count"] >= least]
    pairs = pairs.merge(events[codes], on=codes, validate="many_to_one")
    weights = pairs.groupby([*codes, "id"])["weight"].max().groupby(level=codes).sum()
    proofs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for item, other, mine, theirs in zip(*(pairs[name] for name in (*codes, "id", "other_id")), strict=True):
        proofs.setdefault((item, other), []).append((mine, theirs))
    totals = one_sided.group_by("item").aggregate([("item", "count")])
    own = dict(zip(totals["item"].to_pylist(), totals["item_count"].to_pylist(), strict=True))
    found: dict[str, list[AliasCandidate]] = {}
    for item, other, count in zip(events["item"], events["other"], events["count"].tolist(), strict=True):
        likeness = round(fuzz.token_set_ratio(names.get(item, ""), names.get(other, "")))
        score = round(100 * float(weights[item, other]) / own[item] * (1 - 1 / (1 + count)))
        share = round(100 * count / own[item])
        candidate = AliasCandidate(item, other, score, count, share, likeness, tuple(sorted(proofs[item, other])))
        found.setdefault(item, []).append(candidate)
    return {
        item: tuple(sorted(candidates, key=lambda one: (-one.score - one.likeness / 10, -one.events, one.other))[:most])
        for item, candidates in sorted(found.items())
    }


def _cancelling(one_sided: pa.Table, window: int) -> pd.DataFrame:
    """Return every two documents of different codes that cancel, with how much each says about its pair of codes."""
    frame = pd.DataFrame({name: one_sided[name].to_pandas() for name in ("item", "warehouse", "reference", "id")})
    frame["effect"] = np.asarray(one_sided["effect"].combine_chunks(), dtype=np.int64)
    frame["at"] = np.asarray(one_sided["at"].cast(pa.int64()).combine_chunks(), dtype=np.int64)
    frame["bucket"] = frame["at"] // window
    frame["opposite"] = -frame["effect"]
    near = pd.concat([frame.assign(bucket=frame["bucket"] + step) for step in (-1, 0, 1)])
    keys = ["warehouse", "effect", "bucket"]
    right = near.drop(columns="effect").rename(columns={"opposite": "effect"})
    joined = frame.drop(columns="opposite").merge(right, on=keys, suffixes=("", "_other"), validate="many_to_many")
    joined = joined.rename(columns={"item_other": "other", "id_other": "other_id"})
    apart = (joined["at"] - joined["at_other"]).abs()
    joined = joined[(joined["item"] != joined["other"]) & (apart <= window)]
    referred = (joined["reference"] != "") & (joined["reference"] == joined["reference_other"])
    joined = joined.assign(weight=np.where(referred, 1.0, 0.8 - 0.3 * (apart[joined.index] / window)), sure=referred)
    sure = joined.groupby("id")["sure"].transform("any")
    joined = joined[joined["sure"] | ~sure]
    rivals = joined.groupby("id")["other"].transform("nunique")
    joined["weight"] /= rivals**0.5
    return joined.sort_values(["item", "other", "id", "other_id"], kind="stable")

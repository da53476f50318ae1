"""The comparison of a pair as one function: align, add up, look up the facts, explain, judge, order."""

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from reconcilers.align import Aligned
from reconcilers.compare_policy import Backend, ComparePolicy, Role, SideInput
from reconcilers.comparison import Comparison, comparison_of, full_grain
from reconcilers.facts import Facts
from reconcilers.judge import UNEXPLAINED, Explanations, judge
from reconcilers.quantity import compare_quantities
from reconcilers.sides import classes, sides_of

__all__ = ["Backend", "ComparePolicy", "Comparison", "Explainer", "Role", "SideInput", "compare"]

Explainer = Callable[[pa.Table, Mapping[str, Aligned]], Explanations]
"""Called once with all differing positions (item, warehouse, batch, book, stock in millionths of the base unit), even with
none, and the alignments by source, whose footing puts documents under common codes."""


def compare(sides: Sequence[SideInput], policy: ComparePolicy, explainer: Explainer | None = None) -> Comparison:
    """Given the admitted snapshots of a pair, return its comparison.

    The order of rows is irrelevant. Base units, names and costs are settled by book sources before stock sources, each
    in the order given. Raise SnapshotRejected if a figure leaves 64 bits, ConfigError for an unknown rule or grain.
    """
    policy.check()
    footed = sides_of(sides, policy)
    positions = compare_quantities(footed.frames(policy), policy.grain)
    differing = full_grain(positions.differing)
    explained = explainer(differing, footed.alignments) if explainer else {}
    facts = Facts(list(footed.alignments.values()), classes(footed, policy))
    thresholds = policy.thresholds.folded(policy.code_rules)
    judged = [
        judge(facts.of(row), explained.get((row["item"], row["warehouse"], row["batch"]), UNEXPLAINED), thresholds)
        for row in differing.to_pylist()
    ]
    return comparison_of(positions, judged, footed, policy.grain)

"""From verdicts to the figures of the table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CONFIDENCES = ("high", "medium", "low")
GUESSES = ("first", "second")


@dataclass
class Tally:
    """Sums over plants. `judged` are planted positions whose time came before the story's end.

    `words` counts the first and the second guesses by their confidence word and whether they were right.
    """

    plants: int = 0
    runs: int = 0
    compared: int = 0
    seconds: float = 0.0
    false: int = 0
    judged: int = 0
    unjudged: int = 0
    in_time: int = 0
    late: int = 0
    exact: int = 0
    exact_later: int = 0
    documented: int = 0
    first: int = 0
    first_two: int = 0
    words: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    naive: Counter[str] = field(default_factory=Counter)

    def add(self, result: Mapping[str, Any]) -> None:
        """Take a watched plant into account."""
        self.plants += 1
        self.runs += result["runs"]
        self.compared += result["compared"]
        self.seconds += result["seconds"]
        self.false += len(result["false"])
        for verdict in result["verdicts"]:
            self._judge(verdict)
        naive = result["naive"]
        self.naive["over"] += naive["over"]
        self.naive["worst"] = max(self.naive["worst"], naive["worst"])
        for rule in ("once", "twice"):
            for name in ("false", "found", "exact"):
                self.naive[f"{rule} {name}"] += naive[rule][name]

    @property
    def found(self) -> int:
        """Return how many planted positions were confirmed at all."""
        return self.in_time + self.late

    def _judge(self, verdict: Mapping[str, Any]) -> None:
        if verdict["outcome"] == "too_late_to_judge":
            self.unjudged += 1
            return
        kind = self.kinds.setdefault(verdict["kind"], Counter())
        kind["judged"] += 1
        self.judged += 1
        if verdict["outcome"] == "missed":
            return
        causes = verdict["causes"]
        right, among = causes[:1] == [verdict["cause"]], verdict["cause"] in causes
        marks = {
            "in_time": verdict["outcome"] == "in_time",
            "late": verdict["outcome"] == "late",
            "exact": verdict["exact"],
            "exact_later": verdict["exact_later"],
            "documented": verdict["documented"],
            "first": right,
            "first_two": among,
        }
        for name, true in marks.items():
            setattr(self, name, getattr(self, name) + true)
            kind[name] += true
        if not right:
            kind[f"said {causes[0] if causes else '-'}"] += 1
        self.words["first", verdict["confidence"], right] += 1
        if second := verdict.get("second_confidence"):  # lines of older code lack it
            self.words["second", second, causes[1] == verdict["cause"]] += 1


def tally(results: Iterable[Mapping[str, Any]]) -> Tally:
    """Given watched plants, return their sums."""
    total = Tally()
    for result in results:
        total.add(result)
    return total


def share(part: int, whole: int) -> str:
    """Return a share in percent, with the figures behind it."""
    return f"{100 * part / whole:.1f} % ({part}/{whole})" if whole else "–"


def figures(one: Tally) -> Sequence[tuple[str, str, str]]:
    """Return the table's rows: figure, target, value."""
    return (
        ("false confirmed variances", "0", str(one.false)),
        ("planted faults found in time", "100 %", share(one.in_time, one.judged)),
        ("remainder equals the planted fault exactly", "≥ 99 %", share(one.exact, one.judged)),
        ("fully explained by named documents", "≥ 95 %", share(one.documented, one.judged)),
        ("cause right, first guess", "≥ 85 %", share(one.first, one.judged)),
        ("cause right, first two", "≥ 95 %", share(one.first_two, one.judged)),
    )


def naive_figures(one: Tally) -> Sequence[tuple[str, str, str]]:
    """Return the naive rule's rows: figure, on one snapshot, two in a row."""
    rows = [("false alarms", str(one.naive["once false"]), str(one.naive["twice false"]))]
    for name, label in (("found", "planted faults found in time"), ("exact", "difference equals the planted fault")):
        rows.append(
            (label, share(one.naive[f"once {name}"], one.judged), share(one.naive[f"twice {name}"], one.judged))
        )
    mean = f"{one.naive['over'] / one.runs:.1f}, worst {one.naive['worst']}" if one.runs else "–"
    rows.append(("positions over the limit per run", mean, "–"))
    return rows

"""The page's middle part: what was run, the figures, and every miss by kind."""

import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.truth.results import Results, of
from bench.truth.switches import SMALL, alike
from bench.truth.tally import CONFIDENCES, GUESSES, Tally, figures, naive_figures, share, tally
from bench.truth.trial import Trial

Asked = Sequence[tuple[str, str, Trial]]
"""Kind of job, key, trial."""


def write_page(path: Path, asked: Asked, results: Results, command: str, mark: str = "figures") -> str:
    """Given what was asked for, put the figures of what is done between the page's marks of that name. Return them."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    text = "\n".join(_page(asked, results, command))
    before, after = "# Truth benchmark\n\n", "\n"
    if path.exists():
        old = path.read_text(encoding="utf-8")
        before, _, rest = old.partition(begin)
        after = rest.partition(end)[2] or "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
    return text


def _page(asked: Asked, results: Results, command: str) -> list[str]:
    done = results.done()
    plants = [(trial, found) for kind, key, trial in asked for found in of(done, [key]) if kind in {"clean", "faults"}]
    lines = [f"`{command}`", ""]
    if plants:
        lines += [*_what_ran(plants, asked, results), "", *_main_table(plants), "", *_beside(plants), ""]
        total = tally(found for _, found in plants)
        lines += [*_calibration(total), "", *_by_kind(total), "", *_false(plants)]
    lines += [*_aliases(of(done, [key for kind, key, _ in asked if kind == "aliases"]))]
    lines += [*_switches(of(done, [key for kind, key, _ in asked if kind == "switches"]))]
    return lines


def _what_ran(plants: Sequence[tuple[Trial, Mapping[str, Any]]], asked: Asked, results: Results) -> list[str]:
    trials = [trial for trial, _ in plants]
    one = trials[0]
    wanted = sum(kind in {"clean", "faults"} for kind, _, _ in asked)
    total = tally(found for _, found in plants)
    stories = Counter((trial.story, trial.profile) for trial in trials)
    told = ", ".join(f"{count} {story} {profile}" for (story, profile), count in sorted(stories.items()))
    seeds = sorted({trial.seed for trial in trials})
    ran = (
        f"Run on {datetime.now(UTC):%Y-%m-%d} (UTC), {platform.system()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, code {results.code}."
    )
    habits = "" if one.habits == "usual" else f" Habits: {one.habits}."
    size = (
        f"**{len(plants)} of {wanted} plants** of {one.days} days, {one.items} items, {one.movements} lines a day, a run "
        f"every {one.every_min} minutes from 06:00 to 22:00; seeds {', '.join(map(str, seeds))}.{habits} By story: {told}. "
        f"{total.runs} runs, {total.compared} positions compared, "
        f"{total.seconds / max(total.runs, 1):.2f} s of processor time a run."
    )
    return [ran, "", size]


def _main_table(plants: Sequence[tuple[Trial, Mapping[str, Any]]]) -> list[str]:
    profiles = list(dict.fromkeys(trial.profile for trial, _ in plants))
    columns = [tally(found for trial, found in plants if trial.profile == name) for name in profiles]
    columns.append(tally(found for _, found in plants))
    lines = [
        f"| figure | target | {' | '.join([*profiles, 'all'])} |",
        f"|---|---|{'---|' * len(columns)}",
    ]
    lines += [
        f"| {rows[0][0]} | {rows[0][1]} | {' | '.join(row[2] for row in rows)} |"
        for rows in zip(*(figures(column) for column in columns), strict=True)
    ]
    total = columns[-1]
    note = (
        f"{total.judged} planted positions were judged, {total.unjudged} came too late in their story. "
        f"{total.late} were confirmed late, {total.judged - total.found} not at all. The remainder was exact at some "
        f"run while it stood for {total.exact_later}."
    )
    return [*lines, "", note]


def _beside(plants: Sequence[tuple[Trial, Mapping[str, Any]]]) -> list[str]:
    lines = [
        "The naive rule on the same readings (raw difference over 3 %):",
        "",
        "| figure | profile | one snapshot | two in a row |",
        "|---|---|---|---|",
    ]
    for name in dict.fromkeys(trial.profile for trial, _ in plants):
        one = tally(found for trial, found in plants if trial.profile == name)
        lines += [f"| {label} | {name} | {once} | {twice} |" for label, once, twice in naive_figures(one)]
    return lines


def _calibration(total: Tally) -> list[str]:
    words = dict(zip(CONFIDENCES, ("高 high", "中 medium", "低 low"), strict=True))
    lines = ["What the confidence words meant:", "", "| guess | word | right |", "|---|---|---|"]
    for guess in GUESSES:
        for name, word in words.items():
            right, wrong = total.words[guess, name, True], total.words[guess, name, False]
            lines.append(f"| {guess} | {word} | {share(right, right + wrong)} |")
    return lines


def _by_kind(total: Tally) -> list[str]:
    lines = [
        "By kind of fault:",
        "",
        "| kind | judged | in time | exact | documented | first | first two | other first guesses |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind, counts in sorted(total.kinds.items()):
        other = ", ".join(f"{name[5:]} ×{n}" for name, n in sorted(counts.items()) if name.startswith("said "))
        cells = [counts[name] for name in ("judged", "in_time", "exact", "documented", "first", "first_two")]
        lines.append(f"| {kind} | {' | '.join(map(str, cells))} | {other or '–'} |")
    return lines


def _false(plants: Sequence[tuple[Trial, Mapping[str, Any]]]) -> list[str]:
    found = [(trial, one) for trial, result in plants for one in result["false"]]
    if not found:
        return []
    lines = ["False alarms:", ""]
    for trial, one in found:
        where = " ".join(part for part in one["place"] if part)
        causes = ", ".join(one["causes"])
        lines.append(
            f"- {trial.story} {trial.profile} seed {trial.seed}: {where} {one['remainder']} ({causes}) {one['at']}"
        )
    return [*lines, ""]


def _aliases(results: Sequence[Mapping[str, Any]]) -> list[str]:
    if not results:
        return []
    lines = [
        "Second codes (plants of their own):",
        "",
        "| plant | planted | unrelated names | never booked on | in the top 3 | unrelated in the top 3 | first | applied |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in results:
        trial = one["trial"]
        plant = f"seed {trial['seed']}, {trial['profile']}, {trial['days']} days, {trial['items']} items"
        cells = [one["planted"], one["unrelated"], len(one["never_used"])]
        cells += [one[name] for name in ("top", "top_unrelated", "first", "applied")]
        lines.append(f"| {plant} | {' | '.join(map(str, cells))} |")
    return [*lines, ""]


def _switches(results: Sequence[Mapping[str, Any]]) -> list[str]:
    if not results:
        return []
    found = alike(results)
    size = ", ".join(f"{value} {name}" for name, value in SMALL.items())
    told = (
        f"Audit switches: {found.count} of 64 combinations run (seed {results[0]['trial']['seed']}; {size}); "
        f"{found.same} give the same verdict, {found.right} the right one at every judged position, "
        f"{found.false} false alarms."
    )
    lines = [f"- {line}" for line in found.differing[:40]] + [f"- wrong: {line}" for line in found.wrong[:40]]
    return [told, "", *lines, *([""] if lines else [])]

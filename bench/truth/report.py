"""The truth benchmark: `python -m bench.truth.report` (make bench-truth) watches many plants and writes the table.

Every plant is a process of its own, its result one JSON line under bench-results/ (not in git): a stop loses nothing,
a rerun of the same code continues. The page gets the figures of what was really run.
"""

import argparse
import gc
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.truth.habits import habits_of
from bench.truth.jobs import KINDS, Job, jobs_of
from bench.truth.page import write_page
from bench.truth.profiles import PROFILES
from bench.truth.results import ROOT, Results, fingerprint
from bench.truth.scoring import as_json, false_alarms, naive_figures, verdicts
from bench.truth.second_codes import second_codes
from bench.truth.switches import verdict
from bench.truth.trial import Trial
from bench.truth.watch import standing, watch
from config.durations import parse_duration

QUICK = {"seeds": 2, "days": 6, "items": 200, "movements": 150}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for and write the page. Return 0."""
    asked = _parsed(arguments)
    jobs = jobs_of(asked)
    results = Results(asked.keep / "truth.jsonl", fingerprint())
    started = time.monotonic()
    done = results.done()
    left = [job for job in jobs if _key(job) not in done]
    _say(f"{len(jobs)} plants, {len(jobs) - len(left)} done before, code {results.code}, results in {results.path}")
    _run(left, results, asked, started)
    page = write_page(
        asked.out, [(kind, _key((kind, trial)), trial) for kind, trial in jobs], results, asked.command, asked.mark
    )
    _say(f"{asked.out}\n\n{page}")
    return 0


def play(kind: str, trial: Trial, scratch: Path | None) -> dict[str, Any]:
    """Given a kind of job and its trial, watch the plant and return the result as JSON can keep it."""
    begun = time.process_time()
    with standing(trial, scratch) as plant:
        if kind == "switches":
            found: dict[str, Any] = verdict(trial, plant)
        elif kind == "aliases":
            found = second_codes(trial, plant)
        else:
            by_batch = "batch" in trial.grain
            log, naive = watch(trial, plant)
            found = {
                "runs": len(log.moments),
                "refused": log.refused,
                "compared": log.compared,
                "seconds": round(log.seconds, 1),
                "false": false_alarms(plant.truth, log, by_batch=by_batch),
                "verdicts": [as_json(one) for one in verdicts(plant.truth, log, by_batch=by_batch)],
                "naive": naive_figures(plant.truth, log, naive, by_batch=by_batch),
            }
    return {"kind": kind, "trial": asdict(trial), **found, "cpu_s": round(time.process_time() - begun, 1)}


def _run(left: list[Job], results: Results, asked: argparse.Namespace, started: float) -> None:
    """Play the jobs, `asked.jobs` at a time, and keep each result; start none after `asked.minutes`."""
    spawn = multiprocessing.get_context("spawn")
    waiting = list(reversed(left))
    signal.signal(signal.SIGTERM, _stop)  # without it the children of an ended run wait for work for ever
    with ProcessPoolExecutor(max_workers=asked.jobs, mp_context=spawn, initializer=_settle) as pool:
        running: dict[Any, Job] = {}
        while waiting or running:
            while waiting and len(running) < asked.jobs:
                if asked.minutes and time.monotonic() - started > asked.minutes * 60:
                    _say(f"time is up, {len(waiting)} plants left out")
                    waiting.clear()
                    break
                job = waiting.pop()
                running[pool.submit(play, *job, asked.scratch)] = job
            for future in as_completed(list(running)):
                job = running.pop(future)
                result = future.result()
                results.keep(_key(job), result)
                _say(_line(job, result, len(waiting), time.monotonic() - started))
                break


def _settle() -> None:
    """Let Python look for cycles more rarely: a plant is hundreds of thousands of objects that all stay alive."""
    gc.set_threshold(100_000, 50, 100)


def _stop(_signal: int, _frame: object) -> None:
    """End the plants being watched, and this process: what is finished is kept."""
    for child in multiprocessing.active_children():
        child.terminate()
    os._exit(1)


def _key(job: Job) -> str:
    return f"{job[0]} {job[1].key}"


def _line(job: Job, result: dict[str, Any], left: int, seconds: float) -> str:
    kind, trial = job
    head = f"[{seconds / 60:5.1f} min] {kind} seed {trial.seed} {trial.profile} {result['cpu_s']} s, {left} left:"
    if kind == "aliases":
        return f"{head} {result['top']}/{result['planted']} in the top 3"
    if kind == "switches":
        return f"{head} {trial.k3_effect} {trial.boxes:05b}"
    good = sum(one["outcome"] == "in_time" and one["exact"] for one in result["verdicts"])
    return f"{head} {len(result['false'])} false, {good}/{len(result['verdicts'])} found exactly, {result['runs']} runs"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.truth.report", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds")
    parser.add_argument("--first-seed", type=int, default=1, help="the first of them")
    parser.add_argument("--days", type=int, default=30, help="length of each story")
    parser.add_argument("--profiles", default=",".join(PROFILES), help="lateness profiles")
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--movements", type=int, default=1500, help="document lines a day")
    parser.add_argument("--habits", default="usual", help="how people work: few-lots, own-references, ...; joined by +")
    parser.add_argument("--every", default="30m", help="time between two runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="plants at the same time")
    parser.add_argument("--minutes", type=float, default=0, help="start no plant after so many minutes; 0 = no limit")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "truth-benchmark.md", help="page to fill in")
    parser.add_argument("--mark", default="figures", help="name of the page's marks: figures, or one for other habits")
    parser.add_argument("--keep", type=Path, default=ROOT / "bench-results", help="folder of the results")
    parser.add_argument("--scratch", type=Path, default=None, help="folder for the plants; default: the system's")
    parser.add_argument("--kinds", default=",".join(KINDS), help="what to watch; aliases are second codes")
    parser.add_argument("--quick", action="store_true", help=f"a small sample: {json.dumps(QUICK)}")
    asked = parser.parse_args(arguments)
    if asked.quick:
        for name, value in QUICK.items():
            setattr(asked, name, value)
    asked.profiles = _names(parser, "profiles", asked.profiles, PROFILES)
    asked.kinds = _names(parser, "kinds", asked.kinds, KINDS)
    try:
        habits_of(asked.habits)
    except KeyError as unknown_habit:
        parser.error(f"unknown habits {unknown_habit}; see bench/truth/habits.py")
    asked.every = int(parse_duration(asked.every).total_seconds() // 60)
    stated = sys.argv[1:] if arguments is None else arguments
    asked.command = " ".join(["python -m bench.truth.report", *stated])
    return asked


def _names(parser: argparse.ArgumentParser, option: str, given: str, allowed: Collection[str]) -> list[str]:
    names = [name for name in given.split(",") if name]
    if unknown := [name for name in names if name not in allowed]:
        parser.error(f"unknown {option} {', '.join(unknown)}; allowed: {', '.join(allowed)}")
    return names


if __name__ == "__main__":
    raise SystemExit(main())

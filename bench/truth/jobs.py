"""What a report has to watch, in the order that leaves an even sample when it is stopped."""

import argparse

from bench.truth.switches import combinations
from bench.truth.trial import Trial

Job = tuple[str, Trial]
"""A kind and its plant."""
KINDS = ("faults", "aliases", "switches", "clean")
"""Plants with faults come first: most of their positions are clean as well."""
BATCHES_EVERY = 4
"""Every so many seeds the faults are looked at batch by batch: a wrong batch shows only there."""


def jobs_of(asked: argparse.Namespace) -> list[Job]:
    """Given the parsed options, return all jobs: seed by seed, each with every profile."""
    size = {
        "days": asked.days,
        "items": asked.items,
        "movements": asked.movements,
        "every_min": asked.every,
        "habits": asked.habits,
    }
    larger = size | {"items": max(asked.items, 400), "movements": max(asked.movements, 600)}
    seeds = list(enumerate(range(asked.first_seed, asked.first_seed + asked.seeds)))
    found: dict[str, list[Job]] = {
        "faults": [
            ("faults", Trial(_story(number), seed, profile, **size))
            for number, seed in seeds
            for profile in asked.profiles
        ],
        "aliases": [("aliases", Trial("aliases", asked.first_seed, profile, **larger)) for profile in asked.profiles],
        "switches": [("switches", trial) for trial in combinations(asked.first_seed)],
        "clean": [("clean", Trial("clean", seed, profile, **size)) for _, seed in seeds for profile in asked.profiles],
    }
    return [job for kind in KINDS if kind in asked.kinds for job in found[kind]]


def _story(number: int) -> str:
    return "batches" if number % BATCHES_EVERY == BATCHES_EVERY - 1 else "faults"

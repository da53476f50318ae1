"""The truth benchmark in small: the real bridge on a simulated plant is silent without faults and finds the planted ones."""

import pytest

from bench.truth.scoring import false_alarms, verdicts
from bench.truth.trial import Trial
from bench.truth.watch import standing, watch

SIZE = {"profile": "scanned", "days": 3, "items": 60, "movements": 40, "every_min": 120}
pytestmark = pytest.mark.slow


def test_simulation_clean_plant_is_silent(tmp_path):
    """A day of a plant without errors: every snapshot is admitted and nothing is confirmed."""
    trial = Trial("clean", 7, **{**SIZE, "days": 1})
    with standing(trial, tmp_path) as plant:
        log, _ = watch(trial, plant)
    assert len(log.moments) == 8
    assert log.refused == 0
    assert log.compared > 0
    assert log.sightings == {}


def test_simulation_planted_faults_are_found_exactly(tmp_path):
    """Each planted fault is confirmed in time with the exact remainder, and nothing else is confirmed."""
    trial = Trial("faults", 7, **SIZE)
    with standing(trial, tmp_path) as plant:
        log, _ = watch(trial, plant)
        found = verdicts(plant.truth, log, by_batch=False)
        wrong = false_alarms(plant.truth, log, by_batch=False)
    assert wrong == []
    judged = [verdict for verdict in found if verdict.outcome != "too_late_to_judge"]
    assert len(judged) >= 12
    assert [verdict for verdict in judged if verdict.outcome != "in_time" or not verdict.exact] == []
    right = sum(verdict.cause in verdict.causes for verdict in judged)
    assert right * 100 >= len(judged) * 85

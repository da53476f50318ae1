"""The truth simulator: a seeded plant that writes both ERPs through the look-alikes and knows every fault it planted.

    plant = build(folder, seed, days, profile, faults, clean=, items=, movements_per_day=, aliases=, k3_effect=,
                  u8_at_audit=, old=, start=)            stands at 2026-11-02 00:00 +08:00 with openings entered
    for reading in plant.readings():                     random read times of a working day's runs
        plant.advance(reading.first); …read one system…; plant.advance(reading.last); …read the other…
    plant.finish(); plant.close()                        plant.k3, plant.u8, plant.mes_moves, plant.truth, plant.mes
    truth = simulate(folder, seed, days, profile, faults, clean=, items=, movements_per_day=, aliases=)
    Truth.read(folder / "truth.json")                    faults, aliases, grace_minutes, clock offsets

Common codes: item = K/3 number, warehouse = its Chinese name (maps/ holds the translations of U8 and MES).
remainder = stock (U8) − book (K/3). Once all is entered, the difference at every position is exactly the planted one.
Second codes (`aliases`) make unmapped stock of their own: measure them in plants of their own, not with false alarms.
A plant of 2,000 items and 30 days has some 45,000 lines and 126,000 steps; it takes about half a minute of one core.
"""

from bench.truth.plant import Plant, Reading, build, simulate
from bench.truth.truth import KINDS, PlantedAlias, PlantedFault, PlantedPosition, Truth

__all__ = [
    "KINDS",
    "Plant",
    "PlantedAlias",
    "PlantedFault",
    "PlantedPosition",
    "Reading",
    "Truth",
    "build",
    "simulate",
]

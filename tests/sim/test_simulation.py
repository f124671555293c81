"""No false PROVEN, no lost intent, no double row, every operation ends, both sides agree: for every seed."""

import os

import pytest

from tests.sim.scenario import draw
from tests.sim.simulation import simulate
from tests.sim.wild import draw_wild

BATCH = 25
SEEDS = int(os.environ.get("RADIUSBRIDGE_SEEDS") or (700 if os.environ.get("CI") == "true" else 200))

KEPT = (93, 151, 250, 403)
"""Seeds that failed once."""
KEPT_WILD = (64, 220, 262, 887, 955, 1030, 2044, 2633, 7094, 21595, 50039)
"""The same, of seeds in which more happens than faults and deaths."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_seeds(first: int) -> None:
    failures = [words for seed in range(first, first + BATCH) for words in simulate(draw_wild(seed)).violations]
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("seed", KEPT)
def test_a_seed_that_failed_once(seed: int) -> None:
    assert not simulate(draw(seed)).violations


@pytest.mark.parametrize("seed", KEPT_WILD)
def test_a_wild_seed_that_failed_once(seed: int) -> None:
    assert not simulate(draw_wild(seed)).violations

"""Every operation, on both generations, under every fault at every step: no false PROVEN, nothing lost, all ends."""

from collections import Counter

import pytest

from tests.sim.matrix import BEFORE, GENERATIONS, cells
from tests.sim.simulation import simulate

ENOUGH = 2
"""So many cells of a series that strike nothing: later ones would be runs without a fault, over and over."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("ros", GENERATIONS)
@pytest.mark.parametrize("operation", BEFORE)
def test_every_fault_at_every_step(operation: str, ros: str) -> None:
    failures, proven = [], 0
    spared: Counter[str] = Counter()
    for cell in cells(operation, ros):
        if spared[cell.series] == ENOUGH:
            continue
        outcome = simulate(cell.scenario)
        if cell.series and not outcome.deaths + outcome.resets:
            spared[cell.series] += 1
        failures += [f"{cell.name}: {violation}" for violation in outcome.violations]
        proven += outcome.verdicts.get("PROVEN", 0)
        if cell.name.endswith("nothing") and set(outcome.verdicts) != {"PROVEN"}:
            failures.append(f"{cell.name}: without a fault it ended {outcome.verdicts}")
    assert not failures, "\n".join(failures)
    assert proven, "nothing was ever proven"

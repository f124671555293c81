"""Every operation, on both generations, under every fault at every step: no false PROVEN, nothing lost, all ends."""

import pytest

from tests.sim.matrix import BEFORE, GENERATIONS, cells
from tests.sim.simulation import simulate


@pytest.mark.timeout(600)
@pytest.mark.parametrize("ros", GENERATIONS)
@pytest.mark.parametrize("operation", BEFORE)
def test_every_fault_at_every_step(operation: str, ros: str) -> None:
    failures, proven = [], 0
    for cell in cells(operation, ros):
        outcome = simulate(cell.scenario)
        failures += [f"{cell.name}: {violation}" for violation in outcome.violations]
        proven += outcome.verdicts.get("PROVEN", 0)
        if cell.name.endswith("nothing") and set(outcome.verdicts) != {"PROVEN"}:
            failures.append(f"{cell.name}: without a fault it ended {outcome.verdicts}")
    assert not failures, "\n".join(failures)
    assert proven, "nothing was ever proven"

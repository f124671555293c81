"""The defects that are planted elsewhere: whether the code still has the places where they go."""

import ast

from tests.sim.mutants import MUTANTS, ROOT, planted


def test_each_defect_has_its_place_and_is_code() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) > 30
    for mutant in MUTANTS:
        for file, text in planted(mutant, ROOT / "radiusbridge").items():
            ast.parse(text, str(file))

"""The connection breaks after each sentence in turn, a command is trapped in the middle: nothing lost or double."""

from collections import Counter

import pytest

from tests.cli.conftest import adopt
from tests.faults.conftest import Found, Town


def no_double_row(town: Town) -> None:
    for menu, keys in (
        ("user", ("name",)),
        ("user/group", ("name",)),
        ("profile", ("name",)),
        ("limitation", ("name",)),
        ("user-profile", ("user", "profile")),
        ("profile-limitation", ("profile",)),
    ):
        rows = Counter(tuple(row[key] for key in keys) for row in town.rows(f"/user-manager/{menu}"))
        assert not [row for row, count in rows.items() if count > 1], menu


@pytest.mark.slow
@pytest.mark.parametrize(
    ("router", "policy", "knobs"),
    [
        ("um1", "reject", {"reset_after_in": 0, "reset_executes": True}),
        ("um1", "walled", {"reset_after_in": 0, "reset_executes": False}),
        ("um1", "reject", {"reset_after_out": 0, "reset_mid_sentence": True}),
        ("nas1", "reject", {"reset_after_out": 0, "reset_mid_sentence": True}),
    ],
    ids=["answer-lost", "command-lost", "sentence-torn", "sentence-of-the-nas-torn"],
)
def test_a_reset_at_each_sentence_in_turn(found: Found, router: str, policy: str, knobs: dict[str, int]) -> None:
    """A customer for each sentence: the connection is reset once, after the first, after the second, and so on."""
    counted = next(iter(knobs))
    with found(customers=40) as town:
        for sentence, user in enumerate(town.isp.names, 1):
            if user != town.user:
                adopt(town.cli, town.isp, user)
            town.turn(router, **{**knobs, counted: sentence}, resets=1)
            isolated = town("isolate", user, "--policy", policy, "--settle", "0.3s")
            if isolated.status == 3:
                isolated = town("op", "run")
            assert (isolated.status, isolated.out.split()[0]) == (0, "PROVEN"), (sentence, isolated)
            assert not town.passes(user)
            assert town.would_enter(user) == (policy == "walled")
            if town.isp.call(lambda isp: isp.faults(router).resets) == 1:
                break
        assert 4 < sentence < 40, "there is such a connection, and its end was reached"
        no_double_row(town)


@pytest.mark.slow
def test_a_trap_at_each_write_in_turn(town: Town) -> None:
    """FAILED says which trap; the next isolation completes what was begun."""
    for writes in range(100):
        town.turn("um1", trap_after=writes)
        first = town.isolate("--policy", "walled")
        trapped = town.isp.call(lambda isp: isp.faults("um1").trap_after) is None
        town.turn("um1", trap_after=None)
        if trapped:
            assert (first.status, first.out.split()[0]) == (1, "FAILED"), first
            assert "failure: internal error" in " ".join(first.out.split())
            assert town.passes(), "nobody is kicked before the write is done"
            assert town.isolate("--policy", "walled").out.startswith("PROVEN")
        else:
            assert first.out.startswith("PROVEN")
        assert not town.passes()
        no_double_row(town)
        assert town("activate", town.user, "--wait-online", "20s").status == 0
        if not trapped:
            break
    assert writes >= 3

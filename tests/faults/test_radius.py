"""RADIUS over a bad network: verdicts stay true, and probes say what they got."""

import pytest

from tests.faults.conftest import Town

FORGED = "bad-response-authenticator"
BAD = {"duplicates": {"duplicate": 1.0}, "late": {"late_replies": 0.7}, "forged": {"forge_replies": 1.0}}
LOSSY = {
    "30 % loss": {"loss": 0.3},
    "all": {"loss": 0.3, "duplicate": 0.5, "reorder": 0.3, "late_replies": 0.3, "forge_replies": 0.5},
}


def probe(town: Town, seconds: str) -> tuple[int, str]:
    """A test login with the right password: exit status and outcome."""
    radius = town.isp.router("server")["radius"]
    probed = town(
        *("probe", "auth", f"{radius['host']}:{radius['auth_port']}", "--user", town.user, "--timeout", seconds),
        *("--secret-file", str(town.cli.home / "radius"), "--password-file", str(town.cli.home / town.user)),
    )
    return probed.status, probed.out.split()[1]


@pytest.mark.parametrize("knobs", BAD.values(), ids=BAD)
def test_what_is_only_confused_is_proven(town: Town, knobs: dict[str, object]) -> None:
    for router in ("um1", "nas1"):
        town.turn(router, **knobs)
    assert probe(town, "10s") == (0, "accept")
    isolated = town.isolate()
    assert (isolated.status, isolated.out.split()[0]) == (0, "PROVEN"), isolated
    assert town.out()


@pytest.mark.parametrize("knobs", LOSSY.values(), ids=LOSSY)
def test_what_is_lost_never_makes_a_wrong_verdict(town: Town, knobs: dict[str, object]) -> None:
    """PROVEN, or, where every retransmission of a test login was lost, UNPROVEN; true in both cases."""
    for router in ("um1", "nas1"):
        town.turn(router, **knobs)
    answers = [probe(town, "5s")]
    while answers[-1] != (0, "accept"):
        answers.append(probe(town, "5s"))
        assert len(answers) < 12, answers
    assert set(answers) <= {(0, "accept"), (3, "silence"), (1, FORGED)}
    isolated = town.isolate()
    assert (isolated.status, isolated.out.split()[0]) in {(0, "PROVEN"), (5, "UNPROVEN")}, isolated
    assert town.out()


def test_a_forged_reply_alone_is_not_believed(town: Town) -> None:
    town.turn("um1", forge_replies=1.0, late_replies=60.0)
    assert probe(town, "2s") in {(1, FORGED), (3, "silence")}

"""Many probes side by side, without a network: what a dead target costs, what monitoring is told."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from radiusbridge.domain.probe_runs import ProbeCase, State, Told, exit_status, gravest
from radiusbridge.domain.probes import Expect, Probe, ProbeKind, ProbeOutcome
from radiusbridge.domain.records import DaeAccess, RadiusAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.radius.packet import decode
from radiusbridge.services.probes.running import IN_FLIGHT, run_cases
from tests.radius.support import SECRET, Answer, Dice, LoopClock, MemoryNetwork, run_virtually
from tests.services.test_probes import peer, silent

SERVER = RadiusAccess("192.0.2.1", 1812, SECRET)
PASSWORD = Secret("p")


def login(number: int, **changes: Any) -> ProbeCase:
    probe = Probe(ProbeKind.AUTH, SERVER, "um-1", f"u{number}", PASSWORD)
    own = {key: changes.pop(key) for key in ("warn_time", "severity") if key in changes}
    return ProbeCase(f"p{number}", f"p{number}", "um-1", replace(probe, **changes), **own)


def run(cases: Sequence[ProbeCase], network: Answer | MemoryNetwork, **how: Any) -> tuple[tuple[Told, ...], float]:
    """What was told, and how long it took."""
    sockets = network if isinstance(network, MemoryNetwork) else MemoryNetwork(network)

    async def work() -> tuple[tuple[Told, ...], float]:
        told = await run_cases(cases, clock=LoopClock(), entropy=Dice(), sockets=sockets, **how)
        return told, asyncio.get_running_loop().time()

    return run_virtually(work())


def test_one_dead_target_costs_one_timeout() -> None:
    cases = [login(number, timeout=3.0) for number in range(100)]
    network = MemoryNetwork(silent)
    told, took = run(cases, network)
    assert took == pytest.approx(3.0, abs=0.1)
    asked = [one for one in told if one.asked]
    assert len(asked) == IN_FLIGHT
    assert {decode(raw).first(1) for _, _, raw in network.sent} == {f"u{at}".encode() for at in range(IN_FLIGHT)}
    for one in told[IN_FLIGHT:]:
        assert one.like in {first.case.name for first in asked}
        assert f"{one.like} has shown of 192.0.2.1:1812: Access-Request: no answer, sent" in one.words
        assert (one.result.outcome, one.state) == (ProbeOutcome.SILENCE, State.CRITICAL)
    assert exit_status(told) == 3
    assert len(network.opened) == 1


def test_many_dead_targets_cost_one_timeout_too() -> None:
    cases = [
        login(number, timeout=3.0, target=replace(SERVER, host=f"192.0.2.{number % 50}")) for number in range(5000)
    ]
    told, took = run(cases, silent)
    assert took == pytest.approx(3.0, abs=0.1)
    assert len(told) == len(cases)
    assert run(cases, silent, side_by_side=25)[1] == pytest.approx(6.0, abs=0.2)


def test_a_target_that_answers_some_is_asked_for_each() -> None:
    def picky(raw: bytes) -> list[tuple[float, bytes]]:
        return peer(2)(raw) if decode(raw).first(1) == b"u0" else []

    told, took = run([login(number, timeout=2.0) for number in range(40)], picky)
    assert all(one.asked for one in told)
    assert [one.ok for one in told] == [number == 0 for number in range(40)]
    assert took < 2.0 * 4


def test_who_would_wait_longer_is_asked_and_silence_that_is_expected_proves_nothing() -> None:
    slow = peer(2, after=2.5)
    hasty = [login(number, timeout=1.0) for number in range(IN_FLIGHT)]
    told, _ = run([*hasty, login(91, timeout=0.5), login(90, timeout=4.0)], slow)
    assert [one.ok for one in told[-2:]] == [False, True]
    assert [one.asked for one in told[-2:]] == [False, True]
    quiet = [login(number, timeout=1.0, expect=Expect.TIMEOUT) for number in range(IN_FLIGHT + 5)]
    told, _ = run(quiet, silent)
    assert all(one.asked and one.state is State.OK for one in told)


def test_a_refused_port_is_told_in_its_own_words() -> None:
    class Refusing(MemoryNetwork):
        def open(self, remote: tuple[str, int], source: str | None, on_readable: Any) -> Any:
            sock = super().open(remote, source, on_readable)

            def send(octets: bytes) -> None:
                self.sent.append((0.0, sock.local_address, octets))
                asyncio.get_running_loop().call_later(0.01, sock.deliver, ConnectionRefusedError(111, "refused"))

            setattr(sock, "send", send)  # noqa: B010 - a method of one socket
            return sock

    network = Refusing(silent)
    told, took = run([login(number) for number in range(60)], network)
    assert took < 1.0
    assert {one.result.outcome for one in told} == {ProbeOutcome.REFUSED}
    assert "nothing listens on that port" in told[-1].words
    assert not told[-1].asked


def test_the_time_for_the_whole_run_bounds_it() -> None:
    cases = [login(number, target=replace(SERVER, host=f"192.0.2.{number}")) for number in range(6)]
    told, took = run(cases, silent, side_by_side=2, deadline=7.0)
    assert took == pytest.approx(7.0, abs=0.1)
    assert [one.asked for one in told] == [True] * 4 + [False] * 2
    assert [one.state for one in told[3:]] == [State.CRITICAL, State.UNKNOWN, State.UNKNOWN]
    assert "the time for the whole run was over" in told[-1].words
    assert exit_status(told) == 3


def test_ends_are_shown_in_the_order_of_the_file() -> None:
    seen: list[Told] = []

    def late_first(raw: bytes) -> list[tuple[float, bytes]]:
        return peer(2, after=0.5 if decode(raw).first(1) == b"u0" else 0.1)(raw)

    told, _ = run([login(number) for number in range(5)], late_first, on_told=seen.append)
    assert [one.case.name for one in seen] == [one.case.name for one in told] == [f"p{number}" for number in range(5)]


def test_what_the_one_who_shows_raises_ends_the_run() -> None:
    def leaves(_told: Told) -> None:
        raise BrokenPipeError

    network = MemoryNetwork(peer(2))
    with pytest.raises(BrokenPipeError):
        run([login(number) for number in range(200)], network, on_told=leaves)
    assert len(network.sent) <= 2 * IN_FLIGHT
    assert all(sock.closed for sock in network.opened)


def test_an_answer_to_a_challenge_that_cannot_be_sent() -> None:
    (one,), _ = run([login(1, answer=Secret("x" * 129))], peer(11, ((24, b"state"),)))
    assert (one.result.outcome, one.state, one.asked) == (ProbeOutcome.NOT_SENT, State.CRITICAL, True)
    assert "128" in one.words


def test_ten_thousand_probes_of_one_target_use_few_ports() -> None:
    network = MemoryNetwork(peer(2, after=0.001))
    told, _ = run([login(number) for number in range(10_000)], network)
    assert all(one.ok for one in told)
    assert len(network.opened) <= 10_000 / 256 + 2
    assert max(sum(not sock.closed for sock in network.opened), 0) == 0
    used = [(local, raw[1]) for _, local, raw in network.sent]
    assert len(used) == len(set(used)), "an identifier was used again on a port while it rested"


@pytest.mark.parametrize(
    ("network", "changes", "state", "words"),
    [
        (peer(2), {}, "OK", "Access-Accept"),
        (peer(2), {"warn_time": 0.05}, "WARNING", "slow: 100 ms, more than 50 ms"),
        (peer(2), {"warn_time": 0.2}, "OK", ""),
        (peer(2), {"max_time": 0.05}, "CRITICAL", "it took 100 ms"),
        (peer(2, signed=False), {}, "WARNING", "not signed"),
        (peer(2, signed=False), {"target": replace(SERVER, signing="off")}, "OK", ""),
        (peer(3), {}, "CRITICAL", "expected accept: reject came"),
        (peer(3), {"severity": State.WARNING}, "WARNING", ""),
        (peer(3), {"expect": Expect.REJECT}, "OK", ""),
        (peer(2), {"expect": Expect.REJECT}, "CRITICAL", "accepted what must be refused"),
        (peer(2, signed=False), {"expect": Expect.REJECT, "severity": State.WARNING}, "CRITICAL", "must be refused"),
        (silent, {}, "CRITICAL", "no answer"),
        (silent, {"severity": State.WARNING}, "WARNING", ""),
    ],
)
def test_what_monitoring_is_told(network: Answer, changes: dict[str, Any], state: str, words: str) -> None:
    (one,), _ = run([login(1, **changes)], network)
    assert one.state.name == state
    assert words in one.words
    assert gravest([one]) is one.state


def test_a_nas_and_a_server_of_one_address_do_not_speak_for_each_other() -> None:
    nas = ProbeCase("cut", "cut", "b", Probe(ProbeKind.DISCONNECT, DaeAccess("192.0.2.1", 3799, SECRET), "b"))
    alive = ProbeCase("alive", "alive", "a", Probe(ProbeKind.STATUS, SERVER, "a"))
    logins = [login(number) for number in range(30)]
    told, took = run([alive, *logins, nas], lambda raw: peer(2)(raw) if raw[0] == 1 else [])
    assert [one.asked for one in told] == [True] * 32
    assert [one.ok for one in told] == [False, *[True] * 30, False]
    assert took == pytest.approx(5.0, abs=0.1)

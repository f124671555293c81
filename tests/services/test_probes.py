"""`run_probe` without a network: every outcome kept apart, verdicts, causes, expectations."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.observations import LoginAnswer
from radiusbridge.domain.probes import (
    ALLOWED,
    Accounting,
    AttributeExpectation,
    Expect,
    Probe,
    ProbeKind,
    ProbeOutcome,
    ProbeResult,
    ProbeVerdict,
)
from radiusbridge.domain.records import DaeAccess, LoginMethod, RadiusAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.prober import RadiusProber
from radiusbridge.radius.mschap import MS_CHAP2_SUCCESS, MS_CHAP_ERROR
from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.packet import Attributes, Code, decode
from radiusbridge.services.probes.causes import causes
from radiusbridge.services.probes.run import check_probe, run_probe
from tests.radius.support import SECRET, Answer, Dice, LoopClock, MemoryNetwork, run_virtually
from tests.radius.test_fuzz import answer

SERVER = RadiusAccess("192.0.2.1", 1812, SECRET)
NAS = DaeAccess("192.0.2.2", 3799, SECRET)
LOGIN = Probe(ProbeKind.AUTH, SERVER, user="u", password=Secret("p"))


def peer(
    code: int, found: Attributes = (), *, secret: Secret = SECRET, signed: bool = True, after: float = 0.1
) -> Answer:
    return lambda raw: [(after, answer(raw, code, found, secret.octets(), signed))]


def silent(_raw: bytes) -> list[tuple[float, bytes]]:
    return []


def run(probe: Probe, network: Answer | MemoryNetwork) -> ProbeResult:
    sockets = network if isinstance(network, MemoryNetwork) else MemoryNetwork(network)
    return run_virtually(run_probe(probe, clock=LoopClock(), entropy=Dice(), sockets=sockets))


def test_every_end_of_an_exchange_has_an_outcome() -> None:
    assert {kind.value for kind in Kind} - {"response"} <= {outcome.value for outcome in ProbeOutcome}


@pytest.mark.parametrize(
    ("network", "outcome", "verdict", "signed", "taken"),
    [
        (peer(2), "accept", "ok", True, True),
        (peer(2, signed=False), "accept-unsigned", "ok", False, False),
        (peer(3), "reject", "failed", True, True),
        (peer(3, signed=False), "reject", "failed", False, False),
        (peer(11), "challenge", "failed", True, True),
        (peer(2, secret=Secret("other")), "bad-response-authenticator", "failed", None, None),
        (peer(5), "wrong-code", "failed", None, None),
        (peer(2, ((33, b"x"),), signed=False), "proxy-state-injected", "failed", None, None),
        (peer(2, after=9.0), "silence", "unanswered", None, None),
        (silent, "silence", "unanswered", None, None),
    ],
)
def test_a_login_s_outcomes(
    network: Answer, outcome: str, verdict: str, signed: bool | None, taken: bool | None
) -> None:
    result = run(LOGIN, network)
    assert (result.label, str(result.verdict), result.signed, result.routeros_715_takes) == (
        *(outcome, verdict, signed, taken),
    )
    assert result.exit_status == {"ok": 0, "failed": 1, "unanswered": 3}[verdict]
    assert result.words
    assert result.seconds <= 5.01
    assert bool(result.causes) == (outcome in {"silence", "bad-response-authenticator", "reject"})
    required = replace(LOGIN, target=replace(SERVER, signed_once=True))
    if outcome == "accept-unsigned":
        told = run(required, network)
        assert (told.label, told.verdict, told.routeros_715_takes) == ("unsigned", ProbeVerdict.FAILED, False)


@pytest.mark.parametrize("given", [(), ((MS_CHAP2_SUCCESS, b"\x01S=" + b"0" * 40),)])
def test_a_server_that_does_not_know_the_password(given: Attributes) -> None:
    result = run(replace(LOGIN, method=LoginMethod.MSCHAPV2), peer(2, given))
    assert (result.outcome, result.verdict) == (ProbeOutcome.SERVER_PROOF_FAILED, ProbeVerdict.FAILED)
    assert "did not prove that it knows the password" in result.words

    async def login() -> LoginAnswer:
        prober = RadiusProber(SERVER, clock=LoopClock(), entropy=Dice(), sockets=MemoryNetwork(peer(2, given)))
        reply = await prober.login("u", Secret("p"), method=LoginMethod.MSCHAPV2)
        prober.close()
        return reply.answer

    assert run_virtually(login()) is LoginAnswer.UNTRUSTED


def test_the_server_s_error_stands_in_the_words() -> None:
    result = run(replace(LOGIN, method=LoginMethod.MSCHAPV2), peer(3, ((MS_CHAP_ERROR, b"\x01E=647 R=0 V=3"),)))
    assert "MS-CHAP-Error E=647, the account is disabled" in result.words


def test_a_dead_target_costs_one_timeout_whatever_is_asked() -> None:
    for kind in (ProbeKind.ACCT, ProbeKind.STATUS):
        result = run(Probe(kind, SERVER, timeout=2.0), silent)
        assert (result.outcome, len(result.exchanges)) == (ProbeOutcome.SILENCE, 1)
        assert result.seconds == pytest.approx(2.0)
    once = MemoryNetwork(silent)
    run(replace(LOGIN, retries=0), once)
    assert len(once.sent) == 1


def test_a_session_is_recorded_under_one_id_and_status_server_never_sent_twice_alike() -> None:
    network = MemoryNetwork(peer(5, signed=False))
    result = run(Probe(ProbeKind.ACCT, SERVER), network)
    sent = [decode(raw) for _, _, raw in network.sent]
    assert (result.outcome, [packet.first(40) for packet in sent]) == (
        ProbeOutcome.RECORDED,
        [bytes((0, 0, 0, which)) for which in (1, 3, 2)],
    )
    assert len({packet.first(44) for packet in sent}) == 1
    assert [one.request.split()[1] for one in result.exchanges] == ["Start", "Interim-Update", "Stop"]
    quiet = MemoryNetwork(silent)
    run(Probe(ProbeKind.STATUS, SERVER), quiet)
    again = [decode(raw) for _, _, raw in quiet.sent]
    assert len(again) > 1
    assert len({packet.identifier for packet in again}) == len({packet.authenticator for packet in again}) == len(again)


@pytest.mark.parametrize(
    ("code", "expect", "met"), [(2, "accept", 1), (3, "accept", 0), (3, "reject", 1), (5, "ack", 1)]
)
def test_status_server_can_be_expected_to_reject(code: int, expect: str, met: int) -> None:
    result = run(Probe(ProbeKind.STATUS, SERVER, expect=Expect(expect)), peer(code, signed=False))
    assert (result.outcome, result.checks[0].met) == (ProbeOutcome.ALIVE, bool(met))


def test_a_nas_that_is_asked_about_nobody_has_to_refuse() -> None:
    nobody = Probe(ProbeKind.DISCONNECT, NAS)
    refused = run(nobody, peer(Code.DISCONNECT_NAK, ((101, (503).to_bytes(4, "big")),)))
    assert (refused.label, refused.verdict) == ("nak-503", ProbeVerdict.OK)
    assert run(nobody, peer(Code.DISCONNECT_ACK)).verdict is ProbeVerdict.FAILED
    assert run(replace(nobody, user="u"), peer(Code.DISCONNECT_ACK)).verdict is ProbeVerdict.OK
    stale = ((55, int((LoopClock().now() - timedelta(hours=1)).timestamp()).to_bytes(4, "big")),)
    assert run(nobody, peer(Code.DISCONNECT_NAK, stale)).outcome is ProbeOutcome.STALE_REPLY_TIMESTAMP


def test_what_is_expected_of_the_time_counts_retransmissions() -> None:
    calls: list[bytes] = []

    def second(raw: bytes) -> list[tuple[float, bytes]]:
        calls.append(raw)
        return peer(2)(raw) if len(calls) > 1 else []

    result = run(replace(LOGIN, max_time=0.5), second)
    assert (result.outcome, result.verdict, result.checks[1].met) == (ProbeOutcome.ACCEPT, ProbeVerdict.FAILED, False)
    assert result.round_trip == pytest.approx(0.1)


def test_a_challenge_s_state_goes_back_in_a_new_request() -> None:
    def asks(raw: bytes) -> list[tuple[float, bytes]]:
        code = 2 if decode(raw).first(24) == b"\x00state\xff" else 11
        return peer(code, ((24, b"\x00state\xff"),))(raw)

    network = MemoryNetwork(asks)
    assert run(replace(LOGIN, answer=Secret("123456")), network).outcome is ProbeOutcome.ACCEPT
    first, second = (decode(raw) for _, _, raw in network.sent)
    assert first.identifier != second.identifier
    assert first.authenticator != second.authenticator


@pytest.mark.parametrize("kind", ProbeKind)
def test_silence_is_told_with_causes_in_order(kind: ProbeKind) -> None:
    target = NAS if kind in {ProbeKind.COA, ProbeKind.DISCONNECT} else SERVER
    found = causes(Probe(kind, target), ProbeOutcome.SILENCE)
    words = [cause.words for cause in found]
    assert len(found) >= 4
    assert all(cause.check for cause in found)
    clients = next(at for at, one in enumerate(words) if "client" in one or "/radius rows" in one)
    secret = next(at for at, one in enumerate(words) if "secret" in one)
    assert clients < secret < len(words) - 1
    assert words[-1] == "a firewall on the way"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expect": Expect.NAK}, "cannot expect nak"),
        ({"timeout": 0.0}, "out of range"),
        ({"retries": 21}, "out of range"),
        ({"target": NAS}, "does not go to"),
        ({"expect": Expect.TIMEOUT, "max_time": 1.0}, "must not come"),
    ],
)
def test_a_probe_that_contradicts_itself(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        replace(LOGIN, **changes)


def test_a_probe_is_checked_without_sending() -> None:
    for bad in (
        replace(LOGIN, password=None),
        replace(LOGIN, attributes=(("Framed-Pol", "x"),)),
        replace(LOGIN, attributes=(("NAS-Port", "x"),)),
        replace(LOGIN, expect_attributes=(AttributeExpectation("Nonsense"),)),
        Probe(ProbeKind.ACCT, SERVER, accounting=Accounting.STOP, attributes=(("Acct-Status-Type", "Stop"),)),
        Probe(ProbeKind.STATUS, SERVER, user="u"),
    ):
        with pytest.raises(BadInput):
            check_probe(bad, Dice())
    check_probe(LOGIN, Dice())
    assert set(ALLOWED) == set(ProbeKind)

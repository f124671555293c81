"""The exchange on a clock that is moved by hand: schedules, identifiers, forgeries, and every end of a request."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrad.packet import AuthPacket, CoAPacket

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius.exchange import ACCESS_REST, REPLAY_WINDOW, Exchange
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.packet import Code
from radiusbridge.radius.pending import Pending, Port
from radiusbridge.radius.requests import Request, access_request, coa_request, disconnect_request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sign import SigningPolicy
from tests.radius.support import PYRAD, SECRET, Dice, HandClock

DISCONNECT = disconnect_request([("User-Name", "ali"), ("Acct-Session-Id", "8000000a")])
COA = coa_request([("User-Name", "ali"), ("Mikrotik-Rate-Limit", "1M/1M")])
ACCESS = access_request("ali", Secret("pw"), nas_identifier="nas")
REFUSED = ConnectionRefusedError(111, "Connection refused")


class Bench:
    """An exchange, its clock, and pyrad as the peer."""

    def __init__(
        self, signing: SigningPolicy = SigningPolicy.PREFER, retransmission: Retransmission | None = None
    ) -> None:
        self.clock = HandClock()
        self.exchange = Exchange(
            SECRET, clock=self.clock, entropy=Dice(), signing=signing, retransmission=retransmission
        )

    def start(self, request: Request = DISCONNECT, seconds: float = 100.0) -> Pending:
        port = self.exchange.ready_port() or self.exchange.add_port(("192.0.2.1", 40000))
        assert port is not None
        return self.exchange.start(port, request, self.clock.seconds + seconds)

    def next(self) -> list[Pending]:
        due = self.exchange.next_due()
        assert due is not None
        self.clock.seconds = due
        over = self.exchange.poll()
        for pending in over:
            if pending.outcome is None and pending.request.renewed:
                port = self.exchange.ready_port()
                assert port is not None
                self.exchange.renew(port, pending)
        return over

    def to_the_end(self, pending: Pending) -> Outcome:
        while pending.outcome is None:
            self.next()
        return pending.outcome

    def receive(self, pending: Pending, raw: bytes) -> Outcome | None:
        self.exchange.received(pending.port, raw)
        return pending.outcome


def reply(
    pending: Pending,
    code: int,
    *,
    secret: bytes = SECRET.octets(),
    signed: bool = False,
    cause: int | None = None,
    stamp: int | None = None,
    proxy_state: bool = False,
) -> bytes:
    """What a peer with that secret answers, made by pyrad."""
    kind = AuthPacket if pending.request.code == Code.ACCESS_REQUEST else CoAPacket
    peer = kind(packet=pending.raw, secret=secret, dict=PYRAD, code=pending.raw[0]).CreateReply(
        message_authenticator=signed
    )
    peer.code = code
    if cause is not None:
        peer["Error-Cause"] = cause
    if stamp is not None:
        peer["Event-Timestamp"] = stamp
    if proxy_state:
        peer[33] = [b"injected"]
    return bytes(peer.ReplyPacket())


def test_retransmissions_follow_rfc_5080_with_the_same_octets() -> None:
    bench = Bench()
    pending = bench.start()
    raw, times = pending.raw, [bench.clock.seconds]
    while pending.outcome is None:
        assert bench.next() == [pending]
        times.append(bench.clock.seconds)
        assert pending.raw == raw
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert 1.8 <= waits[0] <= 2.2
    for before, after in pairwise(waits[:3]):
        assert 1.9 * before <= after <= 2.1 * before
        assert after != 2 * before, "without jitter a thousand clients send at once again"
    assert times[-1] - times[0] == pytest.approx(30.0)
    assert pending.outcome == Outcome(Kind.SILENCE, sends=len(times) - 1, elapsed=times[-1] - times[0])
    assert bench.exchange.next_due() is None
    assert bench.exchange.in_flight == 0


@given(st.floats(0.1, 3), st.sampled_from([0.0, 3.0, 16.0]), st.integers(0, 8), st.floats(0, 60), st.floats(0.1, 80))
def test_every_schedule_keeps_its_limits(
    initial: float, most: float, count: int, duration: float, deadline: float
) -> None:
    bench = Bench(retransmission=Retransmission(initial, most, count, duration))
    pending = bench.start(seconds=deadline)
    begun = bench.clock.seconds
    outcome = bench.to_the_end(pending)
    assert outcome.kind is Kind.SILENCE
    assert not count or outcome.sends <= count
    assert outcome.elapsed <= min(deadline, duration or deadline) + 1e-9
    assert bench.clock.seconds - begun == pytest.approx(outcome.elapsed)


@pytest.mark.parametrize(
    "values", [(0.0, 1.0, 1, 1.0), (1.0, -1.0, 1, 1.0), (1.0, 0.5, 1, 1.0), (1.0, 1.0, -1, 1.0), (1.0, 1.0, 1, -0.5)]
)
def test_senseless_times_are_bad_input(values: tuple[float, float, int, float]) -> None:
    with pytest.raises(BadInput):
        Retransmission(*values)


@pytest.mark.parametrize(
    ("request_", "code", "cause", "label"),
    [
        (DISCONNECT, Code.DISCONNECT_ACK, None, "ack"),
        (DISCONNECT, Code.DISCONNECT_ACK, 201, "ack-201"),
        (DISCONNECT, Code.DISCONNECT_ACK, 202, "ack"),
        (DISCONNECT, Code.DISCONNECT_NAK, None, "nak-no-cause"),
        *[
            (DISCONNECT, Code.DISCONNECT_NAK, cause, f"nak-{cause}")
            for cause in (*range(401, 408), *range(501, 509), 999)
        ],
        (COA, Code.COA_ACK, None, "ack"),
        (COA, Code.COA_NAK, 503, "nak-503"),
        (ACCESS, Code.ACCESS_ACCEPT, None, "accept"),
        (ACCESS, Code.ACCESS_REJECT, None, "reject"),
        (ACCESS, Code.ACCESS_CHALLENGE, None, "challenge"),
    ],
)
@pytest.mark.parametrize("signed", [False, True])
def test_good_replies_end_the_exchange(
    request_: Request, code: int, cause: int | None, label: str, signed: bool
) -> None:
    bench = Bench()
    pending = bench.start(request_)
    bench.clock.seconds += 0.25
    outcome = bench.receive(pending, reply(pending, code, cause=cause, signed=signed))
    assert outcome is not None
    assert (outcome.label, outcome.error_cause, outcome.sends, outcome.answered) == (label, cause, 1, True)
    assert outcome.round_trip == outcome.elapsed == pytest.approx(0.25)
    assert outcome.reply is not None
    assert outcome.reply.code == code
    assert outcome.unsigned is (request_ is ACCESS and not signed)
    assert outcome.accept_unsigned is (label == "accept" and not signed)


def test_503_after_a_retransmission_is_gone_but_only_for_a_disconnect() -> None:
    for request, code, label in ((DISCONNECT, 42, "gone-after-retransmit"), (COA, 45, "nak-503")):
        bench = Bench()
        pending = bench.start(request)
        bench.next()
        bench.clock.seconds += 0.1
        outcome = bench.receive(pending, reply(pending, code, cause=503))
        assert outcome is not None
        assert (outcome.label, outcome.sends, outcome.answered) == (label, 2, True)
        assert outcome.round_trip == pytest.approx(0.1)
        assert outcome.elapsed > 1.8


def missigned(pending: Pending) -> bytes:
    """A reply whose Response Authenticator is right and whose Message-Authenticator is not."""
    peer = CoAPacket(packet=pending.raw, secret=SECRET.octets(), dict=PYRAD, code=pending.raw[0]).CreateReply()
    peer.code = pending.request.code + 1
    peer[80] = [bytes(16)]
    return bytes(peer.ReplyPacket())


FORGERIES: dict[Kind, Callable[[Pending], bytes]] = {
    Kind.BAD_RESPONSE_AUTHENTICATOR: lambda p: reply(p, p.request.code + 1, secret=b"wrong"),
    Kind.WRONG_CODE: lambda p: reply(p, Code.ACCOUNTING_RESPONSE),
    Kind.MALFORMED: lambda p: bytes((2, p.identifier)) + b"\x00\x15" + bytes(17),
    Kind.BAD_MESSAGE_AUTHENTICATOR: missigned,
}


@pytest.mark.parametrize("kind", FORGERIES)
@pytest.mark.parametrize("request_", [DISCONNECT, ACCESS], ids=["disconnect", "access"])
def test_a_bad_reply_is_told_at_the_end_and_does_not_keep_out_a_good_one(kind: Kind, request_: Request) -> None:
    bench = Bench()
    pending = bench.start(request_)
    assert bench.exchange.received(pending.port, FORGERIES[kind](pending)) == (kind, None)
    assert pending.outcome is None
    outcome = bench.to_the_end(pending)
    assert (outcome.kind, outcome.answered, outcome.round_trip) == (kind, False, None)
    assert outcome.sends > 1

    pending = bench.start(request_)
    bench.exchange.received(pending.port, FORGERIES[kind](pending))
    good = bench.receive(pending, reply(pending, request_.code + 1, signed=True))
    assert good is not None
    assert good.answered


def test_of_several_bad_replies_the_best_proven_is_told() -> None:
    bench = Bench()
    pending = bench.start()
    for kind in (Kind.BAD_MESSAGE_AUTHENTICATOR, Kind.BAD_RESPONSE_AUTHENTICATOR, Kind.MALFORMED):
        bench.exchange.received(pending.port, FORGERIES[kind](pending))
    assert bench.to_the_end(pending).kind is Kind.BAD_MESSAGE_AUTHENTICATOR


def test_a_reply_stamped_by_a_wrong_clock_is_stale() -> None:
    for off, label in ((-301, "stale-reply-timestamp"), (301, "stale-reply-timestamp"), (-299, "ack"), (299, "ack")):
        bench = Bench()
        pending = bench.start()
        bench.receive(pending, reply(pending, 41, stamp=int(bench.clock.now().timestamp()) + off))
        assert bench.to_the_end(pending).label == label


def test_signing_policies() -> None:
    def ask(bench: Bench, signed: bool, proxy_state: bool = False) -> Outcome:
        pending = bench.start(ACCESS)
        bench.receive(pending, reply(pending, Code.ACCESS_ACCEPT, signed=signed, proxy_state=proxy_state))
        return bench.to_the_end(pending)

    for policy in SigningPolicy:
        assert ask(Bench(policy), signed=True).label == "accept"
    required = ask(Bench(SigningPolicy.REQUIRE), signed=False)
    assert (required.label, required.unsigned, required.answered) == ("unsigned", True, False)
    assert ask(Bench(SigningPolicy.OFF), signed=False).accept_unsigned
    prefer = Bench(SigningPolicy.PREFER)
    assert ask(prefer, signed=False).accept_unsigned
    seen = [prefer.exchange.peer_signs]
    assert ask(prefer, signed=True).label == "accept"
    assert [*seen, prefer.exchange.peer_signs] == [False, True]
    assert ask(prefer, signed=False).label == "unsigned"
    assert ask(Bench(), signed=False, proxy_state=True).label == "proxy-state-injected"
    assert ask(Bench(), signed=True, proxy_state=True).label == "accept"


def test_late_repeated_and_foreign_replies_are_strays() -> None:
    bench = Bench()
    first = bench.start()
    good = reply(first, 41)
    assert bench.receive(first, good)
    for raw in (good, b"", b"\x29", bytes(4096), reply(first, 42, cause=503)):
        assert bench.exchange.received(first.port, raw) == (None, None)
    late = bench.start()
    bench.exchange.abandon(late)
    assert bench.exchange.received(late.port, reply(late, 41)) == (None, None)
    assert bench.exchange.strays == 6
    other = bench.start()
    old = bytearray(good)
    old[1] = other.identifier
    assert bench.exchange.received(other.port, bytes(old))[0] is Kind.BAD_RESPONSE_AUTHENTICATOR


def test_a_refused_port_is_told_after_the_second_refusal_and_soon() -> None:
    bench = Bench()
    first, second = bench.start(), bench.start()
    assert bench.exchange.port_failed(first.port, REFUSED) == []
    assert bench.exchange.port_failed(first.port, REFUSED) == [], "a burst of refusals of one sending counts once"
    bench.next()
    bench.next()
    assert bench.clock.seconds < 1000.25
    over = bench.exchange.port_failed(first.port, REFUSED)
    assert {pending.outcome.label for pending in over if pending.outcome} == {"refused"}
    assert set(over) == {first, second}
    assert first.outcome == Outcome(
        Kind.REFUSED, 2, first.outcome.elapsed if first.outcome else 0, detail="Connection refused"
    )


def test_a_daemon_that_comes_back_after_one_refusal_is_answered() -> None:
    bench = Bench()
    pending = bench.start()
    bench.exchange.port_failed(pending.port, REFUSED)
    bench.next()
    outcome = bench.receive(pending, reply(pending, 41))
    assert outcome is not None
    assert outcome.label == "ack"
    alone = bench.start()
    bench.exchange.port_failed(alone.port, REFUSED)
    assert bench.to_the_end(alone).label == "refused", "one refusal, then silence, is still more than silence"


def test_a_single_sending_is_refused_at_once_and_other_errors_are_unreachable() -> None:
    bench = Bench(retransmission=Retransmission(count=1))
    pending = bench.start()
    assert bench.exchange.port_failed(pending.port, OSError(113, "No route to host")) == [pending]
    assert pending.outcome is not None
    assert (pending.outcome.label, pending.outcome.detail) == ("unreachable", "No route to host")
    unsent = bench.start()
    bench.exchange.not_sent(unsent, OSError(101, "Network is unreachable"))
    assert unsent.outcome == Outcome(Kind.NOT_SENT, sends=0, detail="Network is unreachable")


def all_identifiers(bench: Bench, request: Request, port: Port) -> Sequence[int]:
    used = []
    while bench.exchange.ready_port() is port:
        pending = bench.exchange.start(port, request, bench.clock.seconds + 9)
        used.append(pending.identifier)
        bench.exchange.abandon(pending)
    return used


@pytest.mark.parametrize(
    ("request_", "rest"), [(DISCONNECT, REPLAY_WINDOW), (COA, REPLAY_WINDOW), (ACCESS, ACCESS_REST)]
)
def test_identifiers_rest_before_they_are_used_again_on_a_port(request_: Request, rest: float) -> None:
    bench = Bench()
    port = bench.exchange.add_port(("192.0.2.1", 40000))
    assert port is not None
    used = all_identifiers(bench, request_, port)
    assert sorted(used) == list(range(256))
    bench.clock.seconds += rest - 0.001
    assert bench.exchange.ready_port() is None
    bench.clock.seconds += 0.001
    assert bench.exchange.ready_port() is port
    assert all_identifiers(bench, request_, port) == used, "least recently used first"


def test_a_late_answer_does_not_end_the_request_that_has_its_identifier_now() -> None:
    bench = Bench()
    old = bench.start(ACCESS)
    bench.exchange.abandon(old)
    assert len(all_identifiers(bench, ACCESS, old.port)) == 255
    bench.clock.seconds += ACCESS_REST
    new = bench.start(ACCESS)
    assert (new.port, new.identifier) == (old.port, old.identifier)
    assert bench.exchange.received(old.port, reply(old, 2, signed=True)) == (Kind.BAD_RESPONSE_AUTHENTICATOR, None)
    assert bench.exchange.received(old.port, reply(new, 3, signed=True)) == (Kind.REJECT, new)


def test_a_spent_port_is_given_up_and_not_taken_again_before_it_has_rested() -> None:
    bench = Bench()
    local = ("192.0.2.1", 40000)
    port = bench.exchange.add_port(local)
    assert port is not None
    waiting = bench.exchange.start(port, DISCONNECT, bench.clock.seconds + 900)
    all_identifiers(bench, DISCONNECT, port)
    assert bench.exchange.retire_spent() == []
    bench.receive(waiting, reply(waiting, 41))
    assert bench.exchange.retire_spent() == [port]
    assert bench.exchange.add_port(local) is None
    assert bench.exchange.add_port(("192.0.2.1", 40001)) is not None
    bench.clock.seconds += REPLAY_WINDOW
    assert bench.exchange.add_port(local) is not None


@settings(max_examples=30)
@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_with_loss_duplicates_and_late_replies_every_request_ends_once_and_truly(random: Random, count: int) -> None:
    bench = Bench(retransmission=Retransmission(0.5, 4.0, 0, 30.0))
    done: set[str] = set()
    wire: list[tuple[float, Pending, bytes]] = []

    def nas(pending: Pending) -> None:
        """Kicks the session of the first copy that arrives; says 503 to the others."""
        if random.random() < 0.3:
            return
        session = pending.request.attributes[0][1].decode()
        code, cause = (42, 503) if session in done else (41, None)
        done.add(session)
        copies = random.choice((0, 1, 1, 1, 2))
        answer = reply(pending, code, cause=cause)
        wire.extend((bench.clock.seconds + random.uniform(0.001, 3.0), pending, answer) for _ in range(copies))

    requests = [bench.start(disconnect_request([("Acct-Session-Id", f"s{n}")])) for n in range(count)]
    for pending in requests:
        nas(pending)
    while any(pending.outcome is None for pending in requests):
        wire.sort(key=lambda item: item[0])
        due = bench.exchange.next_due()
        assert due is not None
        if wire and wire[0][0] <= due:
            when, pending, raw = wire.pop(0)
            bench.clock.seconds = max(bench.clock.seconds, when)
            bench.exchange.received(pending.port, raw)
            continue
        for pending in bench.next():
            if pending.outcome is None:
                nas(pending)
    for pending in requests:
        assert pending.outcome is not None
        session = pending.request.attributes[0][1].decode()
        if pending.outcome.kind is not Kind.SILENCE:
            assert pending.outcome.label in {"ack", "gone-after-retransmit"}
            assert session in done
    assert bench.exchange.in_flight == 0

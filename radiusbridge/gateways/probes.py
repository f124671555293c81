"""Probes on the wire: the packets of one, sent in their order, and what each of them came to."""

from dataclasses import dataclass

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.endpoints import LoginMethod, RadiusAccess
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.probes import Accounting, Exchanged, Probe, ProbeKind, ProbeOutcome
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.logins import Pairs, login_request, nas_pairs, proof_words, server_proof, signing_of
from radiusbridge.gateways.words import answer_words, silence_words
from radiusbridge.radius.causes import explain
from radiusbridge.radius.client import RadiusClient, Tap
from radiusbridge.radius.dictionary import describe
from radiusbridge.radius.mschap import ServerProof
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.packet import MESSAGE_AUTHENTICATOR, Code, Packet, code_name
from radiusbridge.radius.requests import (
    Request,
    accounting_request,
    coa_request,
    disconnect_request,
    status_request,
)
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sign import SigningPolicy
from radiusbridge.radius.sockets import DatagramSockets

NOBODY = "radiusbridge-probe"
"""The user of accounting and of requests to a NAS where none is named: nobody has such an account."""
NO_SESSION = "ffffffff"
FURTHER_SENDS = 4

_STATE = 24
_STATUS = {Accounting.START: "Start", Accounting.INTERIM: "Interim-Update", Accounting.STOP: "Stop"}
_LOOK: Pairs = (("Service-Type", "Framed-User"), ("Framed-Protocol", "PPP"), ("NAS-Port-Type", "Ethernet"))
_COUNTED: Pairs = (("Acct-Session-Time", 0), ("Acct-Input-Octets", 0), ("Acct-Output-Octets", 0))
_MEANING = {
    ProbeOutcome.RECORDED: "the server has recorded it",
    ProbeOutcome.ALIVE: "the server is alive and the shared secret is right",
}
_UNTRUE = {ServerProof.MISSING, ServerProof.WRONG}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one packet came to. reply: the packet that decided, as far as it passed every check."""

    request: str
    outcome: ProbeOutcome
    words: str
    next_step: str
    reply: Packet | None = None
    error_cause: int | None = None
    round_trip: float | None = None
    elapsed: float = 0.0
    sends: int = 0
    detail: str = ""

    @property
    def signed(self) -> bool | None:
        """Whether the reply carried a Message-Authenticator (which then has verified); None: no reply."""
        return None if self.reply is None else self.reply.first(MESSAGE_AUTHENTICATOR) is not None

    @property
    def attributes(self) -> tuple[tuple[str, str], ...]:
        """Of the reply, fit for a terminal, passwords masked."""
        return () if self.reply is None else describe(self.reply.attributes)

    @property
    def exchanged(self) -> Exchanged:
        """As the result keeps it."""
        label = f"nak-{self.error_cause}" if self.outcome is ProbeOutcome.NAK else self.outcome.value
        return Exchanged(self.request, label, self.words, self.round_trip, self.sends)


def packets(probe: Probe, entropy: Entropy) -> tuple[tuple[str, Request], ...]:
    """The probe's requests with their names, in the order of sending. Raises BadInput for what cannot be sent.

    Nothing is sent: a file of probes is checked by it.
    """
    match probe.kind:
        case ProbeKind.AUTH:
            return (("Access-Request", _login(probe, entropy)),)
        case ProbeKind.ACCT:
            return _accounting(probe, entropy)
        case ProbeKind.STATUS:
            return (("Status-Server", _status(probe)),)
        case ProbeKind.COA:
            return (("CoA-Request", coa_request(_identified(probe))),)
        case ProbeKind.DISCONNECT:
            return (("Disconnect-Request", disconnect_request(_identified(probe))),)


async def carry_out(
    probe: Probe,
    *,
    clock: Clock,
    entropy: Entropy,
    sockets: DatagramSockets | None = None,
    tap: Tap | None = None,
    client: RadiusClient | None = None,
) -> tuple[Answer, ...]:
    """Send the probe's packets, each after the answer to the one before; the first without one ends it.

    client: one that `client_for` made for such probes, and that its maker closes; None: one of its own.
    Raises BadInput for what cannot be sent, never for the network or the peer.
    """
    requests = packets(probe, entropy)
    deadline = clock.monotonic() + probe.timeout
    own = client_for(probe, clock, entropy, sockets, tap) if client is None else None
    client = client or own
    assert client is not None
    answers: list[Answer] = []
    try:
        for name, request in requests:
            outcome = await client.send(request, deadline=deadline)
            answers.append(_answer(probe, name, request, outcome))
            if outcome.kind is Kind.CHALLENGE and probe.answer is not None and outcome.reply is not None:
                again = _challenged(probe, outcome.reply, probe.answer, entropy)
                outcome = await client.send(again, deadline=deadline)
                answers.append(_answer(probe, "Access-Request with State", again, outcome))
            if not outcome.answered:
                break
    finally:
        if own is not None:
            own.close()
    return tuple(answers)


def client_for(
    probe: Probe, clock: Clock, entropy: Entropy, sockets: DatagramSockets | None, tap: Tap | None
) -> RadiusClient:
    """A client for this probe, and for others of its kind, target and number of retries."""
    target = probe.target
    further = FURTHER_SENDS if probe.retries is None else probe.retries
    return RadiusClient(
        target.host,
        target.port,
        target.secret,
        clock=clock,
        entropy=entropy,
        sockets=sockets,
        source=target.source,
        signing=signing_of(target) if isinstance(target, RadiusAccess) else SigningPolicy.PREFER,
        retransmission=Retransmission(initial=1.0, maximum=8.0, count=further + 1, duration=0.0),
        tap=tap,
    )


def _login(probe: Probe, entropy: Entropy) -> Request:
    target = probe.target
    assert isinstance(target, RadiusAccess)
    if probe.password is None:
        raise BadInput("a login needs a password", target=probe.name, hint="give the account's password file")
    return login_request(target, probe.user, probe.password, probe.method, entropy, extra=probe.attributes)


def _challenged(probe: Probe, challenge: Packet, answer: Secret, entropy: Entropy) -> Request:
    """The answer to a challenge: a new Access-Request, its State as it came (RFC 2865 section 4.4)."""
    target = probe.target
    assert isinstance(target, RadiusAccess)
    states: Pairs = [("State", value) for value in challenge.values(_STATE)]
    extra = [*probe.attributes, *states]
    return login_request(target, probe.user, answer, LoginMethod.PAP, entropy, extra=extra)


def _accounting(probe: Probe, entropy: Entropy) -> tuple[tuple[str, Request], ...]:
    given = {name for name, _ in probe.attributes}
    every = list(_STATUS) if probe.accounting is Accounting.TRIPLE else [probe.accounting]
    session = f"probe-{entropy.octets(6).hex()}"
    if "Acct-Status-Type" in given:
        raise BadInput("Acct-Status-Type is chosen by the kind of record", hint="start, interim, stop or triple")
    made = []
    for which in every:
        pairs: list[tuple[str, str | int | bytes]] = [
            ("User-Name", probe.user or NOBODY),
            ("Acct-Status-Type", _STATUS[which]),
            ("Acct-Session-Id", session),
            ("Acct-Authentic", "RADIUS"),
            *_LOOK,
            *nas_pairs(probe.target.source, probe.attributes),
        ]
        if which is not Accounting.START:
            pairs += _COUNTED
        if which is Accounting.STOP:
            pairs.append(("Acct-Terminate-Cause", "User-Request"))
        ours = [(name, value) for name, value in pairs if name not in given]
        request = accounting_request([*ours, *probe.attributes])
        made.append((f"Accounting-Request {_STATUS[which]}", request))
    return tuple(made)


def _status(probe: Probe) -> Request:
    if probe.user or any(name == "User-Name" for name, _ in probe.attributes):
        raise BadInput("a Status-Server is about no user", hint="RFC 5997 section 3")
    return status_request([*nas_pairs(probe.target.source, probe.attributes), *probe.attributes])


def _identified(probe: Probe) -> Pairs:
    """What names the session; without attributes one that no NAS has, whose refusal shows that the path works."""
    if probe.user:
        return [("User-Name", probe.user), *(pair for pair in probe.attributes if pair[0] != "User-Name")]
    return probe.attributes or (("User-Name", NOBODY), ("Acct-Session-Id", NO_SESSION))


def _answer(probe: Probe, name: str, request: Request, outcome: Outcome) -> Answer:
    kind = _told(probe, outcome)
    advice = explain(outcome)
    next_step = advice.next_step
    meaning = _MEANING.get(kind, "")
    words = answer_words(outcome, meaning) if outcome.answered else silence_words(outcome, name, advise=False)
    proof = server_proof(request, outcome)
    if proof in _UNTRUE:
        kind = ProbeOutcome.SERVER_PROOF_FAILED
        words = f"{_packet(outcome)}: {proof_words(proof)}"
        next_step = "somebody who has the shared secret, but not the account's password, answers in the server's name"
    elif kind is ProbeOutcome.ACCEPT_UNSIGNED:
        words += ", unsigned"
        next_step = "have the server sign its answers (Blast-RADIUS, CVE-2024-3596)"
    return Answer(
        name,
        kind,
        words,
        next_step,
        outcome.reply if outcome.answered else None,
        outcome.error_cause,
        outcome.round_trip,
        outcome.elapsed,
        outcome.sends,
        outcome.detail,
    )


def _packet(outcome: Outcome) -> str:
    return code_name(outcome.reply.code) if outcome.reply is not None else outcome.label


def _told(probe: Probe, outcome: Outcome) -> ProbeOutcome:
    if outcome.answered and probe.kind is ProbeKind.STATUS:
        return ProbeOutcome.ALIVE
    if outcome.kind is Kind.RESPONSE:
        return ProbeOutcome.RECORDED
    if outcome.accept_unsigned:
        return ProbeOutcome.ACCEPT_UNSIGNED
    return ProbeOutcome(outcome.kind.value)


def rejected(answer: Answer) -> bool:
    """Whether the reply is an Access-Reject: a Status-Server may be answered by one (RFC 5997 section 4.2)."""
    return answer.reply is not None and answer.reply.code == Code.ACCESS_REJECT

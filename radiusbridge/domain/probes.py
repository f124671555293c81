"""Probes as values: what is asked of a RADIUS peer, what is expected, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.endpoints import DaeAccess, LoginMethod, RadiusAccess
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret

TIMEOUT = 5.0
LONGEST = 60.0
"""Seconds that a probe waits, and at most."""


class ProbeKind(StrEnum):
    """What a probe sends."""

    AUTH = "auth"
    """An Access-Request (RFC 2865)."""
    ACCT = "acct"
    """Accounting-Requests (RFC 2866)."""
    STATUS = "status"
    """A Status-Server (RFC 5997)."""
    COA = "coa"
    """A CoA-Request (RFC 5176)."""
    DISCONNECT = "disconnect"
    """A Disconnect-Request (RFC 5176)."""


class Accounting(StrEnum):
    """Which Accounting-Requests: one, or a whole session under one Acct-Session-Id."""

    START = "start"
    INTERIM = "interim"
    STOP = "stop"
    TRIPLE = "triple"


class Expect(StrEnum):
    """What has to come back."""

    ACCEPT = "accept"
    REJECT = "reject"
    CHALLENGE = "challenge"
    ACK = "ack"
    """CoA-ACK or Disconnect-ACK; of acct and status any answer that counts."""
    NAK = "nak"
    TIMEOUT = "timeout"
    """Nothing: the peer must be silent. A closed port is not."""


ALLOWED: dict[ProbeKind, tuple[Expect, ...]] = {
    ProbeKind.AUTH: (Expect.ACCEPT, Expect.REJECT, Expect.CHALLENGE, Expect.TIMEOUT),
    ProbeKind.ACCT: (Expect.ACK, Expect.TIMEOUT),
    ProbeKind.STATUS: (Expect.ACK, Expect.ACCEPT, Expect.REJECT, Expect.TIMEOUT),
    ProbeKind.COA: (Expect.ACK, Expect.NAK, Expect.TIMEOUT),
    ProbeKind.DISCONNECT: (Expect.ACK, Expect.NAK, Expect.TIMEOUT),
}
"""What can be expected of each kind; the first is what is expected where nothing is said."""


class ProbeOutcome(StrEnum):
    """How it ended, each end kept apart: what an operator does next differs with every one of them."""

    ACCEPT = "accept"
    ACCEPT_UNSIGNED = "accept-unsigned"
    """Accepted, and nothing but the Response Authenticator protects the answer (Blast-RADIUS)."""
    REJECT = "reject"
    CHALLENGE = "challenge"
    SERVER_PROOF_FAILED = "server-proof-failed"
    """MS-CHAPv2: accepted by a server that did not prove that it knows the password."""
    RECORDED = "recorded"
    """An Accounting-Response: the server has stored it (RFC 2866 section 2)."""
    ALIVE = "alive"
    """An answer to a Status-Server, of whatever code."""
    ACK = "ack"
    ACK_201 = "ack-201"
    NAK = "nak"
    NAK_NO_CAUSE = "nak-no-cause"
    GONE_AFTER_RETRANSMIT = "gone-after-retransmit"
    """503 to a Disconnect-Request that was sent more than once: an earlier copy may have done it."""
    SILENCE = "silence"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NOT_SENT = "not-sent"
    UNSIGNED = "unsigned"
    """No Message-Authenticator where one is required of this target."""
    PROXY_STATE_INJECTED = "proxy-state-injected"
    BAD_RESPONSE_AUTHENTICATOR = "bad-response-authenticator"
    BAD_MESSAGE_AUTHENTICATOR = "bad-message-authenticator"
    WRONG_CODE = "wrong-code"
    WRONG_SOURCE = "wrong-source"
    """The answer came from another address than the one asked."""
    STALE_REPLY_TIMESTAMP = "stale-reply-timestamp"
    MALFORMED = "malformed"


class ProbeVerdict(StrEnum):
    """What a probe amounts to. The exit status stands in `EXIT`."""

    OK = "ok"
    """What was expected came."""
    FAILED = "failed"
    """Something else came, or what came is not to be trusted, or it came too late."""
    UNANSWERED = "unanswered"
    """Nobody answered, or nothing could be sent."""


EXIT = {ProbeVerdict.OK: 0, ProbeVerdict.FAILED: 1, ProbeVerdict.UNANSWERED: 3}


@dataclass(frozen=True, slots=True)
class AttributeExpectation:
    """An attribute that the reply must carry; with `value` or `pattern` (a regular expression), one that fits."""

    name: str
    value: str | None = None
    pattern: str | None = None

    def __str__(self) -> str:
        """As it is typed."""
        if self.pattern is not None:
            return f"{self.name}~{self.pattern}"
        return self.name if self.value is None else f"{self.name}={self.value}"


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe. coa and disconnect go to a DaeAccess, the others to a RadiusAccess whose port is the one to ask.

    Raises BadInput for what contradicts itself; what cannot be sent is found when it is built into a packet.
    """

    kind: ProbeKind
    target: RadiusAccess | DaeAccess
    name: str = ""
    """What the operator calls the target; empty: its address."""
    user: str = ""
    password: Secret | None = None
    method: LoginMethod = LoginMethod.PAP
    answer: Secret | None = None
    """What an Access-Challenge is answered with, once; None: a challenge is the end."""
    accounting: Accounting = Accounting.TRIPLE
    attributes: tuple[tuple[str, str], ...] = ()
    """(name, value), sent beside the usual ones or in their place."""
    expect: Expect | None = None
    """None: the kind's first of `ALLOWED`; for coa and disconnect that name no session a NAK."""
    expect_attributes: tuple[AttributeExpectation, ...] = ()
    max_time: float | None = None
    """Seconds within which the answer has to come."""
    timeout: float = TIMEOUT
    """Seconds for the whole probe, retransmissions among them."""
    retries: int | None = None
    """How often a packet is sent again at most; None: as often as the timeout allows, up to four times."""
    labels: tuple[tuple[str, str], ...] = ()
    """(name, value), handed through to whoever reports."""

    def __post_init__(self) -> None:
        dynamic = self.kind in {ProbeKind.COA, ProbeKind.DISCONNECT}
        if dynamic != isinstance(self.target, DaeAccess):
            raise BadInput(f"a {self.kind} probe does not go to that kind of target")
        if self.expect is not None and self.expect not in ALLOWED[self.kind]:
            allowed = ", ".join(ALLOWED[self.kind])
            raise BadInput(f"a {self.kind} probe cannot expect {self.expect}", hint=f"it can expect {allowed}")
        if not 0 < self.timeout <= LONGEST:
            raise BadInput("the time to wait is out of range", hint=f"up to {LONGEST:.0f} s")
        if self.max_time is not None and self.max_time <= 0:
            raise BadInput("the longest time allowed is not positive")
        if self.retries is not None and not 0 <= self.retries <= 20:
            raise BadInput("the number of retries is out of range", hint="0 to 20")
        if self.expected is Expect.TIMEOUT and (self.expect_attributes or self.max_time is not None):
            raise BadInput("nothing can be expected of an answer that must not come")

    @property
    def expected(self) -> Expect:
        """What has to come back."""
        if self.expect is not None:
            return self.expect
        dynamic = self.kind in {ProbeKind.COA, ProbeKind.DISCONNECT}
        nobody = dynamic and not (self.user or self.attributes)
        return Expect.NAK if nobody else ALLOWED[self.kind][0]

    @property
    def address(self) -> str:
        """`host:port` of the target, IPv6 in brackets."""
        host = self.target.host
        return f"[{host}]:{self.target.port}" if ":" in host else f"{host}:{self.target.port}"


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely cause, and the check that would tell."""

    words: str
    check: str


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation, and whether it was met."""

    expectation: str
    """`accept`, `Framed-Pool=active`, `within 200 ms`."""
    met: bool
    words: str


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request of a probe and what came of it. label: the outcome, a NAK with its cause (`nak-503`)."""

    request: str
    """`Access-Request`, `Accounting-Request Start`."""
    label: str
    words: str
    round_trip: float | None
    sends: int


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """How a probe ended. Texts are fit for a terminal; passwords in attributes are masked."""

    probe: Probe
    outcome: ProbeOutcome
    verdict: ProbeVerdict
    words: str
    """One sentence: packet, time, meaning."""
    next_step: str = ""
    causes: tuple[Cause, ...] = ()
    """Where no answer counts: what it may be, the likeliest first."""
    error_cause: int | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    """Of the reply that decided."""
    round_trip: float | None = None
    """Seconds from the last sending to the answer, of the slowest exchange; None: no answer that counts."""
    elapsed: float | None = None
    """Seconds from the first sending to that answer, retransmissions among them; this is what `max_time` bounds."""
    seconds: float = 0.0
    """From the first sending to the end."""
    signed: bool | None = None
    """Whether every answer carried a Message-Authenticator that verified; None: no answer to look at."""
    routeros_715_takes: bool | None = None
    """Whether RouterOS 7.15 or later, which requires signed Access replies, would take this one; None: not of that
    kind, or nothing to look at."""
    checks: tuple[Check, ...] = ()
    exchanges: tuple[Exchanged, ...] = ()

    @property
    def label(self) -> str:
        """One stable word for JSON and metrics: the outcome, a NAK with its cause (`nak-503`)."""
        return f"nak-{self.error_cause}" if self.outcome is ProbeOutcome.NAK else self.outcome.value

    @property
    def exit_status(self) -> int:
        """0 as expected, 1 not, 3 nobody answered."""
        return EXIT[self.verdict]

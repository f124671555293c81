"""The exchange with one peer, without I/O: identifiers, signatures, retransmission, and what a reply means.

The shell owns sockets and timers. It opens a source port when `ready_port` has none, tells the exchange of it
(`add_port`), sends what `start` and `poll` give it, and hands in every datagram (`received`, `received_elsewhere`)
and socket error (`port_failed`). What these return with an `outcome` is over. A request whose further sendings are
packets of their own (`Request.renewed`) is given a port again (`renew`) before it is sent again.

A bad reply never ends an exchange, since anybody could then end one by forging it: the heaviest is kept and becomes
the outcome when no good reply came in time. A refused port (ICMP) is told after a second refusal, `RETRY_REFUSED`
seconds after the first: fast enough for a person, and a daemon that restarts, or one forged ICMP, does no harm.
"""

from heapq import heapify, heappop, heappush
from struct import Struct

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius.identifiers import Identifiers
from radiusbridge.radius.outcome import ANSWERED, WEIGHT, Kind, Outcome
from radiusbridge.radius.packet import RANDOM_AUTHENTICATOR, Code, code_name
from radiusbridge.radius.pending import Copy, Pending, Port
from radiusbridge.radius.pooled import PooledEntropy
from radiusbridge.radius.replies import SESSION_CONTEXT_NOT_FOUND, Finding, examine
from radiusbridge.radius.requests import EVENT_TIMESTAMP, Request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sign import Signer, SigningPolicy

REPLAY_WINDOW = 300.0
"""Seconds in which a repeated identifier may look like a replay, and how far its clock may be off (RFC 5176 6.3)."""

ACCESS_REST = 30.0
"""Seconds in which a RADIUS server may keep an answer for a duplicate (RFC 5080 section 2.2.2)."""

DYNAMIC = frozenset({Code.DISCONNECT_REQUEST, Code.COA_REQUEST})

RETRY_REFUSED = 0.2
A_MOMENT = 0.01
FORGET_ABOVE = 64

_STAMP = Struct("!BBI")


class Exchange:
    """Everything between us and one peer (address and port) under one shared secret.

    Raises BadInput for an empty secret.
    """

    def __init__(
        self,
        secret: Secret,
        *,
        clock: Clock,
        entropy: Entropy,
        signing: SigningPolicy = SigningPolicy.PREFER,
        retransmission: Retransmission | None = None,
    ) -> None:
        if not secret:
            raise BadInput("the shared secret is empty")
        self.strays = 0
        """Datagrams that answered nothing that waits: late, repeated or forged."""
        self.peer_signs = False
        """Whether an Access reply with a good Message-Authenticator came; to be remembered for this target."""
        self._signer = Signer(secret.octets())
        self._clock = clock
        self._monotonic = clock.monotonic
        self._entropy = PooledEntropy(entropy)
        self._signing = signing
        self._retransmission = retransmission or Retransmission()
        self._wall_read = float("-inf")
        self._wall_seconds = 0.0
        self._ports: list[Port] = []
        self._resting: dict[tuple[str, int], float] = {}
        self._look_through = FORGET_ABOVE
        self._schedule: list[tuple[float, int, Pending]] = []
        self._scheduled = 0
        self.in_flight = 0
        """How many requests are on the wire."""

    def ready_port(self) -> Port | None:
        """A source port with an identifier that may be used now; None asks for a new port."""
        now = self._monotonic()
        for port in self._ports:
            if port.identifiers.available(now):
                return port
        return None

    def add_port(self, local: tuple[str, int]) -> Port | None:
        """A source port was opened. None: identifiers used on it not long ago still rest, take another one."""
        now = self._monotonic()
        if self._resting.get(local, now) > now:
            return None
        if len(self._resting) >= self._look_through:
            self._resting = {known: rested for known, rested in self._resting.items() if rested > now}
            self._look_through = 2 * len(self._resting) + FORGET_ABOVE
        port = Port(local, Identifiers(self._entropy.octets(1)[0]))
        self._ports.insert(0, port)  # the newest is asked first
        return port

    def retire_spent(self) -> list[Port]:
        """Ports on which nothing waits and no identifier may be used yet: for the shell to close."""
        now = self._monotonic()
        spent = [port for port in self._ports if not port.pending and not port.identifiers.available(now)]
        for port in spent:
            self._ports.remove(port)
            self._resting[port.local] = port.identifiers.all_rested()
        return spent

    def start(self, port: Port, request: Request, deadline: float) -> Pending:
        """Give the request an identifier, a time and signatures; `raw` is to be sent now on the port's socket."""
        now = self._monotonic()
        identifier = port.identifiers.take()
        stamp = _STAMP.pack(EVENT_TIMESTAMP, 6, int(self._wall(now))) if request.stamped else b""
        raw = self._signed(request, identifier, request.body + stamp)
        pending = Pending(port, identifier, request, raw, stamp, now)
        pending.wait = self._retransmission.first(self._entropy)
        pending.end = self._retransmission.end(now, deadline)
        port.pending[identifier] = pending
        self.in_flight += 1
        self._plan(pending, now + pending.wait)
        return pending

    def renew(self, port: Port, pending: Pending) -> None:
        """Make `raw` a packet of its own, for a request that `poll` wants to be sent again and that is `renewed`."""
        pending.port, pending.identifier = port, port.identifiers.take()
        later = round(pending.last_sent - pending.first_sent)
        body = pending.request.delayed(later) + pending.stamp
        pending.raw = self._signed(pending.request, pending.identifier, body)
        pending.authenticator = pending.raw[4:20]
        port.pending[pending.identifier] = pending

    def _wall(self, now: float) -> float:
        """The wall time in seconds, as it was at most a moment ago: timestamps have whole seconds."""
        if not 0 <= now - self._wall_read < A_MOMENT:
            self._wall_read, self._wall_seconds = now, self._clock.now().timestamp()
        return self._wall_seconds

    def _signed(self, request: Request, identifier: int, body: bytes) -> bytes:
        if request.code in RANDOM_AUTHENTICATOR:
            authenticator = self._entropy.octets(16)
            if request.credentials is not None:
                body += request.credentials.octets(self._signer.secret, authenticator, self._entropy)
            return self._signer.access(request.code, identifier, authenticator, body)
        sign = self._signer.dynamic if request.signed else self._signer.plain
        return sign(request.code, identifier, body)

    def next_due(self) -> float | None:
        """When `poll` has something to do next, by the clock's monotonic time."""
        schedule = self._schedule
        while schedule and schedule[0][2].due != schedule[0][0]:
            heappop(schedule)
        return schedule[0][0] if schedule else None

    def poll(self) -> list[Pending]:
        """What is due now: those without an outcome are to be sent again, the others are over."""
        now = self._monotonic()
        due = []
        while (when := self.next_due()) is not None and when <= now:
            pending = heappop(self._schedule)[2]
            if now >= pending.end or not self._retransmission.may_send_again(pending.sends):
                self._give_up(pending, now)
            else:
                if pending.request.renewed:
                    copy = Copy(pending.port, pending.identifier, pending.authenticator, pending.last_sent)
                    pending.copies = (*pending.copies, copy)
                pending.sends += 1
                pending.last_sent = now
                pending.wait = self._retransmission.following(pending.wait, self._entropy)
                self._plan(pending, now + pending.wait)
            due.append(pending)
        return due

    def received(self, port: Port, raw: bytes) -> tuple[Kind | None, Pending | None]:
        """A datagram came in: what it is (None: it answers nothing that waits), and the request that it ended."""
        pending = port.pending.get(raw[1]) if len(raw) > 1 else None
        if pending is None:
            self.strays += 1
            return None, None
        authenticator, sent = pending.authenticator, pending.last_sent
        if pending.copies:
            authenticator, sent = pending.sent_as(port, raw[1])
        code = pending.request.code
        finding = examine(raw, code, authenticator, self._signer)
        kind, unsigned = self._policed(finding, code)
        if kind in WEIGHT:
            self._note(pending, kind, finding)
            return kind, None
        if kind is Kind.NAK and finding.error_cause == SESSION_CONTEXT_NOT_FOUND and pending.sends > 1:
            kind = self._gone(pending)
        self._settle(pending, kind, self._monotonic(), finding, sent=sent, unsigned=unsigned)
        return kind, pending

    def received_elsewhere(self, port: Port, raw: bytes, source: tuple[str, int]) -> Kind | None:
        """A datagram came to the port from another address than the peer's: never an end, at best an explanation."""
        pending = port.pending.get(raw[1]) if len(raw) > 1 else None
        if pending is not None:
            finding = examine(raw, pending.request.code, pending.sent_as(port, raw[1])[0], self._signer)
            if finding.kind not in WEIGHT:
                host, number = source
                said = f"{code_name(raw[0])} from {host} port {number}"
                self._note(pending, Kind.WRONG_SOURCE, finding._replace(detail=said))
                return Kind.WRONG_SOURCE
        self.strays += 1
        return None

    @staticmethod
    def _gone(pending: Pending) -> Kind:
        again = pending.request.code == Code.DISCONNECT_REQUEST
        return Kind.GONE_AFTER_RETRANSMIT if again else Kind.NAK

    def _policed(self, finding: Finding, code: int) -> tuple[Kind, bool]:
        if finding.kind in WEIGHT:
            return finding.kind, False
        if code == Code.ACCESS_REQUEST:
            if finding.signed:
                self.peer_signs = True
                return finding.kind, False
            required = self.peer_signs if self._signing is SigningPolicy.PREFER else False
            if required or self._signing is SigningPolicy.REQUIRE:
                return Kind.UNSIGNED, True
            return finding.kind, True
        if code == Code.STATUS_SERVER:  # servers that sign Access replies leave these unsigned; no login rests on them
            return finding.kind, not finding.signed
        stamp = finding.timestamp
        if stamp is None or code not in DYNAMIC:
            return finding.kind, False
        if abs(self._wall(self._monotonic()) - stamp) > REPLAY_WINDOW:
            return Kind.STALE_REPLY_TIMESTAMP, False
        return finding.kind, False

    def port_failed(self, port: Port, error: OSError) -> list[Pending]:
        """The socket reported an error (ICMP): the requests which that ends. The rest are tried again soon."""
        now = self._monotonic()
        kind = Kind.REFUSED if isinstance(error, ConnectionRefusedError) else Kind.UNREACHABLE
        finding = Finding(kind, detail=error.strerror or str(error))
        over = []
        for pending in dict.fromkeys(port.pending.values()):  # one that was renewed stands there more than once
            once_only = not self._retransmission.may_send_again(pending.sends)
            if once_only or 0 < pending.refused_at < pending.sends:
                self._settle(pending, kind, now, finding)
                over.append(pending)
            elif not pending.refused_at:
                pending.refused_at = pending.sends
                self._note(pending, kind, finding)
                self._plan(pending, min(pending.due, now + RETRY_REFUSED * (1 + self._entropy.uniform(-0.1, 0.1))))
        return over

    def not_sent(self, pending: Pending, error: OSError) -> None:
        """The socket did not take the datagram at all; the request is over if it was the first sending."""
        if pending.sends == 1 and pending.outcome is None:
            pending.sends = 0
            detail = error.strerror or str(error)
            self._settle(pending, Kind.NOT_SENT, self._monotonic(), Finding(Kind.NOT_SENT, detail=detail))

    def abandon(self, pending: Pending, detail: str = "") -> None:
        """Nobody waits any more: a late reply will be a stray, the identifier rests as usual."""
        if pending.outcome is None:
            self._settle(pending, Kind.SILENCE, self._monotonic(), Finding(Kind.SILENCE, detail=detail))

    def _note(self, pending: Pending, kind: Kind, finding: Finding) -> None:
        known = pending.note
        if known is None or WEIGHT[kind] >= WEIGHT[known.kind]:
            pending.note = finding._replace(kind=kind)

    def _give_up(self, pending: Pending, now: float) -> None:
        finding = pending.note or Finding(Kind.SILENCE)
        self._settle(pending, finding.kind, now, finding, unsigned=finding.kind is Kind.UNSIGNED)

    def _settle(
        self,
        pending: Pending,
        kind: Kind,
        now: float,
        finding: Finding,
        *,
        sent: float | None = None,
        unsigned: bool = False,
    ) -> None:
        pending.outcome = Outcome(
            kind,
            pending.sends,
            now - pending.first_sent,
            now - sent if sent is not None and kind in ANSWERED else None,
            finding.octets,
            finding.error_cause,
            unsigned,
            finding.detail,
        )
        pending.due = -1.0
        rested = now + (REPLAY_WINDOW if pending.request.code in DYNAMIC else ACCESS_REST)
        self.in_flight -= 1
        if not pending.copies:
            port = pending.port
            del port.pending[pending.identifier]
            port.identifiers.give_back(pending.identifier, rested)
            return
        used = {(pending.port, pending.identifier), *((copy.port, copy.identifier) for copy in pending.copies)}
        for port, identifier in used:
            del port.pending[identifier]
            port.identifiers.give_back(identifier, rested)

    def _plan(self, pending: Pending, when: float) -> None:
        pending.due = min(when, pending.end)
        self._scheduled += 1
        heappush(self._schedule, (pending.due, self._scheduled, pending))
        if len(self._schedule) > FORGET_ABOVE + 4 * self.in_flight:
            self._schedule = [entry for entry in self._schedule if entry[2].due == entry[0]]
            heapify(self._schedule)

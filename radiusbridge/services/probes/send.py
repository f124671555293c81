"""Listed requests: whom each of them goes to, sent, judged by what is expected, and counted."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, Refused
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.request_files import Entry, FilePair, RequestFiles
from radiusbridge.gateways.sending import End, Peer, Pressure, Sender
from radiusbridge.gateways.words import answer_words, silence_words
from radiusbridge.radius.frames import Tap
from radiusbridge.radius.load import RoundTrips
from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.packet import Code, code_name
from radiusbridge.radius.radclient.building import Sending
from radiusbridge.radius.sign import SigningPolicy
from radiusbridge.radius.sockets import DatagramSockets

PORTS = {
    Code.ACCESS_REQUEST: 1812,
    Code.STATUS_SERVER: 1812,
    Code.ACCOUNTING_REQUEST: 1813,
    Code.DISCONNECT_REQUEST: 3799,
    Code.COA_REQUEST: 3799,
}
FAILURES_KEPT = 10
ERRORS_SHOWN = 20

_NOBODY_ANSWERED = frozenset({Kind.SILENCE, Kind.REFUSED, Kind.UNREACHABLE, Kind.NOT_SENT})
_ACCEPTED = frozenset({Kind.ACCEPT, Kind.RESPONSE, Kind.ACK, Kind.ACK_201})
_USUAL: Mapping[int, int] = {
    Code.ACCESS_REQUEST: Code.ACCESS_ACCEPT,
    Code.ACCOUNTING_REQUEST: Code.ACCOUNTING_RESPONSE,
    Code.DISCONNECT_REQUEST: Code.DISCONNECT_ACK,
    Code.COA_REQUEST: Code.COA_ACK,
}


class Mark(StrEnum):
    """What one request amounts to."""

    PASSED = "passed"
    FAILED = "failed"
    """Another answer than expected, one that the filter does not pass, or one that is not to be trusted."""
    LOST = "lost"
    """Nobody answered, or it could not be sent."""


class Judged(NamedTuple):
    """One end, judged. words: why it is not as expected; empty where it is."""

    end: End
    mark: Mark
    words: str = ""


def judge(end: End) -> Judged:
    """Hold an end against what its request and filter expect; without both, against the usual good answer."""
    outcome, entry = end.outcome, end.entry
    if outcome.kind in _NOBODY_ANSWERED:
        return Judged(end, Mark.LOST, silence_words(outcome, code_name(entry.sending.request.code), advise=False))
    if not outcome.answered:
        return Judged(end, Mark.FAILED, silence_words(outcome, code_name(entry.sending.request.code), advise=False))
    assert outcome.octets is not None
    expected = _expected(entry)
    came = outcome.octets[0]
    if expected is not None and came != expected:
        return Judged(end, Mark.FAILED, f"{code_name(expected)} was expected: {answer_words(outcome)}")
    reply = outcome.reply if entry.filter is not None else None
    failure = entry.filter.failure(reply) if entry.filter is not None and reply is not None else ""
    return Judged(end, Mark.FAILED if failure else Mark.PASSED, failure)


def _expected(entry: Entry) -> int | None:
    """The reply's code: the request's own word, the filter's, the usual one; None: any (Status-Server)."""
    if entry.sending.expected is not None:
        return entry.sending.expected
    if entry.filter is not None and entry.filter.expected is not None:
        return entry.filter.expected
    return _USUAL.get(entry.sending.request.code)


@dataclass(slots=True)
class SendTally:
    """What came of all. outcomes: by label (`accept`, `nak-503`, `silence`). failures: the first of them."""

    ended: int = 0
    accepted: int = 0
    rejected: int = 0
    challenged: int = 0
    distrusted: int = 0
    lost: int = 0
    passed: int = 0
    failed: int = 0
    sends: int = 0
    unsigned: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    round_trips: RoundTrips = field(default_factory=RoundTrips)
    failures: list[Judged] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, judged: Judged) -> None:
        """Count one."""
        outcome = judged.end.outcome
        kind = outcome.kind
        self.ended += 1
        self.sends += outcome.sends
        self.outcomes[outcome.label] += 1
        if kind in _ACCEPTED:
            self.accepted += 1
        elif kind is Kind.CHALLENGE:
            self.challenged += 1
        elif outcome.answered:
            self.rejected += 1
        elif judged.mark is Mark.LOST:
            self.lost += 1
        else:
            self.distrusted += 1
        if outcome.answered:
            self.round_trips.add(outcome.elapsed)
            self.unsigned += outcome.unsigned
        self.passed += judged.mark is Mark.PASSED
        self.failed += judged.mark is Mark.FAILED
        if judged.mark is not Mark.PASSED and len(self.failures) < FAILURES_KEPT:
            self.failures.append(judged)

    @property
    def again(self) -> int:
        """Sendings beyond the first."""
        return max(self.sends - self.ended + self.outcomes["not-sent"], 0)

    @property
    def exit_status(self) -> int:
        """0 every one as expected, 1 some not, 3 some without an answer and none that is worse."""
        return 1 if self.failed else 3 if self.lost else 0


@dataclass(frozen=True, slots=True)
class Where:
    """What TARGET stands for. host, secret: None where each request names its own. ports: for each type of request;
    a type that is not there does not go to that target."""

    host: str | None
    secret: Secret | None
    ports: Mapping[Code, int] = field(default_factory=lambda: PORTS)
    name: str = ""
    source: str | None = None
    signing: SigningPolicy = SigningPolicy.PREFER
    guard: Callable[[Entry], None] | None = None
    """Raises Refused for a request that could harm a customer."""


class Peers:
    """Whom each request goes to. secrets: of other peers, by host, or by (host, port) where they differ.

    What stands in the request comes first, then what TARGET says.
    """

    def __init__(self, where: Where, secrets: Mapping[tuple[str, int | None], Secret]) -> None:
        self._where = where
        self._secrets = secrets
        self._known: dict[tuple[object, int], Peer] = {}

    def of(self, entry: Entry) -> Peer:
        """The peer. BadInput with file and line where address or secret are missing; Refused."""
        if self._where.guard is not None:
            self._where.guard(entry)
        sending = entry.sending
        key = sending.destination, sending.request.code
        peer = self._known.get(key)
        if peer is None:
            try:
                peer = self._known[key] = self._find(sending)
            except BadInput as error:
                raise BadInput(error.summary, target=entry.place, hint=error.hint) from None
        return peer

    def _find(self, sending: Sending) -> Peer:
        where, code = self._where, Code(sending.request.code)
        host, port, source = sending.destination
        elsewhere = host is not None
        host = host or where.host
        if host is None:
            raise BadInput("nothing says where it goes", hint="name a TARGET, or add Packet-Dst-IP-Address")
        port = port or (PORTS[code] if elsewhere and code not in where.ports else where.ports.get(code))
        if port is None:
            raise BadInput(f"{where.name} takes no {code_name(code)}", hint=_KINDS)
        secret = self._secrets.get((host, port)) or self._secrets.get((host, None)) or where.secret
        if secret is None:
            raise BadInput(f"no secret is known for {host}", hint="name it in --secrets-file")
        return Peer(host, port, secret, source or where.source, where.signing)


_KINDS = "auth, acct and status go to a server, coa and disconnect to a NAS"


def customers_guard(usernames: frozenset[str], folded: Callable[[str], str]) -> Callable[[Entry], None]:
    """Refuses requests about customers who are no test accounts: nothing looks at each of them before it is sent."""

    def guard(entry: Entry) -> None:
        user = entry.sending.user
        if user and folded(user) in usernames:
            raise Refused(
                "that is a customer, whom a listed request could harm",
                target=f"{entry.place} {user}",
                hint="use a test account; kick and isolate change customers, with journal and proof",
            )

    return guard


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be sent. code: of requests that do not say; None: by what they hold (`auto`). port: TARGET's."""

    files: Sequence[FilePair]
    code: Code | None
    port: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Checked:
    """What a listing holds. errors: the first of them, with file and line."""

    requests: Counter[Code]
    filters: int
    errors: tuple[RadiusbridgeError, ...]


def check_listing(listing: Listing, where: Where, entropy: Entropy) -> Checked:
    """Read everything, send nothing. Blocks while it reads; raises BadInput for a file that cannot be opened."""
    files = RequestFiles(listing.files, listing.code, listing.port, entropy)
    found: Counter[Code] = Counter()
    filters = 0
    errors: list[RadiusbridgeError] = []
    while len(errors) < ERRORS_SHOWN:
        try:
            entry = files.next()
            if isinstance(entry, BadInput):
                raise entry
            assert entry is not None
            if where.guard is not None:
                where.guard(entry)
        except StopIteration:
            break
        except RadiusbridgeError as error:
            errors.append(error)
            continue
        found[entry.sending.request.code] += 1
        filters += entry.filter is not None
    files.close()
    return Checked(found, filters, tuple(errors))


class ListProbe:
    """Sends a listing: run it once; `stop` ends it early, with what came until then.

    on_judged: called with ends as they come, many at a time.
    """

    def __init__(
        self,
        listing: Listing,
        peers: Peers,
        pressure: Pressure,
        on_judged: Callable[[list[Judged]], None],
        *,
        clock: Clock,
        entropy: Entropy,
        sockets: DatagramSockets | None = None,
        tap: Tap | None = None,
    ) -> None:
        self.tally = SendTally()
        self._listing = listing
        self._on_judged = on_judged
        self._clock = clock
        self._entropy = entropy
        self._began = 0.0
        self._sender = Sender(pressure, peers.of, self._ended, clock=clock, entropy=entropy, sockets=sockets, tap=tap)

    @property
    def stopped(self) -> bool:
        """Whether it was ended early."""
        return self._sender.stopped

    def stop(self) -> None:
        """Send nothing more and wait for what is on the wire; the second time, do not wait."""
        self._sender.stop()

    async def run(self) -> SendTally:
        """Send everything and count. Raises BadInput, Refused and Unreachable at the request that cannot be sent, after
        those before it have ended: they are in `tally`."""
        self._began = self._clock.monotonic()
        listing = self._listing

        def opened(on_more: Callable[[], None]) -> RequestFiles:
            return RequestFiles(
                listing.files, listing.code, listing.port, self._entropy, count=listing.count, on_more=on_more
            )

        await self._sender.run(opened)
        if not self.tally.ended and not self.stopped:
            raise BadInput("nothing to send: no request is listed", target=listing.files[0].requests)
        return self.tally

    def _ended(self, ends: list[End]) -> None:
        judged = [judge(end) for end in ends]
        for one in judged:
            self.tally.add(one)
        self.tally.seconds = self._clock.monotonic() - self._began
        self._on_judged(judged)

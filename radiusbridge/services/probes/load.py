"""Load: a probe's packets, or the requests of a file, again and again at a rate. Asks only whom it may harm not."""

from collections.abc import Callable, Iterable, Iterator

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.endpoints import LoginMethod, RadiusAccess
from radiusbridge.domain.errors import Unreachable
from radiusbridge.domain.probes import Probe, ProbeKind
from radiusbridge.gateways.logins import signing_of
from radiusbridge.gateways.probes import packets
from radiusbridge.radius.frames import Tap
from radiusbridge.radius.load import Load, LoadPlan, Tally
from radiusbridge.radius.requests import Request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sign import SigningPolicy
from radiusbridge.radius.sockets import DatagramSockets
from radiusbridge.radius.stream import RadiusStream

FIRST_WAIT = 1.0
FURTHER_SENDS = 4

Progress = Callable[[Tally], None]


class LoadProbe:
    """A load on the target of a probe.

    requests: what to send, one after the other; None: the probe's own packets without end, those of accounting under
    a new Acct-Session-Id each round. Raises UnknownName and BadInput for what cannot be sent.
    """

    def __init__(
        self,
        probe: Probe,
        plan: LoadPlan,
        *,
        clock: Clock,
        entropy: Entropy,
        requests: Iterable[Request] | None = None,
        sockets: DatagramSockets | None = None,
        tap: Tap | None = None,
    ) -> None:
        target = probe.target
        further = FURTHER_SENDS if probe.retries is None else probe.retries
        stream: RadiusStream[None] = RadiusStream(
            target.host,
            target.port,
            target.secret,
            clock=clock,
            entropy=entropy,
            sockets=sockets,
            source=target.source,
            signing=signing_of(target) if isinstance(target, RadiusAccess) else SigningPolicy.PREFER,
            retransmission=Retransmission(initial=FIRST_WAIT, maximum=8.0, count=further + 1, duration=0.0),
            window=plan.in_flight,
            tap=tap,
        )
        self.probe = probe
        self.plan = plan
        self._stream = stream
        self._load = Load(stream, plan, clock)
        self._requests = requests if requests is not None else _endless(probe, entropy)

    @property
    def stopped(self) -> bool:
        """Whether it was ended early."""
        return self._load.stopped

    @property
    def tally(self) -> Tally:
        """What came of it so far."""
        return self._load.tally

    def stop(self) -> None:
        """Send nothing more and wait for what is on the wire; the second time, do not wait."""
        self._load.stop()

    async def run(self, on_progress: Progress | None = None) -> Tally:
        """Carry it out. Raises Unreachable when the host does not resolve, and what the requests raise."""
        try:
            await self._stream.resolve()
        except OSError as error:
            hint = "check the host's name"
            raise Unreachable(error.strerror or str(error), target=self.probe.address, hint=hint) from error
        return await self._load.run(self._requests, on_progress)


def _endless(probe: Probe, entropy: Entropy) -> Iterator[Request]:
    made = [request for _, request in packets(probe, entropy)]
    anew = probe.kind is ProbeKind.ACCT or (probe.kind is ProbeKind.AUTH and probe.method is LoginMethod.MSCHAPV2)

    def again() -> Iterator[Request]:
        yield from made
        while True:
            yield from (request for _, request in packets(probe, entropy)) if anew else made

    return again()

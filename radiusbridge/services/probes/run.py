"""Run one probe and say how it ended. Needs nothing but the network."""

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.probes import Check, Expect, Probe, ProbeKind, ProbeOutcome, ProbeResult, ProbeVerdict
from radiusbridge.gateways.attributes import check_expectation
from radiusbridge.gateways.probes import Answer, carry_out, packets
from radiusbridge.radius.client import RadiusClient
from radiusbridge.radius.frames import Tap
from radiusbridge.radius.sockets import DatagramSockets
from radiusbridge.services.probes.causes import causes
from radiusbridge.services.probes.expectations import judge

NOBODY_ANSWERED = frozenset(
    {ProbeOutcome.SILENCE, ProbeOutcome.REFUSED, ProbeOutcome.UNREACHABLE, ProbeOutcome.NOT_SENT}
)
_LOGIN_ENDS = frozenset(
    {ProbeOutcome.ACCEPT, ProbeOutcome.ACCEPT_UNSIGNED, ProbeOutcome.REJECT, ProbeOutcome.CHALLENGE}
)


def check_probe(probe: Probe, entropy: Entropy) -> None:
    """Find what `run_probe` could not send, without sending. UnknownName, BadInput."""
    packets(probe, entropy)
    for expectation in probe.expect_attributes:
        check_expectation(expectation)


async def run_probe(
    probe: Probe,
    *,
    clock: Clock,
    entropy: Entropy,
    sockets: DatagramSockets | None = None,
    tap: Tap | None = None,
    client: RadiusClient | None = None,
) -> ProbeResult:
    """Ask once, with retransmissions, and hold what came against what is expected.

    client: one for this target and kind, shared with other probes (`gateways.probes.client_for`).
    Ends at the latest after the probe's timeout. Raises UnknownName and BadInput for what cannot be sent, never for
    the network or the peer.
    """
    began = clock.monotonic()
    answers = await carry_out(probe, clock=clock, entropy=entropy, sockets=sockets, tap=tap, client=client)
    told = _deciding(answers)
    checks = judge(probe, told)
    signs = [answer.signed for answer in answers if answer.signed is not None]
    signed = all(signs) if signs else None
    return ProbeResult(
        probe,
        told.outcome,
        _verdict(probe, told, checks),
        told.words,
        told.next_step,
        causes(probe, told.outcome) if not checks[0].met else (),
        told.error_cause,
        told.attributes,
        told.round_trip,
        told.elapsed if told.round_trip is not None else None,
        clock.monotonic() - began,
        signed,
        _routeros_takes(probe, told, signed),
        checks,
        tuple(answer.exchanged for answer in answers),
    )


def _deciding(answers: tuple[Answer, ...]) -> Answer:
    """The last one, which is the first without an answer where there is such; of records that were all stored the
    slowest."""
    last = answers[-1]
    if last.outcome is ProbeOutcome.RECORDED:
        return max(answers, key=lambda answer: answer.elapsed)
    return last


def _verdict(probe: Probe, told: Answer, checks: tuple[Check, ...]) -> ProbeVerdict:
    if all(check.met for check in checks):
        return ProbeVerdict.OK
    unanswered = told.outcome in NOBODY_ANSWERED and probe.expected is not Expect.TIMEOUT
    return ProbeVerdict.UNANSWERED if unanswered else ProbeVerdict.FAILED


def _routeros_takes(probe: Probe, told: Answer, signed: bool | None) -> bool | None:
    if probe.kind is not ProbeKind.AUTH:
        return None
    if told.outcome is ProbeOutcome.UNSIGNED:
        return False
    return signed if told.outcome in _LOGIN_ENDS else None

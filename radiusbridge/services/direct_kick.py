"""Kick without the database: one Disconnect-Request to a NAS that is named with its secret. Not journaled."""

from dataclasses import dataclass

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.endpoints import DaeAccess
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.values import parse_username
from radiusbridge.gateways.dae import DISCONNECT_SECONDS, kick_directly
from radiusbridge.radius.client import Tap

EXIT = {
    KickAnswer.ACCEPTED: 5,
    KickAnswer.NOT_FOUND: 5,
    KickAnswer.REFUSED: 1,
    KickAnswer.PROHIBITED: 1,
    KickAnswer.SILENT: 3,
    KickAnswer.UNAVAILABLE: 3,
}
"""Exit status by answer: an answer alone proves nothing (5); refused 1; nobody answered 3."""


@dataclass(frozen=True, slots=True)
class DirectKick:
    """What came of it. words: one sentence, with the packet that said so."""

    answer: KickAnswer
    words: str
    seconds: float

    @property
    def exit_status(self) -> int:
        """As `EXIT`."""
        return EXIT[self.answer]


async def kick_at(
    nas: DaeAccess,
    username: str,
    *,
    clock: Clock,
    entropy: Entropy,
    session_id: str | None = None,
    address: str | None = None,
    seconds: float = DISCONNECT_SECONDS,
    tap: Tap | None = None,
) -> DirectKick:
    """Send a Disconnect-Request with User-Name and what else is given. BadInput for values that cannot be sent."""
    if not 0 < seconds <= 60:
        raise BadInput("the time to wait is out of range", hint="1 to 60 s")
    began = clock.monotonic()
    reply = await kick_directly(
        nas,
        parse_username(username),
        clock=clock,
        entropy=entropy,
        session_id=session_id,
        address=address,
        seconds=seconds,
        tap=tap,
    )
    return DirectKick(reply.answer, reply.words, clock.monotonic() - began)

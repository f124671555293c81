"""The ladder of kicks and, inside it, the ladder of identification (design 2). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.observations import KickAnswer

DISCONNECTS = (
    Rung.DISCONNECT,
    Rung.DISCONNECT_WITHOUT_ADDRESS,
    Rung.DISCONNECT_WITHOUT_NAS,
    Rung.DISCONNECT_BY_ADDRESS,
)


@dataclass(frozen=True, slots=True)
class Rungs:
    """Which rungs exist for a NAS: a DAE to ask, its NAS-IP-Address, a server that closes sessions, an API."""

    dae: bool
    nas_address: bool
    close_session: bool
    api: bool


def ladder(rungs: Rungs, session: SessionRow, *, server_row: bool) -> tuple[Rung, ...]:
    """The rungs for one session, from the first to the last."""
    steps: list[Rung] = []
    if rungs.dae and session.session_id:
        steps.append(Rung.DISCONNECT)
        if session.address:
            steps.append(Rung.DISCONNECT_WITHOUT_ADDRESS)
        if rungs.nas_address:
            steps.append(Rung.DISCONNECT_WITHOUT_NAS)
    if rungs.dae and session.address:
        steps.append(Rung.DISCONNECT_BY_ADDRESS)
    if rungs.close_session and server_row:
        steps.append(Rung.CLOSE_SESSION)
    if rungs.api and session.id:
        steps.append(Rung.NAS_API)
    return tuple(steps)


def next_rung(steps: Sequence[Rung], tried: Sequence[tuple[Rung, KickAnswer]]) -> Rung | None:
    """The rung to try while the list still shows the session; None: the ladder is used up.

    Another identification helps only where the NAS looked and said no. After an ACK, silence or 501 the
    remaining Disconnect-Requests are passed over.
    """
    used = {rung for rung, _ in tried}
    worth_asking = all(
        answer in {KickAnswer.REFUSED, KickAnswer.NOT_FOUND} for rung, answer in tried if rung in DISCONNECTS
    )
    for rung in steps:
        if rung in used or (rung in DISCONNECTS and not worth_asking):
            continue
        return rung
    return None

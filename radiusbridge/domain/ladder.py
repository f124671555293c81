"""The ladder of kicks and, inside it, the ladder of identification (design 2). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.hotspot import HOTSPOT, bypassed, is_trace
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
    doubt: str = ""
    """Why Disconnect-Requests are not taken there, by what was read some time ago, and when: they come last then, since
    it may have changed since."""


def ladder(rungs: Rungs, session: SessionRow, *, server_row: bool) -> tuple[Rung, ...]:
    """The rungs for one session, from the first to the last; a hotspot's trace is no session, and only the NAS's API
    takes it away. RADIUS does not reach a guest whom the router itself let in."""
    if bypassed(session):
        return ()
    if is_trace(session):
        return (Rung.NAS_API,) if rungs.api and session.id else ()
    asked = _disconnects(rungs, session)
    others: list[Rung] = []
    if rungs.close_session and server_row:
        others.append(Rung.CLOSE_SESSION)
    if rungs.api and session.id:
        others.append(Rung.NAS_API)
    return (*others, *asked) if rungs.doubt else (*asked, *others)


def _disconnects(rungs: Rungs, session: SessionRow) -> list[Rung]:
    steps: list[Rung] = []
    # the list tells no Acct-Session-Id of a guest: user name and address name the session
    if rungs.dae and session.session_id and session.service != HOTSPOT:
        steps.append(Rung.DISCONNECT)
        if session.address:
            steps.append(Rung.DISCONNECT_WITHOUT_ADDRESS)
        if rungs.nas_address:
            steps.append(Rung.DISCONNECT_WITHOUT_NAS)
    if rungs.dae and session.address and session.radius:
        steps.append(Rung.DISCONNECT_BY_ADDRESS)
    return steps


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

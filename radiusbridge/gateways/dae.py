"""Disconnect- and CoA-Requests to a NAS's Dynamic Authorization Extension (RFC 5176), by the rungs of the ladder.

Each carries Message-Authenticator and Event-Timestamp. RouterOS answers only senders in its `/radius` rows, with that
row's secret, and only while `/radius/incoming` accepts; else there is silence.
"""

from collections.abc import Sequence

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.endpoints import DaeAccess
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.gateways.fence import pass_fence
from radiusbridge.gateways.ports import KickReply
from radiusbridge.gateways.words import answer_words, refusal_words, silence_words
from radiusbridge.radius.client import RadiusClient, Tap
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.requests import Request, coa_request, disconnect_request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sockets import DatagramSockets

DISCONNECT_SECONDS = 5.0
RETRANSMISSION = Retransmission(initial=1.0, maximum=8.0, count=5, duration=30.0)
"""Faster than RFC 5080's 2 s: NASes are near, and the redial of a kicked customer takes seconds."""
PROHIBITED = 501
NOT_FOUND = 503

Pairs = list[tuple[str, str]]


def identification(session: SessionRow, rung: Rung, nas_address: str | None) -> Pairs:
    """The attributes that name a session, as the rung says; never fewer than User-Name and one more.

    Raises BadInput for a rung that is none of a Disconnect-Request, or that needs what the session does not have.
    """
    name = ("User-Name", session.username)
    identifier = [("Acct-Session-Id", session.session_id)] if session.session_id else []
    # Framed-IP-Address carries IPv4 only (RFC 2865 section 5.8)
    address = [("Framed-IP-Address", session.address)] if session.address and ":" not in session.address else []
    nas = [nas_identification(nas_address)] if nas_address else []
    sets: dict[Rung, Pairs] = {
        Rung.DISCONNECT: [name, *identifier, *address, *nas],
        Rung.DISCONNECT_WITHOUT_ADDRESS: [name, *identifier, *nas],
        Rung.DISCONNECT_WITHOUT_NAS: [name, *identifier],
        Rung.DISCONNECT_BY_ADDRESS: [name, *address],
    }
    pairs = sets.get(rung)
    if pairs is None:
        raise BadInput(f"{rung} is no Disconnect-Request")
    if not any(attribute in {"Acct-Session-Id", "Framed-IP-Address"} for attribute, _ in pairs):
        raise BadInput(f"the session of {session.username} has nothing that {rung} could name it by")
    return pairs


def nas_identification(address: str) -> tuple[str, str]:
    """NAS-IP-Address or NAS-IPv6-Address."""
    return ("NAS-IPv6-Address" if ":" in address else "NAS-IP-Address", address)


def kick_reply(outcome: Outcome, request: str = "Disconnect-Request") -> KickReply:
    """What an outcome amounts to on the ladder, in words."""
    if not outcome.answered:
        return KickReply(KickAnswer.SILENT, silence_words(outcome, request))
    answer = KickAnswer.REFUSED
    if outcome.kind in {Kind.ACK, Kind.ACK_201}:
        answer = KickAnswer.ACCEPTED
    elif outcome.kind is Kind.GONE_AFTER_RETRANSMIT or outcome.error_cause == NOT_FOUND:
        answer = KickAnswer.NOT_FOUND
    elif outcome.error_cause == PROHIBITED:
        answer = KickAnswer.PROHIBITED
    refused = answer in {KickAnswer.REFUSED, KickAnswer.PROHIBITED}
    return KickReply(answer, refusal_words(outcome) if refused else answer_words(outcome))


class RadiusDisconnector:
    """A `Disconnector` for one NAS; keeps its socket, and rotates source ports as identifiers run out."""

    def __init__(
        self,
        access: DaeAccess,
        *,
        clock: Clock,
        entropy: Entropy,
        sockets: DatagramSockets | None = None,
        seconds: float = DISCONNECT_SECONDS,
        tap: Tap | None = None,
    ) -> None:
        self._access = access
        self._clock = clock
        self._seconds = seconds
        self._client = RadiusClient(
            access.host,
            access.port,
            access.secret,
            clock=clock,
            entropy=entropy,
            sockets=sockets,
            source=access.source,
            retransmission=RETRANSMISSION,
            tap=tap,
        )

    async def disconnect(self, session: SessionRow, rung: Rung) -> KickReply:
        """Ask the NAS to end one session, identified as the rung says. Raises BadInput, never for the network."""
        return kick_reply(await self.ask(identification(session, rung, self._access.nas_address)))

    async def change(self, session: SessionRow, rung: Rung, *, rate: str = "", address_list: str = "") -> KickReply:
        """Ask the NAS to change one session where it is. Raises BadInput, never for the network."""
        given = {"Mikrotik-Rate-Limit": rate, "Mikrotik-Address-List": address_list}
        changes = [(name, value) for name, value in given.items() if value]
        pairs = [*identification(session, rung, self._access.nas_address), *changes]
        return kick_reply(await self._send(coa_request(pairs)), "CoA-Request")

    async def ask(self, pairs: Sequence[tuple[str, str]], seconds: float | None = None) -> Outcome:
        """Send a Disconnect-Request with these attributes and say how it ended."""
        return await self._send(disconnect_request(pairs), seconds)

    async def _send(self, request: Request, seconds: float | None = None) -> Outcome:
        seconds = self._seconds if seconds is None else seconds
        pass_fence(seconds)
        deadline = self._clock.monotonic() + seconds
        return await self._client.send(request, deadline=deadline)

    def close(self) -> None:
        """Give the sockets back."""
        self._client.close()


async def kick_directly(
    access: DaeAccess,
    username: str,
    *,
    clock: Clock,
    entropy: Entropy,
    session_id: str | None = None,
    address: str | None = None,
    sockets: DatagramSockets | None = None,
    seconds: float = DISCONNECT_SECONDS,
    tap: Tap | None = None,
) -> KickReply:
    """Kick by name, without any list to read (`kick USER --nas HOST`): User-Name and what else is known.

    A NAS that refuses to look because of Framed-IP-Address (NAK 401 and the like) is asked once more without it where
    Acct-Session-Id still names the session; 503 is an answer and ends it. Nothing was read, so the answers are the only
    evidence. Raises BadInput for values that do not fit an attribute.
    """
    pairs: Pairs = [("User-Name", username)]
    if session_id:
        pairs.append(("Acct-Session-Id", session_id))
    if access.nas_address:
        pairs.append(nas_identification(access.nas_address))
    framed = [("Framed-IPv6-Address" if ":" in address else "Framed-IP-Address", address)] if address else []
    deadline = clock.monotonic() + seconds
    disconnector = RadiusDisconnector(access, clock=clock, entropy=entropy, sockets=sockets, seconds=seconds, tap=tap)
    try:
        reply = kick_reply(await disconnector.ask([*pairs, *framed]))
        left = deadline - clock.monotonic()
        if reply.answer is not KickAnswer.REFUSED or not (framed and session_id) or left <= 0:
            return reply
        again = kick_reply(await disconnector.ask(pairs, left))
        return KickReply(again.answer, f"{reply.words}; asked again without {framed[0][0]}: {again.words}")
    finally:
        disconnector.close()

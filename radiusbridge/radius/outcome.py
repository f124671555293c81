"""How an exchange ended, each end kept apart: what an operator does next differs with every one of them."""

from enum import StrEnum
from typing import NamedTuple

from radiusbridge.radius.packet import Packet, decode


class Kind(StrEnum):
    """The end of one request."""

    ACK = "ack"
    ACK_201 = "ack-201"
    NAK = "nak"
    NAK_NO_CAUSE = "nak-no-cause"
    GONE_AFTER_RETRANSMIT = "gone-after-retransmit"
    """503 to a Disconnect-Request that was sent more than once: an earlier copy may have done it (RFC 5080 2.2.2)."""
    ACCEPT = "accept"
    REJECT = "reject"
    CHALLENGE = "challenge"
    RESPONSE = "response"
    """An Accounting-Response: the record is stored, or the accounting port is alive (Status-Server)."""
    SILENCE = "silence"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NOT_SENT = "not-sent"
    UNSIGNED = "unsigned"
    """An Access reply without the Message-Authenticator that the signing policy requires."""
    PROXY_STATE_INJECTED = "proxy-state-injected"
    """An unsigned Access reply with a Proxy-State that was never sent: the mark of Blast-RADIUS."""
    BAD_RESPONSE_AUTHENTICATOR = "bad-response-authenticator"
    BAD_MESSAGE_AUTHENTICATOR = "bad-message-authenticator"
    WRONG_CODE = "wrong-code"
    STALE_REPLY_TIMESTAMP = "stale-reply-timestamp"
    MALFORMED = "malformed"
    WRONG_SOURCE = "wrong-source"
    """A good answer from another address or port than was asked: most clients, RouterOS among them, drop it."""


ANSWERED = frozenset(
    {
        Kind.ACK,
        Kind.ACK_201,
        Kind.NAK,
        Kind.NAK_NO_CAUSE,
        Kind.GONE_AFTER_RETRANSMIT,
        Kind.ACCEPT,
        Kind.REJECT,
        Kind.CHALLENGE,
        Kind.RESPONSE,
    }
)
"""The kinds that rest on a reply which passed every check; only these end an exchange before its deadline."""

WEIGHT = {
    Kind.UNREACHABLE: 1,
    Kind.REFUSED: 1,
    Kind.MALFORMED: 2,
    Kind.BAD_RESPONSE_AUTHENTICATOR: 3,
    Kind.WRONG_CODE: 4,
    Kind.PROXY_STATE_INJECTED: 5,
    Kind.UNSIGNED: 6,
    Kind.STALE_REPLY_TIMESTAMP: 6,
    Kind.BAD_MESSAGE_AUTHENTICATOR: 7,
    Kind.WRONG_SOURCE: 8,
}
"""Of several bad replies the heaviest is told: the better it was proven, the more it says about the peer."""


class Outcome(NamedTuple):
    """One end. `elapsed` is seconds since the first sending, `round_trip` seconds since the last one before the reply.

    `octets` are the packet that decided, None where none came or it could not be read. `unsigned`: an Access reply
    that was taken although nothing but the Response Authenticator protects it.
    """

    kind: Kind
    sends: int = 0
    elapsed: float = 0.0
    round_trip: float | None = None
    octets: bytes | None = None
    error_cause: int | None = None
    unsigned: bool = False
    detail: str = ""

    @property
    def reply(self) -> Packet | None:
        """The packet that decided, decoded at each call: a mass of requests does not need its attributes."""
        return decode(self.octets) if self.octets is not None else None

    @property
    def answered(self) -> bool:
        """Whether the peer itself answered, proven by the shared secret."""
        return self.kind in ANSWERED

    @property
    def accept_unsigned(self) -> bool:
        """An Access-Accept without Message-Authenticator: a RouterOS that requires one would drop it."""
        return self.unsigned and self.kind is Kind.ACCEPT

    @property
    def label(self) -> str:
        """One stable word for JSON and metrics: the kind, a NAK with its cause (`nak-503`)."""
        return f"nak-{self.error_cause}" if self.kind is Kind.NAK else self.kind.value

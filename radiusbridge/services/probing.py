"""Probe: ask a RADIUS server by a test login, without the database. Use an account made for tests."""

from collections.abc import Sequence

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.observations import LoginAnswer
from radiusbridge.domain.records import LoginMethod, RadiusAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.values import parse_username
from radiusbridge.gateways.ports import LoginReply
from radiusbridge.gateways.prober import RadiusProber

EXIT = {
    LoginAnswer.ACCEPTED: 0,
    LoginAnswer.REJECTED: 1,
    LoginAnswer.UNTRUSTED: 1,
    LoginAnswer.UNANSWERED: 3,
}
"""Exit status by answer; an answer that does not verify is not the accept that was asked for."""


async def probe_auth(
    server: RadiusAccess,
    username: str,
    password: Secret,
    *,
    clock: Clock,
    entropy: Entropy,
    method: LoginMethod,
    calling_station_id: str | None = None,
    attributes: Sequence[tuple[str, str | int]] = (),
    seconds: float = 5.0,
) -> LoginReply:
    """Log in once. attributes: (name, value) to send beside or in the place of the usual ones.

    Errors: BadInput for what cannot be sent; never for the network.
    """
    if not 0 < seconds <= 60:
        raise BadInput("the time to wait is out of range", hint="1 to 60 s")
    prober = RadiusProber(server, clock=clock, entropy=entropy)
    try:
        return await prober.login(
            parse_username(username),
            password,
            method=method,
            calling_station_id=calling_station_id,
            extra=attributes,
            seconds=seconds,
        )
    finally:
        prober.close()

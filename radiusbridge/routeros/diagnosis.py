"""Why a connection could not be opened: what can be told from silence and from a hang-up."""

import asyncio

from radiusbridge.domain.errors import NotSuchPeer, RadiusbridgeError
from radiusbridge.domain.records import TlsMode
from radiusbridge.domain.text import safe
from radiusbridge.routeros.dialer import Dialer
from radiusbridge.routeros.endpoint import ApiEndpoint, TlsPolicy
from radiusbridge.routeros.errors import LinkLost, WrongCertificate

_PROBE_SECONDS = 1.0
_NOBODY_S_FINGERPRINT = "0" * 64


def broken(error: OSError) -> str:
    """What broke a connection, in one clause."""
    return f"the connection broke ({safe(error.strerror or str(error) or type(error).__name__, 80)})"


def silence_hint(endpoint: ApiEndpoint) -> str:
    """What to look at when nothing was answered."""
    if endpoint.tls is TlsMode.PLAIN:
        return "check address, port and firewall"
    return "check address, port and firewall; a plain API port does not answer TLS"


async def hung_up(endpoint: ApiEndpoint, dialer: Dialer) -> RadiusbridgeError:
    """The error for a peer that closed on our plain `/login` without a word: a TLS port, if it takes a handshake.

    The handshake goes no further than the certificate; nothing is said over it.
    """
    policy = TlsPolicy(TlsMode.TLS, _NOBODY_S_FINGERPRINT)
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            stream = await dialer.dial(endpoint.host, endpoint.port, policy)
            stream.close()
    except WrongCertificate:
        return NotSuchPeer("the port speaks TLS, and plain was spoken to it", hint="turn TLS on for it")
    except (RadiusbridgeError, TimeoutError):
        pass
    return LinkLost(
        "the connection was closed without a word",
        hint="the API service may not allow this address (/ip/service), or be at its max-sessions",
    )

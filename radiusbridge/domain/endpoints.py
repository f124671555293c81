"""Where RADIUS peers are asked, and how: all that a probe needs of the records, and quick to load."""

from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.secret import Secret


class LoginMethod(StrEnum):
    """How a test login proves the password."""

    PAP = "pap"
    CHAP = "chap"
    MSCHAPV2 = "mschapv2"


@dataclass(frozen=True, slots=True)
class RadiusAccess:
    """How to ask a RADIUS server for a test login."""

    host: str
    port: int
    secret: Secret
    source: str | None = None
    """Our source address; the server picks the secret by it."""
    signing: str = "prefer"
    """`require`, `prefer` or `off`: whether Access replies must carry a Message-Authenticator (design rule 7)."""
    signed_once: bool = False
    """Whether this target has signed a reply before; from then on a signature is required."""


@dataclass(frozen=True, slots=True)
class DaeAccess:
    """Where a NAS takes Disconnect- and CoA-Requests (RFC 5176)."""

    host: str
    port: int
    secret: Secret
    source: str | None = None
    nas_address: str | None = None
    """NAS-IP-Address as the NAS knows itself; None: left out."""

"""Servers and NASes in one list: what they can be filtered by."""

from dataclasses import dataclass

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary

DEVICES = Vocabulary.of(
    Field("what", Kind.CHOICE, ("server", "nas"), "which of the two"),
    Field("name", help="its name"),
    Field("kind", help="of a server: userman6, userman7, freeradius"),
    Field("server", help="of a NAS: the server of its accounts"),
    Field("api", help="where its API is; of a FreeRADIUS its database"),
    Field("radius", help="where RADIUS, or of a NAS DAE, is"),
    Field("policy", help="of a server: how isolate works"),
    Field("role", Kind.CHOICE, ("active", "standby"), "of a server that has a standby, or is one"),
    Field(
        "contact",
        Kind.CHOICE,
        ("fresh", "stale", "up", "slow", "refused", "dark", "unknown"),
        "how the last contact went",
    ),
)


@dataclass(frozen=True, slots=True)
class Device:
    """A server or a NAS. contact: of `DEVICES`; words: more of it, one line."""

    what: str
    name: str
    kind: str
    server: str
    api: str
    radius: str
    policy: str = ""
    contact: str = "unknown"
    words: str = ""
    details: tuple[tuple[str, str], ...] = ()
    role: str = ""
    step: str = ""
    """Of a standby: whether it is in step; of the active server which one stands by."""


def look(device: Device, name: str) -> object:
    """A field of `DEVICES`; under `""` its words."""
    if not name:
        return " ".join((device.what, device.name, device.kind, device.server, device.api, device.radius))
    value: object = getattr(device, name)
    return value

"""Users that a router knows by itself: PPP secrets and hotspot users, with what their profiles there say."""

from dataclasses import dataclass, field
from enum import StrEnum

from radiusbridge.domain.secret import Secret


class LocalMenu(StrEnum):
    """Where a router keeps them."""

    PPP = "ppp"
    HOTSPOT = "hotspot"


@dataclass(frozen=True, slots=True)
class LocalUser:
    """One of them. password None: the router does not show it. rate: as the profile there says it, the upload first;
    empty: none. service: of a PPP secret."""

    name: str
    password: Secret | None = field(repr=False, default=None)
    profile: str = ""
    rate: str = ""
    service: str = ""
    address: str = ""
    caller_id: str = ""
    routes: str = ""
    comment: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class LocalUsers:
    """What a router keeps. bursts: profiles whose rates have bursts. hidden: passwords are not shown."""

    users: tuple[LocalUser, ...]
    bursts: tuple[str, ...] = ()
    hidden: bool = False

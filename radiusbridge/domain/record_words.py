"""Words that records hold, apart from them, and quick to load: what is filtered by them does not need the records."""

from enum import StrEnum


class Policy(StrEnum):
    """How a customer is isolated."""

    REJECT = "reject"
    WALLED = "walled"


class HoldKind(StrEnum):
    """Why a customer is kept out."""

    UNPAID = "unpaid"
    ABUSE = "abuse"
    PAUSE = "pause"


class TlsMode(StrEnum):
    """How the RouterOS API is reached: `api` (8728) in plain, or `api-ssl` (8729) with a checked certificate."""

    PLAIN = "plain"
    TLS = "tls"


class Service(StrEnum):
    """What the customer dials."""

    PPPOE = "pppoe"
    HOTSPOT = "hotspot"


class StartsAt(StrEnum):
    """When a profile's validity begins (User Manager `starts-when`)."""

    ASSIGNED = "assigned"
    FIRST_LOGIN = "first-login"

"""What the lists of hotspots can be filtered by; and a row's fields."""

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary
from radiusbridge.domain.hotspot import HotspotRow

HOTSPOTS = Vocabulary.of(
    Field("nas", help="the NAS of the hotspot"),
    Field("name", help="what the row is called: a user, a profile, a server, a device"),
    Field("user", help="who is logged in, or whose cookie it is"),
    Field("ip", help="the address"),
    Field("mac", help="the device"),
    Field("server", help="the hotspot server"),
    Field("profile", help="the profile of a user or a server"),
    Field("type", help="of a binding: regular, bypassed, blocked"),
    Field("state", Kind.CHOICE, ("enabled", "disabled", "invalid"), "of a server, a user or a binding"),
    Field("account", Kind.CHOICE, ("local", "radius"), "who let a guest in: the router itself, or a RADIUS server"),
    Field("through", Kind.CHOICE, ("authorized", "bypassed", "no"), "why a device is let through"),
    Field("login", help="how a guest logged in"),
    Field("up", Kind.DURATION, help="how long a session is up, or a user was online in all"),
    Field("expires", Kind.DURATION, help="how long a cookie still counts"),
    Field("rate", help="the rate of a user profile"),
    Field("price", Kind.NUMBER, help="what a user profile is sold for"),
    Field("comment", help="the comment"),
)
_SAME = frozenset({"server", "profile", "type", "comment", "user"})
_CALLED = {
    "ip": "address",
    "mac": "mac_address",
    "login": "login_by",
    "up": "uptime",
    "expires": "expires_in",
    "rate": "rate_limit",
    "price": "price",
    "limit": "limit_uptime",
    "loaded": "bytes_out",
    "interface": "interface",
    "pool": "address_pool",
    "shared": "shared_users",
    "validity": "validity",
    "expiry": "expiry",
}
"""Fields, and columns that are sorted by, as the rows have them."""


def look(row: HotspotRow, name: str) -> object:
    """A field of `HOTSPOTS`; under `""` its words."""
    values = row.values
    if name in _SAME or name in _CALLED:
        return values.get(_CALLED.get(name, name))
    match name:
        case "nas" | "name":
            return getattr(row, name)
        case "state":
            return state_of(row) if "disabled" in values else None
        case "account":
            return ("radius" if values["radius"] else "local") if "radius" in values else None
        case "through":
            return through(row) if "authorized" in values else None
    return row.words


def state_of(row: HotspotRow) -> str:
    """Whether it works."""
    return "disabled" if row.values.get("disabled") else "invalid" if row.values.get("invalid") else "enabled"


def through(row: HotspotRow) -> str:
    """Why a device is let through."""
    return next((word for word in ("bypassed", "authorized") if row.values.get(word)), "no")

"""Hotspots: their lists, the sessions and traces of guests, and what a user profile is sold for. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

HOTSPOT = "hotspot"
"""The service of a guest's session."""
COOKIE, HOST = "hotspot-cookie", "hotspot-host"
"""What stands in place of a service in the rows of traces: a cookie lets a device back, a host that is authorized or
bypassed is let through."""
SAME_START = 2.0
"""Seconds by which the start of one session may seem to differ: the list tells whole seconds of uptime."""


class Listing(StrEnum):
    """The lists of a hotspot."""

    SERVER = "server"
    USER = "user"
    PROFILE = "profile"
    ACTIVE = "active"
    HOST = "host"
    COOKIE = "cookie"
    BINDING = "binding"


Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class HotspotRow:
    """A row of one of the lists. name: what operators call it: a user, a profile, a MAC address. values: by property,
    durations in seconds, sizes in bytes; None: the router does not have it."""

    nas: str
    listing: Listing
    id: str
    name: str
    values: Mapping[str, Value]

    def text(self, name: str) -> str:
        """A value as text; empty: there is none."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    @property
    def words(self) -> str:
        """All that a search may find it by."""
        return " ".join([self.nas, self.name, *(str(value) for value in self.values.values() if value)])


# -- sessions


def guest_id(address: str, start: float) -> str:
    """What a guest's session is known by: `/ip/hotspot/active` tells no Acct-Session-Id. start: seconds since 1970."""
    return f"{address}@{int(start):x}"


def start_of(session_id: str) -> float | None:
    """When a session began, by what `guest_id` made; None: it is no guest's."""
    address, _, start = session_id.rpartition("@")
    try:
        return float(int(start, 16)) if address else None
    except ValueError:
        return None


def same_guest(one: str, other: str) -> bool:
    """Whether two ids of guests' sessions mean the same session, however the start was rounded."""
    first, second = start_of(one), start_of(other)
    if first is None or second is None:
        return one == other
    return one.rpartition("@")[0] == other.rpartition("@")[0] and abs(first - second) <= SAME_START


def all_ids(session_id: str) -> frozenset[str]:
    """Every id that means the same session: of a guest's also those that another process would make of it."""
    start = start_of(session_id)
    if start is None:
        return frozenset((session_id,))
    address, off = session_id.rpartition("@")[0], int(SAME_START)
    return frozenset(guest_id(address, max(0.0, start + by)) for by in range(-off, off + 1))


def is_trace(row: SessionRow) -> bool:
    """Whether it is no session but what would bring one back, or does without."""
    return row.service in {COOKIE, HOST}


def bypassed(row: SessionRow) -> bool:
    """Whether an IP binding lets the device through: it is back with the next packet, whatever row is removed."""
    return row.service == HOST and row.login_by == "bypassed"


def by_cookie(row: SessionRow) -> bool:
    """Whether a cookie let the guest in."""
    return row.service == HOTSPOT and "cookie" in row.login_by


def remembers(row: SessionRow, session_id: str, address: str) -> bool:
    """Whether a server's row (Acct-Session-Id, address) is that of a live session: a guest's is told by its address."""
    if row.service == HOTSPOT:
        return bool(address) and address == row.address
    return bool(row.session_id) and row.session_id.lower().removeprefix("0x") == session_id.lower().removeprefix("0x")


def with_cookies(going: Iterable[SessionRow], listed: Iterable[SessionRow]) -> list[SessionRow]:
    """What is going, with the cookies of the same devices: each would bring its guest back at once."""
    rows = list(going)
    macs, known = devices(rows), {row.session_id for row in rows}
    more = (row for row in listed if row.service == COOKIE and row.caller_id in macs)
    return rows + [row for row in more if row.session_id not in known]


def devices(rows: Iterable[SessionRow]) -> frozenset[str]:
    """The MAC addresses of the guests among them."""
    return frozenset(row.caller_id for row in rows if row.caller_id and (row.service == HOTSPOT or is_trace(row)))


# -- what a user profile is sold for

EXPIRIES = {"0": "none", "rem": "remove", "ntf": "notice", "remc": "remove-record", "ntfc": "notice-record"}
"""What becomes of a user whose validity is over, as Mikhmon writes it and as it is called here."""
_SIGN_OF = {name: sign for sign, name in EXPIRIES.items()}
_PRICE = re.compile(r"[0-9]{1,12}")
"""So much money nobody has for a voucher, and more digits Python reads as no number."""
_HEAD = re.compile(r'\A\s*:put\s*\(\s*"(?P<fields>,[^"]*)"\s*\)\s*;?\s*')
_VALIDITY = re.compile(r"(?:[0-9]{1,4}[wdhms])+")


@dataclass(frozen=True, slots=True)
class Terms:
    """What RouterOS has no property for, kept as Mikhmon keeps it: printed first by the profile's on-login script.

    expiry: a value of `EXPIRIES`. price, selling: whole units of money. validity: `30d`, empty for none. They are
    metadata: nothing on the router or here acts on them until the user is told to go.
    """

    expiry: str = "none"
    price: int = 0
    validity: str = ""
    selling: int = 0
    lock: bool = False


def read_terms(script: str) -> Terms | None:
    """The terms in an on-login script; None: it has none that can be read."""
    found = _HEAD.match(script)
    if found is None:
        return None
    fields = [*found["fields"].split(","), *[""] * 7]
    price, selling = fields[2] or "0", fields[4] or "0"
    if not _PRICE.fullmatch(price) or not _PRICE.fullmatch(selling):
        return None
    return Terms(
        EXPIRIES.get(fields[1] or "0", safe(fields[1], 20)),
        int(price),
        "" if fields[3] in {"", "0"} else safe(fields[3], 20),
        int(selling),
        fields[6] == "Enable",
    )


def write_terms(script: str, terms: Terms) -> str:
    """The script with these terms first; the rest of it stays. BadInput for terms that cannot be."""
    if terms.expiry not in _SIGN_OF:
        raise BadInput(f"expiry {safe(terms.expiry, 40)} is not known", hint=", ".join(_SIGN_OF))
    if not 0 <= terms.price <= 10**12 or not 0 <= terms.selling <= 10**12:
        raise BadInput("a price is out of range")
    if terms.validity and not _VALIDITY.fullmatch(terms.validity):
        raise BadInput(f"validity {safe(terms.validity, 40)} is none", hint="like 30d or 1d12h")
    lock = "Enable" if terms.lock else "Disable"
    sign, validity = _SIGN_OF[terms.expiry], terms.validity or "0"
    fields = ("", sign, str(terms.price), validity, str(terms.selling or terms.price), "", lock, "")
    found = _HEAD.match(script)
    rest = script[found.end() :] if found else script
    return f':put ("{",".join(fields)}"); {rest}'.rstrip()

"""A profile as a server has it, beside the one that the database has: what differs, field by field. Pure."""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from radiusbridge.domain.records import Profile
from radiusbridge.domain.values import format_duration, format_rate

RATES = ("rate_up", "rate_down", "burst_up", "burst_down", "burst_threshold_up", "burst_threshold_down")
DURATIONS = ("burst_time", "validity", "time_quota")
FIELDS = (
    *RATES,
    "burst_time",
    "priority",
    "data_quota",
    "time_quota",
    "validity",
    "starts_at",
    "price",
    "shared_users",
    "pool",
    "address_list",
)
"""What a server can hold of a profile. Name and service find it; the currency is ours alone."""
_BURST = (*RATES[2:], "burst_time")
LEFT_ALONE = ("priority", "pool", "address_list")
"""Where the database says nothing (None), the server's own value stays."""
NONE = "none"
UNRECORDED = "not recorded"
"""What the database says of a field that is the router's own affair."""


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """What a server has under a profile's name."""

    profile: Profile
    odd: tuple[tuple[str, str], ...] = ()
    """(field, text) of values that a profile of ours cannot have, such as unlimited shared users."""
    elsewhere: tuple[str, ...] = ()
    """Fields that are kept with each account: by this kind of server, or as this profile says."""
    missing: tuple[str, ...] = ()
    """Parts that are not there: its limitation, the link between the two."""
    extras: tuple[str, ...] = ()
    """What was made by hand and binds as well, in words."""

    @property
    def name(self) -> str:
        """The profile's name, as the server spells it."""
        return self.profile.name


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, as the database wants it and as the server has it, in an operator's words."""

    field: str
    wanted: str
    have: str

    @property
    def unrecorded(self) -> bool:
        """Whether it was set there by hand, and the database says nothing of it: left there, unless pruned."""
        return self.wanted == UNRECORDED

    def __str__(self) -> str:
        return f"{self.field.replace('_', ' ')} is {self.have}, not {self.wanted}"


def shown(profile: Profile, field: str) -> str:
    """A field in its one plain form: `2M`, `30d` is `4w2d`, `none` for nothing and zero."""
    value = getattr(profile, field)
    if field == "price":
        return str(value)
    if not value:
        return NONE
    if field in RATES:
        return format_rate(value)
    return format_duration(value) if field in DURATIONS else str(value)


def differences(wanted: Profile, have: ProfileRow) -> tuple[Difference, ...]:
    """What would have to be written so that the server has the profile as it is wanted."""
    odd = dict(have.odd)
    found = [Difference(part, "there", "missing") for part in have.missing]
    for field in FIELDS:
        if field in have.elsewhere or (field in LEFT_ALONE and getattr(wanted, field) is None):
            continue
        ours, theirs = shown(wanted, field), odd.get(field) or shown(have.profile, field)
        if ours != theirs:
            found.append(Difference(field, ours, theirs))
    return tuple(found)


def profile_digest(row: ProfileRow | None) -> str:
    """A digest of all that a server, or the database, has of a profile; empty: nothing. There is no secret in it."""
    if row is None:
        return ""
    values = [row.name, [shown(row.profile, field) for field in FIELDS], row.odd, row.missing, row.extras]
    return hashlib.blake2b(json.dumps(values).encode(), digest_size=16).hexdigest()


def changed_fields(before: Profile, after: Profile) -> tuple[str, ...]:
    """The fields of a profile that a server can hold and that differ."""
    return tuple(field for field in FIELDS if getattr(before, field) != getattr(after, field))


def taken_over(row: ProfileRow, ours: Profile | None) -> Profile:
    """The profile as the server has it; what the server does not keep, or we cannot have, stays as it is here."""
    odd = {field for field, _ in row.odd}
    base = ours or Profile(row.name, 0, 0)
    held = [field for field in FIELDS if field not in row.elsewhere and field not in odd]
    values = {field: getattr(row.profile, field) for field in held if shown(row.profile, field) != shown(base, field)}
    taken = replace(base, **values)
    # a burst is whole in the database: what the server leaves at nothing is 0
    bursts: dict[str, Any] = {field: getattr(taken, field) or 0 for field in _BURST}
    return replace(taken, **bursts) if any(bursts.values()) else taken


def limits_of(profile: Profile) -> str:
    """What a session's queue has to show, in bits a second: `up/down`, with a burst `up/down up/down`; or `none`."""
    return limits((profile.rate_up, profile.rate_down), (profile.burst_up or 0, profile.burst_down or 0))


def limits(rate: tuple[int, int], burst: tuple[int, int] = (0, 0)) -> str:
    """The plain form of a queue's limits."""
    if not any(rate):
        return NONE
    pairs = [rate, burst] if any(burst) else [rate]
    return " ".join(f"{up}/{down}" for up, down in pairs)


def limits_text(plain: str) -> str:
    """The plain form as an operator reads it: `2M/10M`."""
    if not plain or plain == NONE:
        return plain or "unknown"
    words = ["/".join(format_rate(int(part)) for part in pair.split("/")) for pair in plain.split(" ")]
    return " burst ".join(words)


def rate_attribute(profile: Profile) -> str:
    """Mikrotik-Rate-Limit: `rx/tx burst burst-threshold burst-time priority`, rx is the customer's upload."""
    words = [f"{profile.rate_up}/{profile.rate_down}"]
    if profile.burst_up or profile.burst_down:
        words += [
            f"{profile.burst_up or 0}/{profile.burst_down or 0}",
            f"{profile.burst_threshold_up or 0}/{profile.burst_threshold_down or 0}",
            f"{profile.burst_time or 0}/{profile.burst_time or 0}",
        ]
        words += [str(profile.priority)] if profile.priority else []
    return " ".join(words)

"""`rate-limit` of a `/ppp/profile`: `rx/tx burst threshold burst-time priority min`, rx is the customer's upload.

What we have no field for, and what the database says nothing of, keeps its place when the text is written anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.profiles import rate_attribute
from radiusbridge.domain.records import Profile
from radiusbridge.domain.values import parse_duration, parse_rate

_PRIORITY, _MINIMUM = 4, 5
_NO_BURST = ("0/0", "0/0", "0/0")
_USUAL = "8"
"""The priority of a queue that says none."""
_PAIRS: tuple[tuple[str, Callable[[str], int]], ...] = (
    ("rate", parse_rate),
    ("burst", parse_rate),
    ("burst_threshold", parse_rate),
    ("burst_time", parse_duration),
)
_BURST = (
    *(f"{name}_{way}" for name in ("burst", "burst_threshold") for way in ("up", "down")),
    "burst_time",
)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """values: by field of `Profile`. odd: (field, text) of what a profile of ours cannot have."""

    values: dict[str, Any]
    odd: tuple[tuple[str, str], ...] = ()
    minimum: str = ""
    """The rate that is guaranteed (limit-at), which no profile of ours has."""


def parse(text: str) -> RateLimit:
    """What a profile's text says; nothing is raised for one that cannot be read."""
    parts = text.split()
    values: dict[str, Any] = {"rate_up": 0, "rate_down": 0}
    try:
        for part, (name, typed) in zip(parts, _PAIRS, strict=False):
            up, slash, down = part.partition("/")
            pair = typed(up), typed(down if slash else up)
            if name != "burst_time":
                values |= {f"{name}_up": pair[0] or None, f"{name}_down": pair[1] or None}
            elif pair[0] == pair[1]:
                values[name] = pair[0] or None
            else:
                return RateLimit(values, (("burst_time", part),), _after(parts))
        values["rate_up"], values["rate_down"] = values["rate_up"] or 0, values["rate_down"] or 0
        priority = int(parts[_PRIORITY]) if len(parts) > _PRIORITY else 0
    except (BadInput, ValueError):
        return RateLimit({"rate_up": 0, "rate_down": 0}, (("rate_up", text), ("rate_down", text)))
    values["priority"] = priority or None
    return RateLimit(values, (), _after(parts))


def _after(parts: list[str]) -> str:
    return " ".join(parts[_MINIMUM:])


def merged(profile: Profile, have: str) -> str:
    """The text for a profile: the one that is there, where it says the same already."""
    known = parse(have)
    numbers = ("rate_up", "rate_down", *_BURST)
    alike = all((getattr(profile, name) or None) == (known.values.get(name) or None) for name in numbers)
    if not known.odd and alike and profile.priority in {None, known.values.get("priority")}:
        return have
    parts = rate_attribute(profile).split()
    priority = profile.priority or known.values.get("priority")
    if priority or known.minimum:
        parts = [*(parts[:_PRIORITY] if len(parts) > 1 else (parts[0], *_NO_BURST)), str(priority or _USUAL)]
    return " ".join([*parts, known.minimum]).rstrip()

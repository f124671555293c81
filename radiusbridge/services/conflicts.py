"""Two people edit one record: whoever comes later is told what the other has changed, and overwrites nothing unseen."""

from collections.abc import Callable
from dataclasses import fields

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import Customer
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe

_LOOKED_BACK = 50
"""Entries of the audit log in which the other one is looked for."""


def differing(one: Customer, other: Customer) -> set[str]:
    """The names of the fields in which they differ."""
    return {item.name for item in fields(Customer) if getattr(one, item.name) != getattr(other, item.name)}


def refuse_lost_update(unit: UnitOfWork, seen: Customer, now: Customer, change: Callable[[Customer], Customer]) -> None:
    """Refused: `change` would overwrite what somebody else has written since `seen` was read; says what and who.

    Other fields that changed meanwhile stay as they are now, and what both want alike is no conflict.
    """
    wanted, result = differing(seen, change(seen)), change(now)
    lost = sorted(name for name in wanted & differing(seen, now) if getattr(now, name) != getattr(result, name))
    if not lost:
        return
    told = "; ".join(_told(unit, name, seen, now) for name in lost)
    raise Refused(
        f"somebody else changed this meanwhile: {told}; nothing of yours was stored",
        target=safe(now.username, 80),
        hint=f"look again: radiusbridge customer show {safe(now.number, 40)}, and repeat it if it is still right",
    )


def _told(unit: UnitOfWork, name: str, seen: Customer, now: Customer) -> str:
    """`phone from 0811 to 0812 by siti`."""
    entries = (*unit.audit.recent(_LOOKED_BACK, subject=now.username),)
    who = next((entry.who for entry in entries if entry.after is not None and name in entry.after), "")
    by = f" by {safe(who, 40)}" if who else ""
    field = name.removesuffix("_id").replace("_", " ")
    before, after = _value(unit, name, getattr(seen, name)), _value(unit, name, getattr(now, name))
    return f"{field}{by}" if before == after else f"{field} from {before} to {after}{by}"


def _value(unit: UnitOfWork, name: str, value: object) -> str:
    if isinstance(value, Secret):
        return "***"
    if name == "profile_id" and isinstance(value, int):
        return safe(unit.profiles.get(value).name, 60)
    if name == "server_id" and isinstance(value, int):
        return safe(unit.servers.get(value).name, 60)
    return safe(str(value), 60) if value not in {None, ""} else "-"

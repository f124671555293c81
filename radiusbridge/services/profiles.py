"""Bandwidth profiles: add, change, remove, list, show. A change goes to the servers that have a customer with it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.changes import Change
from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.profiles import changed_fields
from radiusbridge.domain.records import Operation, Profile, Server
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_label
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.context import Context
from radiusbridge.services.named import Book
from radiusbridge.services.permissions import require
from radiusbridge.services.profile_operations import LIVE, REDIAL, ensure, having, removal
from radiusbridge.services.servers import active

LOOK_SECONDS = 10.0
"""For one server that is asked who has a profile."""
SHOWN = 5
"""Names in a message."""

_BURST = ("burst_up", "burst_down", "burst_threshold_up", "burst_threshold_down", "burst_time")
_AT_LEAST_ZERO = ("rate_up", "rate_down", "price", "validity", "time_quota", "data_quota", *_BURST)


@dataclass(frozen=True, slots=True)
class EditedProfile:
    """A changed profile, and the operations that carry it to the servers: one for each server that has it."""

    profile: Profile
    operations: tuple[Operation, ...]


def checked(profile: Profile) -> Profile:
    """The plain form of a profile. BadInput for one that cannot be."""
    for name in _AT_LEAST_ZERO:
        if (getattr(profile, name) or 0) < 0:
            raise BadInput(f"{name.replace('_', ' ')} is negative", target=profile.name[:80])
    if not 1 <= profile.shared_users <= 1000:
        raise BadInput(f"shared users is {profile.shared_users}", hint="1 to 1000")
    if profile.priority is not None and not 1 <= profile.priority <= 8:
        raise BadInput(f"priority is {profile.priority}", hint="1 (first) to 8 (last), as in RouterOS queues")
    if len({getattr(profile, name) is None for name in _BURST}) > 1:
        raise BadInput(
            "a burst needs rates, thresholds and a time", hint="--burst 4M/20M --burst-threshold 1M/8M --burst-time 16s"
        )
    return replace(
        profile,
        name=parse_label(profile.name, "profile's name"),
        pool=profile.pool and parse_label(profile.pool, "pool"),
        address_list=profile.address_list and parse_label(profile.address_list, "address list"),
    )


BOOK: Book[Profile] = Book("profile", lambda unit: unit.profiles, checked)


async def add(context: Context, profile: Profile) -> Profile:
    """Store a new profile; servers get it with the first customer who has it. AlreadyThere, BadInput."""
    return await BOOK.add(context, lambda _unit: profile)


async def edit(
    context: Context,
    name: str,
    change: Callable[[Profile], Profile],
    *,
    live: str = REDIAL,
    brakes: Brakes | None = None,
) -> EditedProfile:
    """Store what `change` makes of the profile, and submit it to each server where a customer has it.

    live: what becomes of live sessions once it is there (`profile_operations.LIVE`); brakes: of the run that changes or
    kicks them. A profile keeps its name: User Manager's rows are found by it. UnknownName, BadInput.
    """
    submitted: list[Operation] = []
    if live not in LIVE:
        raise BadInput(f"live sessions cannot be treated by “{live[:20]}”", hint=", ".join(LIVE))

    def then(unit: UnitOfWork, before: Profile, after: Profile) -> None:
        submitted.clear()
        changed = changed_fields(before, after)
        reason = f"profile {after.name} changed"
        for server_id in sorted({row.server_id for row in having(unit, after.id)} if changed else ()):
            operation = ensure(
                unit,
                context,
                after,
                server_id,
                reason=reason,
                live=live,
                changed=changed,
                brakes=brakes,
                change=Change(profile_before=before, profile_after=after),
            )
            submitted.append(operation)

    profile = await BOOK.edit(context, name, change, then)
    return EditedProfile(profile, tuple(submitted))


@dataclass(frozen=True, slots=True)
class RemovedProfile:
    """A profile on its way out. operations: one for each server; the record goes with the last of them."""

    profile: Profile
    operations: tuple[Operation, ...]


async def remove(context: Context, name: str, *, reason: str = "", on_servers: bool = True) -> RemovedProfile:
    """Submit the removal of a profile that nobody has from every server; the record goes once all have proven it.

    on_servers False: only the record goes, at once. UnknownName; BadInput while a customer, or an account on some
    server that answers, has it, with the names.
    """
    require(context, "profile.remove")
    if not on_servers:
        return RemovedProfile(await BOOK.remove(context, name), ())
    found = await show(context, name)
    # what stands by follows by itself
    servers = await context.database.read(active)
    isolating = [server.name for server in servers if server.isolation_name == found.name]
    if isolating:
        raise BadInput(f"it is the isolation of {', '.join(isolating)}", target=safe(found.name, 80))
    await asyncio.gather(*(_unused(context, server, found.name) for server in servers))

    def work(unit: UnitOfWork) -> RemovedProfile:
        profile = unit.profiles.named(name)
        users = having(unit, profile.id)
        if users or not servers:
            return RemovedProfile(_forgotten(unit, context, profile, reason), ())
        submitted = tuple(removal(unit, context, profile, server.id, reason) for server in active(unit))
        return RemovedProfile(profile, submitted)

    return await context.database.write(work)


def _forgotten(unit: UnitOfWork, context: Context, profile: Profile, reason: str) -> Profile:
    removed = unit.profiles.remove(profile.id)  # refuses, with their names, while customers have it
    unit.note("profile.remove", removed.name, who=context.who, channel=context.channel, before=removed, reason=reason)
    return removed


async def _unused(context: Context, server: Server, name: str) -> None:
    """Refuse where accounts on the server have the profile, ours or not. One that does not answer is asked later."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            users = await context.gateways.account_server(server).profile_users(name)
    except (RadiusbridgeError, TimeoutError):
        return
    if users:
        shown = ", ".join(safe(user, 60) for user in users[:SHOWN])
        more = f" and {len(users) - SHOWN} more" if len(users) > SHOWN else ""
        raise BadInput(
            f"on {server.name} it is still used by {len(users)} accounts ({shown}{more})",
            target=safe(name, 80),
            hint="give them another profile first",
        )


async def listed(context: Context) -> tuple[Profile, ...]:
    """All profiles, by name."""
    return await BOOK.listed(context)


async def show(context: Context, name: str) -> Profile:
    """One profile. UnknownName."""
    return await BOOK.show(context, name)

"""Bandwidth profiles: add, change, remove, list, show. A change goes to the servers that use the profile."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Operation, Profile
from radiusbridge.domain.values import parse_label
from radiusbridge.services.context import Context
from radiusbridge.services.named import Book
from radiusbridge.services.provisioning import provision

_BURST = ("burst_up", "burst_down", "burst_threshold_up", "burst_threshold_down", "burst_time")
_AT_LEAST_ZERO = ("rate_up", "rate_down", "price", "validity", "time_quota", "data_quota", *_BURST)


@dataclass(frozen=True, slots=True)
class EditedProfile:
    """A changed profile, and the operations that carry it to the servers: one for each server that has it."""

    profile: Profile
    operations: tuple[Operation, ...]


def _checked(profile: Profile) -> Profile:
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


BOOK: Book[Profile] = Book("profile", lambda unit: unit.profiles, _checked)


async def add(context: Context, profile: Profile) -> Profile:
    """Store a new profile; servers get it with the first customer who has it. AlreadyThere, BadInput."""
    return await BOOK.add(context, lambda _unit: profile)


async def edit(context: Context, name: str, change: Callable[[Profile], Profile]) -> EditedProfile:
    """Store what `change` makes of the profile, and submit it to each server where a customer has it.

    A profile keeps its name: User Manager's rows are found by it. UnknownName, BadInput.
    """
    submitted: list[Operation] = []

    def then(unit: UnitOfWork, _before: Profile, after: Profile) -> None:
        submitted.clear()
        first: dict[int, Customer] = {}
        for customer in unit.customers.all():
            if customer.profile_id == after.id:
                first.setdefault(customer.server_id, customer)
        reason = f"profile {after.name} changed"
        submitted.extend(provision(unit, context, customer, reason) for customer in first.values())

    profile = await BOOK.edit(context, name, change, then)
    return EditedProfile(profile, tuple(submitted))


async def remove(context: Context, name: str) -> Profile:
    """Forget a profile that no customer has; rows of it on servers stay. UnknownName, BadInput."""
    return await BOOK.remove(context, name)


async def listed(context: Context) -> tuple[Profile, ...]:
    """All profiles, by name."""
    return await BOOK.listed(context)


async def show(context: Context, name: str) -> Profile:
    """One profile. UnknownName."""
    return await BOOK.show(context, name)

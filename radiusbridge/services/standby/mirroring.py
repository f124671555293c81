"""Each change of an account or profile goes to the standby, too: by an operation of its own, in the same transaction.

What it brings there is what the database says when it runs, so that any number of them, in any order, come to the same.
Nothing of the active server's operation depends on it: while the standby is dark they wait, in order.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from radiusbridge.domain.records import PROFILE_INTENTS, Intent, Operation, Server
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.domain.text import folded
from radiusbridge.services.moving import former_of
from radiusbridge.services.standby.seats import in_the_seat_of

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.domain.records import Customer

MIRRORED = (Intent.ISOLATE, Intent.ACTIVATE, Intent.PROVISION, Intent.REMOVE, *PROFILE_INTENTS)
"""Intents that change an account or a profile on a server."""


def mirror(unit: "UnitOfWork", operation: Operation) -> None:
    """Have what an operation changes changed on its server's standby, inside the caller's transaction."""
    if operation.intent not in MIRRORED or not unit.standbys.all():
        return
    for at, (server_id, name) in enumerate(_changed(operation)):
        pair = unit.standbys.of(server_id)
        if pair is not None:
            key = f"{mirror_key(operation.id)}/{at}"
            key = "" if unit.operations.by_key(key) is not None else key
            enter_mirror(unit, pair.standby_id, operation, name, key=key)


def mirror_key(operation_id: int) -> str:
    """What the keys of an operation's mirrors begin with."""
    return f"mirror/{operation_id}"


def mirrors_of(unit: "UnitOfWork", operation_id: int) -> tuple[Operation, ...]:
    """The mirrors of an operation."""
    found = (unit.operations.by_key(f"{mirror_key(operation_id)}/{at}") for at in range(2))
    return tuple(each for each in found if each is not None)


def _changed(operation: Operation) -> Iterator[tuple[int, str]]:
    """(server's id, user name or profile) of what an operation changes; at most two."""
    yield operation.server_id, operation.username
    former = former_of(operation)
    if former is not None and former != (operation.server_id, operation.username):
        yield former


def enter_mirror(unit: "UnitOfWork", server_id: int, of: Operation, name: str, *, key: str = "") -> Operation:
    """An operation that brings one account, or the profile or vouchers of `of`, to a server as the database says."""
    wanted: dict[str, object] = {"of": of.wanted.get("of", of.id), "deadline": DEADLINE}
    if "profile_id" in of.wanted:
        removed = of.intent is Intent.PROFILE_REMOVE or bool(of.wanted.get("remove"))
        wanted |= {"profile_id": of.wanted["profile_id"], "remove": removed}
    wanted |= {name: of.wanted[name] for name in ("batch_id", "voucher_ids") if name in of.wanted}
    made = Operation(Intent.MIRROR, server_id, 0, name, wanted, key=key, who=of.who, channel=of.channel)
    return unit.operations.submit(replace(made, reason=of.reason or f"as operation {wanted['of']}"), unit.now)


def is_profile(operation: Operation) -> bool:
    """Whether a mirror is of a profile."""
    return "profile_id" in operation.wanted


def exchange(unit: "UnitOfWork", server_id: int, standby_id: int) -> None:
    """After the two have changed machines: what either of them may have missed is brought to both.

    Mirrors that were not done are of the machine that is active now; what waits for the active one was perhaps not
    done by the machine that is the standby now.
    """
    behind, unfinished = unit.standbys.behind(standby_id), unit.standbys.unfinished(server_id)
    for each in behind:
        enter_mirror(unit, server_id, each, each.username)
    for each in unfinished:
        if each.intent is Intent.MIRROR:
            enter_mirror(unit, standby_id, each, each.username)
        elif each.intent in MIRRORED:
            for _server, name in _changed(each):
                enter_mirror(unit, standby_id, each, name)
    unit.operations.hasten(server_id=server_id)


def mirrored_customer(unit: "UnitOfWork", operation: Operation) -> "tuple[Server, Customer | None]":
    """The machine that a mirror is for, in the active server's place, and the customer whose account it is."""
    pair = unit.standbys.among(operation.server_id)
    machine = unit.servers.get(operation.server_id)
    if pair is None:
        return machine, unit.customers.by_username(machine.id, operation.username)
    seat = unit.servers.get(pair.server_id)
    customer = unit.customers.by_username(seat.id, operation.username)
    if customer is not None and folded(customer.username) != folded(operation.username):
        customer = None
    return in_the_seat_of(machine, seat), customer

"""What an operator can have done: each submits by a service, and is carried out here. Errors: the service's own."""

from collections.abc import AsyncIterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from radiusbridge.domain.records import Customer, HoldKind, Operation, Policy
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Began, Desk
from radiusbridge.tui.language import _
from radiusbridge.tui.terms import term

if TYPE_CHECKING:
    from radiusbridge.domain.probes import ProbeResult
    from radiusbridge.gateways.ports import Finding
    from radiusbridge.services.undoing import UndoPlan

_FIELDS = tuple(each.name for each in fields(Customer) if each.name not in {"id", "number", "server_id", "profile_id"})


async def isolate(desk: Desk, customer: Customer, policy: Policy, hold: HoldKind) -> Began:
    """Open a hold, submit the isolation."""
    from radiusbridge.services import access

    led = await access.isolate(desk.context, customer.number, policy=policy, hold=hold, manner=desk.manner)
    return desk.begin(led.operation)


async def activate(desk: Desk, customer: Customer, hold: HoldKind | None) -> Began:
    """Close a hold; if none is left, submit the activation."""
    from radiusbridge.services import access

    led = await access.activate(desk.context, customer.number, hold=hold, manner=desk.manner)
    if led.operation is None:
        kinds = ", ".join(term(each.kind) for each in led.holds)
        return Began(None, _("stays closed: still held for {kinds}").format(kinds=kinds))
    return desk.begin(led.operation)


async def kick(desk: Desk, customer: Customer, session_ids: tuple[str, ...] = ()) -> Began:
    """Submit the kick of all live sessions, or of these."""
    from radiusbridge.services import kicking

    return desk.begin(await kicking.kick(desk.context, customer.number, session_ids=session_ids))


async def renew(desk: Desk, customer: Customer, months: int) -> Began:
    """Move the last paid day, close the unpaid hold."""
    from radiusbridge.services import renewal

    done = await renewal.renew(desk.context, customer.number, months=months, manner=desk.manner)
    if done.operation is not None:
        return desk.begin(done.operation)
    until = done.customer.paid_until
    held = ", ".join(term(each.kind) for each in done.holds)
    words = _("renewed") if until is None else _("paid until {day}").format(day=formats.day(until))
    return Began(None, _("{words}; stays closed for {kinds}").format(words=words, kinds=held) if held else words)


async def cancel(desk: Desk, operation: Operation) -> Began:
    """Cancel at once, or as soon as what is in flight has ended."""
    from radiusbridge.services import journal

    now = await journal.cancel(desk.context, operation.id)
    return Began(None, term("cancelled") if now.status.final else _("it stops as soon as what is in flight has ended"))


async def retry(desk: Desk, operation: Operation) -> Began:
    """Carry out here what is queued or waits."""
    from radiusbridge.services import carrying

    await carrying.hasten(desk.context, (operation.id,))
    return desk.begin(operation)


async def plan_undo(desk: Desk, operation: Operation) -> "UndoPlan":
    """What taking it back would do; nothing is changed."""
    from radiusbridge.services import undoing

    return await undoing.plan_undo(desk.context, operation.id)


async def undo(desk: Desk, planned: "UndoPlan") -> Began:
    """Take it back."""
    from radiusbridge.services import undoing

    done = [desk.begin(each) for each in await undoing.undo(desk.context, planned)]
    return done[0]


async def add(desk: Desk, customer: Customer, profile: str, server: str) -> Began:
    """A new customer, and the account on the server."""
    from radiusbridge.services import customers

    done = await customers.add(desk.context, customer, profile=profile, server=server or None)
    if done.operation is not None:
        return desk.begin(done.operation)
    return Began(None, _("added {number}").format(number=done.customer.number))


async def edit(desk: Desk, before: Customer, after: Customer, profile: str) -> Began:
    """The customer with those fields. Refused where somebody else has changed the same ones meanwhile."""
    from radiusbridge.services import customers

    new = {name: getattr(after, name) for name in _FIELDS if getattr(after, name) != getattr(before, name)}
    done = await customers.edit(
        desk.context, before.number, lambda old: replace(old, **new), profile=profile or None, seen=before
    )
    if done.operation is not None:
        return desk.begin(done.operation)
    return Began(None, _("nothing for the server to know"))


def test(desk: Desk, kind: str, name: str) -> "AsyncIterator[Finding]":
    """The findings of `server test` and `nas test`, as they are made."""
    from radiusbridge.services import testing

    if kind == "server":
        return testing.test_server(desk.context, name)
    return testing.test_nas(desk.context, name)


async def probe(desk: Desk, customer: Customer, server: str) -> "ProbeResult":
    """Log in once as the customer, and keep how it ended. Refused where that could do harm."""
    from radiusbridge.services.probes import as_customer

    return await as_customer.probe(desk.context, customer, server)

"""Which server stands by for which: made and dissolved. On the routers nothing is done."""

from dataclasses import replace
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import AlreadyThere, BadInput, UnknownName
from radiusbridge.domain.records import Server
from radiusbridge.domain.standby import Pair
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.records import Keeper
from radiusbridge.gateways.accounts.kinds import PPP
from radiusbridge.services.permissions import require
from radiusbridge.services.standby.seats import in_the_seat_of

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context


async def make(context: "Context", name: str, of: str, *, auto: bool = False) -> Pair:
    """Have the server `name` stand by for `of`. It takes over how customers are kept out and log in.

    UnknownName; BadInput: it has customers or NASes of its own; AlreadyThere: one of both is in a pair.
    """
    require(context, "standby.add")

    def work(unit: "UnitOfWork") -> Pair:
        machine, seat = unit.servers.named(name), unit.servers.named(of)
        _refuse(unit, machine, seat)
        as_seat = replace(in_the_seat_of(machine, seat), id=machine.id, standby=True)
        unit.servers.change(as_seat)
        made = unit.standbys.add(Pair(seat.id, machine.id, auto=auto), unit.now)
        after = {"standby": machine.name, "of": seat.name, "auto": auto}
        unit.note("standby.add", machine.name, who=context.who, channel=context.channel, after=after)
        return made

    return await context.database.write(work)


def _refuse(unit: "UnitOfWork", machine: Server, seat: Server) -> None:
    target = safe(machine.name, 80)
    if machine.id == seat.id:
        raise BadInput("a server cannot stand by for itself", target=target)
    for each in (machine, seat):
        if unit.standbys.among(each.id) is not None:
            hint = "radiusbridge standby status"
            raise AlreadyThere("is in a pair of server and standby already", target=safe(each.name, 80), hint=hint)
    if unit.customers.ids_of_server(machine.id) or unit.nases.of_server(machine.id):
        words = "a standby has no customers and no NASes of its own: they are the active server's"
        raise BadInput(words, target=target, hint="move them to another server first")
    if unit.vouchers.live(Keeper.USER_MANAGER, machine.id):
        words = "has vouchers of its own that can be used still"
        raise BadInput(words, target=target, hint="radiusbridge voucher list; voucher void BATCH")
    for each in (machine, seat):
        if each.kind == PPP:
            words = "has its accounts on a NAS: nothing can take that NAS's place"
            raise BadInput(words, target=safe(each.name, 80), hint="a standby is a User Manager or a FreeRADIUS")
    if (machine.home, machine.kind) == (seat.home, seat.kind):
        raise BadInput("both are the same machine", target=target, hint="radiusbridge server list")


async def dissolve(context: "Context", name: str) -> Pair:
    """The pair of which `name` is one is no more: each record stays with the machine that it has now.

    UnknownName; BadInput: an operation about it is not over. What was not yet brought to the standby is cancelled.
    """
    require(context, "standby.remove")

    def work(unit: "UnitOfWork") -> Pair:
        pair = named(unit, name)
        busy = unit.operations.about_pair(pair.server_id)
        if busy is not None and not busy.status.final:
            raise BadInput(f"operation {busy.id} is not over", hint=f"radiusbridge op cancel {busy.id}")
        for each in unit.standbys.behind(pair.standby_id):
            unit.operations.cancel(each.id, unit.now)
        machine = unit.servers.get(pair.standby_id)
        unit.standbys.remove(pair.server_id)
        unit.servers.change(replace(machine, standby=False))
        before = {"standby": machine.name, "of": unit.servers.get(pair.server_id).name}
        unit.note("standby.remove", machine.name, who=context.who, channel=context.channel, before=before)
        return pair

    return await context.database.write(work)


async def set_auto(context: "Context", name: str | None, *, auto: bool) -> Pair:
    """Whether the agent may turn to the standby by itself."""
    require(context, "standby.edit")

    def work(unit: "UnitOfWork") -> Pair:
        pair = named(unit, name)
        if pair.auto != auto:
            unit.standbys.change(pair.server_id, auto=auto, failures=0)
            subject = unit.servers.get(pair.server_id).name
            unit.note(
                "standby.edit",
                subject,
                who=context.who,
                channel=context.channel,
                before={"auto": pair.auto},
                after={"auto": auto},
            )
        return replace(pair, auto=auto)

    return await context.database.write(work)


def named(unit: "UnitOfWork", name: str | None) -> Pair:
    """The pair of which a server of that name is one; without a name, the only one. UnknownName; BadInput: several."""
    pairs = unit.standbys.all()
    if name is not None:
        server = unit.servers.named(name)
        found = unit.standbys.among(server.id)
        if found is None:
            hint = f"radiusbridge server standby OTHER --of {safe(server.name, 60)}"
            raise UnknownName("has no standby, and is none", target=safe(server.name, 80), hint=hint)
        return found
    if not pairs:
        raise UnknownName("no server has a standby", hint="radiusbridge server standby NAME --of SERVER")
    if len(pairs) > 1:
        names = ", ".join(safe(unit.servers.get(each.server_id).name, 40) for each in pairs[:5])
        raise BadInput(f"several servers have a standby: {names}", hint="name one")
    return pairs[0]

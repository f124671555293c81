"""The NASes, where sessions live: add, change, remove, list, show."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Nas, Server
from radiusbridge.domain.values import parse_label
from radiusbridge.services import servers
from radiusbridge.services.context import Context
from radiusbridge.services.named import Book


@dataclass(frozen=True, slots=True)
class PlacedNas:
    """A NAS and the server that its customers' accounts are on."""

    nas: Nas
    server: Server


def _checked(nas: Nas) -> Nas:
    if nas.dae is None and nas.api is None:
        raise BadInput(
            "a NAS needs a way to be reached",
            target=nas.name[:80],
            hint="give --dae for kicks, --api for its session list, or both",
        )
    return replace(nas, name=parse_label(nas.name, "NAS's name"))


BOOK: Book[Nas] = Book("nas", lambda unit: unit.nases, _checked)


async def add(context: Context, nas: Nas, server: str | None = None) -> PlacedNas:
    """Store a new NAS of a server, by name; without a name the only server. AlreadyThere, UnknownName, BadInput."""
    stored = await BOOK.add(context, lambda unit: replace(nas, server_id=servers.chosen(unit, server).id))
    return await show(context, stored.name)


async def edit(context: Context, name: str, change: Callable[[Nas], Nas]) -> PlacedNas:
    """Store what `change` makes of the NAS. UnknownName, AlreadyThere, BadInput."""
    stored = await BOOK.edit(context, name, change)
    return await show(context, stored.name)


async def remove(context: Context, name: str) -> Nas:
    """Forget a NAS; nothing is done on the router. UnknownName."""
    return await BOOK.remove(context, name)


async def listed(context: Context) -> tuple[PlacedNas, ...]:
    """All NASes with their servers, by name."""

    def work(unit: UnitOfWork) -> tuple[PlacedNas, ...]:
        by_id = {server.id: server for server in unit.servers.all()}
        return tuple(PlacedNas(nas, by_id[nas.server_id]) for nas in unit.nases.all())

    return await context.database.read(work)


async def show(context: Context, name: str) -> PlacedNas:
    """One NAS with its server. UnknownName."""

    def work(unit: UnitOfWork) -> PlacedNas:
        nas = unit.nases.named(name)
        return PlacedNas(nas, unit.servers.get(nas.server_id))

    return await context.database.read(work)

"""Which servers sign their answers: one that has signed once is held to it from then on (design rule 7)."""

from dataclasses import replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.services.context import Context


async def remember(context: Context, server_id: int, host: str) -> None:
    """The server at that RADIUS host has signed an Access reply. Nothing is written where that is known."""

    def known(unit: UnitOfWork) -> bool:
        radius = unit.servers.get(server_id).radius
        return radius is None or radius.signed_once or radius.host != host

    def work(unit: UnitOfWork) -> None:
        if not known(unit):
            server = unit.servers.get(server_id)
            assert server.radius is not None
            unit.servers.change(replace(server, radius=replace(server.radius, signed_once=True)))

    if not await context.database.read(known):
        await context.database.write(work)

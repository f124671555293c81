"""Start a router anew, after its sessions were counted: an operation of the journal, about the router.

Its evidence says what did not come back. Whoever leaves only stops looking: the executor that holds it goes on, and
where its process dies, another one takes it over (sagas.restart).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import Refused
from radiusbridge.domain.reboot import START_WITHIN, Inventory
from radiusbridge.domain.records import Intent, Operation
from radiusbridge.gateways.desk_reboot import RouterReboot
from radiusbridge.services.journal import enter
from radiusbridge.services.permissions import require
from radiusbridge.services.readings.states import RouterHome, routers
from radiusbridge.services.router_desk.looking import api_of, home_of

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until it has to answer, and until everything has to be back; None: as usual."""

    back: float | None = None
    settle: float | None = None

    def wanted(self) -> dict[str, object]:
        """What is said, for the journal."""
        return {name: value for name, value in (("back", self.back), ("settle", self.settle)) if value is not None}


USUAL = Patience()


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a restart of that router does."""

    home: RouterHome
    before: Inventory

    @property
    def count(self) -> int:
        """How many sessions drop: the number to be typed."""
        return self.before.dropping

    @property
    def effects(self) -> tuple[str, ...]:
        """A sentence each."""
        told = [f"{self.before.sessions} PPP sessions drop"]
        if self.before.guests:
            told.append(f"{self.before.guests} hotspot guests drop")
        if self.home.server:
            told.append("its User Manager answers no login meanwhile")
        told += [f"{kind} cannot be read: {why}" for kind, why in self.before.unread.items()]
        return tuple(told)


async def foretell(context: "Context", name: str) -> Foretold:
    """What would happen; nothing is done. Errors as `home_of` and `Router.read`."""
    home = await home_of(context, name)
    router = context.gateways.router(home.name, api_of(home))
    return Foretold(home, await RouterReboot(router, context.clock).inventory())


async def submit(
    context: "Context",
    foretold: Foretold,
    typed: int,
    patience: Patience = USUAL,
    *,
    reason: str = "",
    key: str = "",
) -> Operation:
    """Have it started anew. typed: the number that the operator typed. Refused: it is another one, or a restart of that
    router is not over yet."""
    require(context, "router.reboot")
    home = foretold.home
    if typed != foretold.count:
        told = f"{foretold.count} sessions would drop, not {typed}; nothing was done"
        raise Refused(told, target=home.name, hint=f"--yes-count {foretold.count}")

    def work(unit: "UnitOfWork") -> Operation:
        server_id = server_of(unit, home)
        under_way = unit.operations.about_router(server_id, home.name)
        if under_way is not None and not under_way.status.final and (not key or under_way.key != key):
            hint = f"radiusbridge op show {under_way.id}"
            raise Refused(f"its restart, operation {under_way.id}, is not over", target=home.name, hint=hint)
        wanted = {"count": typed, **patience.wanted()}
        return enter(unit, context, Operation(Intent.REBOOT, server_id, 0, home.name, wanted, key=key, reason=reason))

    return await context.database.write(work)


def server_of(unit: "UnitOfWork", home: RouterHome) -> int:
    """The server that the router is, or whose NAS it is."""
    if home.server:
        return next(server.id for server in unit.servers.all() if server.name == home.name)
    return next(nas.server_id for nas in unit.nases.all() if nas.name == home.nas)


def router_of(unit: "UnitOfWork", operation: Operation) -> RouterHome | None:
    """The router that an operation is about; None: it is not in the database any more, or cannot be reached."""
    found = next((home for home in routers(unit) if home.name == operation.username), None)
    return found if found is not None and found.api is not None else None


def forbidden(operation: Operation, home: RouterHome | None, now: datetime) -> str:
    """Why the command must not go out any more; empty: it may."""
    if home is None:
        return "the router is not in the database any more, or has no API access there"
    asked = operation.created_at or now
    if now - asked > timedelta(seconds=START_WITHIN):
        ago = (now - asked).total_seconds()
        return f"it was asked for {ago:.0f} s ago, and other sessions would drop by now"
    return ""


async def restart_of(context: "Context", name: str) -> Operation | None:
    """The newest restart of a router of that name. name: as `RouterHome.name`."""

    def work(unit: "UnitOfWork") -> Operation | None:
        home = next((home for home in routers(unit) if home.name == name), None)
        return None if home is None else unit.operations.about_router(server_of(unit, home), name)

    return await context.database.read(work)

"""Find a router by its name, and what it tells."""

from typing import TYPE_CHECKING

from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.records import ApiAccess
from radiusbridge.domain.text import folded, safe
from radiusbridge.services.readings.states import RouterHome, routers

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.gateways.desk import RouterDesk
    from radiusbridge.services.context import Context


async def home_of(context: "Context", name: str) -> RouterHome:
    """The router with that server or NAS on it. UnknownName; BadInput where no API access is stored."""

    def look(unit: "UnitOfWork") -> tuple[RouterHome, ...]:
        return routers(unit)

    homes = await context.database.read(look)
    wanted = folded(name)
    found = next((home for home in homes if wanted in {folded(home.name), folded(home.nas)}), None)
    if found is None:
        names = ", ".join(sorted(home.name for home in homes)[:8])
        hint = f"one of {names}" if names else "radiusbridge server add"
        raise UnknownName("there is no such router", target=safe(name, 80), hint=hint)
    api_of(found)
    return found


def api_of(home: RouterHome) -> ApiAccess:
    """How it is reached. BadInput: it is not."""
    if home.api is None:
        hint = f"radiusbridge nas edit {home.name} --api HOST"
        raise BadInput("no API access is stored", target=home.name, hint=hint)
    return home.api


async def desk_of(context: "Context", name: str) -> "RouterDesk":
    """What that router tells of itself. Errors as `home_of`."""
    home = await home_of(context, name)
    return context.gateways.desk(home.name, api_of(home))

"""A router's own users as a source: PPP secrets, hotspot users. They are read once, and nothing is written there."""

import ipaddress
from collections.abc import Iterable

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.imports import Field, SourceRow
from radiusbridge.domain.local_users import LocalMenu, LocalUser
from radiusbridge.domain.records import ApiAccess
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.vouchers.records import Keeper
from radiusbridge.services.context import Context
from radiusbridge.services.importing.sources import Gathered

_FIELDS = (
    *(Field.USER, Field.PASSWORD, Field.PROFILE, Field.RATE, Field.STATIC, Field.CALLER, Field.ROUTES, Field.NOTE),
    *(Field.STATUS, Field.SERVICE),
)
_DIALS_PPPOE = frozenset({"", "any", "pppoe"})


async def router_source(context: Context, name: str, menu: LocalMenu) -> tuple[Gathered, str]:
    """(the users of the NAS or server of that name, the server whose customers they would be).

    Errors: UnknownName, BadInput: it has no API access here; as `Router.read`.
    """
    router, access, server = await context.database.read(lambda unit: _place(unit, name))
    found = await context.gateways.local_users(router, access, menu)
    ours = frozenset[str]()
    if menu is LocalMenu.HOTSPOT:
        keys = {folded(user.name) for user in found.users}
        ours = await context.database.read(lambda unit: _vouchers(unit, name, keys))
    users = [user for user in found.users if folded(user.name) not in ours]
    rows = tuple(_row(line, user, menu) for line, user in enumerate(users, 1))
    words = [f"{len(ours):,} are vouchers of ours, no customers, and left out"] if ours else []
    if found.hidden:
        words.append("the router shows no passwords: its API user lacks the policy “sensitive”")
    if found.bursts:
        names = ", ".join(safe(each, 40) for each in found.bursts[:6])
        words.append(f"bursts are not taken over: {names}")
    return Gathered(f"{menu} of {safe(router, 60)}", rows, _FIELDS, tuple(words)), server


def _place(unit: UnitOfWork, name: str) -> tuple[str, ApiAccess, str]:
    try:
        nas = unit.nases.named(name)
    except UnknownName:
        server = unit.servers.named(name)
        return server.name, server.router, server.name
    if nas.api is None:
        raise BadInput("it has no API access here", target=safe(nas.name, 60), hint="radiusbridge nas edit --api HOST")
    return nas.name, nas.api, unit.servers.get(nas.server_id).name


def _vouchers(unit: UnitOfWork, name: str, keys: Iterable[str]) -> frozenset[str]:
    try:
        nas = unit.nases.named(name)
    except UnknownName:
        return frozenset()
    return unit.vouchers.taken(Keeper.HOTSPOT, nas.id, keys)


def _row(line: int, user: LocalUser, menu: LocalMenu) -> SourceRow:
    service = "hotspot" if menu is LocalMenu.HOTSPOT else "pppoe"
    refused = ""
    if menu is LocalMenu.PPP and user.service not in _DIALS_PPPOE:
        refused = f"it is for “{safe(user.service, 20)}”, not for PPPoE"
    note = user.comment if user.comment.isprintable() and len(user.comment) <= 200 else ""
    texts = {
        Field.USER: user.name,
        Field.PASSWORD: user.password.reveal() if user.password is not None else "",
        Field.PROFILE: user.profile,
        Field.RATE: user.rate,
        Field.STATIC: user.address if _is_address(user.address) else "",
        Field.CALLER: user.caller_id,
        Field.ROUTES: user.routes,
        Field.NOTE: note,
        Field.STATUS: "disabled" if user.disabled else "",
        Field.SERVICE: service,
    }
    cells = [texts[field] for field in _FIELDS]
    return SourceRow(line, {field: text for field, text in texts.items() if text}, cells, refused)


def _is_address(text: str) -> bool:
    """A pool's name is none."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

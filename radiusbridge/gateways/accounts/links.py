"""The link between a profile and its limitation, of User Manager 6 and 7: there once, whoever else makes it."""

from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.routeros.schema import Menu

_WHEN = ("from-time", "till-time", "weekdays")


async def read_links(router: Router, menu: Menu, name: str) -> Rows:
    """The links of the profile of that name."""
    proplist = (".id", "profile", "limitation", *_WHEN)
    return await router.read_of(menu.command("print"), ("profile",), (name,), proplist=proplist)


async def ensure_link(router: Router, menu: Menu, name: str, rows: Rows) -> bool:
    """Link the profile to the limitation of the same name; False: it was linked already. rows: what `read_links` found.

    The router takes the same link twice. Where another process made it meanwhile, both look again and leave the older
    one. Links to other limitations, or for other times, stay as they are.
    """
    made = not any(row.get("limitation") == name for row in rows)
    if made:
        await router.write(menu.command("add"), {"profile": name, "limitation": name})
        rows = await read_links(router, menu, name)
    ours = sorted((row for row in rows if row.get("limitation") == name), key=_age)
    oldest: dict[tuple[str, ...], str] = {}
    for row in ours:
        oldest.setdefault(tuple(row.get(each, "") for each in _WHEN), row[".id"])
    twins = [row[".id"] for row in ours if row[".id"] not in oldest.values()]
    await together(*(gone_is_fine(router, menu.command("remove"), each) for each in twins))
    return made or bool(twins)


def _age(row: dict[str, str]) -> int:
    return int(row[".id"].removeprefix("*"), 16)

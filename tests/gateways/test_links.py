"""The link between a profile and its limitation, on 7 and 6."""

from radiusbridge.gateways.accounts.links import ensure_link, read_links
from radiusbridge.routeros import menus, menus6
from tests.gateways.support import Place
from tests.gateways.test_routers import router_of


async def test_a_link_that_two_processes_made_stays_once(either: Place) -> None:
    menu = menus6.UM_PROFILE_LIMITATION if either.six else menus.UM_PROFILE_LIMITATION
    links, router = either.menu("profile-limitation"), router_of(either)

    async def ensured() -> bool:
        return await ensure_link(router, menu, "20M", await read_links(router, menu, "20M"))

    assert not await ensured(), "it is there"
    [oldest] = [row[".id"] for row in links.rows() if row["profile"] == "20M"]
    ours = {"profile": "20M", "limitation": "20M"}
    links.add(dict(ours))
    links.add({**ours, "from-time": "8h", "till-time": "12h"})
    assert await ensured()
    left = [row for row in links.rows() if row["profile"] == "20M"]
    assert [row[".id"] for row in left if row.get("from-time") != "8h"] == [oldest]
    assert len(left) == 2, "what holds for other times is somebody's wish"
    assert not await ensured()
    for row in left:
        links.remove(row)
    assert await ensured()
    assert len([row for row in links.rows() if row["profile"] == "20M"]) == 1

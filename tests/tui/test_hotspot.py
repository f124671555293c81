"""The Hotspot screen by keys, on the simulated ISP: lists, forms, questions, verdicts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from radiusbridge.domain.hotspot import Listing
from radiusbridge.services.hotspot import leaving
from radiusbridge.services.vouchers import ordering, standing
from radiusbridge.services.vouchers.ordering import Order
from radiusbridge.services.vouchers.writing import BatchRunner
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.tui.hotspot_sheets import KEYS
from tests.tui.test_forms import Real, on_stage

GUEST, LOCAL = "guest0001", "local0001"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = leaving.keep_out.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "settle", 0.5)


@asynccontextmanager
async def lobby(directory: Path, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Real]:
    """One guest by User Manager and one local one, at one NAS."""
    async with (
        SimulatedIsp(customers=1, guests=1, local_guests=1, redial=(0.2, 0.4)) as isp,
        on_stage(isp, directory, "hotspot", size) as stage,
    ):
        yield stage


async def test_vouchers_that_nobody_has_bought_go_by_their_number(tmp_path: Path) -> None:
    async with lobby(tmp_path) as stage:
        router, context = stage.isp.router("nas1"), stage.context
        router.menus["/ip/hotspot/user/profile"].add({"name": "harian"})
        batch = await ordering.order(context, Order(2, "harian", nas="nas1"))
        await BatchRunner(context, batch.id).run()
        first, _second = [each.code for each in await standing.vouchers(context, batch.id)]
        await stage.press("t")
        await stage.until_shown("Show which list?")
        await stage.press("u")
        await stage.until_shown("default-trial", "voucher 1/1", "voucher 1/2")
        assert first not in stage.text
        await stage.press("C")
        await stage.until_shown(first)
        await stage.press("C")
        await stage.until_shown("voucher 1/1")
        assert first not in stage.text
        await stage.on("voucher 1/1")
        await stage.press("D")
        await stage.until_shown("this row", "voucher 1/1")
        await stage.press("y")
        await stage.until_shown("PROVEN  hotspot user remove voucher 1/1")
        assert not [row for row in router.menus["/ip/hotspot/user"].rows() if row["name"] == first]
        audited = await context.database.read(lambda unit: unit.audit.recent(20))
        assert [each.after for each in audited if each.action == "voucher.reveal"] == [
            {"shown": "codes", "vouchers": 2}
        ]
        assert first not in repr(audited)


async def test_lists_forms_and_verdicts(tmp_path: Path) -> None:
    async with lobby(tmp_path) as stage:
        await stage.until_shown("guests who are logged in", GUEST, LOCAL, "02:22:00:00:00:01", "radius")
        await stage.press("D")
        await stage.until_shown("this list does not have it")
        await stage.press("t")
        await stage.until_shown("Show which list?", "local users")
        await stage.press("u")
        await stage.until_shown("default-trial", LOCAL)
        await stage.press("n")
        await stage.until_shown("New user of a hotspot")
        await stage.type(name="*1")
        await stage.type(**{"limit-uptime": "never"})
        await stage.until_shown("duration")
        await stage.type(**{"limit-uptime": "12h", "password": "rahasia"})
        await stage.press("ctrl+s")
        await stage.until_shown("PROVEN  hotspot user add *1")
        menu = stage.isp.router("nas1").menus["/ip/hotspot/user"]
        made = [row for row in menu.rows() if row["name"] == "*1"]
        assert [(row["limit-uptime"], row["password"]) for row in made] == [("12h", "rahasia")]
        await stage.on("*1")
        await stage.press("e")
        await stage.until_shown("*1 of the hotspot on nas1")
        await stage.type(comment="kios")
        await stage.press("ctrl+s")
        await stage.until_shown("PROVEN  hotspot user edit *1")
        assert made[0]["comment"] == "kios"
        await stage.press("D")
        await stage.until_shown("this row")
        await stage.press("y")
        await stage.until_shown("PROVEN  hotspot user remove *1")


async def test_a_guest_is_kicked_and_a_local_user_kept_out(tmp_path: Path) -> None:
    async with lobby(tmp_path) as stage:
        online = stage.isp.oracle.can_pass_traffic
        stage.isp.world.guests[GUEST].types = False
        await stage.on(GUEST)
        await stage.press("x")
        await stage.until_shown("this session")
        await stage.press("y")
        await stage.until_shown(f"PROVEN  kick {GUEST}")
        assert not online(GUEST)
        stage.app.list_screen.show_list(Listing.USER)  # type: ignore[attr-defined]
        await stage.on(LOCAL)
        await stage.press("i")
        await stage.until_shown("this row")
        await stage.press("y")
        await stage.until(lambda: not online(LOCAL))
        await stage.until_shown(f"PROVEN  hotspot user disable {LOCAL}")
        assert not list(stage.isp.router("nas1").menus["/ip/hotspot/cookie"].rows())
        await stage.press("a")
        await stage.until(lambda: online(LOCAL))


async def test_a_server_is_switched_off_by_the_number_of_its_guests(tmp_path: Path) -> None:
    async with lobby(tmp_path) as stage:
        await stage.until_shown(GUEST, LOCAL)
        await stage.press("t")
        await stage.until_shown("Show which list?")
        await stage.press(next(key for key, listing in KEYS.items() if listing is Listing.SERVER))
        await stage.until_shown("hotspot1", "ether2")
        await stage.press("i")
        await stage.until_shown("Disable hotspot1: 2 guests are logged out", "Type 2 and press", GUEST)
        await stage.press("2")
        await stage.pilot.pause(0.06)
        await stage.press("enter")
        await stage.until_shown("PROVEN  hotspot server disable hotspot1", "2 logged out")
        menu = stage.isp.router("nas1").menus["/ip/hotspot"]
        assert [row["disabled"] for row in menu.rows()] == ["true"]
        await stage.press("a")
        await stage.until_shown("PROVEN  hotspot server enable hotspot1")

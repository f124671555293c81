"""`w`: the chain appears as it is read, says where it is broken, and offers what mends it."""

from pathlib import Path

import pytest

from radiusbridge.tui.dialogs import Confirm
from radiusbridge.tui.why_page import WhyPage
from tests.tui.conftest import SIZES
from tests.tui.towns import Town, town


async def keep_out(stage: Town, who: str, **values: str) -> None:
    """Somebody changes the account by hand; the session ends, and the redial is refused."""
    stage.account(who, **values)
    cpe = stage.isp.customers[who]
    for session in cpe.nas.of(who):
        cpe.nas.end(session, 6)
    await stage.until(lambda: cpe.refusals > 0)


@pytest.mark.parametrize("size", SIZES)
async def test_the_chain_and_what_mends_it(tmp_path: Path, size: tuple[int, int]) -> None:
    async with town(tmp_path, "customers", size=size) as stage:
        await stage.until_shown(stage.names[0], "LIVE")
        await keep_out(stage, stage.names[0], disabled="yes")
        await stage.press("w")
        await stage.until_shown("✖ C-0001", "the account is disabled", "→ radiusbridge activate C-0001", "m: do it")
        await stage.until_shown("✔ in order", "✖ disabled", "disabled=yes", "· last dial")
        await stage.press("a")
        await stage.until_shown("✔ hold", "no hold is open")
        await stage.press("m")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        await stage.until(lambda: (stage.stored(stage.names[0]) or {})["disabled"] == "false")
        await stage.until(lambda: stage.isp.customers[stage.names[0]].online)
        await stage.until(lambda: not isinstance(stage.app.screen, Confirm))
        await stage.press("w")
        await stage.until_shown(f"({stage.names[0]}) is online on nas1 for")


async def test_a_line_for_a_router_is_copied_and_read_only_asks_nothing(tmp_path: Path) -> None:
    async with town(tmp_path, "customers", read_only=True) as stage:
        await stage.until_shown(stage.names[0], "LIVE")
        aaa = stage.isp.router("nas1").menus["/ppp/aaa"]
        aaa.set(next(iter(aaa.rows())), {"use-radius": "no"})
        await keep_out(stage, stage.names[0])
        await stage.press("w")
        await stage.until_shown("✖ asks RADIUS", "y: copy it", "→ on nas1: /ppp/aaa set")
        await stage.press("m")
        await stage.until_shown("copied")
        aaa.set(next(iter(aaa.rows())), {"use-radius": "yes"})
        stage.account(stage.names[0], disabled="yes")
        await stage.press("r")
        await stage.until_shown("✖ disabled", "m: do it")
        await stage.press("m")
        await stage.until_shown("read-only")
        assert not isinstance(stage.app.screen, (Confirm, WhyPage))


async def test_rows_appear_before_a_dark_router_has_been_waited_for(tmp_path: Path) -> None:
    async with town(tmp_path, "customers", nases=2, size=(120, 40)) as stage:
        await stage.until_shown(stage.names[0], "LIVE")
        stage.isp.faults("nas2").dark = True
        await stage.press("w")
        await stage.until_shown("server, account", "… NAS", "being read")
        await stage.press("escape")
        await stage.until(lambda: not isinstance(stage.app.screen, WhyPage))

"""A server and its standby among the devices, by keys, on the simulated ISP."""

from pathlib import Path

import pytest

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Server
from radiusbridge.services.standby import hands, pairs
from radiusbridge.services.standby.carrying import carry_mirrors
from radiusbridge.services.standby.filling import fill
from tests.tui.isp import api_access
from tests.tui.test_forms import Real, shown


async def paired(stage: Real, *, filled: bool = True) -> None:
    """The second server stands by, and is in step, or empty."""
    told = next(router for router in stage.isp.endpoints()["routers"] if router["name"] == "sb1")

    def work(unit: UnitOfWork) -> None:
        unit.servers.add(Server("sb1", "userman7", api_access(told)))

    await stage.context.database.write(work)
    await pairs.make(stage.context, "sb1", "um1")
    if not filled:
        return
    await fill(stage.context, "sb1")
    while await carry_mirrors(stage.context, "sb1"):
        pass


def asked_first(stage: Real) -> set[str]:
    """The servers that the NASes ask first."""
    hosts = {router.host: name for name, router in stage.isp.world.routers.items()}
    nases = (stage.isp.router(name) for name in ("nas1", "nas2"))
    rows = (next(row for row in nas.menus["/radius"].rows() if "ppp" in row["service"]) for nas in nases)
    return {hosts[row["address"]] for row in rows}


async def test_it_is_checked_and_turned_to_once_the_number_of_nases_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands, "MARGIN", -1.0)
    async with shown(tmp_path, "devices", (140, 40), standbys=True) as stage:
        await paired(stage)
        await stage.press("r")
        await stage.on("sb1")
        await stage.until_shown("stands by", "for um1, not compared")
        await stage.press("C")
        await stage.until_shown("check of sb1", "● nas2", "um1 is asked first", "nothing waits for it")
        await stage.press("escape", "F")
        await stage.until_shown("Fail over to sb1: 2 NASes ask it", "Type 2 and press", "standby failover um1 --yes")
        await stage.press("1", "enter")
        await stage.until_shown("1 is not the number")
        assert asked_first(stage) == {"um1"}
        await stage.press("2")
        await stage.pilot.pause(0.06)
        await stage.press("enter")
        await stage.until(lambda: asked_first(stage) == {"sb1"})
        for cpe in stage.isp.customers.values():
            if cpe.session is not None:
                cpe.nas.kick(cpe.session)
        await stage.until_shown("PROVEN", "failover sb1")


def stripped(stage: Real) -> str:
    """What is on the screen, without the frame of the dialog."""
    return "\n".join(line[1:].removeprefix("│ ").rstrip(" │") for line in stage.lines)


ASKED = """\
● um1              its accounts can be read; no test login is made: no
                   test account with a password
● sb1              its accounts can be read; no test login: no RADIUS
                   secret of it is known here
● nas1             um1 is asked first
● nas2             um1 is asked first
✖ accounts         account cust0001: is not there; account cust0002: is
                   not there; account cust0003: is not there; account
                   cust0004: is not there; profile 20M: price is 150000,
                   not 0
● changes          nothing waits for it

  Who is on line stays so; who dials in from then on is asked for there.
  PROVEN once somebody has dialled in on each NAS, and the new server
  counts the session.
"""


async def test_what_a_check_tells_goes_on_beneath_its_words(tmp_path: Path) -> None:
    async with shown(tmp_path, "devices", standbys=True) as stage:
        await paired(stage, filled=False)
        await stage.press("r")
        await stage.on("sb1")
        await stage.press("C")
        await stage.until_shown("nothing waits for it")
        assert "; no test login is made: no test\n" + " " * 19 + "account with" in stripped(stage)
        await stage.press("escape", "F")
        await stage.until_shown("Fail over to sb1: 2 NASes ask it")
        assert ASKED in stripped(stage)


async def test_sessions_that_no_nas_has_are_taken_off_once_their_number_is_typed(tmp_path: Path) -> None:
    async with shown(tmp_path, "devices", (140, 40)) as stage:
        manager = stage.isp.router("um1").user_manager
        assert manager is not None
        await stage.until(lambda: len(list(manager.sessions.active())) == 4)
        ghost = manager.sessions.open(
            next(iter(stage.isp.customers)), "nas1", "81ff0001", stage.isp.router("nas1").host
        )
        await stage.on("nas1")
        await stage.press("w")
        await stage.until_shown("choose a server")
        await stage.on("um1")
        await stage.press("w")
        await stage.until_shown("Take 1 session that no NAS has off um1", "it counts 5 sessions", "81ff0001", "Type 1")
        await stage.press("1")
        await stage.pilot.pause(0.06)
        await stage.press("enter")
        await stage.until_shown("1 taken off, read back; 0 left")
        assert ghost not in manager.sessions.by_id.values()
        assert len(list(manager.sessions.active())) == 4
        await stage.press("w")
        await stage.until_shown("There is nothing to do", "it counts 4 sessions")

"""Another speed and the quality of a line, by keys, on the simulated ISP."""

from pathlib import Path

import pytest

from radiusbridge.domain.verdict import Verdict
from radiusbridge.gateways import ping
from radiusbridge.services import customers, roster
from radiusbridge.services.customer_history import history
from radiusbridge.simulator.menus.ping import Line
from tests.tui.test_forms import shown


async def test_a_speed_is_typed_proven_and_taken_back(tmp_path: Path) -> None:
    async with shown(tmp_path, "customers") as stage:
        await stage.on("cust0001")
        await stage.until_shown("● 100.")
        await stage.press("v")
        await stage.until_shown("Speed of cust0001; the profile", "10M/20M")
        await stage.type(rate="0/5M")
        await stage.until_shown("would lift the limit")
        await stage.type(rate="3M/4M", lasts="2h")
        await stage.press("ctrl+s")
        await stage.until_shown("PROVEN  speed cust0001")
        assert [one.limits() for one in stage.isp.oracle.sessions_really("cust0001")] == [(3_000_000, 4_000_000)]
        await stage.press("v")
        await stage.until_shown("3M/4M until")
        await stage.type(rate="back")
        await stage.press("ctrl+s")
        await stage.until(lambda: [one.limits() for one in stage.isp.oracle.sessions_really("cust0001")]
                          == [(10_000_000, 20_000_000)])  # fmt: skip
        while await roster.unfinished(stage.context):
            await stage.pilot.pause()
        [newest, *_rest] = await stage.context.database.read(lambda unit: unit.operations.listed())
        await stage.until_shown(f"{Verdict.PROVEN}  speed cust0001")
        assert (newest.channel, newest.verdict) == ("tui", Verdict.PROVEN)


@pytest.mark.parametrize("screen", ["customers", "sessions"])
async def test_a_line_is_measured_and_its_trend_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: str
) -> None:
    monkeypatch.setattr(ping, "INTERVAL", 0.001)
    async with shown(tmp_path, screen) as stage:
        await stage.on("cust0001")
        await stage.until_shown("100.")
        [session] = stage.isp.oracle.sessions_really("cust0001")
        stage.isp.world.lines[session.address] = Line(delay=0.02)
        await stage.press("l")
        await stage.until_shown("3 runs of 20 pings", "run 3", "excellent by paper-g1010", "20.0 ms, jitter 0.0 ms")
        await stage.press("escape")
        customer = (await customers.show(stage.context, "cust0001")).customer
        [kept] = (await history(stage.context, customer.id)).lines
        assert kept.grade == "excellent"
        assert kept.delay == pytest.approx(20.0)


async def test_leaving_the_page_stops_a_ping_that_never_answers(tmp_path: Path) -> None:
    async with shown(tmp_path, "customers") as stage:
        await stage.on("cust0001")
        await stage.until_shown("● 100.")
        [session] = stage.isp.oracle.sessions_really("cust0001")
        stage.isp.world.lines[session.address] = Line(silent=True)
        await stage.press("l")
        await stage.until_shown("looking where")
        await stage.press("escape")
        await stage.until(
            lambda: not [one for one in stage.app.workers if one.group == "beside line" and one.is_running]
        )

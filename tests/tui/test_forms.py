"""Forms of profiles, servers and NASes on the simulated ISP: checked as one types, tested before they are saved."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.records import SqlAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import nases, profiles, servers
from radiusbridge.simulator.build import API_PASSWORD, DAE_KEY
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.form import Form
from radiusbridge.tui.frame import ListScreen
from radiusbridge.tui.start import Start
from radiusbridge.tui.typed_count import TypedCount
from tests.tui.conftest import Stage
from tests.tui.isp import context_for, record


class Real(Stage):
    """A dashboard on a simulated ISP."""

    isp: SimulatedIsp

    async def type(self, **texts: str) -> None:
        """Into fields of the form: the last character by its key, what is before it at once, since a key takes long."""
        for name, text in texts.items():
            field = await self.field(name)
            field.focus()
            await self.pilot.pause()
            field.value = text[:-1]
            await self.press("end", *(text[-1:] or ("ctrl+u",)))

    @property
    def screen(self) -> ListScreen[object]:
        return self.app.list_screen

    async def on(self, word: str) -> None:
        """Until the cursor can stand on the row that has this word, and move it there."""
        await self.until(lambda: any(word in line for line in self.lines[2:]))
        at = next(number for number, line in enumerate(self.lines[2:]) if word in line)
        await self.press("g", *"j" * at)


@asynccontextmanager
async def on_stage(isp: SimulatedIsp, directory: Path, screen: str, size: tuple[int, int]) -> AsyncIterator[Real]:
    """A dashboard whose database knows that ISP, once its list is there."""
    context = await asyncio.to_thread(context_for, isp, directory)
    await record(isp, context)
    app = Dashboard(context=context, start=Start(screen))
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            stage = Real(app, pilot, context, None)  # type: ignore[arg-type]
            stage.isp = isp
            await stage.until(lambda: app.desk is not None and app.list_screen.table.count > 0)
            yield stage
            app.exit(0)
    finally:
        await app.close_desk()
        await context.close()


@asynccontextmanager
async def shown(
    directory: Path, screen: str, size: tuple[int, int] = (80, 24), *, standbys: bool = False
) -> AsyncIterator[Real]:
    async with (
        SimulatedIsp(customers=4, nases=2, redial=(0.2, 0.4), standbys=standbys) as isp,
        on_stage(isp, directory, screen, size) as stage,
    ):
        yield stage


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """The password of the routers, readable by everybody."""
    file = tmp_path / "secret"
    file.write_text(f"{API_PASSWORD}\n")
    file.chmod(0o644)
    return file


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_server_is_tested_by_its_form_before_it_is_saved(
    tmp_path: Path, secret: Path, size: tuple[int, int]
) -> None:
    async with shown(tmp_path, "devices", size) as stage:
        router = stage.isp.endpoints()["routers"][0]
        api, radius = router["api"], router["radius"]
        assert all(word in stage.lines[-1] for word in ("n new server", "a new NAS", "e edit", "D remove"))
        await stage.press("n")
        await stage.until_shown("New server", "✖ name", "^t test")
        await stage.type(name="um9", api="not a host", user=api["user"], password="wrong-s3cret")
        await stage.until_shown("✖ API", "is not a host name")
        await stage.type(api=f"{api['host']}:{api['port']}")
        await stage.press("ctrl+t")
        await stage.until_shown("test before it is saved", "the step that fails: login")
        await stage.press("escape")
        await stage.until_shown("New server", "✖ the step that fails: login")
        await stage.type(password_file=str(secret))
        await stage.until_shown("not both")
        await stage.type(password="")
        await stage.press("ctrl+s")
        await stage.until_shown("others may read the file")
        assert isinstance(stage.app.screen, Form), "what cannot be read is not saved"
        await asyncio.to_thread(secret.chmod, 0o600)
        await stage.type(radius=f"{radius['host']}:{radius['auth_port']}", radius_secret=radius["secret"])
        await stage.press("ctrl+t")
        await stage.until_shown("over; esc leads back")
        await stage.press("escape")
        await stage.until_shown("✔ tested")
        for hidden in ("wrong-s3cret", API_PASSWORD, radius["secret"]):
            assert hidden not in stage.text
        await stage.press("ctrl+s")
        await stage.until(lambda: "um9" in stage.text and isinstance(stage.app.screen, ListScreen))
        stored = await servers.show(stage.context, "um9")
        assert stored.router.password.reveal() == API_PASSWORD
        assert stored.radius is not None
        assert stored.radius.secret.reveal() == radius["secret"]


async def test_a_freeradius_is_added_and_changed_by_its_form(tmp_path: Path) -> None:
    async with shown(tmp_path, "devices", (100, 40)) as stage:
        await stage.press("n")
        await stage.until_shown("New server", "SQL")
        await stage.type(name="fr1", kind="freeradius")
        await stage.until_shown("or the SQL database of a FreeRADIUS")
        await stage.type(sql="127.0.0.1:1", sql_password="sql-s3cret")
        await stage.press("ctrl+s")
        await stage.until(lambda: "fr1" in stage.text and isinstance(stage.app.screen, ListScreen))
        stored = await servers.show(stage.context, "fr1")
        assert stored.sql == SqlAccess("127.0.0.1", 1, "radius", Secret("sql-s3cret"))
        await stage.on("fr1")
        await stage.press("e")
        await stage.until_shown("127.0.0.1:1", "database")
        assert "sql-s3cret" not in stage.text
        await stage.type(database="aaa")
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ListScreen))
        changed = await servers.show(stage.context, "fr1")
        assert changed.sql == replace(stored.sql, database="aaa")


async def test_a_nas_is_added_changed_and_removed_by_keys(tmp_path: Path) -> None:
    async with shown(tmp_path, "devices") as stage:
        before = await nases.show(stage.context, "nas1")
        assert before.nas.dae is not None
        await stage.press("a")
        await stage.until_shown("New NAS", "um1")
        await stage.type(name="nas9")
        await stage.until_shown("it needs a DAE for kicks, an API")
        await stage.type(dae=f"{before.nas.dae.host}:{before.nas.dae.port}", dae_secret=DAE_KEY, own="192.168.88.1")
        await stage.press("ctrl+t")
        await stage.until_shown("dae", "over; esc leads back")
        await stage.press("escape", "ctrl+s")
        await stage.until(lambda: "nas9" in stage.text and isinstance(stage.app.screen, ListScreen))
        await stage.on("nas9")
        await stage.press("e")
        await stage.until_shown("NAS nas9", "as it is", "192.168.88.1")
        await stage.type(own="")
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ListScreen))
        dae = (await nases.show(stage.context, "nas9")).nas.dae
        assert dae is not None
        assert (dae.nas_address, dae.secret.reveal(), dae.port) == (None, DAE_KEY, before.nas.dae.port)
        await stage.press("D", "enter", "D")
        await stage.until_shown("Remove this NAS?", "radiusbridge nas remove nas9")
        await stage.press("y")
        await stage.until_shown("nas9 is forgotten here")
        with pytest.raises(UnknownName):
            await nases.show(stage.context, "nas9")
        await stage.on("um1")
        await stage.press("D", "y")
        await stage.until_shown("not begun", "um1")
        assert (await servers.show(stage.context, "um1")).name == "um1"


async def test_a_profile_is_added_changed_for_live_sessions_and_kept_while_it_is_used(tmp_path: Path) -> None:
    async with shown(tmp_path, "profiles") as stage:
        assert all(word in stage.lines[-1] for word in ("n new", "e edit", "D remove"))
        await stage.press("n")
        await stage.until_shown("New profile", "✖ name")
        await stage.type(name="home-50", rate="5M/50M", burst="6M/60M")
        await stage.until_shown("a burst needs rates, thresholds and a time")
        await stage.press("ctrl+s")
        assert isinstance(stage.app.screen, Form)
        await stage.type(threshold="4M/40M", burst_time="16s", validity="30d", price="350000", data_quota="50G")
        await stage.press("ctrl+s")
        await stage.until(lambda: "home-50" in stage.text and isinstance(stage.app.screen, ListScreen))
        stored = await profiles.show(stage.context, "home-50")
        assert (stored.rate_down, stored.burst_down, stored.validity) == (50_000_000, 60_000_000, 30 * 86_400)
        assert (stored.price, stored.data_quota, stored.shared_users) == (350_000, 50 * 10**9, 1)
        await stage.on("20M ")
        await stage.press("D", "y")
        await stage.until_shown("not begun: profile_remove", "cust000")
        await stage.press("e")
        await stage.until_shown("Profile 20M")
        await stage.type(rate="10M/30M")
        await stage.press("ctrl+s")
        await stage.until_shown("Change this profile?", "4 customers have it", "◉ redial")
        await stage.press("k")
        await stage.until_shown("◉ kick")
        await stage.press("y")
        await stage.until_shown("kick 4 customers?", "cust0001", "--live kick")
        sessions = {name: cpe.session for name, cpe in stage.isp.customers.items()}
        await stage.press("3", "enter", "y")
        assert isinstance(stage.app.screen, TypedCount), "without the number nothing is done"
        await stage.press("4", "enter")
        await stage.until_shown("PROVEN", "profile-ensure")
        await stage.until_shown("profile-kick: done", "4 PROVEN")
        assert all(cpe.session is not sessions[name] for name, cpe in stage.isp.customers.items())
        ended = await stage.context.database.read(lambda unit: unit.operations.get(1))
        assert ended.verdict is Verdict.PROVEN
        await stage.on("home-50")
        await stage.press("D", "y")
        await stage.until(lambda: "home-50" not in "\n".join(stage.lines[2:8]))

"""Probes in the dashboard, against the simulated server: as files say, as answers come, as they were before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from rich.cells import cell_len

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.probe_runs import SINGLE, ProbeRecord
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.tui.screens.probes import ProbesScreen
from radiusbridge.tui.start import probe_files
from tests.tui.conftest import SIZES
from tests.tui.test_hostile import NAMES, check
from tests.tui.towns import Town, town

TOWN = """
suite = "town"
[targets.um-1]
host = "{host}"
port = {port}
secret_file = "secret"
signing = "off"
[targets.dead]
host = "{host}"
port = {port}
secret_file = "wrong"
[defaults]
user = "cust0001"
password_file = "password"
timeout = "60s"
[[probe]]
name = "login"
kind = "auth"
target = "um-1"
method = "pap"
[[probe]]
name = "isolated"
kind = "auth"
target = "um-1"
method = "pap"
expect = "reject"
[[probe]]
name = "nobody"
kind = "auth"
target = "dead"
method = "chap"
timeout = "500ms"
"""


def files(folder: Path, text: str = TOWN) -> Callable[[SimulatedIsp], tuple[Path, ...]]:
    """Writes a file of probes of the ISP, and one that is wrong."""

    def write(isp: SimulatedIsp) -> tuple[Path, ...]:
        radius = next(one["radius"] for one in isp.endpoints()["routers"] if "server" in one["roles"])
        password = isp.endpoints()["customers"][0]["password"]
        for name, content in (("secret", radius["secret"]), ("wrong", "not the secret"), ("password", password)):
            (folder / name).write_text(str(content))
            (folder / name).chmod(0o600)
        (folder / "town.toml").write_text(text.format(host=radius["host"], port=radius["auth_port"]))
        (folder / "broken.toml").write_text("[[probe]]\nnam = 'x'\n")
        return folder / "town.toml", folder / "broken.toml"

    return write


@pytest.mark.parametrize("size", SIZES)
async def test_probes_run_side_by_side_and_rows_change_as_answers_come(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town(tmp_path, "probes", size=size, probes=files(tmp_path)) as stage:
        await stage.until_shown("3 probes", "· never", "login", "nobody", "broken.toml")
        assert {cell_len(line) for line in stage.lines} == {size[0]}
        seen = _states_seen(stage, monkeypatch)
        await stage.press("R")
        await stage.until(lambda: {"ok", "asking"} in seen)
        await stage.until_shown("✔ ok", "✖ critical", "silence", "3 probes asked, 2 not as expected")
        await stage.until(lambda: stage.lines[2].startswith("✖ critical"))
        await stage.until_shown("100%", "0%", "█")
        await stage.press("g")
        while "nobody" not in stage.lines[2 + stage.app.list_screen.table.cursor]:
            await stage.press("j")
        await stage.press("enter")
        await stage.until_shown("to tell:", "1.")
        await stage.press("escape")
        kept = await stage.context.database.read(lambda unit: unit.probe_results.newest("town", 5))
        assert {each.probe: each.ok for each in kept} == {"login": True, "isolated": False, "nobody": False}


def _states_seen(stage: Town, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The states of the rows each time that an answer has come: a slow machine may paint some together."""
    screen = stage.app.list_screen
    assert isinstance(screen, ProbesScreen)
    seen: list[set[str]] = []
    came = screen._came

    def heard() -> None:
        assert screen._board is not None
        seen.append({row.state for row in screen._board.rows.values() if row.case.name != "isolated"})
        came()

    monkeypatch.setattr(screen, "_came", heard)
    return seen


async def test_one_probe_is_run_and_what_others_keep_appears(tmp_path: Path) -> None:
    async with town(tmp_path, "probes", probes=files(tmp_path)) as stage:
        now = stage.context.clock.now()
        old = [_kept("login", number / 1000, now - timedelta(hours=number)) for number in range(5, 0, -1)]
        await stage.context.database.write(lambda unit: unit.probe_results.add_all(old))
        await stage.until_shown("✔ ok", "100%", "█")
        await stage.press("g")
        while "login" not in stage.lines[2 + stage.app.list_screen.table.cursor]:
            await stage.press("j")
        await stage.until_shown("5 of 5 kept runs good; p50 3 ms, p95 5 ms", "expected: accept")
        await stage.press("r")
        await stage.until_shown("1 probe asked, 0 not as expected", "6 of 6 kept runs good")
        await stage.until_shown("· never", "✔ accept: came")
        await stage.press("slash", *"state:never")
        await stage.until_shown("2 of 3 probes")


async def test_probes_of_a_customer_stand_in_the_detail_and_single_ones_on_the_screen(tmp_path: Path) -> None:
    async with town(tmp_path, "customers", size=(200, 40), probes=files(tmp_path)) as stage:
        await stage.context.database.write(_for_tests)
        await stage.until_shown("cust0001", "cust0002")
        await stage.press("slash", *"cust0001", "enter")
        await stage.until_shown("1 of 3 customers")
        await stage.press("p")
        await stage.until_shown("OK", "test login as cust0001 at um1")
        await stage.press("escape")
        await stage.until(lambda: any("✔ accept" in line and "um1" in line for line in stage.lines))
        await stage.press("9")
        await stage.until_shown("4 probes", "cust0001/um1", "single")
        await stage.press("slash", *"suite:single", "enter")
        await stage.until_shown("1 of 4 probes", "✔ ok")
        assert len(await _singles(stage)) == 1
        await stage.press("R")
        await stage.until_shown("none of these stands in a file")
        await stage.press("r")
        await stage.until_shown("1 probe asked, 0 not as expected")
        assert len(await _singles(stage)) == 2
        await stage.press("escape")
        await stage.until_shown(" 4 probes ")
        await stage.press("R")
        await stage.until_shown("3 probes asked, 2 not as expected")
        assert len(await _singles(stage)) == 2
        await stage.press("1")
        await stage.until_shown("um-1, town isolated", "um-1, town login")
        kept = await stage.context.database.read(lambda unit: unit.standing.probes(datetime.min.replace(tzinfo=UTC)))
        assert {each.suite for each in kept} == {"town"}, "single probes are nobody's monitoring"
        await stage.press("escape")
        await stage.until_shown("3 customers")
        await stage.press("slash", *"cust0002", "enter")
        await stage.until_shown("1 of 3 customers", "C-0002 cust0002")
        await stage.press("p")
        await stage.until_shown("test login as cust0002", "✖ cust0002: ")
        assert "…" not in stage.text, "the page does not look as if something were to come"


def _for_tests(unit: UnitOfWork) -> None:
    """The server does not sign; its first customer is a test account."""
    server = unit.servers.all()[0]
    assert server.radius is not None
    unit.servers.change(replace(server, radius=replace(server.radius, signing="off")))
    unit.customers.change(replace(unit.customers.all()[0], test_account=True))


async def _singles(stage: Town) -> tuple[ProbeRecord, ...]:
    kept = await stage.context.database.read(lambda unit: unit.probe_results.of_customer(1, 50))
    return tuple(each for each in kept if each.suite == SINGLE)


def _kept(name: str, elapsed: float, at: datetime) -> ProbeRecord:
    return ProbeRecord(at, "town", name, "um-1", "auth", "pap", "accept", True, 0, elapsed, "let in")


def _add(row: ProbeRecord, unit: UnitOfWork) -> None:
    unit.probe_results.add_all([row])


async def test_read_only_nothing_is_asked(tmp_path: Path) -> None:
    async with town(tmp_path, "probes", probes=files(tmp_path), read_only=True) as stage:
        await stage.until_shown("3 probes", "READ-ONLY")
        await stage.press("R")
        await stage.until_shown("this dashboard is read-only")
        assert "asking" not in stage.text


async def test_hostile_words_are_harmless(tmp_path: Path) -> None:
    async with town(tmp_path, "probes", probes=files(tmp_path)) as stage:
        now = stage.context.clock.now()
        for name in NAMES.values():
            kept = name.replace("\0", "")[:200]
            row = ProbeRecord(now, "town", "login", kept, "auth", "pap", kept[:60], False, 2, None, kept)
            await stage.context.database.write(partial(_add, row))
            stage.app.list_screen.renew()
            await stage.until_shown("✖ critical")
            await stage.pilot.pause()
            check(stage)


def test_files_are_named_or_in_the_environment_or_usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADIUSBRIDGE_HOME", str(tmp_path))
    monkeypatch.delenv("RADIUSBRIDGE_PROBES", raising=False)
    assert probe_files(()) == ()
    usual = tmp_path / "config" / "probes.toml"
    usual.parent.mkdir()
    usual.touch()
    assert probe_files(()) == (usual,)
    monkeypatch.setenv("RADIUSBRIDGE_PROBES", "/a.toml:/b.toml")
    assert probe_files(()) == (Path("/a.toml"), Path("/b.toml"))
    assert probe_files((Path("c"),)) == (Path("c"),)

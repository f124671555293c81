"""Files of routers on a timer: kept and rotated, what failed told as an alert and as metrics."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from radiusbridge.agent.config import BackupTimer, read_config
from radiusbridge.agent.jobs import Findings, files_kept, timers
from radiusbridge.agent.metrics import of_files
from radiusbridge.db.repositories.duties import TimerRun
from radiusbridge.domain.alerts.rules import Kind
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.exposition import Family
from radiusbridge.gateways import desk_files, routers
from radiusbridge.services.alerts.signals import ROUND
from radiusbridge.services.alerts.signals import of_files as signals_of
from radiusbridge.services.context import Context
from radiusbridge.services.router_desk.rounds import TIMER, What
from radiusbridge.simulator.isp import SimulatedIsp
from tests.tui.isp import context_for, record


@pytest_asyncio.fixture
async def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[SimulatedIsp, Context]]:
    monkeypatch.setattr(desk_files, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(routers, "CONNECT_SECONDS", 2.0)
    monkeypatch.setenv("RADIUSBRIDGE_HOME", str(tmp_path / "home"))
    async with SimulatedIsp(customers=1, nases=2) as isp:
        context = await asyncio.to_thread(context_for, isp, tmp_path)
        await record(isp, context)
        yield isp, context
        await context.close()


def names(folder: Path) -> list[str]:
    return sorted("-".join(path.name.split("-")[:2]) for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
async def test_a_round_keeps_rotates_and_tells_what_is_not_here(
    town: tuple[SimulatedIsp, Context], tmp_path: Path
) -> None:
    isp, context = town
    wanted = BackupTimer(folder=tmp_path / "kept", what=tuple(What), keep=2)
    for _round in range(3):
        told = await files_kept(context, wanted)
        assert told["failed"] == 0, told
    server = isp.router("um1")
    assert await asyncio.to_thread(names, tmp_path / "kept") == sorted(
        [*["um1-export", "um1-backup", "um1-users"] * 2, *["nas1-export", "nas1-backup"] * 2]
        + ["nas2-export", "nas2-backup"] * 2
    )
    modes = await asyncio.to_thread(lambda: {p.stat().st_mode & 0o777 for p in (tmp_path / "kept").rglob("*.rsc")})
    assert modes == {0o600}
    isp.router("nas1").faults.turn(dark=True)
    del server.menus["/file"].commands["read"]
    began = context.clock.now()
    told = await files_kept(context, wanted)
    files = told["files"]
    assert isinstance(files, dict)
    failed = {name: each["error"] for name, each in files.items() if each["error"]}
    assert set(failed) >= {"nas1/export", "nas1/backup", "um1/backup", "um1/users"}
    assert "nas2/export" not in failed, "one that fails stops no other"
    assert "it stays on the router" in failed["um1/backup"]
    run = TimerRun(TIMER, began, began, "ok", told)
    signals = {each.subject: each.level for each in signals_of(run, {}, began)}
    assert (signals["nas1/export"], signals["nas2/export"], signals[ROUND]) == (1.0, 0.0, 0.0)
    late = {each.subject: each.level for each in signals_of(run, {}, began + timedelta(days=3))}
    assert late[ROUND] == 1.0
    kept = next(family for family in of_files(run) if family.name.endswith("file_kept"))
    assert values(kept) == {name: float(not each["error"]) for name, each in files.items()}


def values(family: Family) -> dict[str, float]:
    return {f"{dict(labels)['router']}/{dict(labels)['kind']}": value for labels, value in family.samples}


async def test_a_round_that_failed_or_runs_and_a_router_that_nobody_has(
    town: tuple[SimulatedIsp, Context], tmp_path: Path
) -> None:
    _isp, context = town
    told = await files_kept(context, BackupTimer(folder=tmp_path / "kept", routers=("nobody", "NAS1", "nas1")))
    files = told["files"]
    assert isinstance(files, dict)
    assert {name: bool(each["error"]) for name, each in files.items()} == {"nas1/export": False, "nobody/export": True}
    now = context.clock.now()
    failed = TimerRun(TIMER, now, now, "the disk is full", {})
    assert [(each.subject, each.level) for each in signals_of(failed, {}, now)] == [(ROUND, 1)]
    known = {(Kind.BACKUP_FAILED, "nas1/export"): None}
    running = TimerRun(TIMER, now, None, "running", {})
    assert [(each.subject, each.level) for each in signals_of(running, known, now)] == [("nas1/export", None)]  # type: ignore[arg-type]
    assert [*signals_of(None, {}, now)] == []
    blocked = tmp_path / "blocked"
    await asyncio.to_thread(blocked.write_text, "a file where the folder is to be")
    told = await files_kept(context, BackupTimer(folder=blocked))
    assert told["failed"] == len(told["files"]) > 0  # type: ignore[arg-type]


def test_the_configuration_is_checked_with_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    secret = tmp_path / "backup-password"
    secret.write_text("s3cret-s3cret")
    secret.chmod(0o600)
    lines = '[backups]\nevery = "12h"\nfolder = "routers"\nwhat = ["export", "backup", "users"]\nrouters = ["bras-1"]\n'
    file.write_text(lines + 'keep = 30\nsensitive = true\npassword_file = "backup-password"\n')
    assert read_config(file).backups == BackupTimer(
        43_200.0, tmp_path / "routers", tuple(What), ("bras-1",), 30, True, secret
    )
    file.write_text("[backups]\n")
    assert read_config(file).backups == BackupTimer()
    file.write_text('[backups]\nevery = "1s"\nwhat = ["exports"]\nkeep = -1\npassword_file = "nowhere"\nwhen = 1\n')
    with pytest.raises(RadiusbridgeError) as refused:
        read_config(file)
    told = "\n".join(map(str, getattr(refused.value, "problems", ())))
    assert all(words in told for words in ("every", "'exports' is no kind of file", "keep", "nowhere", "when")), told


async def test_the_timer_is_there_where_it_is_configured(town: tuple[SimulatedIsp, Context], tmp_path: Path) -> None:
    _isp, context = town
    file, findings = tmp_path / "agent.toml", Findings()
    make = partial(timers, context)
    assert TIMER not in {each.name for each in make(read_config(await _written(file, "")), findings)}
    assert not findings.files
    found = {each.name: each for each in make(read_config(await _written(file, "[backups]\n")), findings)}
    assert (found[TIMER].every, findings.files) == (86_400.0, True)
    changed = {each.name: each for each in make(read_config(await _written(file, "[backups]\nkeep = 3\n")), findings)}
    assert changed[TIMER] != found[TIMER], "it begins anew where it does something else"


async def _written(file: Path, text: str) -> Path:
    await asyncio.to_thread(file.write_text, text)
    return file

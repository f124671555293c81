"""Export, backup and User Manager's database of routers of both generations, as files here."""

import errno
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from radiusbridge.domain.errors import BadInput, NotAllowed, PeerRefused, Refused
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways import desk_files
from radiusbridge.gateways.desk_files import What
from radiusbridge.services.router_desk.keeping import Kept, Wanted, keep
from radiusbridge.services.router_desk.local_files import Draft, neutral, rotate
from radiusbridge.services.router_desk.looking import home_of
from radiusbridge.simulator.menus.files import Files
from radiusbridge.simulator.router import Router
from radiusbridge.simulator.switches import Switches
from tests.services.test_readings import Town, town

NEW, OLD, SIX = "7.16.2", "7.10.2", "6.49.18"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_files, "LOOK_EVERY", 0.001)


async def inline(function: Any, *args: object) -> Any:
    return function(*args)


async def kept(isp: Town, router: str, what: What, folder: Path, **more: Any) -> Kept:
    return await keep(isp.context, await home_of(isp.context, router), Wanted(what, folder, **more), inline)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def files_of(router: Router) -> Files:
    files = router.menus["/file"]
    assert isinstance(files, Files)
    return files


@pytest.mark.parametrize("ros", [NEW, OLD, SIX])
async def test_an_export_comes_whole_without_secrets_unless_asked(tmp_path: Path, ros: str) -> None:
    async with town(tmp_path, ros) as isp:
        files = files_of(isp.bras)
        export = await kept(isp, "nas1", What.EXPORT, tmp_path / "routers")
        assert export.path is not None, export
        text = export.path.read_text()
        assert "add service-name=internet" in text
        assert "secret=" not in text
        assert (export.octets, stat.S_IMODE(export.path.stat().st_mode)) == (len(text), 0o600)
        assert not files.octets, "nothing is left on the router"
        full = await kept(isp, "nas1", What.EXPORT, tmp_path / "routers", sensitive=True)
        assert full.path is not None
        assert " secret=" in full.path.read_text()
        for number in range(120):
            isp.bras.menus["/ip/firewall/address-list"].add({"list": "many", "address": f"192.0.2.{number}"})
        long = await kept(isp, "nas1", What.EXPORT, tmp_path / "routers")
        if ros == NEW:
            assert long.path is not None
            assert long.path.stat().st_size > 4095
        else:
            assert long.path is None, "its API gives short texts only"
            assert "4095 octets only" in long.why
            assert long.line.startswith("sftp ")
            assert "radiusbridge-export.rsc" in files.octets
        [entry, *_] = await isp.context.database.read(lambda unit: unit.audit.recent())
        assert (entry.action, entry.subject) == ("router.export", "router nas1")


@pytest.mark.parametrize(("ros", "cut"), [(NEW, False), (NEW, True), (SIX, False)])
async def test_what_is_no_text_comes_only_where_every_octet_does(tmp_path: Path, ros: str, cut: bool) -> None:
    switches = Switches(file_read="text" if cut else "octets")
    async with town(tmp_path, ros, switches=switches) as isp:
        backup = await kept(isp, "nas1", What.BACKUP, tmp_path, password=Secret("s3cret-of-backups"))
        database = await kept(isp, "um1", What.DATABASE, tmp_path)
        um = files_of(isp.place.um)
        if ros == NEW and not cut:
            assert backup.path is not None
            assert backup.path.read_bytes().startswith(b"\xef\xa8\x91\x72")
            assert database.path is not None
            assert b"cust0001" in database.path.read_bytes()
            assert not um.octets
        else:
            assert (backup.path, database.path) == (None, None)
            assert um.octets["radiusbridge-users.umb"]
            assert not names(tmp_path / "nas1"), "half a file is no file"
        assert "s3cret-of-backups" not in (tmp_path / "trace.jsonl").read_text()
        with pytest.raises(PeerRefused, match="no User Manager"):
            await kept(isp, "nas1", What.DATABASE, tmp_path)


async def test_what_is_refused(tmp_path: Path) -> None:
    async with town(tmp_path) as isp:
        groups = isp.bras.menus["/user/group"]
        group = groups.named("api")
        assert group is not None
        groups.set(group, {"policy": "api,read,write"})
        with pytest.raises(NotAllowed, match="not enough permissions"):
            await kept(isp, "nas1", What.EXPORT, tmp_path)
        looking = Town(isp.place, isp.context.only_reading(), isp.readings)
        with pytest.raises(Refused):
            await kept(looking, "um1", What.EXPORT, tmp_path)
        (tmp_path / "file").write_text("")
        with pytest.raises(BadInput, match="cannot be written"):
            await kept(isp, "um1", What.EXPORT, tmp_path / "file")


async def test_a_full_disk_is_told_and_nothing_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with town(tmp_path) as isp:
        first = await kept(isp, "nas1", What.EXPORT, tmp_path, keep=1)

        def full(_file: int, _octets: bytes) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(BadInput, match="the disk is full"):
            await kept(isp, "nas1", What.EXPORT, tmp_path, keep=1)
        assert first.path is not None
        assert names(first.path.parent) == [first.path.name]


def test_names_are_neutral_and_the_newest_stay(tmp_path: Path) -> None:
    assert [neutral(name) for name in ("../../etc", "a b\x1b[2J", "…", "-rf", ".hidden")] == [
        "etc", "a_b_2J", "router", "rf", "hidden",
    ]  # fmt: skip
    now = datetime(2026, 5, 31, 3, 0, 0, tzinfo=UTC)
    for minute in range(4):
        for _twice in range(2):
            draft = Draft(tmp_path, f"r-export-{now + timedelta(minutes=minute):%Y%m%d-%H%M%S}", "rsc")
            draft.open()
            draft.add(b"x" * minute)
            draft.finish()
    others = [
        "r-export-mine.rsc",
        "r-export-20260531-030000.rsc.txt",
        "r2-export-20260531-030000.rsc",
        "r-backup-20260531-030000.backup",
    ]
    for name in others:
        (tmp_path / name).write_text("")
    left = tmp_path / ".r-export-20260530-030000.rsc.part"
    left.write_text("")
    os.utime(left, (0, 0))
    gone = rotate(tmp_path, "r-export", 3, now)
    assert [path.name for path in gone] == [
        f"r-export-20260531-03{minute:02}00{twice}.rsc" for minute in range(3) for twice in ("", "-2")
    ][:5]
    assert names(tmp_path) == sorted(
        [*others, "r-export-20260531-030200-2.rsc", "r-export-20260531-030300.rsc", "r-export-20260531-030300-2.rsc"]
    )
    assert rotate(tmp_path, "r-export", 0, now) == ()

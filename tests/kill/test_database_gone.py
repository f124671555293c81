"""The database goes away in the middle of an operation, or its disk is full: nothing is lost, and it goes on later."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, RunningIsp, connect, connect_all
from tests.cli.conftest import cli as cli
from tests.db.postgresql import Cluster
from tests.kill.ground import shared_database
from tests.kill.test_isolate import ROOT, Town

WRITTEN = "user/set"


@contextmanager
def known_town(cli: Cli, monkeypatch: pytest.MonkeyPatch, customers: int) -> Iterator[tuple[Cluster, RunningIsp]]:
    """A server of PostgreSQL, and a simulated ISP that its database knows with all customers."""
    running = RunningIsp(customers=customers, redial=(0.2, 0.4), shared_users="2")
    with shared_database(cli, monkeypatch) as cluster, running as isp:
        connect_all(cli, isp)
        yield cluster, isp


@contextmanager
def verb(cli: Cli, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A verb in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "radiusbridge", *arguments],
        env={**cli.environment(), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def rest(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """What it still says until it ends, with what was read ahead by `read_until`: `communicate` passes over that."""
    with ThreadPoolExecutor(2) as readers:
        out, err = (readers.submit(stream.read) for stream in (process.stdout, process.stderr) if stream is not None)
        try:
            process.wait(120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return out.result(), err.result()


def read_until(stream: Any, words: str) -> str:
    """What a process says up to a line with those words."""
    told = ""
    while words not in told:
        line = stream.readline()
        assert line, told
        told += line
    return told


@pytest.mark.slow
@pytest.mark.peer
def test_postgresql_stops_in_the_middle_and_starts_again(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with known_town(cli, monkeypatch, 2) as (cluster, isp):
        town = Town(cli, isp)
        with verb(cli, "op", "run", "--watch") as watching:
            read_until(watching.stderr, "interrupt to stop")
            with verb(cli, "isolate", town.user, "--settle", "30s") as isolating:
                read_until(isolating.stderr, "kick")
                cluster.stop()
                _, err = isolating.communicate(timeout=120)
            assert isolating.returncode == 3
            assert "radiusbridge op run 1" in err
            assert "Traceback" not in err
            refused = cli("isolate", isp.names[1])
            assert refused.status == 3
            assert "cannot be reached" in refused.err
            read_until(watching.stderr, "when the database can be used again")
            cluster.start()
            assert "isolate C-0001" in read_until(watching.stdout, "PROVEN")
        assert not town.passes()
        [operation] = cli.ok("op", "list", "--json").json
        assert operation["verdict"] == "PROVEN"
        assert operation["attempts"] in {1, 2}, "the one who watched may have taken it from the beginning"
        assert town.disconnects()["acks"] == 1, "it was kicked once"


@pytest.mark.slow
@pytest.mark.peer
def test_a_bulk_run_outlasts_a_postgresql_that_is_gone_for_a_moment(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with known_town(cli, monkeypatch, 6) as (cluster, isp):
        one_by_one = ("--canary", "0", "--per-second", "0", "--server-per-second", "0", "--side-by-side", "1")
        bulk = ("isolate", *isp.names, "--yes-count", "6", "--settle", "1s", *one_by_one, "--json")
        with verb(cli, *bulk) as isolating:
            told = read_until(isolating.stdout, '"row"')
            cluster.stop()
            assert cli("op", "list").status == 3
            cluster.start()
            out, err = rest(isolating)
        lines = [json.loads(line) for line in (told + out).splitlines()]
        assert (isolating.returncode, "Traceback" in err) == (0, False), err
        assert {line["user"]: line["state"] for line in lines if line["type"] == "row"} == dict.fromkeys(
            isp.names, "PROVEN"
        )
        assert (lines[-1]["status"], lines[-1]["states"]) == ("done", {"PROVEN": 6})
        assert [each["verdict"] for each in cli.ok("op", "list", "--json").json] == ["PROVEN"] * 6, "one for each"


@pytest.mark.slow
@pytest.mark.peer
def test_a_bulk_run_ends_with_its_claim_where_postgresql_stays_away_and_goes_on_later(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with known_town(cli, monkeypatch, 4) as (cluster, isp):
        one_by_one = ("--canary", "0", "--per-second", "0", "--server-per-second", "0", "--side-by-side", "1")
        with verb(cli, "isolate", *isp.names, "--yes-count", "4", "--settle", "1s", *one_by_one, "--json") as isolating:
            read_until(isolating.stdout, '"row"')
            cluster.stop()
            _, err = isolating.communicate(timeout=120)
            assert (isolating.returncode, "Traceback" in err) == (3, False), err
        cluster.start()
        resumed = cli("bulk", "resume", "1", "--json")
        assert (resumed.status, resumed.lines[-1]["states"]) == (0, {"PROVEN": 4}), resumed
        assert [each["verdict"] for each in cli.ok("op", "list", "--json").json] == ["PROVEN"] * 4, "one for each"


@pytest.mark.peer
def test_postgresql_goes_away_while_a_server_is_taken_over_and_a_new_plan_takes_the_rest(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, chunk = 450, 200
    with shared_database(cli, monkeypatch) as cluster, RunningIsp(customers=many) as isp:
        connect(cli, isp)
        plan = tmp_path / "adopt.plan"
        assert cli("plan", "um-1", "--from", "server", "-o", str(plan)).status == 1
        with verb(cli, "apply", str(plan), "--yes-count", str(rows_of(plan)), "--json") as applying:
            told = read_until(applying.stdout, '"kind": "account"')
            cluster.stop()
            out, err = rest(applying)
        assert (applying.returncode, "Traceback" in err) == (3, False), err
        assert "plan anew" in err
        lines = [json.loads(line) for line in (told + out).splitlines()]
        taken = {line["name"] for line in lines if line["type"] == "taken" and line["kind"] == "account"}
        cluster.start()
        stored = {one["user"] for one in cli.ok("customer", "list", "--limit", "10000", "--json").json}
        assert taken <= stored, "what was told is stored"
        assert len(stored) % chunk == 0 or len(stored) == many, "a chunk is stored whole or not at all"
        again = cli("apply", str(plan), "--yes-count", str(rows_of(plan)), "--json")
        assert again.status == 1, "what was taken over already is left as changed"
        assert cli("plan", "um-1").status == 0, again
        assert cli("customer", "list", "--count", "--json").json["count"] == many


def rows_of(plan: Path) -> int:
    return sum('"type": "row"' in line for line in plan.read_text().splitlines())


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk needs root and the right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_claims_nothing_and_room_lets_it_go_on(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", "8m") as disk, RunningIsp(customers=2, shared_users="2") as isp:
        monkeypatch.setenv("RADIUSBRIDGE_DATABASE", str(disk / "small.sqlite3"))
        connect_all(cli, isp)
        town, filler = Town(cli, isp), disk / "filler"
        with verb(cli, "isolate", town.user, "--settle", "30s") as isolating:
            read_until(isolating.stderr, "kick")
            fill(filler)
            _, err = isolating.communicate(timeout=120)
        assert isolating.returncode == 1
        assert "the disk is full" in err
        assert "radiusbridge op run 1" in err
        [operation] = cli.ok("op", "list", "--json").json
        assert (operation["status"], operation["verdict"]) == ("running", None), "nothing is claimed"
        # whether it fails at the intent or later depends on what room the log of the file has kept
        with verb(cli, "isolate", isp.names[1]) as another:
            _, err = another.communicate(timeout=120)
        assert (another.returncode, "the disk is full; nothing was written" in err) == (1, True)
        filler.unlink()
        assert cli.ok("op", "run").out.startswith("PROVEN")
        verdicts = {operation["verdict"] for operation in cli.ok("op", "list", "--json").json}
        assert verdicts == {"PROVEN"}
        assert not town.passes()


@pytest.mark.slow
def test_a_full_disk_in_the_middle_of_a_bulk_run_leaves_nobody_out(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", "8m") as disk, RunningIsp(customers=4, shared_users="2") as isp:
        monkeypatch.setenv("RADIUSBRIDGE_DATABASE", str(disk / "small.sqlite3"))
        connect_all(cli, isp)
        filler = disk / "filler"
        one_by_one = ("--canary", "0", "--per-second", "0", "--server-per-second", "0", "--side-by-side", "1")
        with verb(cli, "isolate", *isp.names, "--yes-count", "4", "--settle", "2s", *one_by_one, "--json") as isolating:
            read_until(isolating.stdout, '"row"')
            fill(filler)
            _, err = isolating.communicate(timeout=120)
        assert (isolating.returncode, "the disk is full" in err, "Traceback" in err) == (1, True, False), err
        filler.unlink()
        rows = cli("bulk", "show", "1", "--json").json["states"]
        assert "left-out" not in rows, rows
        resumed = cli("bulk", "resume", "1", "--json")
        assert (resumed.status, resumed.lines[-1]["states"]) == (0, {"PROVEN": 4}), resumed
        assert [each["verdict"] for each in cli.ok("op", "list", "--json").json] == ["PROVEN"] * 4, "one for each"


def test_a_full_disk_while_a_server_is_taken_over_stores_a_chunk_whole_or_not_at_all(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = 250
    with small_disk(tmp_path / "disk", "8m") as disk, RunningIsp(customers=many) as isp:
        monkeypatch.setenv("RADIUSBRIDGE_DATABASE", str(disk / "small.sqlite3"))
        connect(cli, isp)
        before = cli("customer", "list", "--count", "--json").json["count"]
        plan, filler = tmp_path / "adopt.plan", disk / "filler"
        assert cli("plan", "um-1", "--from", "server", "-o", str(plan)).status == 1
        rows = rows_of(plan)
        fill(filler)
        full = cli("apply", str(plan), "--yes-count", str(rows))
        assert (full.status, "the disk is full" in full.err) == (1, True), full
        filler.unlink()
        assert (cli("customer", "list", "--count", "--json").json["count"] - before) in {0, 200}
        assert cli("plan", "um-1", "--from", "server", "-o", str(plan)).status == 1
        rows = rows_of(plan)
        assert cli("apply", str(plan), "--yes-count", str(rows)).status == 0
        assert cli("plan", "um-1").status == 0
        assert cli("customer", "list", "--count", "--json").json["count"] == many


def fill(file: Path) -> None:
    """Leave no room for anything."""
    with file.open("wb", buffering=0) as stream:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    stream.write(b"x" * size)
            except OSError:
                continue

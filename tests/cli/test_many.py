"""Verbs on many customers: named, by a filter, in a file; against the simulated ISP on loopback."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

import tests
from radiusbridge.cli.progress import words
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.days import add_months
from radiusbridge.domain.records import ApiAccess, Customer, Profile, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.settings import settings
from tests.cli.conftest import Cli, RunningIsp
from tests.cli.ending import SECONDS
from tests.cli.test_due import COUNT, TODAY, isolations, passing, stock
from tests.cli.test_due import big as big
from tests.peers.programs import until as in_time

FAST = ("--settle", "1s", "--per-second", "0", "--server-per-second", "0")
QUICK = FAST[2:]


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def states(cli: Cli, run: int) -> dict[str, str]:
    return {row["user"]: row["state"] for row in cli("bulk", "show", str(run), "--json").json["rows"]}


@pytest.mark.slow
def test_many_are_isolated_and_let_in_again(cli: Cli, isp: RunningIsp) -> None:
    stock(cli, isp)
    ani, budi, cici, dedi = isp.names
    cli.ok("customer", "edit", ani, budi, cici, "--area", "Utara", "--yes-count", "3")
    refused = cli("isolate", "--filter", "area:utara", "--hold", "abuse", *FAST)
    assert refused.status == 4
    assert "--yes-count 3" in refused.err
    assert "isolate 3 customers\n  3 on um-1\n  3 sessions on nas1\n" in refused.out
    assert cli.ok("bulk", "list", "--json").json[0]["kind"] == "edit", "nothing else was begun"
    done = cli.ok(
        *("isolate", "--filter", "area:utara", "--hold", "abuse", "--ticket", "T-9", "--reason", "spam"),
        *("--yes-count", "3", *FAST, "--json"),
    )
    preview, *rows, run = done.lines
    assert preview["servers"] == {"um-1": 3}
    assert (preview["nases"], preview["unread"], preview["offline"]) == ({"nas1": 3}, {}, 0)
    assert preview["wanted"]["hold"] == "abuse"
    assert [row["state"] for row in rows] == ["PROVEN"] * 3
    assert (run["selection"], run["reason"], run["exit"]) == ({"filter": "area:utara"}, "spam", 0)
    assert passing(isp) == {dedi}
    (hold,) = cli.ok("customer", "show", ani, "--json").json["holds"]
    assert (hold["kind"], hold["ticket"], hold["reason"]) == ("abuse", "T-9", "spam")

    cli.ok("isolate", ani, "--settle", "1s")
    opened = cli("activate", "--everybody", "--hold", "abuse", "--yes-count", "3", *QUICK, "--json")
    preview, *rows, run = opened.lines
    assert [(left["user"], left["why"]) for left in preview["left_out"]] == [(dedi, "no hold abuse is open")]
    assert opened.status == 1, "one is kept out by another hold"
    assert states(cli, run["id"]) == {ani: "kept-out", budi: "PROVEN", cici: "PROVEN"}
    assert cli.ok("customer", "list", "state:held", "--count").out == "1\n"
    isp.until(lambda world: all(world.oracle.can_pass_traffic(user) for user in (budi, cici, dedi)))
    listed = cli.ok("customer", "list", "state:live", "up<1h", "!user:" + budi, "--sort", "user", "--json").json
    assert [row["user"] for row in listed] == [cici, dedi]

    ids = {row["user"]: row["session_id"] for row in cli.ok("sessions", "--json").json[0]["sessions"]}
    chosen = f"id={ids[cici]} or id={ids[dedi]}"
    assert cli("kick", "--sessions", chosen, "--yes-count", "1").status == 4
    assert cli("kick", "--sessions", chosen, cici).status == 2
    assert cli("kick", "--sessions", "up>9d").status == 2
    by_id = cli.ok("kick", "--sessions", chosen, "--yes-count", "2", *QUICK, "--json")
    assert (by_id.lines[-1]["kind"], by_id.lines[-1]["selection"]) == ("kick-sessions", {"sessions": chosen})
    assert [row["state"] for row in by_id.lines[1:-1]] == ["PROVEN", "PROVEN"]
    isp.until(lambda world: all(world.oracle.can_pass_traffic(user) for user in (cici, dedi)))
    assert {row["user"] for row in cli.ok("sessions", "--json", "--rates").json[0]["sessions"] if row["rate"]} == {
        row["user"] for row in cli.ok("sessions", "--json").json[0]["sessions"]
    }
    kicked = cli.ok("kick", "--filter", "state:live", cici, dedi, ani, "--yes-count", "2", *QUICK)
    assert "kick 2 customers" in kicked.out
    assert kicked.out.splitlines()[-1].endswith("kick: 2 PROVEN")
    removed = cli.ok("customer", "remove", cici, dedi, "--yes-count", "2", *FAST)
    assert removed.out.splitlines()[-1].endswith("remove: 2 PROVEN")
    assert cli.ok("customer", "list", "--count", "--json").json == {"count": 2}


def test_a_selection_of_nobody_and_of_everybody(cli: Cli, isp: RunningIsp) -> None:
    stock(cli, isp)
    for arguments, said in (
        (("isolate",), "no customers are named"),
        (("kick", "--filter", "area:nowhere"), "fits nobody"),
        (("kick", "--filter", "aera:utara"), "nearest: area"),
        (("customer", "edit", *isp.names[:2]), "nothing is to be changed"),
        (("customer", "edit", *isp.names[:2], "--area", "x", "--phone", "1"), "--phone is for one customer"),
        (("customer", "edit", *isp.names[:2], "--caller-id", "02:00:00:00:00:01"), "caller-id cannot be the same"),
        (("customer", "edit", *isp.names[:2], "--profile", "nope"), "no such profile"),
        (("isolate", *isp.names[:2], "--key", "k"), "--key is for one customer"),
        (("isolate", *isp.names[:2], "--settle", "70s"), "settle time does not fit"),
        (("kick", *isp.names[:2], "--nas", "127.0.0.1"), "needs one user name"),
        (("renew", *isp.names[:2], "--months", "0"), "no renewal"),
        (("isolate", "nobody", isp.names[0]), "no such customer"),
    ):
        result = cli(*arguments, "--yes-count", "2")
        assert (result.status, result.out) == (2, ""), result
        assert said in result.err
    for chosen in (("--filter", ""), ("--filter", "state:open"), ("--filter", "user:*")):
        everybody = cli("isolate", *chosen, "--yes-count", "4")
        assert everybody.status == 4, everybody
        assert "everybody (4 customers)" in everybody.err
    assert isolations(cli) == {}
    dry = cli.ok("isolate", "--everybody", "--dry-run", "--json").json
    assert dry["count"] == 4
    assert cli("isolate", isp.names[0], "--yes-count", "2").status == 4
    assert cli.ok("bulk", "list", "--json").json == []


def test_files_as_people_save_them(cli: Cli, isp: RunningIsp, monkeypatch: pytest.MonkeyPatch) -> None:
    stock(cli, isp)
    ani, budi = isp.names[:2]
    file = cli.home / "list.txt"

    def edit(content: bytes, *more: str) -> tuple[int, str]:
        file.write_bytes(content)
        done = cli("customer", "edit", "--from-file", str(file), "--area", "Utara", *more)
        return done.status, done.err

    good = f"\ufeff# late\r\n{ani}\r\n\r\n  C-0002 \r\n{ani}\r\n".encode()
    assert edit(good)[0] == 4, "no count was given"
    assert edit(good, "--yes-count", "2") == (0, "radiusbridge: bulk run 1: begun; radiusbridge bulk stop 1 stops it\n")
    assert [row["user"] for row in cli.ok("customer", "list", "area:utara", "--json").json] == [ani, budi]
    assert edit(good)[0] == 0, "all are so already"
    for content, said in (
        (b"# nobody\n\n", "fits nobody"),
        (f"{ani}\nM\xfcller\n".encode("latin-1"), "line 2 is not UTF-8 (“Müller” in Latin-1)"),
        (f"{ani}\n".encode("utf-16"), "the file is UTF-16"),
        (f"{ani}\nx\x1b[2Jy\n".encode(), "line 2 “x␛[2Jy” holds a control"),
        (f"{ani}\t{budi}\n".encode(), "line 1"),
        (b"a" * 300, "line 1 has 300 characters"),
        (f"{ani}\nnobody\n\nnor me\n".encode(), "line 2 “nobody” names no customer"),
        (b"\n".join(b"x%d" % number for number in range(99)), "there may be more"),
    ):
        status, err = edit(content, "--yes-count", "1")
        assert status == 2, content
        assert said in err
        assert "\x1b" not in err
    assert "line 4 “nor me”" in edit(f"{ani}\nnobody\n\nnor me\n".encode())[1]
    missing = cli("kick", "--from-file", str(cli.home / "none"))
    assert (missing.status, "No such file" in missing.err) == (2, True)
    stdin(monkeypatch, f"{isp.names[3]}\n".encode())
    assert cli.ok("customer", "edit", "-", ani, "--area", "Timur", "--yes-count", "2", "--json").lines[0]["count"] == 2


def test_a_list_that_cannot_be_read_decides_nothing(cli: Cli, isp: RunningIsp) -> None:
    stock(cli, isp)
    isp.until(lambda world: all(customer.online for customer in world.customers.values()))
    nas = isp.router("nas")["name"]
    one = isp.names[0]
    cli.ok("customer", "edit", one, "--area", "Utara", "--no-provision")
    assert cli.ok("customer", "list", "state:live", f"nas:{nas}", "ip:100.65.*", "--count").out == "4\n"
    assert cli("kick", "--filter", "state:offline").status == 2
    isp.call(lambda world: world.faults(nas).turn(refuse_tcp=True))
    refused = cli("kick", "--filter", "state:live area:utara", "--yes-count", "1")
    assert (refused.status, refused.out) == (4, "")
    assert f"the list of {nas} could not be read" in refused.err
    assert "--ignore-unread" in refused.err
    ignored = cli.ok("kick", "--filter", "state:live or area:none", "--ignore-unread", "--dry-run", "--json").json
    assert (ignored["count"], [left["user"] for left in ignored["left_out"]]) == (3, [one])
    listed = cli("customer", "list", "state:live")
    assert listed.status == 3
    assert "4 customers are neither in nor out" in listed.err
    assert cli.ok("customer", "list", "state:unknown", "--count").out == "4\n"
    assert cli("customer", "list", "!state:live", "--count").out == "0\n"


def test_many_renew_once(cli: Cli, isp: RunningIsp) -> None:
    stock(cli, isp)
    ani, budi = isp.names[:2]
    until = str(add_months(TODAY, 2))
    cli.ok("isolate", ani, budi, "--yes-count", "2", *FAST)
    renew = ("renew", "--until", until, "--payment-note", "batch 7", *QUICK, "--json", *isp.names[:3])
    done = cli.ok(*renew, "--yes-count", "3")
    assert done.lines[-1]["states"] == {"PROVEN": 2, "recorded": 1}
    assert [row["access"] for row in cli.ok("customer", "list", f"paid={until}", "--json").json] == ["open"] * 3
    again = cli.ok(*renew, "--yes-count", "0")
    assert {left["why"] for left in again.lines[0]["left_out"]} == {f"paid until {until} already"}
    assert len(cli.ok("customer", "renewals", ani, "--json").json) == 1
    over = cli(*renew[:2], str(TODAY - timedelta(days=1)), *isp.names[:2], "--yes-count", "2")
    assert (over.status, "is over" in over.err) == (4, True)


def test_a_list_as_a_file_for_spreadsheets(cli: Cli, isp: RunningIsp) -> None:
    stock(cli, isp)
    one = isp.names[0]
    cli.ok("customer", "edit", one, "--name", "=cmd|' /C calc'!A0", "--phone", "+62 812", "--no-provision")
    cli.ok("isolate", one, "--settle", "1s")
    file = cli.home / "all.csv"
    cli.ok("customer", "list", "--csv", str(file), "--sort", "paid")
    head, *lines = file.read_bytes().decode().split("\r\n")
    assert head.startswith("number,user,name,")
    assert len(lines) == 5
    assert lines[0].startswith(f"C-0001,{one},'=cmd|' /C calc'!A0,um-1,")
    assert ",held,unpaid," in lines[0]
    assert ",'+62 812," in lines[0]
    assert file.stat().st_mode & 0o077 == 0
    assert cli.ok("customer", "list", one, "--csv", "-").out.count("\n") == 2
    assert cli("customer", "list", "--csv", "/nowhere/x").status == 2
    book = cli.home / "all.xlsx"
    cli.ok("customer", "list", "--export", str(book))
    with zipfile.ZipFile(book) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 5
    assert "=cmd|" in sheet
    assert "<f>" not in sheet
    assert cli.ok("customer", "list", one, "--export", "-").out.count("\n") == 2
    assert cli("customer", "list", "--export", "all.doc").status == 2
    assert cli("customer", "list", "--export", str(book), "--csv", "-").status == 2


def stocked_with(cli: Cli, count: int) -> None:
    context = open_context(settings(), "test")

    def fill(unit: UnitOfWork) -> None:
        server = unit.servers.add(Server("um-1", "userman7", ApiAccess("127.0.0.1", 1, "noc", Secret("p"))))
        profile = unit.profiles.add(Profile("home", 1, 1))
        for number in range(count):
            unit.customers.add(Customer(f"N-{number:05}", f"user{number:05}", server.id, profile.id))

    async def work() -> None:
        try:
            await context.database.write(fill)
        finally:
            await context.close()

    asyncio.run(work())


def test_five_thousand_lines_on_standard_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    stocked_with(cli, 5001)
    stdin(monkeypatch, "".join(f"user{number:05}\n" for number in range(5000)).encode())
    done = cli.ok("customer", "edit", "--from-file", "-", "--odp", "ODP-7", "--yes-count", "5000")
    assert done.out.splitlines()[-1] == "DONE  bulk run 1, edit: 5000 recorded"
    assert cli.ok("customer", "list", "odp=ODP-7", "--count").out == "5000\n"
    selection = cli.ok("bulk", "list", "--json").json[0]["selection"]
    assert selection == {"listed": 5000}


def test_the_same_asked_again_while_it_waits(cli: Cli) -> None:
    stocked_with(cli, 3)
    dark = ("--yes-count", "2", "--canary", "0", *QUICK, "user00001", "user00002")
    for run in (1, 2):
        assert cli("isolate", *dark).status == 3
        assert set(states(cli, run).values()) == {"waiting"}
    assert set(isolations(cli).values()) == {1}, "both runs wait for the same operations"


def test_left_to_another_process(cli: Cli) -> None:
    stocked_with(cli, 4)
    left = cli.ok("customer", "edit", "user00001", "user00002", "--area", "x", "--yes-count", "2", "--no-wait")
    assert left.out.splitlines()[-1] == "1"
    in_time(lambda: cli("bulk", "list", "--json").json[0]["status"] == "done", "the other process is done")
    assert set(states(cli, 1).values()) == {"recorded"}


@pytest.mark.slow
def test_stopped_in_one_process_and_resumed_in_another(cli: Cli, big: RunningIsp) -> None:
    stock(cli, big)
    command = [sys.executable, "-m", "radiusbridge", "isolate", "--everybody", "--yes-count", "30", "--hold", "pause"]
    child = subprocess.Popen(
        [*command, "--settle", "1s", "--per-second", "4", "--json"],
        env=cli.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(2)]
    assert json.loads(lines[1])["type"] == "row"
    assert cli("bulk", "resume", "1").status == 4, "another process has it"
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=SECONDS)
    assert child.returncode == 1
    begun = isolations(cli)
    assert 0 < len(begun) < COUNT
    victim = [sys.executable, "-m", "tests.kill.victim", str(cli.home / "passed"), "after commit intent 3"]
    killed = subprocess.run(
        [*victim, "bulk", "resume", "1"],
        env={**cli.environment(), "PYTHONPATH": str(Path(tests.__file__).parent.parent)},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    resumed = cli.ok("bulk", "resume", "1", "--json").lines[-1]
    assert resumed["states"] == {"PROVEN": COUNT}
    assert set(isolations(cli).values()) == {1}
    assert passing(big) == set()
    holds = cli.ok("customer", "list", "hold:pause", "--count")
    assert holds.out == f"{COUNT}\n"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((0, 300, 0, 5.0), "0 of 300"),
        ((20, 300, 20, 5.0), "20 of 300  4.0/s  1m10s left"),
        ((120, 300, 20, 10.0), "120 of 300  2.0/s  1m30s left"),
        ((300, 300, 300, 3.0), "300 of 300  100.0/s"),
        ((5, 9, 5, 0.0), "5 of 9"),
    ],
)
def test_the_words_of_progress(given: tuple[int, int, int, float], said: str) -> None:
    assert words(*given) == said


def test_progress_is_for_a_terminal_and_is_taken_away(cli: Cli) -> None:
    stocked_with(cli, 30)
    verb = [sys.executable, "-m", "radiusbridge", "customer", "edit", "--everybody", "--area", "x", "--yes-count", "30"]
    ours, theirs = os.openpty()
    done = subprocess.run(
        verb, env=cli.environment(), stdout=subprocess.PIPE, stderr=theirs, timeout=SECONDS, check=True
    )
    os.close(theirs)
    shown = os.read(ours, 1_000_000).decode()
    os.close(ours)
    assert "\r\x1b[K0 of 30" in shown
    assert shown.endswith("\r\x1b[K"), "nothing of it stays"
    lines = done.stdout.decode().splitlines()
    assert len([line for line in lines if line.startswith("RECORDED")]) == 30
    assert "\x1b" not in done.stdout.decode()


def test_brakes_come_from_options_then_the_environment_then_the_kind(
    cli: Cli, isp: RunningIsp, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(cli, isp)
    monkeypatch.setenv("RADIUSBRIDGE_BRAKES", "per-nas=2 batch=7")
    many = ("--everybody", "--yes-count", "4", "--json")
    kicked = cli.ok("kick", *many, "--per-nas", "100", "--per-server", "0", "--cpu-rise", "30")
    brakes = kicked.lines[-1]["brakes"]
    assert [brakes[name] for name in ("per_nas", "server_per_second", "batch", "cpu_rise", "timeout_limit")] == [
        100, 0, 7, 30, 20,
    ]  # fmt: skip
    monkeypatch.setenv("RADIUSBRIDGE_BRAKES", "per-nass=2")
    refused = cli("kick", *many)
    assert (refused.status, "“per-nass” is no brake" in refused.err) == (2, True)

"""The verbs against the simulated ISP on loopback."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from radiusbridge.cli.output import cells
from tests.cli.conftest import Cli, RunningIsp, adopt, connect
from tests.cli.ending import SECONDS
from tests.peers.programs import until


@pytest.fixture
def town(cli: Cli, isp: RunningIsp) -> Cli:
    """The database knows the simulated ISP and its first customer."""
    connect(cli, isp)
    adopt(cli, isp, isp.names[0])
    return cli


def live(cli: Cli, user: str) -> list[str]:
    """The session ids that the NASes list for a user."""
    readings = cli.ok("sessions", user, "--json").json
    return [session["session_id"] for reading in readings for session in reading["sessions"]]


def test_both_tests_pass_and_show_each_step(town: Cli) -> None:
    for verb, steps in (
        (
            ("server", "test", "um-1"),
            {"tcp", "login", "rights", "package", "settings", "clock", "radius-row", "radius"},
        ),
        (("nas", "test", "bras-1"), {"tcp", "login", "incoming", "radius-row", "dae", "ladder"}),
    ):
        *findings, result = town.ok(*verb, "--json").lines
        assert steps <= {finding["step"] for finding in findings}
        assert (result["exit"], result["failed_step"]) == (0, None)
        shown = town.ok(*verb).out
        assert all(" ms " in line for line in shown.splitlines() if not line.startswith(" "))
        assert max(map(cells, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("change", "step", "status"),
    [
        (("--api-password-file", "wrong"), "login", 1),
        (("--api", "HOST:1"), "tcp", 3),
        (("--tls", "--api", "HOST:8728"), "tls", 1),
        (("--radius-secret-file", "wrong"), "radius", 3),
    ],
)
def test_the_failing_step_is_named(town: Cli, isp: RunningIsp, change: tuple[str, ...], step: str, status: int) -> None:
    host = isp.router("server")["api"]["host"]
    wrong = town.secret("wrong", "wrong")
    town.ok("server", "edit", "um-1", *(one.replace("HOST", host).replace("wrong", wrong) for one in change))
    result = town("server", "test", "um-1")
    assert result.status == status
    assert f"um-1: failed at {step}: " in result.err
    assert "FAIL" in result.out.splitlines()[-1] or "->" in result.out


def test_isolate_and_activate_are_proven(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    assert live(town, user)
    isolated = town.ok("isolate", user, "--settle", "1s", "--reason", "unpaid", "--ticket", "T-1")
    assert isolated.out.startswith(f"PROVEN  isolate C-0001 ({user})  in ")
    assert "list-sessions" in isolated.err
    assert max(map(cells, (isolated.out + isolated.err).splitlines())) <= 80
    assert not isp.call(lambda world: world.oracle.can_pass_traffic(user))
    shown = town.ok("customer", "show", user, "--json").json
    assert [(hold["kind"], hold["reason"], hold["ticket"]) for hold in shown["holds"]] == [("unpaid", "unpaid", "T-1")]

    *evidence, verdict = town.ok("activate", user, "--wait-online", "30s", "--json").lines
    assert {one["type"] for one in evidence} == {"evidence"}
    assert (verdict["type"], verdict["verdict"], verdict["exit"]) == ("verdict", "PROVEN", 0)
    assert isp.call(lambda world: world.oracle.can_pass_traffic(user))

    shown_op = town.ok("op", "show", str(verdict["id"]), "--json").json
    assert [step["sequence"] for step in shown_op["steps"]] == [one["sequence"] for one in evidence]
    assert town.ok("op", "show", str(verdict["id"])).out.startswith("operation")
    actions = [entry["action"] for entry in town.ok("audit", "list", "--json").json]
    assert {"hold.open", "hold.close", "operation.isolate", "operation.isolate.ended"} <= set(actions)


def test_walled_and_a_second_hold(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    walled = town.ok("isolate", user, "--policy", "walled", "--settle", "1s", "--hold", "abuse")
    assert walled.out.startswith("PROVEN")
    town.ok("isolate", user, "--policy", "walled", "--settle", "1s")
    kept = town("activate", user, "--hold", "unpaid")
    assert kept.status == 1
    assert kept.out.startswith("KEPT OUT")
    assert "abuse" in kept.out
    assert town("activate", user, "--hold", "unpaid", "--json").json["holds"][0]["kind"] == "abuse"
    assert town.ok("activate", user).out.startswith("PROVEN")


@pytest.mark.parametrize("password", ["0123456789", "yes", "🙂", ' "quoted" =x= '])
def test_passwords_arrive_as_they_are(cli: Cli, isp: RunningIsp, password: str) -> None:
    connect(cli, isp)
    added = cli.ok(
        *("customer", "add", "--user", "baru", "--profile", isp.endpoints["profile"]),
        *("--password-file", cli.secret("pw", password)),
    )
    assert added.out.startswith("PROVEN  provision C-0001 (baru)")
    radius = isp.router("server")["radius"]
    for method in ("pap", "chap", "mschapv2"):
        probe = cli.ok(
            *("probe", "auth", f"{radius['host']}:{radius['auth_port']}", "--user", "baru", "--method", method),
            *("--secret-file", str(cli.home / "radius"), "--password-file", str(cli.home / "pw")),
        )
        assert probe.out.startswith("OK  accept")
    assert cli.ok("isolate", "baru", "--settle", "1s").out.startswith("PROVEN")
    assert password not in cli.ok("op", "show", "1", "--json").out + cli.ok("audit", "list", "--json").out


def test_a_customer_s_life(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    edited = town.ok("customer", "edit", user, "--static-address", "10.9.0.7", "--name", "Budi")
    assert edited.out.startswith("PROVEN  provision")
    assert "10.9.0.7" in isp.call(lambda world: str(list(world.router("um1").menus["/user-manager/user"].rows())))
    assert town.ok("customer", "edit", user, "--phone", "0812").out.startswith("changed customer")
    town.ok("profile", "add", "fast", "--rate", "50M/100M", "--validity", "30d")
    assert town.ok("customer", "edit", user, "--profile", "fast").out.startswith("PROVEN")
    assert town.ok("profile", "edit", "fast", "--rate", "60M/120M").out.startswith("PROVEN")
    removed = town.ok("customer", "remove", user, "--settle", "1s")
    assert removed.out.startswith("PROVEN  remove")
    assert town("customer", "show", user).status == 2
    assert town.ok("profile", "remove", "fast").out


def test_kick_and_the_redial(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    [before] = live(town, user)
    assert before in town.ok("kick", user).out
    isp.until(lambda world: world.oracle.can_pass_traffic(user))
    [after] = live(town, user)
    assert after != before

    dae = isp.router("nas")["dae"]
    nas = ("--nas", f"{dae['host']}:{dae['port']}", "--secret-file", str(town.home / "dae"))
    direct = town("kick", user, *nas, "--session-id", after)
    assert (direct.status, direct.out.split()[0]) == (5, "UNPROVEN")
    assert "not journaled" in direct.err
    gone = town("kick", user, *nas, "--session-id", "ffff", "--json")
    assert (gone.status, gone.json["answer"]) == (5, "not-found")
    silent = town("kick", user, *nas[:2], "--secret-file", town.secret("w", "wrong"), "--timeout", "1s")
    assert silent.status == 3
    assert len(town.ok("op", "list", "--json").json) == 1


def test_probe_says_why(town: Cli, isp: RunningIsp) -> None:
    radius = isp.router("server")["radius"]
    where = ("probe", "auth", f"{radius['host']}:{radius['auth_port']}", "--user", isp.names[0])
    right = ("--secret-file", str(town.home / "radius"))
    rejected = town(*where, *right, "--password-file", town.secret("w", "wrong"))
    assert (rejected.status, rejected.out.split()[0]) == (1, "FAILED")
    wrong = ("--secret-file", town.secret("x", "wrong"), "--password-file", str(town.home / "w"))
    silent = town(*where, *wrong, "--timeout", "1s")
    assert (silent.status, silent.out.split()[0]) == (3, "UNANSWERED")
    answer = town.ok(*where, *right, "--password-file", str(town.home / isp.names[0]), "--json").json
    assert answer["outcome"] == "accept"
    assert answer["milliseconds"] > 0
    assert answer["signed"] is True


@pytest.mark.slow
def test_a_dark_server_is_waited_for(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    isp.call(lambda world: world.faults("um1").turn(dark=True))
    waiting = town("isolate", user, "--settle", "1s")
    assert waiting.status == 3
    assert waiting.out.startswith(f"WAITING  isolate C-0001 ({user})")
    assert "radiusbridge op run --watch" in waiting.err
    assert live(town, user), "nobody is kicked for a server that is dark"
    refused = town("customer", "remove", user)
    assert refused.status == 2
    assert "unfinished" in refused.err
    again = town("op", "run")
    assert again.status == 3

    isp.call(lambda world: world.faults("um1").turn(dark=False))
    carried = town.ok("op", "run")
    assert carried.out.startswith(f"PROVEN  isolate C-0001 ({user})")
    assert town.ok("op", "run").out == ""


def test_what_waits_can_be_cancelled(town: Cli, isp: RunningIsp) -> None:
    isp.call(lambda world: world.faults("um1").turn(refuse_tcp=True))
    assert town("isolate", isp.names[0]).status == 3
    assert town.ok("op", "cancel", "1").out.endswith("is cancelled\n")
    assert town.ok("op", "cancel", "1").out.endswith("was cancelled already\n")
    assert town.ok("op", "list", "--unfinished", "--json").json == []


def test_what_is_over_is_not_cancelled_and_who_took_its_place_is_told(town: Cli, isp: RunningIsp) -> None:
    isp.call(lambda world: world.faults("um1").turn(refuse_tcp=True))
    user = isp.names[0]
    assert town("isolate", user).status == 3
    assert town("activate", user).status == 3
    replaced = town("op", "run", "1")
    assert (replaced.status, replaced.out.partition(" ")[0]) == (3, "SUPERSEDED")
    assert "op list --customer C-0001" in replaced.err
    late = town("op", "cancel", "1")
    assert (late.status, "nothing was cancelled" in late.out) == (1, True)
    entries = town.ok("audit", "list", "--operation", "1", "--json").json
    assert "operation.cancel" not in {entry["action"] for entry in entries}


def test_a_dark_nas_stops_nobody(town: Cli, isp: RunningIsp) -> None:
    town.ok(
        *("nas", "add", "bras-2", "--api", "127.0.0.1:1", "--api-user", "x"),
        *("--api-password-file", town.secret("x", "x")),
    )
    seen = town("sessions", "--json")
    assert seen.status == 3
    by_name = {reading["nas"]: reading for reading in seen.json}
    assert {session["user"] for session in by_name["bras-1"]["sessions"]} == set(isp.names)
    assert by_name["bras-2"]["error"]
    assert "bras-2: not read" in seen.err
    assert {row["user"] for row in town.exported("sessions")} == set(isp.names)
    assert town("sessions", "--watch", "--export", str(town.home / "x.csv")).status == 2
    nobody = town.ok("sessions", "nobody", "--nas", "bras-1")
    assert "no live session on bras-1" in nobody.err


def test_without_a_known_password_it_is_unproven(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[1]
    profile = isp.endpoints["profile"]
    town.ok("customer", "add", "--user", user, "--profile", profile, "--no-provision", "--no-password")
    isolated = town("isolate", user, "--settle", "1s")
    assert (isolated.status, isolated.out.split()[0]) == (5, "UNPROVEN")
    assert "no password is known" in isolated.out
    assert not isp.call(lambda world: world.oracle.can_pass_traffic(user))


def test_what_is_no_router_is_named(town: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = threading.Thread(target=_speak_http, args=(listening,), daemon=True)
        answering.start()
        town.ok("server", "edit", "um-1", "--api", f"127.0.0.1:{listening.getsockname()[1]}")
        result = town("server", "test", "um-1")
        listening.shutdown(socket.SHUT_RDWR)
        answering.join(10)
    assert result.status == 1
    assert len(result.err.splitlines()) == 1
    assert "a web server answers there" in result.err


def _speak_http(listening: socket.socket) -> None:
    """Answer everybody as a web server does, until the listening socket is closed."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_nas_that_lies_is_found_out(town: Cli, isp: RunningIsp) -> None:
    isp.call(lambda world: world.faults("nas1").turn(lie=True))
    lied = town("kick", isp.names[0], "--deadline", "8s")
    assert (lied.status, lied.out.split()[0]) == (1, "FAILED")


def _process(cli: Cli, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "radiusbridge", *arguments],
        env=cli.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _ended(cli: Cli, operation: int) -> dict[str, object]:
    """The operation once it is over; somebody else carries it out."""

    def look() -> dict[str, object] | None:
        found: dict[str, object] = cli.ok("op", "show", str(operation), "--json").json
        return found if found["finished_at"] else None

    return until(look, "its end") or {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_leaving_off_leaves_the_work_to_another_process(town: Cli, isp: RunningIsp, number: signal.Signals) -> None:
    process = _process(town, "isolate", isp.names[0], "--settle", "3s")
    assert process.stderr is not None
    line = process.stderr.readline()
    assert "claim" in line
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (128 + number, "")
    assert "goes on in another process" in err
    ended = _ended(town, 1)
    assert (ended["verdict"], ended["attempts"]) == ("PROVEN", 2)


def test_no_wait_prints_the_id(town: Cli, isp: RunningIsp) -> None:
    left = town.ok("isolate", isp.names[0], "--settle", "1s", "--no-wait")
    assert left.out == "1\n"
    assert _ended(town, 1)["verdict"] == "PROVEN"


def test_what_another_process_runs_is_followed(town: Cli, isp: RunningIsp) -> None:
    process = _process(town, "isolate", isp.names[0], "--settle", "4s", "--key", "k-1")
    assert process.stderr is not None
    assert "claim" in process.stderr.readline()
    followed = town.ok("op", "run", "1")
    process.communicate(timeout=SECONDS)
    assert followed.out.startswith("PROVEN")
    assert "claim" in followed.err
    assert town.ok("op", "show", "1", "--json").json["attempts"] == 1


def test_watch_carries_out_what_waits(town: Cli, isp: RunningIsp) -> None:
    isp.call(lambda world: world.faults("um1").turn(refuse_tcp=True))
    assert town("isolate", isp.names[0], "--settle", "1s").status == 3
    isp.call(lambda world: world.faults("um1").turn(refuse_tcp=False))
    process = _process(town, "op", "run", "--watch")
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("PROVEN  isolate C-0001")
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in err


@pytest.fixture
def simulation(cli: Cli) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    path = cli.home / "endpoints.json"
    process = _process(cli, "simulate", "--customers", "2", "--endpoints", str(path))
    assert process.stderr is not None
    assert str(path) in process.stderr.readline()
    yield process, path
    process.kill()
    process.communicate()


def test_simulate_ends_cleanly(cli: Cli, simulation: tuple["subprocess.Popen[str]", Path]) -> None:
    process, path = simulation
    assert path.stat().st_mode & 0o077 == 0
    endpoints = json.loads(path.read_text())
    radius = next(router["radius"] for router in endpoints["routers"] if "radius" in router)
    customer = endpoints["customers"][0]
    cli.ok(
        *("probe", "auth", f"{radius['host']}:{radius['auth_port']}", "--user", customer["username"]),
        *("--secret-file", cli.secret("s", radius["secret"]), "--method", "chap"),
        *("--password-file", cli.secret("p", customer["password"])),
    )
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert err == "radiusbridge: the simulated ISP has ended\n"

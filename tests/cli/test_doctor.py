"""`doctor`, and the capability cards that it keeps: headless, against simulated ISPs."""

import json
import sqlite3
from datetime import datetime, timedelta

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp, adopt, connect


def no_incoming(isp: SimulatedIsp, accept: str = "no") -> None:
    settings = isp.router("nas1").nas.dae.settings
    settings.set(settings.values, {"accept": accept})


def test_what_is_wrong_is_shown_with_the_lines_that_mend_it(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    first = cli.ok("doctor")
    assert "server um-1: " in first.out
    assert "NAS bras-1: " in first.out
    assert "FAULT" not in first.out
    isp.call(no_incoming)
    shown = cli.ok("doctor", "bras-1")
    assert "    /radius/incoming set accept=yes port=3799\n" in shown.out
    assert "server um-1" not in shown.out
    assert "version" not in shown.out
    assert "RouterOS 7.16.2" in cli.ok("doctor", "BRAS-1", "--all").out
    found = cli("doctor", "no-such")
    assert (found.status, "no-such" in found.err) == (2, True)
    secrets = [isp.router("nas")["dae"]["secret"], isp.router("server")["api"]["password"]]
    assert not any(secret in first.out + shown.out for secret in secrets)


def test_who_has_nothing_to_examine_is_told_what_is_missing_or_known(cli: Cli, isp: RunningIsp) -> None:
    nothing, unknown = cli("doctor"), cli("doctor", "nope")
    assert (nothing.status, nothing.out) == (2, "")
    assert "there is no server and no NAS yet" in nothing.err
    assert "radiusbridge server add" in nothing.err
    assert (unknown.status, "there is none yet" in unknown.err) == (2, True)
    monitored = cli("doctor", "--nagios")
    assert (monitored.status, monitored.out.startswith("DOCTOR UNKNOWN - there is no server")) == (3, True)
    connect(cli, isp)
    assert "nope: no such server or NAS; known: bras-1, um-1" in cli("doctor", "nope").err
    assert "nearest: bras-1" in cli("doctor", "bras-9").err


def test_json_and_monitoring(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    *reports, result = cli.ok("doctor", "--json").lines
    assert {(one["kind"], one["name"], one["reached"]) for one in reports} == {
        ("server", "um-1", True),
        ("nas", "bras-1", True),
    }
    assert result == {"type": "result", "devices": 2, "exit": 0}
    for report in reports:
        assert set(report) == {
            *("type", "kind", "name", "reached", "severity", "milliseconds", "findings", "card"),
        }  # fmt: skip
        for finding in report["findings"]:
            assert set(finding) == {"id", "severity", "text", "why", "mend", "row"}
            assert finding["severity"] == "ok" or finding["why"] or finding["severity"] == "unknown"
    monitored = cli("doctor", "--nagios")
    assert monitored.status == 1
    assert monitored.out.startswith("DOCTOR WARNING - ")
    assert " | devices=2;;;0 faults=0;;;0 warnings=" in monitored.out.splitlines()[0]
    isp.call(lambda sim: sim.router("nas1").nas.aaa.set(sim.router("nas1").nas.aaa.values, {"use-radius": "no"}))
    assert cli("doctor").status == 1
    assert cli("doctor", "--nagios").status == 2
    assert cli("doctor", "--nagios", "--json").status == 2


def test_a_dark_router_delays_nobody(cli: Cli, isp: RunningIsp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radiusbridge.gateways.steps.CONNECT_SECONDS", 2.5)
    connect(cli, isp)
    cli.ok("nas", "add", "blind", "--dae", "127.0.0.1:1", "--dae-secret-file", cli.secret("dae", "x"))
    isp.call(lambda sim: sim.faults("nas1").turn(dark=True))
    found = cli("doctor", "--json")
    assert found.status == 3
    by_name = {one["name"]: one for one in found.lines[:-1]}
    assert list(by_name)[-1] == "bras-1"
    assert [one["id"] for one in by_name["bras-1"]["findings"]] == ["reach"]
    assert by_name["bras-1"]["card"] is None
    assert by_name["blind"]["severity"] == "unknown"
    assert len(by_name["um-1"]["findings"]) > 15
    assert "bras-1 reach: api: no answer" in cli("doctor", "--nagios").out


def test_a_card_is_kept_shown_and_goes_with_its_device(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    assert cli.ok("server", "show", "um-1", "--json").json["card"] is None
    assert "not read yet" in cli.ok("nas", "show", "bras-1").out
    cli.ok("server", "test", "um-1")
    card = cli.ok("server", "show", "um-1", "--json").json["card"]
    assert (card["version"], card["generation"], card["signs"]) == ("7.16.2 (stable)", "userman7", True)
    isp.call(no_incoming)
    cli.ok("nas", "test", "bras-1")
    shown = cli.ok("nas", "show", "bras-1").out
    assert "RouterOS 7.16.2 (stable) on CHR" in shown
    assert "no disconnect: /radius/incoming does not accept" in " ".join(shown.split())
    cli.ok("nas", "remove", "bras-1")
    with sqlite3.connect(cli.home / "radiusbridge.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM device_card").fetchone() == (1,)


def steps(cli: Cli, user: str) -> list[tuple[str, str]]:
    found = cli.ok("op", "list", "--json").json
    operation = next(one["id"] for one in found if one["user"] == user)
    evidence = cli.ok("op", "show", str(operation), "--json").json["steps"]
    return [(one["detail"].get("rung", ""), one["text"]) for one in evidence]


def test_a_rung_that_does_not_exist_is_passed_over_and_says_so(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    isp.call(no_incoming)
    cli.ok("doctor")
    name = isp.names[0]
    adopt(cli, isp, name)
    assert cli("kick", name).status == 0
    kicks = [(rung, text) for rung, text in steps(cli, name) if rung]
    assert kicks
    assert not any("disconnect" in rung for rung, _ in kicks)
    assert all("passed over: /radius/incoming does not accept (accept=no), as read on " in text for _, text in kicks)


def aged(cli: Cli, hours: int) -> None:
    """Let every card be so old."""
    with sqlite3.connect(cli.home / "radiusbridge.sqlite3") as database:
        for key, text in database.execute("SELECT id, read_at FROM device_card").fetchall():
            moment = datetime.fromisoformat(text) - timedelta(hours=hours)
            database.execute("UPDATE device_card SET read_at = ? WHERE id = ?", (moment.isoformat(" "), key))


def test_an_old_card_is_not_believed(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    isp.call(no_incoming)
    cli.ok("doctor")
    isp.call(lambda sim: no_incoming(sim, "yes"))
    aged(cli, 13)
    name = isp.names[0]
    adopt(cli, isp, name)
    assert cli("kick", name).status == 0
    assert next(rung for rung, _ in steps(cli, name) if rung) == "disconnect"


def test_a_card_that_is_wrong_costs_no_verdict(cli: Cli, isp: RunningIsp) -> None:
    """Everything but the rung that the card denies is broken: it is tried at last."""
    connect(cli, isp)
    isp.call(no_incoming)
    cli.ok("doctor")
    isp.call(lambda sim: no_incoming(sim, "yes"))

    def only_disconnects(sim: SimulatedIsp) -> None:
        groups = sim.router("nas1").menus["/user/group"]
        row = groups.named("api")
        assert row is not None
        groups.set(row, {"policy": "api,read,test"})
        clients = sim.router("um1").menus["/user-manager/router"]
        row = clients.named("nas1")
        assert row is not None
        clients.set(row, {"coa-port": "9"})

    isp.call(only_disconnects)
    name = isp.names[0]
    adopt(cli, isp, name)
    assert cli("kick", name).status == 0
    assert [rung for rung, _ in steps(cli, name) if rung][-1] == "disconnect"


def test_json_is_a_document_a_line(cli: Cli) -> None:
    assert [json.loads(line) for line in cli("doctor", "--json").out.splitlines()] == [
        {"type": "result", "devices": 0, "exit": 2}
    ]
    assert cli("doctor", "--nagios").status == 3

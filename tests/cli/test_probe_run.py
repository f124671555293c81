"""`probe run` and `probe history` at the simulated ISP: formats, exit statuses, targets by name, what is kept."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from radiusbridge.cli.probe_reports import Run, nagios, prometheus
from radiusbridge.domain.probe_runs import ProbeCase, ProbeSuite, Told
from radiusbridge.domain.probes import Probe, ProbeKind, ProbeOutcome, ProbeResult, ProbeVerdict
from radiusbridge.domain.records import RadiusAccess
from radiusbridge.domain.secret import Secret
from tests.cli.conftest import Cli, RunningIsp, adopt, connect
from tests.radius.support import EPOCH

PERFDATA = re.compile(r"('[^'=]+'|[a-z]+)=(U|[0-9.]+s?)(;[0-9.]*){0,4}")
"""One value by the guidelines of the monitoring plug-ins."""


@pytest.fixture
def probes(cli: Cli, isp: RunningIsp) -> Path:
    """A file about the simulated server and NAS, by their addresses: six probes, all as expected."""
    um, nas = isp.router("server")["radius"], isp.router("nas")["dae"]
    cli.secret("radius", um["secret"])
    cli.secret("dae", nas["secret"])
    cli.secret("good", isp.password(isp.names[0]))
    cli.secret("bad", "not-the-password")
    path = cli.home / "north.toml"
    path.write_text(f"""
[defaults]
timeout = "60s"
labels = {{ site = 'the "north" \\ end' }}
[targets.um-1]
host = "{um["host"]}"
port = {um["auth_port"]}
acct_port = {um["acct_port"]}
secret_file = "radius"
[targets.bras-1]
host = "{nas["host"]}"
dae_port = {nas["port"]}
secret_file = "dae"
[[probe]]
name = "login"
kind = "auth"
target = "um-1"
user = "{isp.names[0]}"
password_file = "good"
method = ["pap", "chap", "mschapv2"]
max_time = "50s"
[[probe]]
name = "stranger"
kind = "auth"
target = "um-1"
user = "nobody"
password_file = "bad"
expect = "reject"
labels = {{ team = "abuse" }}
[[probe]]
name = "records"
kind = "acct"
target = "um-1"
[[probe]]
name = "cut"
kind = "disconnect"
target = "bras-1"
""")
    return path


def edited(path: Path, old: str, new: str) -> str:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return str(path)


def metrics(path: Path) -> dict[tuple[str, str], tuple[dict[str, str], float]]:
    """(metric, probe) -> (labels, value), as Prometheus's own parser reads the file."""
    found = {}
    for family in text_string_to_metric_families(path.read_text()):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            key = sample.name, sample.labels.get("probe", sample.labels.get("state", ""))
            assert key not in found
            found[key] = sample.labels, sample.value
    return found


def test_all_as_expected_in_every_form(cli: Cli, probes: Path) -> None:
    shown = cli.ok("probe", "run", str(probes)).out
    assert [line.split(":")[0] for line in shown.splitlines() if line[0] != " "] == [
        *("login/pap", "login/chap", "login/mschapv2", "stranger", "records", "cut", "north"),
    ]
    assert cli.ok("probe", "run", str(probes), "--quiet").out == ""
    told = cli.ok("probe", "run", str(probes), "--json", "--only", "team=abuse", "--only", "cut").json
    assert (told["suite"], told["exit"], told["counts"]["OK"]) == ("north", 0, 2)
    stranger, cut = told["probes"]
    assert (stranger["name"], stranger["state"], stranger["outcome"]) == ("stranger", "OK", "reject")
    assert stranger["labels"] == {"site": 'the "north" \\ end', "team": "abuse"}
    assert (cut["kind"], cut["target"], cut["asked"], cut["outcome"]) == ("disconnect", "bras-1", True, "nak-503")
    first, *more = cli.ok("probe", "run", str(probes), "--nagios").out.splitlines()
    assert first.startswith("RADIUS OK - 6 probes as expected | probes=6;;;0 ok=6;;;0;6 time=")
    assert more == []
    prom, xml = cli.home / "north.prom", cli.home / "north.xml"
    cli.ok("probe", "run", str(probes), "--prometheus", str(prom), "--junit", str(xml))
    suites = ET.fromstring(xml.read_text())
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("6", "0", "0")
    assert [case.get("name") for case in suites.iter("testcase")][-2:] == ["records", "cut"]
    read = metrics(prom)
    labels, value = read["radiusbridge_probe_success", "stranger"]
    assert (labels["site"], labels["suite"], labels["team"], value) == ('the "north" \\ end', "north", "abuse", 1.0)
    assert 0 < read["radiusbridge_probe_answer_seconds", "login/pap"][1] < 50
    assert read["radiusbridge_probe_run_probes", "ok"][1] == 6
    assert oct(prom.stat().st_mode & 0o777) == "0o644"
    assert {path.name for path in cli.home.iterdir()} & {".north.prom", ".north.xml"} == set()
    assert not list(cli.home.glob(".*.tmp"))
    assert not (cli.home / "radiusbridge.sqlite3").exists()


def test_a_target_that_must_refuse_and_accepts_is_critical(cli: Cli, probes: Path, isp: RunningIsp) -> None:
    file = edited(probes, 'user = "nobody"\npassword_file = "bad"', f'user = "{isp.names[0]}"\npassword_file = "good"')
    result = cli("probe", "run", file, "--nagios")
    assert result.status == 2
    assert "RADIUS CRITICAL - 1 of 6 not well: stranger: " in result.out
    assert "accepted what must be refused" in result.out
    assert cli("probe", "run", file).status == 1
    edited(probes, 'expect = "reject"', 'expect = "reject"\nseverity = "warning"')
    assert cli("probe", "run", file, "--nagios").status == 2


def test_warnings_and_failures(cli: Cli, probes: Path) -> None:
    file = edited(probes, 'max_time = "50s"', "max_time = 50\nwarn_time = 0.000001")
    slow = cli("probe", "run", file, "--nagios")
    assert (slow.status, slow.out.startswith("RADIUS WARNING - 3 of 6 not well: login/pap: ")) == (1, True)
    assert "WARNING login/chap" in slow.out.splitlines()[2]
    assert ";0.000001;50;0" in slow.out
    assert cli("probe", "run", file).status == 0
    edited(probes, 'expect = "reject"', 'severity = "warning"')
    assert cli("probe", "run", file, "--nagios", "--only", "stranger").status == 1
    failed = cli("probe", "run", file, "--junit", str(cli.home / "x.xml"))
    assert failed.status == 1
    suites = ET.fromstring((cli.home / "x.xml").read_text())
    (failure,) = suites.iter("failure")
    assert failure.get("type") == "reject"


def test_a_dead_server(cli: Cli, probes: Path, isp: RunningIsp) -> None:
    isp.call(lambda world: world.faults("um1").turn(dark=True))
    file = edited(probes, 'timeout = "60s"', 'timeout = "0.5s"')
    xml = cli.home / "x.xml"
    dead = cli("probe", "run", file, "--json", "--prometheus", str(cli.home / "x.prom"), "--junit", str(xml))
    alone = sum(float(case.get("time", "0")) for case in ET.fromstring(xml.read_text()).iter("testcase"))
    assert (dead.status, 2 * dead.json["seconds"] < alone) == (3, True), "they are silent side by side"
    assert {one["name"]: one["outcome"] for one in dead.json["probes"]} == {
        **dict.fromkeys(["login/pap", "login/chap", "login/mschapv2", "stranger", "records"], "silence"),
        "cut": "nak-503",
    }
    assert ("radiusbridge_probe_answer_seconds", "login/pap") not in metrics(cli.home / "x.prom")
    assert "'login/pap'=U;;50;0" in cli("probe", "run", file, "--nagios").out


def test_by_name_test_accounts_only(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    for user in isp.names[:2]:
        adopt(cli, isp, user)
    cli.ok("customer", "edit", isp.names[1], "--test-account", "--no-provision")
    file = cli.home / "named.toml"
    file.write_text(f"""
[targets.um]
server = "um-1"
nas = "bras-1"
[[probe]]
name = "test account"
kind = "auth"
target = "um"
user = "{isp.names[1]}"
[[probe]]
name = "cut"
kind = "coa"
target = "um"
""")
    told = cli.ok("probe", "run", str(file), "--json").json
    assert [(one["outcome"], one["method"]) for one in told["probes"]] == [("accept", "chap"), ("nak-503", None)]
    assert cli.ok("server", "show", "um-1", "--json").json["radius"]["signed_once"] is True
    for place in (f'user = "{isp.names[1]}"', f'attributes = ["User-Name={isp.names[1]}"]'):
        text = file.read_text()
        edited(file, place, place.replace(isp.names[1], isp.names[0])) if place in text else edited(
            file, 'kind = "coa"', f'kind = "coa"\nattributes = ["User-Name={isp.names[0]}"]'
        )
        refused = cli("probe", "run", str(file))
        assert refused.status == 2
        assert f"{isp.names[0]} is a customer; schedules use accounts made for tests" in refused.err
        file.write_text(text)
    edited(file, 'server = "um-1"', 'server = "um-9"')
    unknown = cli("probe", "run", str(file), "--nagios")
    assert (unknown.status, unknown.err) == (3, "")
    assert re.fullmatch(r"RADIUS UNKNOWN - .*named.toml:3: .*um-9.*nearest: um-1\n", unknown.out)


def test_history(cli: Cli, probes: Path) -> None:
    for _ in range(3):
        cli.ok("probe", "run", str(probes), "--history", "--quiet")
    edited(probes, 'expect = "reject"', 'expect = "accept"')
    cli("probe", "run", str(probes), "--history", "--only", "stranger")
    kept = {one["probe"]: one for one in cli.ok("probe", "history", "--json").json}
    assert (len(kept), kept["cut"]["runs"], kept["cut"]["success_ratio"], kept["cut"]["last_failure"]) == (
        6,
        3,
        1.0,
        None,
    )
    stranger = kept["stranger"]
    assert (stranger["runs"], stranger["success_ratio"], stranger["last_failure"]["outcome"]) == (4, 0.75, "reject")
    assert 0 < stranger["p50_milliseconds"] <= stranger["p95_milliseconds"] <= stranger["p99_milliseconds"]
    written = cli.exported("probe", "history")
    assert {one["probe"]: one["runs"] for one in written} == {name: str(one["runs"]) for name, one in kept.items()}
    shown = cli.ok("probe", "history", "stranger").out
    assert "75.00%" in shown
    assert "expected accept: reject came" in shown
    assert cli.ok("probe", "history", "--since", "2001-01-01", "--suite", "north", "--json").json
    assert cli("probe", "history", "strange").err.endswith("nearest: stranger\n")
    assert cli("probe", "history", "--suite", "south").status == 2
    cli("probe", "run", str(probes), "--history", "--keep", "0s", "--only", "cut")
    assert [one["runs"] for one in cli.ok("probe", "history", "--json").json] == [1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.toml"], "cannot be read"),
        (["{file}", "--only", "stangr"], "did you mean stranger"),
        (["{file}", "--prometheus", "/nowhere/x.prom"], "no such folder"),
        (["{file}", "--junit", "/dev/null"], "no file that can be replaced"),
        (["{file}", "--json", "--nagios"], "exclude each other"),
        (["{file}", "--keep", "3d"], "about what --history keeps"),
        (["{file}", "--side-by-side", "0"], "side-by-side"),
        (["{file}", "--deadline", "soon"], "is not a duration"),
    ],
)
def test_wrong_usage(cli: Cli, probes: Path, arguments: list[str], words: str) -> None:
    filled = [one.format(file=probes) for one in arguments]
    result = cli("probe", "run", *filled)
    both = "--nagios" in filled
    assert (result.status, words in (result.out if both else result.err)) == (3 if both else 2, True)
    if not both:
        asked = cli("probe", "run", *filled, "--nagios")
        assert (asked.status, asked.err) == (3, "")
        assert asked.out.startswith("RADIUS UNKNOWN - ")
        assert words.strip("-") in asked.out


def test_a_fault_of_our_own_is_unknown_to_monitoring(cli: Cli, probes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_error: object) -> str:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(nagios, "report", broken)
    result = cli("probe", "run", str(probes), "--nagios")
    assert (result.status, result.err) == (3, "")
    assert re.fullmatch(r"RADIUS UNKNOWN - internal error: ZeroDivisionError; the report is in \S+\n", result.out)


def hostile(number: int, words: str) -> Told:
    target = RadiusAccess("192.0.2.1", 1812, Secret("s"))
    probe = Probe(ProbeKind.AUTH, target, "t", labels=(("l", 'a"\\b{}=,'),))
    case = ProbeCase(f"probe-{number:05}", "probe", "t", probe)
    result = ProbeResult(probe, ProbeOutcome.REJECT, ProbeVerdict.FAILED, words, elapsed=0.01, seconds=0.01)
    return Told(case, result, EPOCH)


@pytest.mark.parametrize("count", [1, 2000])
@pytest.mark.parametrize("words", ["a|b 'c' \"d\" `e` $(f) <g>\n\x1b[2Jh", "字" * 600])
def test_foreign_text_breaks_no_form(count: int, words: str) -> None:
    told = [hostile(number, words) for number in range(count)]
    done = Run(ProbeSuite("s", "f", tuple(one.case for one in told)), told, EPOCH, 1.0)
    text, state = nagios.report(done)
    assert state == 2
    assert len(text.encode()) < 8192
    first, *more = text.splitlines()
    shown, measured = first.split("|")
    assert not set("'\"`$<>\x1b") & set(shown + "".join(more))
    values = re.findall(r"'[^']*'=\S+|\S+", measured)
    assert len(values) >= min(count, 50)
    assert all(PERFDATA.fullmatch(value) for value in values), values
    assert all(line.startswith(("CRITICAL ", "and ")) for line in more)
    families = list(text_string_to_metric_families(prometheus.report(done)))
    assert {sample.labels["l"] for one in families for sample in one.samples if "probe" in sample.labels} == {
        'a"\\b{}=,'
    }


def test_the_fields_of_json_are_written_down() -> None:
    text = (Path(__file__).parents[2] / "docs" / "verbs.md").read_text()
    for name in ("`probe run`", "`probe history`"):
        assert name in text
    told: Any = json.loads(json.dumps(["name", "entry", "state", "asked", "like", "warnings", "success_ratio"]))
    assert all(f"`{field}`" in text for field in told)

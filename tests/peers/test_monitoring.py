"""`probe run` as cron and Nagios run it, at a real FreeRADIUS: with a TOML file, secret files, and nothing else."""

import re
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.peers.freeradius import FreeRadiusAuth, FreeRadiusDae, plain_outcome
from tests.peers.nagios import checked
from tests.peers.programs import PATIENCE, unavailable
from tests.peers.verbs import HEAVY, ROOT, Result, read_result
from tests.ports import refusing_udp_port

pytestmark = pytest.mark.peer

MEASURED = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:])
_, status, used = os.wait4(process.pid, 0)
print(used.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Runs its arguments, tells their peak memory: what the parent held at the fork counts, so this parent is small."""
PLUGINS = Path("/usr/lib/nagios/plugins")


@dataclass(frozen=True)
class Files:
    """A folder with a file of probes and the secrets that it refers to."""

    folder: Path

    @property
    def probes(self) -> Path:
        return self.folder / "town.toml"

    def cron(self, *options: str) -> Result:
        """As cron runs a line: another folder, no terminal, no HOME, next to no environment."""
        done = subprocess.run(
            ["env", "-i", f"PYTHONPATH={ROOT}", *self.command(*options)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        result = read_result(done.returncode, done.stdout, done.stderr)
        assert "radiusbridge" in result.modules
        assert not result.modules & HEAVY
        return result

    def command(self, *options: str) -> list[str]:
        return [sys.executable, "-X", "importtime", "-m", "radiusbridge", "probe", "run", str(self.probes), *options]

    def edit(self, old: str, new: str) -> None:
        text = self.probes.read_text()
        assert old in text
        self.probes.write_text(text.replace(old, new))


@pytest.fixture
def town(tmp_path: Path, freeradius_auth: FreeRadiusAuth, freeradius_dae: FreeRadiusDae) -> Files:
    """All as expected."""
    auth, dae = freeradius_auth, freeradius_dae
    for name, text in (("secret", auth.secret), ("alice", "alice-pw-1"), ("bob", "bob-pw-1"), ("otp", "otp-pw-1")):
        (tmp_path / name).write_text(f"{text}\n")
        (tmp_path / name).chmod(0o600)
    assert auth.secret == dae.secret
    (tmp_path / "town.toml").write_text(f"""
[defaults]
timeout = "30s"
labels = {{ site = "town" }}

[targets.radius]
host = "{auth.host}"
port = {auth.ports["auth"]}
acct_port = {auth.ports["acct"]}
dae_port = {dae.ports["dae"]}
secret_file = "secret"

[[probe]]
name = "login"
kind = "auth"
target = "radius"
user = "alice"
password_file = "alice"
method = ["pap", "chap", "mschapv2"]
expect_attributes = ["Reply-Message~hello"]
max_time = "20s"

[[probe]]
name = "suspended"
kind = "auth"
target = "radius"
user = "bob"
password_file = "bob"
expect = "reject"

[[probe]]
name = "one-time code"
kind = "auth"
target = "radius"
user = "otp"
password_file = "bob"
answer_file = "otp"

[[probe]]
name = "records"
kind = "acct"
target = "radius"

[[probe]]
name = "alive"
kind = "status"
target = "radius"

[[probe]]
name = "cut"
kind = "disconnect"
target = "radius"

[[probe]]
name = "change"
kind = "coa"
target = "radius"
user = "static-1"
attributes = ["Mikrotik-Rate-Limit=1M/1M"]
""")
    return Files(tmp_path)


def test_from_cron_with_nothing_but_the_files(town: Files) -> None:
    told = town.cron("--json")
    assert told.err == ""
    probes = {one["name"]: (one["state"], plain_outcome(one["outcome"])) for one in told.json["probes"]}
    assert probes == {
        **dict.fromkeys(["login/pap", "login/chap", "login/mschapv2", "one-time code"], ("OK", "accept")),
        "suspended": ("OK", "reject"),
        "records": ("OK", "recorded"),
        "alive": ("OK", "alive"),
        "cut": ("OK", "nak-503"),
        "change": ("OK", "ack"),
    }
    assert (told.status, town.cron("--quiet").out) == (0, "")
    before = time.time()
    written = town.cron("--prometheus", f"{town.folder}/town.prom", "--quiet")
    assert (written.status, written.out) == (0, "")
    families = {
        family.name: family for family in text_string_to_metric_families((town.folder / "town.prom").read_text())
    }
    assert {sample.value for sample in families["radiusbridge_probe_success"].samples} == {1.0}
    (ended,) = families["radiusbridge_probe_run_last_timestamp_seconds"].samples
    assert before - 1 <= ended.value <= time.time() + 1


def test_nagios_runs_it(town: Files, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text()
    program = shlex.join(["/usr/bin/env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "radiusbridge"])
    example = page.partition("```nagios\n")[2].partition("```")[0]
    checks = example.replace("/usr/bin/radiusbridge", program).replace("/etc/radiusbridge/town.toml", str(town.probes))
    good = checked(tmp_path / "good", checks)
    assert (good.state, good.output) == (0, "RADIUS OK - 9 probes as expected")
    assert good.perfdata.startswith("probes=9;;;0 ok=9;;;0;9 time=")
    assert re.search(r"'login/mschapv2'=[0-9]+\.[0-9]", good.perfdata)
    town.edit('expect = "reject"', 'expect = "accept"')
    town.edit("Reply-Message~hello", "Reply-Message~bye")
    bad = checked(tmp_path / "bad", checks)
    assert bad.state == 2
    assert bad.output.startswith("RADIUS CRITICAL - 4 of 9 not well: login/pap: ")
    assert "CRITICAL suspended" in bad.long_output
    assert "account suspended" in bad.long_output
    assert bad.perfdata.count("=") == 12


def test_a_plug_in_that_runs_plug_ins(town: Files) -> None:
    negate = PLUGINS / "negate"
    if not negate.exists():
        unavailable("monitoring-plugins-basic is not installed")
    for options, status in ((["-s"], 2), (["-s", "-o", "WARNING"], 1)):
        done = subprocess.run(
            [str(negate), *options, *town.command("--nagios")],
            env={"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == status
        assert "9 probes as expected | probes=9" in done.stdout


def test_silence_and_a_closed_port_are_told_apart(town: Files, freeradius_auth: FreeRadiusAuth) -> None:
    (town.folder / "wrong").write_text("another\n")
    (town.folder / "wrong").chmod(0o600)
    with refusing_udp_port() as closed:
        town.probes.write_text(f"""
[defaults]
timeout = "1s"
user = "silent"
password_file = "alice"
[targets.right]
host = "127.0.0.1"
port = {freeradius_auth.ports["legacy"]}
secret_file = "secret"
[targets.wrong]
host = "127.0.0.1"
port = {freeradius_auth.ports["legacy"]}
secret_file = "wrong"
[targets.closed]
host = "127.0.0.1"
port = {closed}
secret_file = "secret"
[[probe]]
name = "login"
kind = "auth"
target = ["right", "wrong"]
[[probe]]
name = "nobody"
kind = "auth"
target = "closed"
timeout = "30s"
[[probe]]
name = "quiet"
kind = "auth"
target = "right"
expect = "timeout"
[[probe]]
name = "alive"
kind = "status"
target = "right"
timeout = "30s"
[[probe]]
name = "deaf"
kind = "status"
target = "wrong"
""")
        told = town.cron("--json").json
    assert {one["name"]: (one["outcome"], one["exit"]) for one in told["probes"]} == {
        "login/right": ("silence", 3),
        "login/wrong": ("silence", 3),
        "nobody": ("refused", 3),
        "quiet": ("silence", 0),
        "alive": ("alive", 0),
        "deaf": ("silence", 3),
    }


def test_ten_thousand_probes(town: Files) -> None:
    head = town.probes.read_text().partition("[[probe]]")[0]
    probe = '[[probe]]\nname = "p{}"\nkind = "auth"\ntarget = "radius"\nuser = "alice"\npassword_file = "alice"\n'
    town.probes.write_text(head + "".join(probe.format(number) for number in range(10_000)))
    # few file descriptors are a bound, and so is memory
    command = [sys.executable, "-c", MEASURED, *town.command("--nagios", "--deadline", "4m")]
    script = f"ulimit -n 256; exec {shlex.join(command)}"
    done = subprocess.run(
        ["bash", "-c", script], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=280, check=False
    )
    (line,) = done.stdout.splitlines()
    assert done.returncode == 0
    assert line.startswith("RADIUS OK - 10000 probes as expected | probes=10000;;;0 ok=10000;;;0;10000")
    assert len(line) < 8192
    assert int(done.stderr.splitlines()[-1]) < 256 * 1024

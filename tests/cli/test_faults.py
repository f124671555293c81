"""Faults of our own and of the machine: one line, the right exit status, nothing told that must not be."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from radiusbridge.services import servers
from tests.cli.conftest import Cli
from tests.cli.ending import SECONDS
from tests.cli.test_bad_input import one_line


def test_a_fault_of_our_own_leaves_a_report_without_data(stocked: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        secret = "hunter2"
        raise RuntimeError(f"cannot handle {secret}")

    monkeypatch.setattr(servers, "listed", broken)
    line = one_line(stocked("server", "list"), status=70)
    assert "RuntimeError" in line
    [report] = (stocked.home / "state").iterdir()
    assert str(report) in line
    assert report.stat().st_mode & 0o077 == 0
    told = report.read_text()
    assert "test_faults.py" in told
    assert "cannot handle hunter2" not in told


def test_the_reader_of_our_output_may_leave(stocked: Cli) -> None:
    for number in range(30):
        stocked.ok("profile", "add", f"p{number:02}", "--rate", "1M")
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [sys.executable, "-m", "radiusbridge", "profile", "list"],
        env=stocked.environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (run.returncode, run.stderr) == (141, "")


def test_a_file_that_is_no_database(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, " * 200)
    line = one_line(cli("server", "list", "--database", str(tmp_path / "notes.txt")), status=1)
    assert "notes.txt" in line
    one_line(cli("--database", str(tmp_path), "server", "list"), status=1)
    line = one_line(cli("--database", str(tmp_path / "typo" / "data.sqlite3"), "server", "list"), status=2)
    assert "no such folder" in line
    assert not (tmp_path / "typo").exists()


def test_a_database_server_that_is_not_there(cli: Cli) -> None:
    line = one_line(cli("server", "list", "--database", "postgresql://noc:hunter2@127.0.0.1:1/x"), status=3)
    assert "hunter2" not in line


def test_the_database_may_be_named_before_or_after_the_verb(cli: Cli, tmp_path: Path) -> None:
    one, two = str(tmp_path / "one.db"), str(tmp_path / "two.db")
    cli.ok("--database", one, "profile", "add", "p", "--rate", "1M")
    assert [row["name"] for row in cli.ok("profile", "list", "--json", "--database", one).json] == ["p"]
    assert cli.ok("--database", one, "profile", "list", "--json", "--database", two).json == []


def _stocked_from_stdin(cli: Cli, content: bytes, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "radiusbridge", *arguments],
        env=cli.environment(),
        input=content,
        capture_output=True,
        check=False,
    )


def test_secrets_from_standard_input_once(cli: Cli) -> None:
    add = ("server", "add", "um-1", "--api", "127.0.0.1:1", "--api-password-file", "-")
    assert _stocked_from_stdin(cli, b"0123\n", *add).returncode == 0
    twice = _stocked_from_stdin(cli, b"a\n", *add[:2], "um-2", *add[3:], "--radius", "h", "--radius-secret-file", "-")
    assert twice.returncode == 2
    assert b"once only" in twice.stderr
    nothing = _stocked_from_stdin(cli, b"", *add[:2], "um-2", "--api", "127.0.0.1:1")
    assert nothing.returncode == 2
    assert b"--api-password-file FILE" in nothing.stderr


def test_a_prompt_on_a_terminal_hides_what_is_typed(cli: Cli) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "radiusbridge", "server", "add", "um-1", "--api", "127.0.0.1:1"],
        env=cli.environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""
    with process:
        while b"API password: " not in seen:
            seen += os.read(ours, 1000)
        os.write(ours, b"hunter2\n")
        while b"added server um-1" not in seen:
            seen += os.read(ours, 1000)
        assert process.wait(SECONDS) == 0
    os.close(ours)
    assert b"hunter2" not in seen
    assert cli.ok("server", "show", "um-1", "--json").json["api"]["password_known"] is True

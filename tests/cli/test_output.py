"""What is printed: aligned, within 80 columns, hostile text without effect, JSON with stable names."""

import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.db.faults import translated
from radiusbridge.domain.errors import Damaged, exit_status
from tests.cli.conftest import Cli
from tests.cli.verbs import commands

DOCUMENT = Path(__file__).parents[2] / "docs" / "verbs.md"


@given(st.text(max_size=200), st.integers(1, 60))
def test_cut_fits(text: str, limit: int) -> None:
    assert output.cells(output.cut(text, limit)) <= limit


@given(st.text(st.characters(codec="ascii", categories=["L", "Zs"]), max_size=300), st.integers(10, 60))
def test_wrapped_loses_nothing_but_blanks(text: str, limit: int) -> None:
    lines = output.wrapped(text, limit)
    assert all(output.cells(line) <= limit for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_table_is_aligned_whatever_is_in_it(stocked: Cli) -> None:
    for user, name in (("budi", "Budi " * 30), ("用户用户", "ü"), ("🙂", ""), ("a" * 200, "x")):
        stocked.ok("customer", "add", "--user", user, "--name", name, "--profile", "home-10", "--no-provision")
    lines = stocked.ok("customer", "list").out.splitlines()
    assert max(map(output.cells, lines)) <= 80
    starts = {output.cells(line[: line.index("home-10")]) for line in lines[1:]}
    assert starts == {output.cells(lines[0][: lines[0].index("PROFILE")])}


def test_in_a_pipe_nothing_is_cut_off(stocked: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    stocked.ok("customer", "add", "--user", "budi", "--name", "Budi " * 20, "--profile", "home-10", "--no-provision")
    assert "…" in stocked.ok("customer", "list").out
    monkeypatch.delenv("COLUMNS")
    assert ("Budi " * 20).rstrip() in stocked.ok("customer", "list").out


def test_a_long_list_says_that_it_is_not_whole(stocked: Cli) -> None:
    for user in ("a", "b", "c"):
        stocked.ok("customer", "add", "--user", user, "--profile", "home-10", "--no-provision")
    page = stocked.ok("customer", "list", "--limit", "2", "--json")
    assert [row["user"] for row in page.json] == ["a", "b"]
    assert "2 of 3" in page.err
    assert [row["user"] for row in stocked.ok("customer", "list", "--offset", "2", "--json").json] == ["c"]
    assert [row["user"] for row in stocked.ok("customer", "list", "b", "--json").json] == ["b"]


def test_each_list_and_show_prints_json_whose_fields_are_documented(stocked: Cli) -> None:
    stocked.ok(
        *("customer", "add", "--user", "budi", "--profile", "home-10", "--no-provision", "--paid-until", "2026-12-31"),
        *("--static-address", "10.0.0.1", "--caller-id", "02-00-00-00-00-0a"),
    )
    documented = set(re.findall(r"`([a-z_]+)`", DOCUMENT.read_text()))
    names = {"server": "um-1", "nas": "bras-1", "profile": "home-10", "customer": "budi"}
    for group, name in names.items():
        [listed] = stocked.ok(group, "list", "--json").json
        shown = stocked.ok(group, "show", name, "--json").json
        assert listed.items() <= shown.items()
        assert set(shown) <= documented, group
        assert set(listed) <= documented, group
        assert name in stocked.ok(group, "show", name).out
        assert name in stocked.ok(group, "list").out
    entries = stocked.ok("audit", "list", "--json").json
    assert [entry["action"] for entry in entries] == ["customer.add", "profile.add", "nas.add", "server.add"]
    assert set(entries[0]) <= documented
    assert stocked.ok("customer", "show", "budi", "--json").json["caller_id"] == "02:00:00:00:00:0A"


def test_helps_write_durations_as_they_are_typed() -> None:
    from click.testing import CliRunner

    from radiusbridge.cli.root import root

    for path, _ in commands():
        shown = CliRunner().invoke(root, [*path, "--help"]).output
        assert "--help" in shown
        assert "default: (" not in shown, path


def test_every_verb_is_documented() -> None:
    text = DOCUMENT.read_text()
    for path, _ in commands():
        assert " ".join(path) in text


def test_secrets_appear_nowhere(cli: Cli) -> None:
    canary = "hunter2-canary"
    cli.ok(
        *("server", "add", "um-1", "--api", "127.0.0.1:1", "--api-password-file", cli.secret("a", canary)),
        *("--radius", "127.0.0.1:1", "--radius-secret-file", cli.secret("r", canary)),
    )
    cli.ok("nas", "add", "bras-1", "--dae", "127.0.0.1:1", "--dae-secret-file", cli.secret("d", canary))
    cli.ok("profile", "add", "p", "--rate", "1M")
    cli.ok(
        "customer",
        "add",
        "--user",
        "budi",
        "--profile",
        "p",
        "--no-provision",
        "--password-file",
        cli.secret("c", canary),
    )
    cli.ok("customer", "edit", "budi", "--no-provision", "--password-file", cli.secret("c", canary + "2"))
    seen = ""
    for group, name in {"server": "um-1", "nas": "bras-1", "profile": "p", "customer": "budi"}.items():
        for how in ((), ("--json",)):
            seen += cli.ok(group, "list", *how).out + cli.ok(group, "show", name, *how).out
    seen += cli.ok("audit", "list", "--json").out
    assert canary not in seen
    files = [path for path in cli.home.iterdir() if path.is_file() and len(path.name) > 1]
    assert any(path.name.endswith("sqlite3") for path in files)
    assert all(canary.encode() not in path.read_bytes() for path in files)


def test_the_table_of_statuses_says_what_a_full_disk_ends_with() -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"
    with pytest.raises(Damaged, match="the disk is full") as found, translated("here"):
        raise full
    rows = dict(line.strip("| ").split(" | ", 1) for line in DOCUMENT.read_text().splitlines() if line[:3] == "| 1")
    assert "the disk is full" in rows[str(exit_status(found.value))]


def test_a_note_names_its_target_once(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ("bras-1: no answer", "not read: bras-1: no answer"):
        note("bras-1", words)
    assert capsys.readouterr().err == "radiusbridge: bras-1: no answer\nradiusbridge: bras-1: not read: no answer\n"

"""`--export FILE` of the lists: the fields of `--json`, in the form that the ending says."""

import json
from csv import DictReader
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.verbs import verbs

LISTS = ("audit list", "op list", "profile list", "server list", "nas list")


@pytest.mark.parametrize("verb", LISTS)
def test_a_list_is_written_as_its_ending_says(cli: Cli, tmp_path: Path, verb: str) -> None:
    words = verb.split()
    empty = cli.ok(*words, "--export", str(tmp_path / "empty.csv"))
    assert empty.out == ""
    cli.ok("profile", "add", "20M", "--rate", "10M/20M", "--price", "150000")
    rows = cli.ok(*words, "--json").json
    for form in ("csv", "jsonl", "xlsx"):
        file = tmp_path / f"list.{form}"
        assert f"{len(rows)} rows" in cli.ok(*words, "--export", str(file)).err
        assert file.stat().st_mode & 0o777 == 0o600
    with (tmp_path / "list.csv").open(newline="") as opened:
        names = [set(row) for row in DictReader(opened)]
    assert names == [set(row) for row in rows]
    lines = [json.loads(line) for line in (tmp_path / "list.jsonl").read_text().splitlines()]
    assert len(lines) == len(rows)
    assert cli(*words, "--export", "all.doc").status == 2


MORE = (
    *("alert channel list", "alert rules", "voucher list", "voucher sales", "voucher stock", "voucher prints"),
    *("voucher trace", "due list", "alert list", "log", "hotspot user list", "bulk list"),
    *("voucher printer list", "voucher template list"),
)


@pytest.mark.parametrize("verb", MORE)
def test_every_other_list_is_written_too(cli: Cli, tmp_path: Path, verb: str) -> None:
    file = tmp_path / "list.csv"
    done = cli(*verb.split(), "--export", str(file))
    assert done.out == ""
    assert "rows in" in done.err
    assert file.read_text().count(",") > 0


DOES = {"add", "edit", "remove", "set", "enable", "disable", "kick", "reset", "send", "auth", "acct", "status", "coa"}
DOES |= {"disconnect", "load", "run", "cancel", "stop", "resume", "unbind", "sync", "test", "ack", "mute", "unmute"}
DOES |= {"void", "sell", "return", "reprint", "print", "generate", "open", "close", "upgrade", "copy", "apply", "undo"}
DOES |= {"isolate", "activate", "renew", "speed", "backup", "database", "export", "reboot", "simulate", "tui", "keys"}
DOES |= {"demo", "agent", "csv", "xlsx", "daloradius", "hotspot", "phpnuxbill", "ppp", "mikhmon", "cards"}
DOES |= {"usermanager", "fill", "sweep", "standby", "auto", "check", "failover", "failback"}
"""What a verb does that changes something, asks a device one thing, or writes a file by itself."""
TELLS_ONE = {"show", "why", "stats", "traffic", "grace", "least", "books", "status"}
"""About one thing, or a setting."""


def test_every_verb_that_lists_writes_its_list_to_a_file() -> None:
    lacking, listing = [], 0
    for verb, command in verbs().items():
        listing += (exports := any("--export" in each.opts for each in command.params))
        if not exports and verb.split()[-1] not in DOES | TELLS_ONE:
            lacking.append(verb)
    assert lacking == [], "a list without --export; or name what it does above"
    assert listing > 40


def test_no_cell_of_a_list_is_taken_for_a_formula(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "cards.csv"
    cli.ok("voucher", "template", "set", "cards", "--brand", "=cmd|'/c calc'!A1", "--subtitle", "@x")
    cli.ok("voucher", "template", "list", "--export", str(file))
    with file.open(newline="") as opened:
        mine = next(row for row in DictReader(opened) if row["name"] == "cards")
    assert (mine["brand"], mine["subtitle"]) == ("'=cmd|'/c calc'!A1", "'@x")
    cli.ok("voucher", "template", "list", "--export", str(tmp_path / "cards.xlsx"))


@pytest.mark.parametrize("verb", ["drift", "doctor", "overview", "plan", "voucher expire --no-look", "voucher watch"])
def test_what_is_found_is_written_too_and_the_exit_status_stays(stocked: Cli, tmp_path: Path, verb: str) -> None:
    file = tmp_path / "found.csv"
    shown, done = stocked(*verb.split()), stocked(*verb.split(), "--export", str(file))
    assert (done.status, done.out) == (shown.status, ""), done
    assert "rows in" in done.err
    assert file.read_text().count(",") > 0

"""What operators type: one clear line and exit status 2, or kept exactly as it was typed."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Result

FINE = ["budi santoso", 'o"brien', "d'artagnan", "a=b", "100%", "-dash", "=cmd|' /C calc'!A0", "émile", "用户"]
BAD = ["", " budi", "budi ", "bu\tdi", "bu\x1b[31mdi", "bu\ndi", "bu\u202edi", "bu\u200fdi", "bu\u200bdi", "x" * 300]
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(result: Result, status: int = 2) -> str:
    """The one line on stderr that names the trouble."""
    assert (result.status, result.out) == (status, ""), result
    assert len(result.err.splitlines()) == 1, result.err
    assert result.err.startswith("radiusbridge: ")
    assert not ACTING.search(result.err)
    return result.err


def add(cli: Cli, username: str, *more: str) -> Result:
    return cli("customer", "add", f"--user={username}", "--profile", "home-10", "--no-provision", *more)


@pytest.mark.parametrize("username", FINE)
def test_unusual_names_are_kept(stocked: Cli, username: str) -> None:
    assert add(stocked, username).status == 0
    assert [row["user"] for row in stocked.ok("customer", "list", "--json").json] == [username]
    assert stocked.ok("customer", "show", "--json", "--", username).json["number"] == "C-0001"
    assert username in stocked.ok("customer", "list").out


@pytest.mark.parametrize("username", BAD)
def test_names_that_cannot_be_are_refused(stocked: Cli, username: str) -> None:
    one_line(add(stocked, username))
    assert stocked.ok("customer", "list", "--json").json == []


@pytest.mark.parametrize("name", ["", "a/b", " x", "bu\x1b[2Jdi", "bu\u202edi", "x" * 300])
@pytest.mark.parametrize("group", ["server", "nas", "profile"])
def test_names_of_things_are_checked(stocked: Cli, group: str, name: str) -> None:
    how = {
        "server": ("--api", "127.0.0.1", "--api-password-file", str(stocked.home / "api")),
        "nas": ("--dae", "127.0.0.1", "--dae-secret-file", str(stocked.home / "dae")),
        "profile": ("--rate", "1M"),
    }
    one_line(stocked(group, "add", *how[group], "--", name))


def test_hostile_text_in_other_fields_is_refused(stocked: Cli) -> None:
    for option in ("--name", "--phone", "--address", "--note"):
        one_line(add(stocked, "budi", option, "x\x1b]0;title\x07"))
        one_line(add(stocked, "budi", option, "x" * 300))


@pytest.mark.parametrize("rate", ["10X", "", "-1M", "1.5M", "10M/", "M", "10 M"])
def test_rates(stocked: Cli, rate: str) -> None:
    assert "rate" in one_line(stocked("profile", "add", "p", f"--rate={rate}"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("isolate", "budi", "--settle", "soon"),
        ("isolate", "budi", "--settle", "60s", "--deadline", "10s"),
        ("isolate", "budi", "--deadline", "0"),
        ("isolate", "nobody"),
        ("activate", "nobody"),
        ("kick", "nobody"),
        ("kick", "budi", "--session-id", " "),
        ("sessions", "--nas", "nothing"),
        ("op", "show", "99"),
        ("op", "cancel", "99"),
        ("server", "show", "nothing"),
        ("server", "edit", "um-1", "--isolation-name", "default"),
        ("server", "add", "x"),
        ("server", "add", "x", "--kind", "freeradius", "--api", "h", "--api-password-file", "api"),
        ("server", "edit", "um-1", "--kind", "freeradius"),
        ("server", "add", "x", "--api", "host:port", "--api-password-file", "f"),
        ("server", "edit", "um-1", "--fingerprint", "12:34"),
        ("server", "remove", "um-1"),
        ("nas", "add", "x", "--server", "nothing", "--dae", "h", "--dae-secret-file", "api"),
        ("nas", "add", "x"),
        ("profile", "remove", "home-10"),
        ("profile", "add", "home-10", "--rate", "1M"),
        ("profile", "edit", "home-10", "--priority", "9"),
        ("profile", "edit", "home-10", "--burst", "4M"),
        ("customer", "add", "--user", "BUDI", "--profile", "home-10", "--no-provision"),
        ("customer", "add", "--user", "ani", "--profile", "home-10"),
        ("customer", "add", "--user", "ani", "--profile", "nothing", "--no-provision"),
        ("customer", "add", "--user", "ani", "--profile", "home-10", "--no-provision", "--number", "C-0001"),
        ("customer", "edit", "budi", "--static-address", "10.0.0.300"),
        ("customer", "edit", "budi", "--caller-id", "zz"),
        ("customer", "edit", "budi", "--paid-until", "tomorrow"),
        ("simulate", "--endpoints", "/nowhere/at/all"),
        ("simulate", "--endpoints", "x", "--ros", "six"),
    ],
    ids=" ".join,
)
def test_each_mistake_is_one_line(stocked: Cli, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stocked.home)
    stocked.ok("customer", "add", "--user", "budi", "--profile", "home-10", "--no-provision")
    one_line(stocked(*arguments))
    assert stocked.ok("op", "list", "--json").json == []


def test_a_duplicate_names_who_has_it(stocked: Cli) -> None:
    assert add(stocked, "budi").status == 0
    assert "C-0001 (budi)" in one_line(add(stocked, "Budi"))


def test_a_near_miss_is_pointed_out(stocked: Cli) -> None:
    assert add(stocked, "budi.santoso").status == 0
    assert "budi.santoso" in one_line(stocked("isolate", "budi.santosa"))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"\n", "empty"), (b"a\nb\n", "line break"), (b"\xff\xfe", "UTF-8"), (b"x" * 5000, "octets")],
)
def test_password_files(stocked: Cli, content: bytes, words: str) -> None:
    path = stocked.home / "bad"
    path.write_bytes(content)
    path.chmod(0o600)
    assert words in one_line(add(stocked, "budi", "--password-file", str(path)))


def test_a_password_file_that_is_missing_or_open_to_others(stocked: Cli) -> None:
    assert "No such file" in one_line(add(stocked, "budi", "--password-file", "/no/such/file"))
    assert "cannot be read" in one_line(add(stocked, "budi", "--password-file", str(stocked.home)))
    path = Path(stocked.secret("open", "pw"))
    path.chmod(0o644)
    result = add(stocked, "budi", "--password-file", str(path))
    assert result.status == 2
    assert "chmod 600" in result.err


def test_passwords_never_stand_on_the_command_line(stocked: Cli) -> None:
    result = add(stocked, "budi", "--password", "hunter2")
    assert result.status == 2
    assert "hunter2" not in result.err
    assert "--password-file" in result.err


def test_an_operator_without_a_name_may_change_nothing(stocked: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADIUSBRIDGE_OPERATOR", " ")
    assert "RADIUSBRIDGE_OPERATOR" in one_line(add(stocked, "budi"), status=4)
    assert stocked("customer", "list").status == 0

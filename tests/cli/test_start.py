"""Start-up: what is loaded for what, and that every verb explains itself."""

import json
import subprocess
import sys

import pytest

from radiusbridge import __version__
from radiusbridge.cli.output import cells
from radiusbridge.cli.root import VERBS
from tests.cli.conftest import Cli
from tests.cli.verbs import commands

_LOADED = """
import json, sys
from radiusbridge.cli.main import execute
status = execute(sys.argv[1:])
heavy = {name.partition(".")[0] for name in sys.modules} & {"sqlalchemy", "alembic", "textual", "rich"}
print("\\n" + json.dumps([status, sorted(heavy)]), file=sys.stderr)
"""


def test_version(cli: Cli) -> None:
    assert cli.ok("--version").out == f"radiusbridge {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--version"], 0),
        (["--help"], 0),
        (["probe", "auth", "127.0.0.1:1", "--user", "u", "--timeout", "1s"], 3),
        (["kick", "u", "--nas", "127.0.0.1:1", "--timeout", "1s"], 3),
    ],
)
def test_light_verbs_load_neither_database_nor_dashboard(cli: Cli, arguments: list[str], status: int) -> None:
    environment = {**cli.environment(), "RADIUSBRIDGE_SECRET": "s", "RADIUSBRIDGE_PASSWORD": "p"}
    run = subprocess.run(
        [sys.executable, "-c", _LOADED, *arguments], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(run.stderr.splitlines()[-1]) == [status, []]
    assert list(cli.home.iterdir()) == []


def test_version_loads_no_click() -> None:
    code = (
        "import sys; from radiusbridge.cli.main import execute; execute(['--version']); print('click' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=lambda path: " ".join(path) or "root")
def test_every_verb_has_help_in_80_columns(cli: Cli, path: tuple[str, ...]) -> None:
    result = cli.ok(*path, "--help")
    assert result.out.startswith("Usage: ")
    assert len(result.out.strip().splitlines()[2].strip()) > 10
    assert max(map(cells, result.out.splitlines())) <= 80


def test_the_verbs_of_the_design_are_there() -> None:
    paths = {" ".join(path) for path, _ in commands()}
    groups = {f"{group} {verb}" for group in ("server", "nas", "profile", "customer") for verb in _CRUD}
    assert groups | {"server test", "nas test", "isolate", "activate", "kick", "sessions", "probe auth"} <= paths
    assert {"op list", "op show", "op run", "op cancel", "audit list", "simulate", "demo"} <= paths
    assert set(VERBS) <= paths


_CRUD = ("add", "edit", "remove", "list", "show")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-verb",),
        ("isolate",),
        ("isolate", "budi", "--policy", "kill"),
        ("isolate", "budi", "--no-such-option"),
        ("server", "no-such"),
        ("profile", "add", "x"),
        ("op", "show", "many"),
        ("kick", "budi", "--secret-file", "x"),
        ("op", "run", "1", "--watch"),
        ("simulate",),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    result = cli(*arguments)
    assert (result.status, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1
    assert result.err.startswith("radiusbridge: ")
    assert "--help" in result.err


def test_a_misspelt_verb_is_told_with_the_nearest(cli: Cli) -> None:
    assert "Did you mean 'isolate'?" in cli("isolte").err
    assert "Did you mean 'list'?" in cli("customer", "lst").err

"""Verbs in processes of their own, as an operator runs them, and what they loaded and left behind."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import radiusbridge
from tests.peers.programs import PATIENCE

ROOT = Path(radiusbridge.__file__).parents[1]
_IMPORTED = "import time:"
HEAVY = frozenset({"sqlalchemy", "alembic", "textual", "rich"})


@dataclass(frozen=True)
class Result:
    """How a verb ended. modules: the top-level names of all that it imported."""

    status: int
    out: str
    err: str
    modules: frozenset[str]

    @property
    def json(self) -> dict[str, Any]:
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


class Verbs:
    """Runs `python -m radiusbridge` in an empty home, with `prefix` before it."""

    def __init__(self, directory: Path, prefix: tuple[str, ...] = ()) -> None:
        self.home = directory / "home"
        self.home.mkdir()
        self._files = directory / "files"
        self._files.mkdir()
        self._prefix = prefix

    def command(self, *arguments: str) -> list[str]:
        """The command line."""
        return [*self._prefix, sys.executable, "-X", "importtime", "-m", "radiusbridge", *arguments]

    def environment(self) -> dict[str, str]:
        """Ours, without what would lead to a database or a home of the user's."""
        ours = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("RADIUSBRIDGE_", "XDG_", "COVERAGE"))
        }
        homes = {"HOME": str(self.home), "RADIUSBRIDGE_HOME": str(self.home / "state")}
        return {**ours, **homes, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}

    def __call__(self, *arguments: str) -> Result:
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.home,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return read_result(done.returncode, done.stdout, done.stderr)

    def light(self, *arguments: str) -> Result:
        """Run a verb that must load neither the database's nor the dashboard's libraries, nor write a single file."""
        result = self(*arguments)
        assert "radiusbridge" in result.modules, result
        assert not result.modules & HEAVY
        assert list(self.home.iterdir()) == []
        return result

    def secret(self, name: str, text: str) -> str:
        """A file that holds a secret, readable for its owner only."""
        path = self._files / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return str(path)


def read_result(status: int, out: str, err: str) -> Result:
    """Tell what was said from what the interpreter noted of imports."""
    assert "Traceback" not in out + err
    lines = err.splitlines(keepends=True)
    notes = [line for line in lines if line.startswith(_IMPORTED)]
    said = "".join(line for line in lines if not line.startswith(_IMPORTED))
    modules = frozenset(line.rpartition("|")[2].strip().partition(".")[0] for line in notes)
    return Result(status, out, said, modules)

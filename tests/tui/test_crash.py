"""Wherever the dashboard breaks: a restored terminal, one line, and a report that holds no value of any variable."""

import re
import sys
from pathlib import Path

import pytest

from tests.peers.programs import end
from tests.tui.terminals import PATIENCE, Pty

SECRET = "hunter2-s3cret"
PROGRAM = """
import sys
from pathlib import Path
from radiusbridge.services.settings import Settings
from radiusbridge.tui.acting import Acting
from radiusbridge.tui.running import run_dashboard
from radiusbridge.tui.driver import OutlivingDriver
from radiusbridge.tui.help import Help

def broken(*_arguments, **_options):
    planted = "-".join(("hunter2", "s3cret"))
    raise ValueError(planted)

async def work():
    broken()

places = {
    "handler": lambda: setattr(Acting, "do_help", broken),
    "compose": lambda: setattr(Help, "compose", broken),
    "mount": lambda: setattr(Help, "on_mount", broken),
    "worker": lambda: setattr(Acting, "do_help", lambda acting: acting._app.run_worker(work())),
    "timer": lambda: setattr(Acting, "do_help", lambda acting: acting._app.set_timer(0.01, broken)),
    "input": lambda: setattr(OutlivingDriver, "process_message", broken),
}
home = Path(sys.argv[1])
places[sys.argv[2]]()
sys.exit(run_dashboard(Settings(str(home / "data.sqlite3"), home / "key", None, "ani")))
"""
ACTING = re.compile(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]|\r")


@pytest.mark.parametrize("place", ["handler", "compose", "mount", "worker", "timer", "input"])
def test_it_breaks_without_a_word_too_much(tmp_path: Path, place: str) -> None:
    environment = {"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONFAULTHANDLER": "1"}
    shown = Pty([sys.executable, "-c", PROGRAM, str(tmp_path), place], environment)
    try:
        seen = shown.until(b"0 customers", b"evidence")
        shown.write(b"?")
        seen += shown.rest()
        assert shown.process.wait(PATIENCE) == 1, seen[-4000:].decode(errors="replace")
        assert shown.echoes
    finally:
        shown.close()
        end(shown.process)
    _, _, after = seen.rpartition(b"\x1b[?1049l")
    (report,) = tmp_path.glob("radiusbridge-crash-*")
    words = f"radiusbridge: the dashboard broke (ValueError); the report is in {report}\n"
    assert ACTING.sub(b"", after).decode() == words
    assert seen.rindex(b"\x1b[?25h") > seen.rindex(b"\x1b[?25l")
    text = report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600
    assert "builtins.ValueError" in text
    assert " broken" in text
    for word in (SECRET, "planted", "hunter2"):
        assert word not in text
        assert word.encode() not in seen

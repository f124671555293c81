"""The demo in a real terminal at 80x24: only keys that the screen shows, and they end in a proven isolation."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.test_tmux import Tmux

pytestmark = pytest.mark.peer
MOST = 12


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Tmux]:
    os.environ.pop("RADIUSBRIDGE_HOME", None)
    tmux = Tmux(tmp_path)
    yield tmux
    tmux.run("kill-server")


@pytest.mark.slow
def test_within_twelve_keys_that_the_screen_shows_a_customer_is_proven_off(terminal: Tmux) -> None:
    terminal.start(sys.executable, "-m", "radiusbridge", "demo", "--small")
    terminal.until("tour 1/5  press / and type c-0007 then ⏎", "C-0007", "● nas1", "● nas2", "66 customers")
    terminal.keys("4")
    terminal.until("tour 1/5  press 1", "um1")
    terminal.keys("1")
    terminal.until("tour 1/5  press / and")
    pressed = 0

    def press(shown: str, *keys: str) -> None:
        """What the screen shows names the keys."""
        nonlocal pressed
        terminal.until(shown)
        terminal.keys(*keys)
        pressed += len(keys)

    press("press / and type c-0007 then ⏎", "/", *"c-0007", "Enter")
    terminal.until("1 of 66 customers", "cust0007", "● 100.", "tour 2/5  press i")
    press("i isolate", "i")
    terminal.until("Isolate this customer?", "C-0007 cust0007", "tour 3/5  press y", " y  yes, isolate")
    terminal.yes("Isolate this customer?")
    assert pressed + 1 <= MOST
    terminal.until("tour 4/5  press ⏎", "isolate cust0007", "list-sessions")
    terminal.keys("Enter")
    terminal.until("esc back", "list-sessions")
    terminal.keys("Escape")
    terminal.until("tour  ✔ PROVEN: cust0007 is off", "✔ PROVEN  isolate cust0007 (reject)", "○ offline")
    terminal.keys("7")
    terminal.until("Access-Reject", "Access-Request", "7 Packets")
    terminal.keys("1", "u")
    terminal.until("Undo this operation?", "isolate cust0007")
    terminal.yes("Undo this operation?")
    terminal.until("✔ PROVEN  activate cust0007", "● 100.")
    terminal.keys("T")
    terminal.until("1 of 66 customers", without="T hides")
    terminal.keys("q")
    terminal.until("EXIT 0")

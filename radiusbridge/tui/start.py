"""Where a dashboard begins, and with which keys."""

from dataclasses import dataclass

from radiusbridge.services.settings import config_home
from radiusbridge.tui import keymap
from radiusbridge.tui.keymap import Keymap

WANTS_DEMO = -1
"""What a dashboard ends with when the operator chose the demo instead."""


@dataclass(frozen=True, slots=True)
class Start:
    """screen: one of `SCREENS`. query: the filter that stands there. read_only: the services refuse changes.

    guide: where nothing is there yet, the set-up is offered. fleeting: the database is gone afterwards. demo: so is
    the ISP, which is simulated; a tour is offered.
    """

    screen: str = "customers"
    query: str = ""
    read_only: bool = False
    guide: bool = False
    fleeting: bool = False
    demo: bool = False


def keymap_of() -> Keymap:
    """The operator's keys. Blocks. BadInput."""
    return keymap.read(config_home() / keymap.FILE)

"""Where a dashboard begins, and with which keys."""

from dataclasses import dataclass

from radiusbridge.services.settings import config_home
from radiusbridge.tui import keymap
from radiusbridge.tui.keymap import Keymap


@dataclass(frozen=True, slots=True)
class Start:
    """screen: one of `SCREENS`. query: the filter that stands there. read_only: the services refuse changes.

    demo: the ISP is simulated and its database is gone afterwards; a tour is offered.
    """

    screen: str = "customers"
    query: str = ""
    read_only: bool = False
    demo: bool = False


def keymap_of() -> Keymap:
    """The operator's keys. Blocks. BadInput."""
    return keymap.read(config_home() / keymap.FILE)

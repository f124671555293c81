"""Where a dashboard begins, and with which keys."""

import os
from dataclasses import dataclass
from pathlib import Path

from radiusbridge.services.settings import config_home
from radiusbridge.tui import keymap, language
from radiusbridge.tui.keymap import Keymap
from radiusbridge.tui.manners import Manners

WANTS_DEMO = -1
"""What a dashboard ends with when the operator chose the demo instead."""
PROBES, PROBE_FILE = "RADIUSBRIDGE_PROBES", "probes.toml"


@dataclass(frozen=True, slots=True)
class Start:
    """screen: one of `SCREENS`. query: the filter that stands there. read_only: the services refuse changes.

    guide: where nothing is there yet, the set-up is offered. fleeting: the database is gone afterwards. demo: so is
    the ISP, which is simulated; a tour is offered. probes: the files of the screen of probes.
    language: the one that is asked for; empty: as the environment says. manners: None: those that
    the environment names.
    """

    screen: str = "customers"
    query: str = ""
    read_only: bool = False
    guide: bool = False
    fleeting: bool = False
    demo: bool = False
    probes: tuple[Path, ...] = ()
    language: str = ""
    manners: Manners | None = None


def prepared(start: Start | None) -> Keymap:
    """The operator's language spoken from here on, and the operator's keys. Blocks. BadInput."""
    language.use(language.choose("" if start is None else start.language, os.environ))
    return keymap_of()


def keymap_of() -> Keymap:
    """The operator's keys. Blocks. BadInput."""
    return keymap.read(config_home() / keymap.FILE)


def probe_files(named: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files of probes: those that are named, else of RADIUSBRIDGE_PROBES (separated as in PATH), else probes.toml
    beside keys.toml where there is one. Blocks."""
    listed = tuple(Path(text).expanduser() for text in os.environ.get(PROBES, "").split(os.pathsep) if text)
    usual = config_home() / PROBE_FILE
    return named or listed or ((usual,) if usual.exists() else ())

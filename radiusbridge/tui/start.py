"""Where a dashboard begins, and with which keys."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from radiusbridge.services.settings import config_home
from radiusbridge.tui import keymap, language
from radiusbridge.tui.actions.table import SCREENS
from radiusbridge.tui.keymap import Keymap
from radiusbridge.tui.manners import Manners
from radiusbridge.tui.remembered import View, read

WANTS_DEMO = -1
"""What a dashboard ends with when the operator chose the demo instead."""
PROBES, PROBE_FILE = "RADIUSBRIDGE_PROBES", "probes.toml"


@dataclass(frozen=True, slots=True)
class Start:
    """screen: one of `SCREENS`. query: the filter that stands there. read_only: the services refuse changes.

    guide: where nothing is there yet, the set-up is offered. fleeting: the database is gone afterwards. demo: so is
    the ISP, which is simulated; a tour is offered. probes: the files of the screen of probes.
    named: the operator named the screen, so that it is not the last one of the last run, nor its filter. kept: the file
    of what is kept between runs, None: nothing is; fresh: what it says does not count; views: what it says.
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
    named: bool = False
    kept: Path | None = None
    fresh: bool = False
    views: Mapping[str, View] = field(default_factory=dict)


def prepared(start: Start | None) -> Keymap:
    """The operator's language spoken from here on, and the operator's keys. Blocks. BadInput."""
    language.use(language.choose("" if start is None else start.language, os.environ))
    return keymap_of()


def resumed(start: Start) -> Start:
    """Where the last run ended, as far as the operator did not say otherwise. Blocks."""
    if start.kept is None or start.fresh:
        return start
    before = read(start.kept)
    known = before.screen in {name for name, _, _ in SCREENS}
    screen = start.screen if start.named or start.query or not known else before.screen
    return replace(start, screen=screen, views=before.views)


def keymap_of() -> Keymap:
    """The operator's keys. Blocks. BadInput."""
    return keymap.read(config_home() / keymap.FILE)


def probe_files(named: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files of probes: those that are named, else of RADIUSBRIDGE_PROBES (separated as in PATH), else probes.toml
    beside keys.toml where there is one. Blocks."""
    listed = tuple(Path(text).expanduser() for text in os.environ.get(PROBES, "").split(os.pathsep) if text)
    usual = config_home() / PROBE_FILE
    return named or listed or ((usual,) if usual.exists() else ())

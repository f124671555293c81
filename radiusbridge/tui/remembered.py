"""What the dashboard keeps between runs: the last screen, and each list's filter, order and columns; nothing
else.

A small file beside the database. It may be removed at any time; what of it is damaged counts as not there.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from radiusbridge.domain.text import safe
from radiusbridge.services.settings import Settings, home
from radiusbridge.tui.sheet import Order

LARGEST = 64 << 10
"""Octets of a file that is read at all."""
LONGEST = 1000
"""Characters of a text in it: as long as a filter may be."""
_VERSION = 1


@dataclass(frozen=True, slots=True)
class View:
    """How a list was looked at. order None: as it comes. columns: as `Sheet.chosen`."""

    query: str = ""
    order: Order | None = None
    columns: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remembered:
    """screen: the last one. views: by the names of the screens."""

    screen: str = ""
    views: Mapping[str, View] = field(default_factory=dict)


def file_of(settings: Settings) -> Path:
    """Beside an embedded database; in the data directory for a shared one: it is one operator's."""
    place = settings.database.removeprefix("sqlite:///")
    return (
        home() / "dashboard.json" if "://" in place else Path(f"{Path(place).expanduser().absolute()}-dashboard.json")
    )


def read(file: Path) -> Remembered:
    """What is kept there; of a file that is missing, damaged or too large: nothing. Blocks."""
    try:
        with file.open("rb") as opened:
            found = json.loads(opened.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return Remembered()
    if not isinstance(found, dict) or found.get("version") != _VERSION or not isinstance(found.get("views"), dict):
        return Remembered()
    views = {name: _view(view) for name, view in found["views"].items() if isinstance(view, dict)}
    return Remembered(_text(found.get("screen")), views)


def _view(view: Mapping[str, Any]) -> View:
    name = _text(view.get("sort"))
    order = Order(name, view.get("descending") is True) if name else None
    found = view.get("columns")
    columns = found.items() if isinstance(found, dict) else ()
    return View(_text(view.get("filter")), order, {_text(each): shown is True for each, shown in columns})


def _text(value: object) -> str:
    return safe(value, LONGEST) if isinstance(value, str) and len(value) <= LONGEST else ""


def write(file: Path, kept: Remembered) -> None:
    """Keep it, for the file's owner only; where that cannot be, nothing is kept. Blocks."""
    views = {
        name: {
            "filter": view.query,
            "sort": "" if view.order is None else view.order.name,
            "descending": view.order is not None and view.order.descending,
            "columns": dict(view.columns),
        }
        for name, view in kept.views.items()
    }
    text = json.dumps({"version": _VERSION, "screen": kept.screen, "views": views}, indent=1)
    try:
        # A temporary file has the mode 0600.
        with NamedTemporaryFile("w", dir=file.parent, prefix=".dashboard-", delete=False) as opened:
            opened.write(text)
        try:
            os.replace(opened.name, file)  # noqa: PTH105 - as the name is given
        except OSError:
            Path(opened.name).unlink(missing_ok=True)
    except OSError:
        return

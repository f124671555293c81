"""The filtered view as a file: in which form, under which name, and batch by batch into it."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radiusbridge.domain.errors import BadInput
from radiusbridge.services.exporting import FORMS, Export, form_of, new_export
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.form import Entry, Form, Values
from radiusbridge.tui.frame import ListScreen
from radiusbridge.tui.language import N_, _, ngettext
from radiusbridge.tui.lines import Lines

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard

WAYS = (
    ("c", N_("CSV, for spreadsheets; nothing in it is a formula")),
    ("x", N_("XLSX, for spreadsheets; every cell is a text")),
    ("l", N_("JSON lines, for programs")),
    ("f", N_("a file of my own: its ending says the form")),
)
FORM_OF = {"c": "csv", "x": "xlsx", "l": "jsonl"}
"""Key of a way -> the form."""


def ask(app: "Dashboard") -> None:
    """Which form."""

    def picked(key: str | None) -> None:
        if key == "f":
            _ask_name(app)
        elif key is not None:
            _begin(app, FORM_OF[key], None)

    ways = [(key, _(words)) for key, words in WAYS]
    app.push_screen(Lines(ways, _("Export what the filter shows"), pick=True), picked)


def _ask_name(app: "Dashboard") -> None:
    entry = Entry("file", _("file"), _new_name, hint=", ".join(f".{form}" for form in FORMS))

    def named(values: Values | None) -> None:
        if values is not None:
            path = Path(values["file"].strip()).expanduser()
            _begin(app, form_of(path.name), path)

    app.push_screen(Form(_("Export what the filter shows"), [entry]), named)


def _new_name(text: str) -> None:
    form_of(text.strip())


def _begin(app: "Dashboard", form: str, path: Path | None) -> None:
    app.acting.beside("export", partial(_export, app, app.list_screen, form, path))


async def _export(app: "Dashboard", screen: ListScreen[Any], form: str, path: Path | None, desk: Desk) -> None:
    rows, sheet = screen.rows, screen.sheet()
    assert rows is not None
    await screen.complete(desk)
    names = list(sheet.vocabulary.fields)
    stem = f"radiusbridge-{screen.NAME}-{desk.context.clock.now():%Y%m%d-%H%M%S}"
    export = await asyncio.to_thread(_opened, path, stem, form, names)

    def add(batch: Sequence[Any]) -> None:
        export.add([{name: sheet.exported(row, name) for name in names} for row in batch])

    try:
        async for batch in rows.batches():
            await asyncio.to_thread(add, batch)
        await asyncio.to_thread(export.close)
    except BaseException:
        await asyncio.to_thread(export.drop)
        raise
    title = _("{n} {what} written").format(n=formats.number(export.rows), what=ngettext(*sheet.noun, export.rows))
    app.notify(str(export.path), title=title)


def _opened(path: Path | None, stem: str, form: str, names: list[str]) -> Export:
    if path is None:
        return new_export(Path.cwd(), stem, form, names)
    try:
        return Export(path, form, names)
    except FileExistsError:
        told = _("there is a file of that name")
        raise BadInput(told, target=path.name, hint=_("name another one")) from None

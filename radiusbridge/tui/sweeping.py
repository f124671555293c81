"""Sessions that a server counts and no NAS has: which they are, and their number to be typed."""

import shlex
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.rows import BAD
from radiusbridge.tui.text import cell
from radiusbridge.tui.typed_count import Asked, Hit, shortened

if TYPE_CHECKING:
    from radiusbridge.services.ghosts import Haunted
    from radiusbridge.tui.app import Dashboard

SHOWN = 200
"""Sessions that the question shows."""


def ask(app: "Dashboard", name: str) -> None:
    """Hold what the server counts against the NASes' lists, and ask for the number of sessions that come off."""
    app.acting.bulk.count("sweep", partial(_asked, name), partial(_sweep, app))


async def _asked(name: str, desk: Desk) -> "Asked[Haunted]":
    async def look(_answers: Answers) -> "Hit[Haunted]":
        from radiusbridge.services import ghosts

        found = await ghosts.look(desk.context, name)
        many = len(found.ghosts)
        line = f"radiusbridge server sweep {shlex.quote(name)} --yes-count {many}"
        return Hit(many, found, tuple(_lines(found)), line if many else "")

    effects = (
        _("They keep customers out at the limit. Looked at again, taken off the server, read back."),
        _("A User Manager loses their rows; a FreeRADIUS gives them a stop."),
    )
    return Asked(partial(_title, name), look, effects)


def _title(name: str, count: int) -> str:
    words = ngettext(
        "Take {n} session that no NAS has off {name}", "Take {n} sessions that no NAS has off {name}", count
    )
    return words.format(n=formats.number(count), name=cell(name, 40))


def _lines(found: "Haunted") -> list[Text]:
    lines = [Text("  " + _("it counts {n} sessions").format(n=formats.number(found.counted)))]
    for nas, why in found.unread:
        told = _("{nas} could not be read, and its sessions are left: {why}")
        lines.append(Text("  " + told.format(nas=cell(nas, 40), why=cell(why, 200)), TONE_STYLES[BAD]))
    for username, session in found.ghosts[:SHOWN]:
        at = f"{cell(session.nas_address, 40)}  {cell(session.user_address, 40)}"
        lines.append(shortened(Text(f"  {cell(username, 24):<24}  {cell(session.session_id, 20)}  {at}")))
    if len(found.ghosts) > SHOWN:
        lines.append(Text("  " + _("and {n} more").format(n=formats.number(len(found.ghosts) - SHOWN)), "dim"))
    return lines


async def _sweep(app: "Dashboard", desk: Desk, hit: "Hit[Haunted]") -> None:
    from radiusbridge.services import ghosts

    swept = await ghosts.sweep(desk.context, hit.found, hit.size)
    told = _("{n} taken off, read back; {left} left").format(
        n=formats.number(len(swept.ended)), left=formats.number(len(swept.left))
    )
    words = " ".join((told, *(cell(error, 200) for error in swept.errors)))
    app.notify(words, title=_("sweep"), severity="warning" if swept.left else "information")
    app.list_screen.renew()

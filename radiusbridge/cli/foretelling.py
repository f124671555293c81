"""Before an account changes: what the customer will experience, and the question what becomes of a live session."""

import sys
from typing import TYPE_CHECKING

import click

from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.sagas.plan import Live
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.foretelling import Foretold


async def settled(context: "Context", told: "Foretold", live: Live | None, *, quiet: bool) -> Live | None:
    """What is to become of a live session: as given, else asked on a terminal where one is live, else the default.

    Says what the customer will experience, on stderr; quiet: only where something is asked. Refused: the operator does
    not go on.
    """
    asks = live is None and _on_terminal()
    if not told.changed or (quiet and not asks):
        return live
    if not asks:
        _say(told, live or Live.KEEP)
        return live
    if not await _is_live(context, told.before.number):
        _say(told, Live.KEEP)
        return None
    return _asked(told)


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _say(told: "Foretold", live: Live, head: str = "if a session is live") -> None:
    for words in told.experience(live):
        note(head, words)


async def _is_live(context: "Context", number: str) -> bool:
    """Whether a session of the customer is live, as far as the NASes say; those that are dark are named."""
    from radiusbridge.services import sessions

    readings = await sessions.live(context, number)
    for reading in readings:
        if reading.error:
            note(reading.nas, f"not read: {reading.error}")
    rows = [row for reading in readings for row in reading.sessions]
    for row in rows:
        talk(f"live: session {safe(row.session_id, 40)} on {safe(row.nas, 60)} at {safe(row.address or '-', 40)}")
    return bool(rows)


def _asked(told: "Foretold") -> Live:
    if told.moves:
        _say(told, Live.KICK, "customer")
        if not click.confirm("Go on?", default=False, err=True):
            raise Refused("not confirmed; nothing was done", target=safe(told.before.username, 80))
        return Live.KICK
    _say(told, Live.KEEP, str(Live.KEEP))
    _say(told, Live.KICK, str(Live.KICK))
    choice = click.Choice([str(one) for one in Live])
    return Live(click.prompt("The live session", type=choice, default=str(Live.KEEP), err=True))

"""What the palette finds besides actions, as one types: customers, devices, operations. Choosing one shows it."""

from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import Hit, Hits, Provider
from textual.markup import escape

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.tui.language import _
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard
    from radiusbridge.tui.desk import Desk

MOST = 10
"""Of a kind that are offered."""
_SCORE = 16.0
"""Below an action whose title begins so (`sess`: 30), above one whose help has the letters somewhere (`ani`: 9)."""


class Place(NamedTuple):
    """title, help: as they are shown. screen, query: where it is seen."""

    title: str
    help: str
    screen: str
    query: str


class Places(Provider):
    """The palette leaves the search at the next letter; what was asked of the database then ends."""

    async def search(self, query: str) -> Hits:
        """Those that hold what was typed."""
        dashboard = cast("Dashboard", self.app)
        text = query.strip()
        if dashboard.desk is None or not text:
            return
        try:
            async for place in found(dashboard.desk, text):
                # Textual reads markup here; names from the network are in it.
                title, words = escape(cell(place.title, 120)), escape(cell(place.help, 200))
                yield Hit(
                    _SCORE, title, partial(show, dashboard, place.screen, place.query), text=place.title, help=words
                )
        except RadiusbridgeError as error:
            dashboard.list_screen.failed(error)


def show(dashboard: "Dashboard", screen: str, query: str) -> None:
    """That screen, with what fits the filter."""
    dashboard.lists[screen].seek(query)
    dashboard.go(screen)


async def found(desk: "Desk", text: str) -> AsyncIterator[Place]:
    """The operation of that number; customers who hold the words in number, names, telephone or other fields; devices
    of that name."""
    from radiusbridge.domain.filters import All, Word
    from radiusbridge.services import devices, journal
    from radiusbridge.services.roster import Query

    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 16:
        try:
            operation = await journal.get(desk.context, int(number))
        except LookupError:
            pass
        else:
            title = _("go to operation {id}").format(id=operation.id)
            words = f"{operation.intent} {operation.username} {operation.verdict or operation.status}"
            yield Place(title, words, "operations", f"id={operation.id}")
    entries, _total = await desk.page(Query(All(tuple(map(Word, text.split())))), 0, MOST, "number")
    for entry in entries:
        who = entry.customer
        title = _("go to customer {number} {user}").format(number=who.number, user=who.username)
        words = " · ".join(each for each in (who.name, who.phone, who.area) if each)
        yield Place(title, words, "customers", exactly("number", who.number))
    named = [
        each
        for each in await devices.listed(desk.context, desk.snapshot, desk.readings.states)
        if text.lower() in each.name.lower()
    ]
    for device in named[:MOST]:
        title = _("go to {what} {name}").format(what=device.what, name=device.name)
        yield Place(title, device.words, "devices", f"what:{device.what} {exactly('name', device.name)}")


def exactly(field: str, value: str) -> str:
    """A filter for that value; a quotation mark in it cannot be written, and stands for any text."""
    return f'{field}="{value}"' if '"' not in value else f'{field}:"{value.replace(chr(34), "*")}"'

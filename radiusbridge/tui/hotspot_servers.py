"""Switching a hotspot server off: who drops is counted, and their number typed."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.hotspot import HotspotRow
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.text import cell
from radiusbridge.tui.typed_count import Asked, Hit, TypedCount

if TYPE_CHECKING:
    from radiusbridge.services.hotspot.servers import Dropping
    from radiusbridge.services.hotspot.writing import Changed
    from radiusbridge.tui.app import Dashboard

Carry = Callable[[Callable[[Desk], "Awaitable[Changed]"]], None]


def switch_off(app: "Dashboard", row: HotspotRow, carry: Carry) -> None:
    """Count, ask for the number, and hand over what does it; where nobody drops it is done at once."""

    async def look(desk: Desk) -> "Dropping":
        from radiusbridge.services.hotspot import servers

        return await servers.dropping(desk.context, row.name, nas=row.nas, identifier=row.id)

    def off(hit: "Dropping") -> None:
        async def work(desk: Desk) -> "Changed":
            from radiusbridge.services.hotspot import servers

            return await servers.switch_off(desk.context, hit, hit.count)

        carry(work)

    async def ask(desk: Desk) -> None:
        first = await look(desk)
        if not first.count:
            off(first)
            return

        async def again(_answers: Answers) -> Hit["Dropping"]:
            return _hit(await look(desk))

        def typed(hit: "Hit[Dropping] | None") -> None:
            if hit is not None:
                off(hit.found)

        def title(count: int) -> str:
            words = ngettext(
                "Disable {name}: {n} guest is logged out", "Disable {name}: {n} guests are logged out", count
            )
            return words.format(name=cell(row.name, 40), n=formats.number(count))

        effects = (_("Nobody can log in there until it is enabled again."),)
        app.acting.offer("hotspot-disable", TypedCount(Asked(title, again, effects), _hit(first)), typed)

    app.acting.opening("hotspot-disable", ask)


def _hit(hit: "Dropping") -> Hit["Dropping"]:
    lines = tuple(Text(f"  {cell(name, 60)}") for name in hit.guests)
    plain = hit.chosen.name.replace("-", "").isalnum()
    line = f"radiusbridge hotspot server disable {hit.chosen.name} --nas {hit.chosen.nas} --yes-count {hit.count}"
    return Hit(hit.count, hit, lines, line if plain else "")

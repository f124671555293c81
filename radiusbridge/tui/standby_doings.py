"""What is done to a server and its standby from the list of devices: looked at, and turned to."""

from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.tui import formats
from radiusbridge.tui.asking import Act
from radiusbridge.tui.desk import Began, Desk
from radiusbridge.tui.dialogs import Answers
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.hanging import Hanging
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.pane import Page
from radiusbridge.tui.rows import BAD, GOOD
from radiusbridge.tui.text import cell
from radiusbridge.tui.typed_count import Asked, Hit, TypedCount

if TYPE_CHECKING:
    from radiusbridge.services.standby.checking import Check
    from radiusbridge.services.standby.status import PairState
    from radiusbridge.tui.app import Dashboard


def check(app: "Dashboard", name: str) -> None:
    """One health check, on a page."""
    page = Page()

    async def work(desk: Desk) -> None:
        title = Text(_("check of {name}").format(name=cell(name, 60)), "bold")
        page.put([title, Text("…")])
        state, seen = await _look(desk, name)
        page.put([title, *_lines(state, seen)])

    app.push_screen(page, lambda _: None)
    app.acting.beside("check", work, page)


def ask_turn(app: "Dashboard", name: str) -> None:
    """Show how both servers are, and ask for the number of NASes that are turned."""

    async def work(desk: Desk) -> None:
        state, seen = await _look(desk, name)

        async def look(_answers: Answers) -> Hit["PairState"]:
            return _hit(*await _look(desk, name))

        def typed(hit: Hit["PairState"] | None) -> None:
            if hit is not None:
                app.acting.submit("failover", _act(hit.found))

        effects = (
            _("Who is on line stays so; who dials in from then on is asked for there."),
            _("PROVEN once somebody has dialled in on each NAS, and the new server counts the session."),
        )
        asked = Asked(lambda count: _title(state, count), look, effects)
        app.acting.offer("failover", TypedCount(asked, _hit(state, seen)), typed)

    app.acting.opening("failover", work)


async def _look(desk: Desk, name: str) -> "tuple[PairState, Check]":
    from radiusbridge.services.standby import checking
    from radiusbridge.services.standby.status import state

    seen = await checking.check(desk.context, name)
    return await state(desk.context, name), seen


def _title(state: "PairState", count: int) -> str:
    if state.pair.turned:
        words = ngettext("Fail back to {name}: {n} NAS asks it", "Fail back to {name}: {n} NASes ask it", count)
    else:
        words = ngettext("Fail over to {name}: {n} NAS asks it", "Fail over to {name}: {n} NASes ask it", count)
    return words.format(name=cell(state.standby, 40), n=formats.number(count))


def _hit(state: "PairState", seen: "Check") -> Hit["PairState"]:
    verb = "failback" if state.pair.turned else "failover"
    line = f"radiusbridge standby {verb} {state.active} --yes"
    return Hit(len(seen.nases), state, tuple(_lines(state, seen)), line)


def _lines(state: "PairState", seen: "Check") -> list[Hanging]:
    from radiusbridge.services.standby.status import check_lines

    found = []
    for what, well, words in check_lines(state.active, state.standby, seen):
        head = Text.assemble(("● ", TONE_STYLES[GOOD]) if well else ("✖ ", TONE_STYLES[BAD]), f"{cell(what, 16):<17}")
        found.append(Hanging(head, Text(cell(words, 300))))
    return found


def _act(state: "PairState") -> Act:
    async def act(desk: Desk) -> Began:
        from radiusbridge.services.standby.status import turn
        from radiusbridge.services.standby.turning import Turning

        _seen, operation = await turn(desk.context, state.active, Turning(), back=state.pair.turned)
        return desk.begin(operation)

    return act

"""A customer's sessions of the past, as a page."""

from datetime import timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.tui.desk import Desk
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.pane import Page
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard

SINCE = timedelta(days=30)


def show_past(app: "Dashboard", username: str) -> None:
    """Read and show them."""
    page = Page()
    who = cell(username, 60)
    page.put([Text(_("reading the past sessions of {who} …").format(who=who))])

    async def work(desk: Desk) -> None:
        from radiusbridge.services.session_history import history
        from radiusbridge.tui.screens.history import span_words

        spans = await history(desk.context, username, SINCE)
        words = ngettext("{who}: {n} session in 30 days", "{who}: {n} sessions in 30 days", len(spans))
        lines = [Text(words.format(who=who, n=len(spans)), "bold"), Text("")]
        for span in spans:
            line = Text(f"  {span_words(span)}")
            where = " ".join(each for each in (span.nas, span.interface, span.address, span.caller_id) if each)
            line.append(f"  {cell(where, 120)}", "dim")
            lines.append(line)
        if not spans:
            lines.append(Text(_("  none is recorded; the agent records them: radiusbridge agent"), "dim"))
        page.put(lines)

    app.push_screen(page, lambda _: None)
    app.acting.beside("past", work, page)

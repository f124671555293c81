"""The last step of the set-up: what differs between a server and the database, in numbers; one direction for all."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.binding import Binding

from radiusbridge.domain.planned import Place, Take, What
from radiusbridge.domain.text import beside
from radiusbridge.tui import formats
from radiusbridge.tui.bulk_runs import Work
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.language import N_, Noun, _, ngettext, ngettext_noop
from radiusbridge.tui.pane import Page
from radiusbridge.tui.review import applying
from radiusbridge.tui.review.applying import Applying
from radiusbridge.tui.text import cell
from radiusbridge.tui.typed_count import Asked, Hit

if TYPE_CHECKING:
    from radiusbridge.services.planning.applying import ApplyPreview
    from radiusbridge.services.planning.review import Review
    from radiusbridge.tui.app import Dashboard

_PLACES = {
    Place.THERE: N_("{count} {what} only on the server"),
    Place.HERE: N_("{count} {what} only in the database"),
    Place.DIFFERS: N_("{count} {what} with differences"),
}
_KINDS: Mapping[str, Noun] = {
    What.ACCOUNT: ngettext_noop("account", "accounts"),
    What.PROFILE: ngettext_noop("profile", "profiles"),
}
TOLD = 0.2
"""Seconds between two looks at how much was read."""


class Adopt(Page):
    """Reads the plan, shows its counts, and carries it out in the direction that is chosen. Nobody is kicked."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("s", "take('server')", show=False),
        Binding("d", "take('db')", show=False),
    ]

    def __init__(self, server: str) -> None:
        super().__init__()
        self._server = server
        self._review: Review | None = None
        self._read = False

    @property
    def dashboard(self) -> "Dashboard":
        """The application."""
        return cast("Dashboard", self.app)

    def on_mount(self) -> None:
        """Read."""
        self.set_interval(TOLD, self._tell)
        self.dashboard.acting.beside(_("plan"), self._reading)

    async def _reading(self, desk: Desk) -> None:
        from radiusbridge.services.planning.review import begin_review, read_into

        self._review = await begin_review(desk.context, [self._server])
        async for _row in read_into(desk.context, self._review):
            pass
        self._read = True

    def action_take(self, side: str) -> None:
        """Everything in that direction, but for what would be deleted by that; asks for the count."""
        review = self._review
        if review is None or not self._read:
            return
        for what in What:
            review.direct_kind(what, Take(side))
        rows = [row for row in review.rows.values() if row.take is not Take.SKIP]

        async def ask(desk: Desk) -> "Asked[ApplyPreview]":
            found = (await applying.look(desk, review, rows)).preview
            return Applying(found, found).question("")

        async def begin(desk: Desk, hit: "Hit[ApplyPreview]") -> Work:
            await self.dismiss()
            return await applying.begin(desk, hit.found)

        if rows:
            self.dashboard.acting.bulk.count(_("plan"), ask, begin)
        else:
            self.notify(_("nothing differs that goes in this direction"), severity="warning")

    def _tell(self) -> None:
        self.put(self._counts())

    def _counts(self) -> list[Text]:
        title = Text(_("accounts of server {name}").format(name=cell(self._server, 60)), "bold")
        review = self._review
        if review is None:
            return [title, Text("…")]
        rows = Counter((row.place, row.what) for row in review.rows.values())
        lines = [
            Text("  " + _(_PLACES[place]).format(count=formats.number(n), what=ngettext(*_KINDS[what], n)))
            for (place, what), n in sorted(rows.items())
        ]
        alike = sorted(review.tally.same.items())
        same = ", ".join(f"{formats.number(n)} {ngettext(*_KINDS[what], n)}" for what, n in alike)
        lines += [Text("  " + _("alike: {what}").format(what=same))] if same else []
        lines += [
            Text(f"  ✖ {name}: {cell(beside(name, error.line()), 300)}") for name, error in review.tally.unread.items()
        ]
        if not self._read:
            return [title, *lines, Text(_("▸ reading …"))]
        return [title, *lines, Text(""), *self._ways()]

    def _ways(self) -> list[Text]:
        ways = (
            ("s", _("take over: the database gets what the server has; nothing is written to the server")),
            ("d", _("write: the server gets what the database has")),
        )
        lines = []
        for key, words in ways:
            line = Text(" ")
            line.append(f" {key} ", "reverse")
            lines.append(line.append(f"  {words}"))
        return [*lines, Text(""), Text(_("Nobody is kicked by either; nothing is deleted."), "dim")]

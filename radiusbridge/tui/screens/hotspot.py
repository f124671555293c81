"""The hotspots of the NASes: guests, devices, local users and their profiles, cookies, bindings, servers."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.days import day_of
from radiusbridge.domain.hotspot import HotspotRow, Listing
from radiusbridge.tui import hotspot_changes
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import ListScreen, bindings_of
from radiusbridge.tui.hotspot_sheets import KEYS, TITLES, sheet_of, span
from radiusbridge.tui.language import _
from radiusbridge.tui.lines import Lines
from radiusbridge.tui.listing import Listing as Rows
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.sheet import Sheet
from radiusbridge.tui.text import cell

_SPANS = frozenset({"uptime", "limit_uptime", "session_time_left", "idle_time", "expires_in", "mac_cookie_timeout"})


class HotspotScreen(ListScreen[HotspotRow]):
    """One list at a time, of all NASes."""

    NAME = "hotspot"
    RENEWAL = 5.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def __init__(self, query: str = "") -> None:
        super().__init__(query)
        self._sheets = {listing: sheet_of(listing) for listing in Listing}
        self.shown = Listing.ACTIVE
        self.unread: dict[str, str] = {}
        """NASes whose list could not be read last, and why."""
        self.codes = False
        """Whether vouchers that nobody has bought or used are shown by their codes, until another list is."""
        self._told: set[int] = set()
        """Those of which it was written down."""
        self._rows_of: dict[Listing, Rows[HotspotRow]] = {}

    @property
    def listed(self) -> str:
        """The list that is shown."""
        return str(self.shown)

    def sheet(self) -> Sheet[HotspotRow]:
        """Of the list that is shown."""
        return self._sheets[self.shown]

    def sheets(self) -> tuple[Sheet[HotspotRow], ...]:
        """Of every list."""
        return tuple(self._sheets.values())

    def make_rows(self, desk: Desk) -> Rows[HotspotRow]:
        """All lists; the one that is shown."""
        context = desk.context
        self._rows_of = {
            listing: Rows[HotspotRow](
                sheet,
                partial(self._load, desk, listing),
                self.rows_changed,
                self.failed,
                lambda: day_of(context.clock.now(), context.zone),
            )
            for listing, sheet in self._sheets.items()
        }
        return self._rows_of[self.shown]

    async def _load(self, desk: Desk, listing: Listing) -> Sequence[HotspotRow]:
        from radiusbridge.services.hotspot.lists import shown

        readings = await shown(desk.context, listing, codes=self.codes, told=self._told)
        if listing is self.shown:
            self.unread = {each.nas: each.error for each in readings if each.error}
        return [row for each in readings for row in each.rows]

    def state_of(self, row: HotspotRow | None) -> State:
        """The row, and which list it is of."""
        known = State(self.NAME, selected=row is not None, listed=self.listed, kind=self.listed)
        if row is None:
            return known
        return State(
            self.NAME, selected=True, listed=self.listed, kind=self.listed, name=row.name, nas=row.nas, row=row.id
        )

    def detail(self, row: HotspotRow) -> Detail:
        """Every field that is set."""
        head = Text(cell(row.name or row.text("address"), 80), "bold")
        head.append(f"   {cell(row.nas, 60)}   {_(TITLES[row.listing])}", "default")
        known = ((name, _shown(name, value)) for name, value in row.values.items() if value not in {None, ""})
        more = tuple(Text(f"{name.replace('_', '-'):<18} {text}") for name, text in known)
        return Detail((head,), more=more)

    def draw_freshness(self) -> None:
        """Which list it is, and which NAS could not be read."""
        if self.desk is None or not self.is_attached:
            return
        if self.unfit or self.trouble:
            super().draw_freshness()
            return
        words = f" {_(TITLES[self.shown])}"
        for nas, error in self.unread.items():
            words += f"   ✖ {cell(nas, 40)}: {cell(error, 200)}"
        self.say_freshness(Text(words, no_wrap=True, overflow="ellipsis"))

    # -- what can be done

    def do_hotspot_list(self) -> None:
        """Which list."""

        def picked(key: str | None) -> None:
            if key is not None and KEYS[key] is not self.shown:
                self.show_list(KEYS[key])

        lines = [(key, _(TITLES[listing])) for key, listing in KEYS.items()]
        self.app.push_screen(Lines(lines, _("Show which list?"), pick=True), picked)

    def show_list(self, listing: Listing) -> None:
        """Another list, without the filter of this one."""
        self.shown = listing
        self.unread = {}
        self.codes = False
        self.clear_filter()
        if self._rows_of:
            self.rows = self._rows_of[listing]
            self.on_resize()
            self.renew()

    def do_hotspot_codes(self) -> None:
        """Shown, once it is written down who looks; or hidden again."""
        self.codes, self._told = not self.codes, set()
        self.renew()

    def do_hotspot_kick(self) -> None:
        """Ask."""
        if self.row is not None:
            hotspot_changes.kick(self.dashboard, self.row)

    def do_hotspot_add(self) -> None:
        """A form."""
        hotspot_changes.add(self.dashboard, self.shown, self.row)

    def do_hotspot_edit(self) -> None:
        """The same, with what is known."""
        if self.row is not None:
            hotspot_changes.edit(self.dashboard, self.row)

    def do_hotspot_enable(self) -> None:
        """At once."""
        if self.row is not None:
            hotspot_changes.enable(self.dashboard, self.row)

    def do_hotspot_disable(self) -> None:
        """Ask."""
        if self.row is not None:
            hotspot_changes.disable(self.dashboard, self.row)

    def do_hotspot_reset(self) -> None:
        """Ask."""
        if self.row is not None:
            hotspot_changes.reset(self.dashboard, self.row)

    def do_hotspot_remove(self) -> None:
        """Ask."""
        if self.row is not None:
            hotspot_changes.remove(self.dashboard, self.row)


def _shown(name: str, value: object) -> str:
    if name in _SPANS:
        return span(value) or cell(str(value), 40)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return cell(str(value), 200)

"""The bandwidth profiles."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.profile_fields import PROFILES, look
from radiusbridge.domain.records import Profile
from radiusbridge.domain.values import format_duration, format_rate
from radiusbridge.tui import formats, profile_changes
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext_noop
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import PLAIN, Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.text import cell


def _up(profile: Profile) -> Cell:
    return format_rate(profile.rate_up), PLAIN


def _down(profile: Profile) -> Cell:
    return format_rate(profile.rate_down), PLAIN


def _validity(profile: Profile) -> Cell:
    return ("" if profile.validity is None else format_duration(profile.validity)), PLAIN


def _price(profile: Profile) -> Cell:
    return (formats.money(cell(profile.currency, 5), profile.price) if profile.price else ""), PLAIN


def _fields(profile: Profile) -> tuple[tuple[str, str], ...]:
    """(name, text) of what stands beside name and rates; an empty text: it is not set."""
    return (
        (_("price"), _price(profile)[0]),
        (_("validity"), _validity(profile)[0]),
        (_("shared"), str(profile.shared_users)),
        (_("pool"), profile.pool or ""),
        (_("addr. list"), profile.address_list or ""),
        (_("data quota"), "" if profile.data_quota is None else format_rate(profile.data_quota)),
        (_("service"), str(profile.service or "")),
    )


class ProfilesScreen(ShortList[Profile]):
    """What customers can have."""

    NAME = "profiles"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def make_sheet(self) -> Sheet[Profile]:
        """By name."""
        columns: tuple[Col[Profile], ...] = (
            Col("name", "NAME", 12, 3),
            Col("down", "DOWN", 8, draw=_down),
            Col("up", "UP", 8, draw=_up),
            Col("price", "PRICE", 14, draw=_price),
            Col("validity", "VALIDITY", 9, draw=_validity),
            Col("shared", "SHARED", 6),
            Col("pool", "POOL", 10, 1, from_width=100),
            Col("list", "ADDRESS LIST", 12, 1, from_width=100),
            Col("service", "SERVICE", 8, from_width=140),
        )
        nothing = _(" No profiles yet; n adds one.")
        return Sheet(
            ngettext_noop("profile", "profiles"), PROFILES, look, lambda each: each.id, columns, Order("name"), nothing
        )

    async def load(self, desk: Desk) -> Sequence[Profile]:
        """All."""
        from radiusbridge.services import profiles

        return await profiles.listed(desk.context)

    def state_of(self, row: Profile | None) -> State:
        """The profile."""
        return State(self.NAME, selected=row is not None, name="" if row is None else row.name)

    def detail(self, row: Profile) -> Detail:
        """Every field that is set."""
        head = Text(cell(row.name, 80), "bold")
        rates = _("  {down} down, {up} up").format(down=format_rate(row.rate_down), up=format_rate(row.rate_up))
        head.append(rates, "default")
        more = tuple(Text(f"{name:<12} {cell(value, 200)}") for name, value in _fields(row) if value)
        return Detail((head,), more=more)

    def do_profile_add(self) -> None:
        """A form."""
        profile_changes.add(self.dashboard)

    def do_profile_edit(self) -> None:
        """The same, with what is known."""
        if self.row is not None:
            profile_changes.edit(self.dashboard, self.row)

    def do_profile_remove(self) -> None:
        """Ask."""
        if self.row is not None:
            profile_changes.remove(self.dashboard, self.row)

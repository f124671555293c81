"""A customer as a line of the list, and as fields for the export."""

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

from radiusbridge.tui import formats
from radiusbridge.tui.rows import FAINT, PLAIN, Cell, access_cell, last_cell, live_cell
from radiusbridge.tui.sheet import Col
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.roster import Entry
    from radiusbridge.services.watch import Presence

_WIDE = 100
_ROOMY = 120


def columns(presence: Callable[["Entry"], "Presence"]) -> tuple[Col["Entry"], ...]:
    """presence: how a customer stands now."""

    def live(entry: "Entry") -> Cell:
        return live_cell(presence(entry))

    return (
        Col("number", "NUMBER", 8, draw=_number),
        Col("user", "USER NAME", 10, 1, draw=_user),
        Col("name", "NAME", 8, 3, draw=_name),
        Col("area", "AREA", 8, 1, from_width=140, draw=_area),
        Col("profile", "PROFILE", 7, 1, draw=_profile, to_width=_WIDE),
        Col("profile", "PROFILE", 9, 1, draw=_profile, from_width=_WIDE),
        Col("paid", "PAID", 11, from_width=140, draw=_paid),
        Col("access", "ACCESS", 7, draw=access_cell, to_width=_ROOMY),
        Col("access", "ACCESS", 13, draw=access_cell, from_width=_ROOMY),
        Col("state", "LIVE", 21, draw=live, to_width=_ROOMY),
        Col("state", "LIVE", 26, draw=live, from_width=_ROOMY),
        Col("last", "LAST", 11, draw=_last, to_width=_WIDE),
        Col("last", "LAST OPERATION", 20, draw=_last_wide, from_width=_WIDE),
    )


def _number(entry: "Entry") -> Cell:
    return cell(entry.customer.number, 40), PLAIN


def _user(entry: "Entry") -> Cell:
    return cell(entry.customer.username, 80), PLAIN


def _name(entry: "Entry") -> Cell:
    return cell(entry.customer.name, 80), PLAIN


def _area(entry: "Entry") -> Cell:
    return cell(entry.customer.area, 40), FAINT


def _profile(entry: "Entry") -> Cell:
    return cell(entry.profile, 40), FAINT


def _paid(entry: "Entry") -> Cell:
    until = entry.customer.paid_until
    return ("" if until is None else formats.day(until)), PLAIN


def _last(entry: "Entry") -> Cell:
    return last_cell(entry.last, wide=False)


def _last_wide(entry: "Entry") -> Cell:
    return last_cell(entry.last, wide=True)


def look(entry: "Entry", presence: "Presence", name: str, zone: tzinfo | None) -> object:
    """A field of `domain.customer_fields.CUSTOMERS`."""
    from radiusbridge.domain.customer_fields import LIVE
    from radiusbridge.services.customer_fields import Fields, Lists
    from radiusbridge.services.roster_live import live_field

    if name in LIVE:
        return live_field(name, presence, bool(entry.holds))
    known = Fields(entry.customer, entry.server.name, entry.profile, entry.holds, Lists({}, "", False), zone)
    return known.look(name)

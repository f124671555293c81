"""Drawers and stock of vouchers as text and JSON."""

from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import show_list
from radiusbridge.cli.voucher_report_views import sums_view, told
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.sales import rupiah

if TYPE_CHECKING:
    from collections.abc import Sequence

    from radiusbridge.domain.vouchers.shifts import Drawer
    from radiusbridge.domain.vouchers.stock import Level

_STOCK = ("profile", "outlet", "ready", "others", "sold", "least", "short")


def _money(heading: str, key: str) -> output.Column:
    return heading, lambda row: rupiah(value) if isinstance(value := row[key], int) else "-"


_FIGURES = (
    *("cash", "sold", "returned", "count", "amount", "price", "refunded", "average", "margin"),
    *("expected", "counted", "difference"),
)
_DRAWERS = (
    output.column("SHIFT", "id"),
    ("OPENED", lambda row: output.short_time(row["opened_at"])),
    output.column("CASHIER", "cashier"),
    output.column("OUTLET", "outlet"),
    output.column("SOLD", "sold"),
    _money("EXPECTED", "expected"),
    _money("COUNTED", "counted"),
    _money("DIFFERENCE", "difference"),
)


_BLIND = ("amount", "price", "refunded", "average", "margin")


def drawer_view(drawer: "Drawer", *, expected: bool = False) -> output.View:
    """A shift as JSON values. expected: also what has to be in the drawer of one that is open, which nobody is to know
    before it is counted."""
    shift, end = drawer.shift, drawer.end
    blind = end is None and not expected
    view: output.View = {name: getattr(shift, name) for name in ("id", "outlet", "cashier", "cash", "note")}
    return {
        **view,
        "opened_at": shift.opened_at.isoformat(),
        **{name: None if blind and name in _BLIND else value for name, value in sums_view(drawer.takings).items()},
        "expected": None if blind else drawer.expected,
        "closed_at": None if end is None else end.closed_at.isoformat(),
        "closed_by": None if end is None else end.who,
        "counted": None if end is None else end.counted,
        "difference": None if end is None else end.difference,
        "reason": None if end is None else end.reason,
    }


def show_drawer(drawer: "Drawer", as_json: bool, *, expected: bool = False) -> None:
    """One shift; expected: as `drawer_view`."""
    if as_json:
        output.json_line({"type": "shift", **drawer_view(drawer, expected=expected)})
        return
    blind = drawer.end is None and not expected
    shift, end = drawer.shift, drawer.end
    state = "open" if end is None else "closed"
    takings = drawer.takings
    words = f"{takings.sold} sold, {takings.returned} returned" if blind else told(takings)
    output.line(f"shift {shift.id} of {safe(shift.cashier, 40)} is {state}: {words}")
    pairs = [("outlet", shift.outlet or "-"), ("opened", output.local_time(shift.opened_at))]
    pairs += [("float", rupiah(shift.cash))]
    pairs += [] if blind else [("expected", rupiah(drawer.expected))]
    if end is not None:
        pairs += [("counted", rupiah(end.counted)), ("difference", rupiah(end.difference))]
        pairs += [("reason", end.reason)] if end.reason else []
        pairs += [("closed", f"{output.local_time(end.closed_at)} by {end.who}")]
    output.details(pairs + ([("note", shift.note)] if shift.note else []))


def show_drawers(drawers: "Sequence[Drawer]", as_json: bool, file: str | None, *, expected: bool = False) -> None:
    """A list of shifts; expected: as `drawer_view`."""
    views = [drawer_view(each, expected=expected) for each in drawers]
    show_list(views, _DRAWERS, as_json=as_json, file=file, figures=_FIGURES)


def show_stock(levels: "Sequence[Level]", as_json: bool, file: str | None = None) -> None:
    """What there is, and a warning of each shortage on standard error."""
    views: list[output.View] = [{name: getattr(each, name) for name in _STOCK} for each in levels]
    if as_json or file:
        show_list(views, [output.column(name.upper(), name) for name in _STOCK], as_json=as_json, file=file)
    else:
        shown = [{**view, "outlet": "(all)" if view["outlet"] is None else view["outlet"]} for view in views]
        names = _STOCK[:-1] if any(each.least is not None for each in levels) else _STOCK[:-2]
        output.table(shown, [output.column(name.upper(), name) for name in names])
    for each in levels:
        if each.short:
            note(safe(each.place, 80), f"warning: {each.ready} vouchers are ready, {each.least} have to be")

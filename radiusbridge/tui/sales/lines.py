"""What the page of sales shows, as lines."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.days import day_of, zone_of
from radiusbridge.domain.vouchers.sales import Takings, rupiah
from radiusbridge.domain.vouchers.trend import plot
from radiusbridge.tui import formats
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.language import _
from radiusbridge.tui.rows import BAD, FAINT, PLAIN, WARN
from radiusbridge.tui.text import cell, fit

if TYPE_CHECKING:
    from radiusbridge.domain.vouchers.reports import Report
    from radiusbridge.domain.vouchers.shifts import Drawer
    from radiusbridge.domain.vouchers.stock import Level

_PLOT = 6
"""Lines of the plot."""
_NAME = 22


def report_lines(report: "Report") -> list[Text]:
    """Totals, trend, the lines of the report, by profile, what expired."""
    scope = report.scope
    first, last = formats.day(scope.first), formats.day(scope.last)
    head = _("{first} to {last}, days of {zone}").format(first=first, last=last, zone=report.zone)
    named = ", ".join(cell(value, 40) or "-" for value in scope.names.values())
    total = report.total
    lines = [
        Text(f"{head}{f'; {named}' if named else ''}", "bold"),
        Text(
            _("{sold} sold, {returned} returned: {amount}, on average {average}").format(
                sold=formats.number(total.sold),
                returned=formats.number(total.returned),
                amount=rupiah(total.amount),
                average=rupiah(total.average),
            )
        ),
        *_reported(report),
        Text(""),
    ]
    if any(report.trend):
        lines += map(Text, plot(report.trend, report.trend_first, height=_PLOT, day=formats.day))
        lines.append(Text(""))
    lines += _table(_(str(report.by)), report.groups)
    if str(report.by) != "profile" and report.profiles:
        lines += [Text(""), *_table(_("profile"), report.profiles)]
    if report.expired:
        lines += [Text(""), *_expired(report)]
    return lines


def _reported(report: "Report") -> list[Text]:
    late, zone = report.reported, zone_of(report.zone)
    if late.first is None or late.last is None:
        return []
    words = _("of them {n} were reported later: {amount}, sold {first} to {last}").format(
        n=formats.number(late.count),
        amount=rupiah(late.amount),
        first=formats.day(day_of(late.first, zone)),
        last=formats.day(day_of(late.last, zone)),
    )
    return [Text(words)]


def _table(title: str, rows: Sequence[tuple[str, Takings]]) -> list[Text]:
    if not rows:
        return [Text(_("nothing was sold"), TONE_STYLES[FAINT])]
    heads = (_("sold"), _("returned"), _("amount"), _("average"))
    lines = [_row(title, heads, "dim")]
    for name, sums in rows:
        figures = (formats.number(sums.sold), formats.number(sums.returned), rupiah(sums.amount), rupiah(sums.average))
        lines.append(_row(cell(name, 60) or "-", figures))
    return lines


def _row(name: str, figures: Iterable[str], style: str = "") -> Text:
    widths = (8, 12, 18, 15)
    return Text(
        fit(name, _NAME) + "".join(f"{each:>{size}}" for each, size in zip(figures, widths, strict=True)), style
    )


def _expired(report: "Report") -> list[Text]:
    sold = dict(report.profiles)
    lines = [Text(fit(_("expired"), _NAME) + f"{_('over'):>8}{_('unsold'):>12}{_('sold'):>18}", "dim")]
    for each in report.expired or ():
        figures = (each.expired, each.unsold, sold.get(each.profile, Takings()).count)
        widths = (8, 12, 18)
        told = "".join(f"{formats.number(figure):>{size}}" for figure, size in zip(figures, widths, strict=True))
        lines.append(Text(fit(cell(each.profile, 60), _NAME) + told))
    return lines


def drawer_line(drawer: "Drawer | None", *, expected: bool = False) -> Text:
    """The operator's open shift; expected: with what has to be in its drawer, which nobody is to know before it is
    counted."""
    if drawer is None:
        return Text(_("no shift of yours is open"), TONE_STYLES[FAINT])
    shift = drawer.shift
    words = _("shift {id} at {outlet} since {time}").format(
        id=shift.id, outlet=cell(shift.outlet, 30) or "-", time=formats.stamp(shift.opened_at).strip()
    )
    if expected:
        words += ": " + _("{amount} in the drawer").format(amount=rupiah(drawer.expected))
    return Text(words, TONE_STYLES[PLAIN])


def stock_lines(levels: Sequence["Level"]) -> list[Text]:
    """What runs short."""
    return [
        Text(
            _("{place}: {ready} ready, {least} have to be").format(
                place=cell(each.place, 60), ready=formats.number(each.ready), least=formats.number(each.least or 0)
            ),
            TONE_STYLES[WARN],
        )
        for each in levels
    ]


def shift_lines(drawers: Sequence["Drawer"], *, expected: bool = False) -> list[Text]:
    """The last shifts, and how their drawers were counted; expected: as `drawer_line`."""
    lines = [Text(_("Shifts"), "bold"), Text("")]
    for each in drawers:
        shift, end = each.shift, each.end
        who = f"{shift.id:>4} {formats.stamp(shift.opened_at)} {fit(cell(shift.cashier, 40), 10)}"
        place = fit(cell(shift.outlet, 40) or "-", 11)
        if end is None:
            told = f"  {rupiah(each.expected)}" if expected else ""
            lines.append(Text(f"{who} {place}  {_('open')}{told}"))
            continue
        counted = _("{amount} counted").format(amount=rupiah(end.counted))
        off = "" if not end.difference else f"  {rupiah(end.difference)}  {cell(end.reason, 80)}"
        lines.append(Text(f"{who} {place}  {counted}{off}", TONE_STYLES[BAD if end.difference else PLAIN]))
    return lines if drawers else [*lines, Text(_("no shift was opened yet"), "dim")]

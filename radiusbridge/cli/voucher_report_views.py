"""Reports of vouchers, their books and drawers as text, JSON and files."""

import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.csv_file import list_file
from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.domain.days import zone_of
from radiusbridge.domain.spark import BLOCKS
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.sales import Takings, rupiah
from radiusbridge.domain.vouchers.trend import plot

if TYPE_CHECKING:
    from radiusbridge.domain.vouchers.reports import Report

_SUMS = ("sold", "returned", "count", "amount", "price", "refunded", "average", "margin")
_EXPORTED = ("group", *_SUMS)


def _money(key: str) -> output.Column:
    return key.upper(), lambda row: rupiah(value) if isinstance(value := row[key], int) else "-"


_COLUMNS = (
    output.column("SOLD", "sold"),
    output.column("RETURNED", "returned"),
    _money("amount"),
    _money("average"),
    _money("margin"),
)


def sums_view(takings: Takings) -> output.View:
    """What some lines come to, as JSON values."""
    return {name: getattr(takings, name) for name in _SUMS}


def report_view(report: "Report") -> output.View:
    """A report as JSON values."""
    scope = report.scope
    days = (report.trend_first + timedelta(days=count) for count in range(len(report.trend)))
    expired = [
        {"profile": each.profile, "expired": each.expired, "unsold": each.unsold} for each in report.expired or ()
    ]
    return {
        "zone": report.zone,
        "by": str(report.by),
        "first": scope.first.isoformat(),
        "last": scope.last.isoformat(),
        "profile": scope.profile,
        "outlet": scope.outlet,
        "cashier": scope.cashier,
        "router": scope.router,
        "total": sums_view(report.total),
        "groups": [{"group": name, **sums_view(sums)} for name, sums in report.groups],
        "profiles": [{"group": name, **sums_view(sums)} for name, sums in report.profiles],
        "trend": [
            {"day": day.isoformat(), **sums_view(sums or Takings())}
            for day, sums in zip(days, report.trend, strict=True)
        ],
        "expired": None if report.expired is None else expired,
        "reported": {
            "count": report.reported.count,
            "amount": report.reported.amount,
            "first": None if report.reported.first is None else report.reported.first.isoformat(),
            "last": None if report.reported.last is None else report.reported.last.isoformat(),
        },
    }


def show_report(report: "Report", *, as_json: bool, file: str | None, plain: bool) -> None:
    """file: the groups, written to it in place of what else is shown. plain: without blocks. BadInput: the file."""
    view = report_view(report)
    groups: list[output.View] = [{"group": name, **sums_view(sums)} for name, sums in report.groups]
    if file:
        with list_file(file, _EXPORTED, figures=_SUMS) as add:
            add(groups)
        talk(f"radiusbridge: {len(groups)} rows in {safe(file)}, days of {report.zone}")
        return
    if as_json:
        output.json_value(view)
        return
    scope = report.scope
    only = "".join(f"; {name} {safe(value, 60) or '-'}" for name, value in scope.names.items())
    output.line(f"vouchers sold from {scope.first} to {scope.last}, days of {report.zone}{only}")
    output.line(told(report.total))
    late = report.reported
    if late.first is not None and late.last is not None:
        place = zone_of(report.zone)
        days = f"{late.first.astimezone(place):%Y-%m-%d} to {late.last.astimezone(place):%Y-%m-%d}"
        output.line(f"of them {late.count} were reported later: {rupiah(late.amount)}, sold {days}")
    _table(str(report.by).upper(), groups)
    if str(report.by) != "profile":
        _table("PROFILE", [{"group": name, **sums_view(sums)} for name, sums in report.profiles])
    _show_expired(report)
    if any(report.trend):
        output.line()
        ascii_only = plain or not _has_blocks()
        for line in plot(report.trend, report.trend_first, ascii_only=ascii_only):
            output.line(line.rstrip())


def told(takings: Takings) -> str:
    """`12 sold, 1 returned: Rp 55.000, on average Rp 5.000, margin Rp 11.000`."""
    return (
        f"{takings.sold} sold, {takings.returned} returned: {rupiah(takings.amount)}, "
        f"on average {rupiah(takings.average)}, margin {rupiah(takings.margin)}"
    )


def _table(title: str, rows: list[output.View]) -> None:
    if rows:
        output.line()
        output.table(rows, [output.column(title, "group"), *_COLUMNS])


def _show_expired(report: "Report") -> None:
    if not report.expired:
        return
    sold = dict(report.profiles)
    rows: list[output.View] = [
        {
            "profile": each.profile,
            "expired": each.expired,
            "unsold": each.unsold,
            "sold": sold.get(each.profile, Takings()).count,
        }
        for each in report.expired
    ]
    names = ("PROFILE", "EXPIRED", "UNSOLD", "SOLD")
    output.line()
    output.table(rows, [output.column(name, name.lower()) for name in names])


def _has_blocks() -> bool:
    """Whether the terminal, or the file, takes them."""
    if os.environ.get("RADIUSBRIDGE_ASCII", "") not in {"", "0"}:
        return False
    try:
        BLOCKS.encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeError):
        return False
    return True


def show_books(zone: str, differences: int, *, as_json: bool) -> int:
    """Print how they stand; the exit status."""
    if as_json:
        output.json_value({"zone": zone, "differences": differences})
    else:
        output.details([("zone", zone), ("days", "as the ledger" if not differences else f"{differences} differ")])
    if differences:
        note("voucher books", "somebody wrote past the ledger; radiusbridge voucher books --rebuild")
    return 1 if differences else 0

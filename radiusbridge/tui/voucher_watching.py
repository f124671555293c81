"""What the routers tell of vouchers, on pages: the watch, and what an import from Mikhmon comes to."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.form import Entry, Form, Values, Ways
from radiusbridge.tui.form_checks import one_of, only
from radiusbridge.tui.language import _
from radiusbridge.tui.pane import Page
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.gateways.ports import Finding
    from radiusbridge.services.vouchers.importing import Look
    from radiusbridge.tui.app import Dashboard

_ROWS = 500
"""Refused rows that are shown."""


def watch(app: "Dashboard") -> None:
    """One look, on a page."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers.watching import watch_now

        app.notify(_("the routers are read"), title=_("watch over vouchers"))
        looked = await watch_now(desk.context)
        lines = [Text(_("watch over vouchers"), "bold"), Text("")]
        for router, error in sorted(looked.unread.items()):
            lines.append(Text(f"  {cell(router, 60)}: {cell(error, 200)}", "yellow"))
        for each in looked.findings:
            lines.append(Text(f"  {term(str(each.kind))}  {cell(each.router, 60)}: {cell(each.words, 300)}", "red"))
            lines.append(Text(f"    {', '.join(each.evidence)}"))
            lines.append(Text(f"    {cell(each.mend, 300)}", "dim"))
        if not looked.findings and not looked.unread:
            lines.append(Text("  " + _("nothing is wrong"), "green"))
        page = Page()
        app.push_screen(page)
        page.put(lines)

    app.acting.beside("voucher-watch", work)


def bring(app: "Dashboard") -> None:
    """A form; ^t tells what it comes to, ^s imports, and a page tells what was refused."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services import nases

        names = [each.nas.name for each in await nases.listed(desk.context) if each.nas.api is not None]
        lines = [Entry("router", _("router"), one_of("router", names), only(names), ", ".join(names[:6]))]
        done: list[Look] = []

        async def told(typed: Values) -> "AsyncIterator[Finding]":
            from radiusbridge.services.vouchers import importing

            for each in _figures(await importing.look(desk.context, typed["router"].strip())):
                yield each

        async def save(typed: Values) -> None:
            from radiusbridge.services.vouchers import importing

            look = await importing.look(desk.context, typed["router"].strip())
            done.append(await importing.store(desk.context, look))

        def ended(_values: Values | None) -> None:
            app.list_screen.renew()
            if done:
                # the form leaves after this call, and would take the page for itself
                app.call_later(_show, app, done[-1])

        app.push_screen(Form(_("Import from Mikhmon"), lines, Ways(test=told, save=save)), ended)

    app.acting.opening("voucher-import", work)


def _figures(look: "Look") -> "tuple[Finding, ...]":
    from radiusbridge.gateways.ports import Finding, Mark

    plan = look.plan
    amount = _("{new} new, Rp {amount}; {same} known").format(
        new=formats.number(len(plan.bookings)), amount=formats.number(plan.amount), same=formats.number(plan.sales_same)
    )
    refused = Mark.WARN if plan.refused else Mark.OK
    return (
        Finding(_("zone"), Mark.OK, cell(look.held.zone, 40)),
        Finding(_("vouchers"), Mark.OK, _counts(look)),
        Finding(_("sales"), Mark.OK, amount),
        Finding(_("refused"), refused, formats.number(len(plan.refused))),
    )


def _counts(look: "Look") -> str:
    plan = look.plan
    return _("{new} new, {changed} changed, {same} known").format(
        new=formats.number(plan.new), changed=formats.number(len(plan.changes)), same=formats.number(plan.same)
    )


def _show(app: "Dashboard", look: "Look") -> None:
    plan = look.plan
    lines = [
        Text(_("imported from {router}: {counts}").format(router=cell(look.nas.name, 60), counts=_counts(look)), "bold")
    ]
    lines += [Text(f"  {each.step}: {each.words}") for each in _figures(look)]
    if plan.overdue:
        overdue = _("{n} are let in after their end: Mikhmon's scheduler does not see to them")
        lines.append(Text("  " + overdue.format(n=formats.number(plan.overdue)), "yellow"))
    lines.append(Text(""))
    for row in plan.refused[:_ROWS]:
        lines.append(Text(f"  {cell(row.name or row.text, 60)}: {cell(row.reason, 200)}"))
    if len(plan.refused) > _ROWS:
        more = _("and {n} more: radiusbridge voucher import mikhmon {router} -o FILE")
        lines.append(Text("  " + more.format(n=len(plan.refused) - _ROWS, router=look.nas.name), "dim"))
    page = Page()
    app.push_screen(page)
    page.put(lines)

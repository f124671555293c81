"""The ends of vouchers by keys: who is online is told before they are made void; those that are over are ended."""

from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import shown
from radiusbridge.domain.vouchers.first_login import told
from radiusbridge.domain.vouchers.records import VoucherBatch
from radiusbridge.tui import formats, voucher_changes
from radiusbridge.tui.desk import Began, Desk
from radiusbridge.tui.dialogs import Question
from radiusbridge.tui.evidence import Severity
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.domain.vouchers.records import Voucher
    from radiusbridge.services.vouchers.expiring import Swept
    from radiusbridge.services.vouchers.guests import Guest, Guests
    from radiusbridge.tui.app import Dashboard

_SHOWN = 5
"""Guests who are named."""


def void(app: "Dashboard", batch: VoucherBatch) -> None:
    """Ask the NASes who is online, then the operator, for all of the batch."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers import voiding

        online = await voiding.online_with(desk.context, batch.id)
        title = _("voucher batch {id}").format(id=batch.id)
        whom = (Text(f"  {title}  {formats.number(batch.size)} · {cell(batch.router, 60)}", "bold"), *_who(online))
        effect = _("They are taken off the router; who is online is kicked and kept out.")

        async def act(desk: Desk) -> Began:
            from radiusbridge.services.vouchers import standing

            await standing.void(desk.context, batch.id)
            voucher_changes.write(app, batch.id)
            return Began(None, _("begun; the verdict follows"))

        app.acting.ask("voucher-void", Question("void", _("this batch"), whom, effect), lambda _answers: act)

    app.acting.opening("voucher-void", work)


def _who(online: "Guests") -> list[Text]:
    lines = [Text(f"  {cell(line, 200)}", "yellow") for line in online.unread[:_SHOWN]]
    count = len(online.rows)
    if count:
        words = ngettext("{n} guest is online with them", "{n} guests are online with them", count)
        lines.append(Text("  " + words.format(n=formats.number(count)), "yellow"))
    return lines + [Text(f"    {_guest(row)}") for row in online.rows[:_SHOWN]]


def _guest(row: "Guest") -> str:
    return "  ".join(cell(part, 40) for part in (row.user, row.address, row.nas, row.uptime))


def expire(app: "Dashboard") -> None:
    """Look for first logins, then end what is over; what came of it is told."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers.expiring import Sweep
        from radiusbridge.services.vouchers.first_logins import FirstLogins

        title = _("vouchers that are over")
        app.notify(_("the routers are asked for first logins"), title=title)
        await FirstLogins(desk.context).look(whole=True)
        swept = await Sweep(desk.context, again=0.0).run()
        words, severity = _come_to(swept)
        app.notify(words, title=title, severity=severity, timeout=10, markup=False)
        app.list_screen.renew()

    app.acting.beside("voucher-expire", work)


def _come_to(swept: "Swept") -> tuple[str, Severity]:
    if swept.trouble:
        return cell(swept.trouble[0], 300), "warning"
    if not swept.ended:
        return _("no voucher is over"), "information"
    counts = [(verdict, sum(each.verdict is verdict for each in swept.ended)) for verdict in Verdict]
    words = ", ".join(f"{count} {verdict}" for verdict, count in counts if count)
    severities: dict[int, Severity] = {0: "information", 1: "error"}
    return words, severities.get(swept.exit_status, "warning")


def dates(voucher: "Voucher") -> str:
    """When a voucher was used first, as far as that is known, and when it is over."""
    words = []
    if voucher.first_login_at is not None:
        sure = told(voucher.first_login_at, voucher.first_login_off, "")
        words.append(_("used {moment}, {sure}").format(moment=formats.stamp(voucher.first_login_at), sure=sure))
    if voucher.expires_at is not None:
        words.append(_("over {moment}").format(moment=formats.stamp(voucher.expires_at)))
    return ", ".join(words)


def line_of(voucher: "Voucher", state: str, sign: str, *, codes: bool = False) -> str:
    """One voucher in the list of its batch; codes: also that of one that is ready."""
    code = shown(voucher.code) if codes or not voucher.fresh else "····"
    known = "  ".join(filter(None, (dates(voucher), cell(voucher.words, 200))))
    return f"  {sign} {voucher.row:>5}  {code:<24}  {state:<10}  {known}".rstrip()

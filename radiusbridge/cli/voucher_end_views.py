"""First logins and ends of vouchers as text and JSON."""

from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.cli.listed import exported
from radiusbridge.cli.voucher_views import codes_view
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.codes import shown
from radiusbridge.domain.vouchers.first_login import told
from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from radiusbridge.services.vouchers.expiring import Ended, Swept
    from radiusbridge.services.vouchers.first_logins import Looked
    from radiusbridge.services.vouchers.guests import Guests

_OVER = (
    ("VOUCHER", lambda row: f"{row['batch']}/{row['row']}"),
    output.column("CODE", "printed"),
    output.column("ROUTER", "router"),
    output.column("STATE", "state"),
    ("OVER SINCE", lambda row: output.short_time(row["expires_at"])),
    output.column("WHY", "why"),
)
_OVER_FIELDS = ("batch", "row", "code", "printed", "router", "state", "expires_at", "verdict", "why")
_DATES = (
    ("drawn", "drawn_at"),
    ("on the router", "written_at"),
    ("read back", "read_at"),
    ("printed", "printed_at"),
    ("sold", "sold_at"),
    ("first login", "first_login_at"),
    ("over at", "expires_at"),
    ("found over", "expired_at"),
    ("void", "void_at"),
    ("gone", "gone_at"),
)


def show_looked(looked: "Looked", as_json: bool) -> None:
    """What the routers could not be asked, on standard error."""
    for line in looked.trouble:
        note("", f"first logins could not be looked for: {safe(line, 300)}")
    if looked.found and not as_json:
        talk(f"  {looked.found} first logins were found")


def over_view(batch: VoucherBatch, voucher: Voucher) -> output.View:
    """A voucher that is over, as JSON values."""
    return {
        "batch": batch.id,
        "row": voucher.row,
        **codes_view(voucher),
        "router": batch.router,
        "state": voucher.state,
        "expires_at": _time(voucher.expires_at),
        "verdict": None if voucher.verdict is None else str(voucher.verdict),
        "why": voucher.words,
    }


def show_over(
    rows: "Sequence[tuple[VoucherBatch, Voucher]]", following: "datetime | None", as_json: bool, file: str | None
) -> int:
    """Those that are over and not off their routers; 1 where there are some."""
    views = [over_view(*each) for each in rows]
    if exported(file, views, _OVER_FIELDS):
        return 1 if views else 0
    if as_json:
        output.json_value({"over": views, "next": _time(following)})
        return 1 if views else 0
    if views:
        output.table(views, _OVER)
        note("", "radiusbridge voucher expire --due ends them")
    else:
        output.line("no voucher is over")
    if following is not None:
        output.line(f"the next one is over at {output.short_time(_time(following))}")
    return 1 if views else 0


def show_ended(ended: "Ended", as_json: bool) -> None:
    """One line, as it ends; those that went in bulk are only counted."""
    if as_json:
        output.json_line(ended_view(ended))
    elif ended.operation is not None:
        word = str(ended.verdict or ended.status).upper()
        output.line(f"{word}  voucher {ended.voucher.number} ended by operation {ended.operation}")
        for words in ended.words:
            output.paragraph(safe(words, 400))


def ended_view(ended: "Ended") -> output.View:
    """What one end came to, as JSON values."""
    return {
        "type": "ended",
        "batch": ended.batch.id,
        "row": ended.voucher.row,
        "code": codes_view(ended.voucher)["code"],
        "status": str(ended.status),
        "verdict": None if ended.verdict is None else str(ended.verdict),
        "operation": ended.operation,
        "reasons": list(ended.words),
    }


def show_swept(swept: "Swept", as_json: bool) -> int:
    """What it comes to; the exit status."""
    status = swept.exit_status
    bulk = sum(each.operation is None for each in swept.ended)
    if as_json:
        counts = {"expired": swept.expired, "ended": len(swept.ended), "in_bulk": bulk}
        output.json_line({"type": "swept", **counts, "trouble": list(swept.trouble), "exit": status})
        return status
    together = f", {bulk} of them unused and together" if bulk else ""
    output.line(f"{swept.expired} vouchers found over, {len(swept.ended)} ended{together}")
    for line in swept.trouble:
        note("", safe(line, 300))
    return status


def online_view(online: "Guests") -> output.View:
    """Who is online, as JSON values."""
    names = ("nas", "user", "address", "mac", "uptime")
    rows = [{name: getattr(row, name) for name in names} for row in online.rows]
    return {"online": rows, "unread": list(online.unread)}


def show_online(online: "Guests") -> None:
    """Who is online, on standard error."""
    for row in online.rows:
        user, address, nas = (safe(part, 40) for part in (row.user, row.address, row.nas))
        talk(f"  online: {user} at {address} on {nas}, for {safe(row.uptime, 20)}")
    for line in online.unread:
        note("", f"who is online could not be read: {safe(line, 300)}")


def show_voucher(batch: VoucherBatch, voucher: Voucher) -> None:
    """All that is known of one voucher, each date by itself."""
    limits = f"{batch.validity} s from {batch.starts}" if batch.validity is not None else "no end"
    pairs = [
        ("code", shown(voucher.code)),
        ("batch", f"{batch.id}, row {voucher.row}, {batch.profile} on {safe(batch.router, 60)}"),
        ("state", f"{voucher.state}{f', {voucher.verdict}' if voucher.verdict else ''}"),
        ("validity", limits),
    ]
    for name, field in _DATES:
        moment = getattr(voucher, field)
        if moment is not None:
            words = output.short_time(_time(moment))
            if field == "first_login_at":
                words = f"{words}, {told(moment, voucher.first_login_off, voucher.first_login_by)}"
            pairs.append((name, words))
    if voucher.ended_by is not None:
        pairs.append(("ended by", f"operation {voucher.ended_by}"))
    if voucher.words:
        pairs.append(("why", safe(voucher.words, 300)))
    output.details(pairs)


def _time(moment: object) -> str | None:
    return None if moment is None else str(moment).replace(" ", "T")

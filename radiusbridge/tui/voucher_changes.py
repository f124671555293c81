"""What the keys do to vouchers: the form of a new batch, writing, selling, and what came of it."""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.values import parse_duration, parse_size
from radiusbridge.domain.vouchers.alphabets import NAMES
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.records import LARGEST, MOST_MONEY, Keeper, Mode, Starts, VoucherBatch, password_of
from radiusbridge.tui import formats, voucher_many
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.evidence import severity_of
from radiusbridge.tui.form import Entry, Form, Values, Ways
from radiusbridge.tui.form_checks import any_text, empty_or, one_of, only, whole_number, yes_or_no
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.pane import Page
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.gateways.ports import Finding
    from radiusbridge.services.vouchers.ordering import Order
    from radiusbridge.services.vouchers.selling import Sold
    from radiusbridge.services.vouchers.standing import Standing
    from radiusbridge.tui.app import Dashboard

FIRST = ("keeper", "router", "profile", "hotspot_server")
"""Fields of the form that know what there is."""
_MONEY = empty_or(whole_number(0, MOST_MONEY))
FIELDS: tuple[tuple[str, str, Callable[[str], object], str, str], ...] = (
    ("quantity", N_("how many"), whole_number(1, LARGEST), "100", ""),
    ("mode", N_("mode"), one_of("mode", [str(each) for each in Mode]), "same", "same, pair, code"),
    ("alphabet", N_("alphabet"), one_of("alphabet", NAMES), "strict", "strict, num, mix …"),
    ("length", N_("length"), whole_number(3, 20), "8", ""),
    ("prefix", N_("prefix"), any_text, "", N_("before each code")),
    ("check", N_("check sign"), yes_or_no, "", N_("yes: one more sign, by which a misread code is told")),
    ("time_limit", N_("limit"), empty_or(parse_duration), "", N_("how long in all, like 12h")),
    ("data_limit", N_("data"), empty_or(parse_size), "", N_("how much in all, like 2G")),
    ("validity", N_("lasts"), empty_or(parse_duration), "", N_("like 1d; empty: as the profile says")),
    ("starts", N_("from"), empty_or(one_of("start", [str(each) for each in Starts])), "", "sale, first-login …"),
    ("price", N_("price"), _MONEY, "", N_("Rupiah; empty: the profile's")),
    ("selling_price", N_("sold for"), _MONEY, "", N_("Rupiah; empty: the price")),
    ("outlet", N_("outlet"), any_text, "", N_("where they are sold")),
    ("comment", N_("comment"), any_text, "", ""),
    ("draw_only", N_("only draw"), yes_or_no, "", N_("yes: t writes them to the router later")),
)


def generate(app: "Dashboard") -> None:
    """A form; ^t tells the figures, ^s draws and writes."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services import nases, profiles, servers

        context = desk.context
        homes = [each.name for each in await servers.listed(context)]
        local = [each.nas.name for each in await nases.listed(context)]
        plans = [each.name for each in await profiles.listed(context)]
        keepers = [str(each) for each in Keeper]
        routers = sorted({*homes, *local})
        lines = [
            Entry("keeper", _("kept by"), one_of("keeper", keepers), str(Keeper.HOTSPOT), ", ".join(keepers)),
            Entry("router", _("router"), one_of("router", routers), only(local), ", ".join(routers[:6])),
            Entry("profile", _("profile"), _named, only(plans), ", ".join(plans[:6])),
            Entry("hotspot_server", _("hotspot"), any_text, "", _("only through this hotspot server; empty: any")),
            *(
                Entry(name, _(label), check, value, _(hint) if hint else "")
                for name, label, check, value, hint in FIELDS
            ),
        ]

        async def told(typed: Values) -> "AsyncIterator[Finding]":
            async for each in _figures(desk, typed):
                yield each

        async def save(typed: Values) -> None:
            question = await voucher_many.draw(app, desk, _order(typed), draw_only=yes_or_no(typed["draw_only"]))
            open_.extend([] if question is None else [question])

        def left(_values: Values | None) -> None:
            app.list_screen.renew()
            for question in open_:
                question()

        open_: list[voucher_many.Question] = []
        app.push_screen(Form(_("New vouchers"), lines, Ways(_order, told, save)), left)

    app.acting.opening("voucher-new", work)


async def _figures(desk: Desk, typed: Values) -> "AsyncIterator[Finding]":
    from radiusbridge.gateways.ports import Finding, Mark
    from radiusbridge.services.vouchers import ordering

    told = await ordering.preview(desk.context, _order(typed))
    for what, words in voucher_many.figures(told):
        warned = bool(told.warnings) and what == _("guess")
        yield Finding(what, Mark.WARN if warned else Mark.OK, words, "; ".join(told.warnings) if warned else "")


def write(app: "Dashboard", *batch_ids: int) -> None:
    """One after the other, beside everything else; each verdict is told when it is there. Leaving the dashboard stops
    it; it can go on."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers.writing import BatchRunner

        for batch_id in batch_ids:
            app.list_screen.renew()
            over = await BatchRunner(desk.context, batch_id).run()
            _tell(app, over)
            app.list_screen.renew()
            if over.exit_status in {1, 3}:
                break

    app.acting.beside("voucher-resume", work)


def stop(app: "Dashboard", batch_id: int) -> None:
    """Begin no more."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers import standing

        await standing.stop(desk.context, batch_id)
        app.notify(_("no more are written; those in flight end by themselves"), title=_title(batch_id))
        app.list_screen.renew()

    app.acting.beside("voucher-stop", work)


def sell(app: "Dashboard", batch: VoucherBatch) -> None:
    """The oldest that is ready; its code and password on a page."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.vouchers import selling

        sold = await selling.sell(desk.context, selling.Wish(profile=batch.profile, batch_id=batch.id))
        page = Page()
        app.push_screen(page, lambda _answer: app.list_screen.renew())
        back = _("it comes back by: radiusbridge voucher return {code}").format(code=sold.sale.code)
        page.put([*sold_lines(sold), Text(""), Text(f"  {back}", "dim")])

    app.acting.opening("voucher-sell", work)


def sold_lines(sold: "Sold") -> list[Text]:
    """What was sold, with its code and password."""
    sale, password = sold.sale, password_of(sold.batch, sold.voucher)
    words = _("sold: one of {profile} for Rp {amount}").format(
        profile=cell(sale.profile, 60), amount=formats.number(sale.amount)
    )
    return [
        Text(words, "bold"),
        Text(""),
        Text(f"  {_('code'):<10} {sale.code}", "bold"),
        Text(f"  {_('password'):<10} {cell(password, 60) or '-'}", "bold"),
        *unasked(sold),
    ]


def unasked(sold: "Sold") -> list[Text]:
    """What could not be asked of a voucher's router before it was sold."""
    if not sold.unasked:
        return []
    words = _("UNPROVEN: whether it is still good could not be asked: {why}").format(why=cell(sold.unasked, 200))
    return [Text(f"  {words}", "yellow")]


def _tell(app: "Dashboard", over: "Standing") -> None:
    batch = over.batch
    word = str(batch.verdict or batch.status)
    severity = severity_of(batch.verdict)
    words = cell(batch.why, 300) or _("{n} counted on the router").format(n=formats.number(batch.counted or 0))
    title = f"{word}  {_title(batch.id)}"
    app.notify(words, title=title, severity=severity, timeout=10, markup=False)


def _title(batch_id: int) -> str:
    return _("voucher batch {id}").format(id=batch_id)


def _named(text: str) -> None:
    if not text.strip():
        raise BadInput(_("this is needed"))


def _order(typed: Values) -> "Order":
    from radiusbridge.services.vouchers.ordering import Order

    text = {name: value.strip() for name, value in typed.items()}
    form = CodeForm(text["alphabet"].lower(), int(text["length"]), text["prefix"], yes_or_no(text["check"]))
    place = text["router"]
    local = text["keeper"].lower() == Keeper.HOTSPOT
    price, selling = (int(text[name]) if text[name] else None for name in ("price", "selling_price"))
    return Order(
        int(text["quantity"]),
        text["profile"],
        server=None if local else place,
        nas=place if local else None,
        hotspot_server=text["hotspot_server"],
        mode=Mode(text["mode"].lower()),
        form=form,
        time_limit=parse_duration(text["time_limit"]) if text["time_limit"] else None,
        data_limit=parse_size(text["data_limit"]) if text["data_limit"] else None,
        validity=parse_duration(text["validity"]) if text["validity"] else None,
        starts=Starts(text["starts"].lower()) if text["starts"] else None,
        outlet=text["outlet"],
        comment=text["comment"],
        price=price,
        selling_price=selling,
    )

"""Many vouchers from the form: their number is typed once more, and one batch after the other is written."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.sizes import size_text
from radiusbridge.domain.vouchers.codes import roughly
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.text import cell
from radiusbridge.tui.typed_count import Asked, Hit, TypedCount

Question = Callable[[], object]

if TYPE_CHECKING:
    from radiusbridge.services.vouchers.ordering import Order, Preview
    from radiusbridge.tui.app import Dashboard


async def draw(app: "Dashboard", desk: Desk, order: "Order", *, draw_only: bool = False) -> "Question | None":
    """Draw and write; draw_only: that is left for later. Where it is so many that their number is to be typed: the
    question, which is still to be asked. Errors: as `ordering.preview`."""
    from radiusbridge.services.vouchers import ordering

    told = await ordering.preview(desk.context, order)
    if not told.asks:
        await _drawn(app, desk, order, None, draw_only)
        return None

    async def again(_answers: Answers) -> Hit["Preview"]:
        return _hit(await ordering.preview(desk.context, order))

    def typed(hit: "Hit[Preview] | None") -> None:
        if hit is not None:
            app.acting.beside("voucher-new", lambda desk: _drawn(app, desk, order, hit.size, draw_only))

    def title(count: int) -> str:
        return ngettext("Draw {n} voucher", "Draw {n} vouchers", count).format(n=formats.number(count))

    return lambda: app.push_screen(TypedCount(Asked(title, again), _hit(told)), typed)


async def _drawn(app: "Dashboard", desk: Desk, order: "Order", typed: int | None, draw_only: bool) -> None:
    from radiusbridge.services.vouchers import ordering
    from radiusbridge.tui import voucher_changes

    batches = await ordering.order_all(desk.context, order, typed=typed)
    if draw_only:
        app.list_screen.renew()
    else:
        voucher_changes.write(app, *(batch.id for batch in batches))


def figures(told: "Preview") -> tuple[tuple[str, str], ...]:
    """(of what, words): how many codes there are, how soon one is guessed, what it takes."""
    space = _("{n} in all, {live} live there now").format(n=formats.number(told.batch.form.space), live=told.live)
    room = _("{here} in the database, {there} or more on the router").format(
        here=size_text(told.octets_here), there=size_text(told.octets_there)
    )
    return (
        (_("codes"), space),
        (_("guess"), _("one is guessed at 10 tries a second within {time}").format(time=roughly(told.guess))),
        (_("writing"), _("about {time}").format(time=roughly(told.seconds))),
        (_("room"), room),
    )


def _hit(told: "Preview") -> Hit["Preview"]:
    batch = told.batch
    lines = [Text(f"  {cell(batch.profile, 60)} · {cell(batch.router, 60)}", "bold")]
    lines += [Text(f"  {what}: {words}") for what, words in figures(told)]
    lines += [Text(f"  {cell(warning, 200)}", "yellow") for warning in told.warnings]
    return Hit(told.batch.size, told, tuple(lines))

"""Vouchers drawn, written, stopped."""

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli import voucher_views as views
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import DURATION, SIZE, json_option, stacked
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.stopping import stopping
from radiusbridge.domain.vouchers.alphabets import NAMES
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.records import Mode, Starts

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.vouchers.ordering import Order, Preview

_WORST = (0, 5, 3, 1)
"""Exit statuses of batches, the worst last."""

_order = stacked(
    click.option("--profile", required=True, metavar="NAME", help="User Manager's profile, or a hotspot user profile."),
    click.option("--server", metavar="NAME", help="As users of this User Manager; default: the only one."),
    click.option("--nas", metavar="NAME", help="As users of this router's own hotspot."),
    click.option("--hotspot-server", default="", metavar="NAME", help="Only through this hotspot server."),
    click.option(
        "--mode",
        type=click.Choice([str(each) for each in Mode]),
        default="same",
        show_default=True,
        help="What is typed.",
    ),
    click.option("--length", type=int, default=8, show_default=True, help="Signs that are drawn."),
    click.option("--alphabet", type=click.Choice(NAMES), default="strict", show_default=True, metavar="NAME"),
    click.option("--prefix", default="", metavar="TEXT", help="Stands before each code."),
    click.option("--check", is_flag=True, help="One more sign, by which a misread code is told."),
    click.option("--time-limit", type=DURATION, metavar="TIME", help="Time online in all, like 3h."),
    click.option("--data-limit", type=SIZE, metavar="SIZE", help="Data in all, like 2G."),
    click.option("--validity", type=DURATION, metavar="TIME", help="How long it lasts, like 1d."),
    click.option("--starts", type=click.Choice([str(each) for each in Starts]), help="From when on it lasts."),
    click.option("--price", type=int, metavar="RUPIAH", help="Default: the profile's."),
    click.option("--selling-price", type=int, metavar="RUPIAH", help="Default: the price."),
    click.option("--outlet", default="", metavar="NAME", help="Where they are sold."),
    click.option("--comment", default="", metavar="TEXT", help="Kept with them, here and on the router."),
)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("quantity", type=int)
@_order
@click.option("--dry-run", is_flag=True, help="Only show what it comes to.")
@click.option("--draw-only", is_flag=True, help="Do not write them to the router yet; see: voucher resume.")
@click.option("--yes-count", type=int, metavar="N", help="The typed confirmation of 5,000 and more, for scripts.")
@json_option
@database_verb
async def generate(
    context: "Context",
    quantity: int,
    dry_run: bool,
    draw_only: bool,
    yes_count: int | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Draw QUANTITY vouchers, write them to the router, and read them back.

    Exit status: 0 PROVEN: each is on the router as wanted; 1 FAILED or stopped, 3 the router does not answer, or they
    are only drawn, 5 UNPROVEN. What is left is finished by: voucher resume.
    """
    from radiusbridge.services.vouchers import ordering, standing

    order = _order_of(quantity, options)
    told = await ordering.preview(context, order)
    if not as_json or dry_run:
        views.show_preview(told)
    if dry_run:
        return 0
    try:
        batches = await ordering.order_all(context, order, typed=_typed(told, yes_count))
    except asyncio.CancelledError:
        note("voucher generate", "what was drawn stays: radiusbridge voucher list; voucher resume BATCH finishes it")
        raise
    if draw_only:
        each = [views.show_end(await standing.standing(context, batch.id), as_json) for batch in batches]
        return max(each, key=_WORST.index)
    return await _write_all(context, [batch.id for batch in batches], as_json)


async def _write_all(context: "Context", batches: list[int], as_json: bool) -> int:
    """Take one after the other to its router; what is not begun is named."""
    status, left = 0, list(batches)
    try:
        while left:
            ended = await write(context, left[0], as_json)
            del left[0]
            status = max(status, ended, key=_WORST.index)
            if ended in {1, 3}:
                break
    finally:
        for batch in left:
            note(f"voucher batch {batch}", f"drawn, not finished; radiusbridge voucher resume {batch}")
    return status


def _order_of(quantity: int, options: dict[str, Any]) -> "Order":
    from radiusbridge.services.vouchers.ordering import Order

    form = CodeForm(*(options.pop(name) for name in ("alphabet", "length", "prefix", "check")))
    mode, starts = Mode(options.pop("mode")), options.pop("starts")
    return Order(quantity, mode=mode, form=form, starts=None if starts is None else Starts(starts), **options)


def _typed(told: "Preview", given: int | None) -> int | None:
    if given is not None or not told.asks or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return given
    typed: str = click.prompt("Type how many vouchers are to be drawn", err=True, default="", show_default=False)
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


async def write(context: "Context", batch_id: int, as_json: bool) -> int:
    """Take a batch to its router, or finish it; the exit status."""
    from radiusbridge.cli.progress import Progress
    from radiusbridge.services.vouchers.standing import standing
    from radiusbridge.services.vouchers.writing import BatchRunner

    progress = Progress((await standing(context, batch_id)).batch.size, 0, context.clock.monotonic)

    def told(doing: str, done: int, _total: int) -> None:
        if doing == "written":
            progress.done = done
            progress.draw()

    runner = BatchRunner(context, batch_id, told)
    work = asyncio.create_task(runner.run())
    with stopping(runner.stop, work, f"voucher batch {batch_id}"):
        await asyncio.wait([work])
    progress.clear()
    status = views.show_end(await standing(context, batch_id) if work.cancelled() else work.result(), as_json)
    if not runner.why:
        await bring(context, [batch_id])
    return status


async def bring(context: "Context", batches: list[int]) -> None:
    """Bring what changed of these batches to the standby of their server; what takes its time is left to others."""
    from radiusbridge.cli.operations import bring_to_standby
    from radiusbridge.services.standby.carrying import carry_vouchers

    await bring_to_standby(asyncio.create_task(carry_vouchers(context, batches)))


@click.command()
@click.argument("batch", type=int)
@json_option
@database_verb
async def resume(context: "Context", batch: int, as_json: bool) -> int:
    """Finish what is left of BATCH, and look at all of it again; no voucher is made twice.

    What was read back once and is gone from the router since is told, and not made again.
    """
    return await write(context, batch, as_json)


@click.command()
@click.argument("batch", type=int)
@json_option
@database_verb
async def stop(context: "Context", batch: int, as_json: bool) -> None:
    """Write no more vouchers of BATCH; those in flight end by themselves."""
    from radiusbridge.services.vouchers import standing

    stopped = await standing.stop(context, batch)
    if as_json:
        output.json_value(views.batch_view(await standing.standing(context, batch)))
    else:
        output.line(
            f"voucher batch {batch} {'was asked to stop' if stopped.stop_requested else f'is {stopped.status}'}"
        )

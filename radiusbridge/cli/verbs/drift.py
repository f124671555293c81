"""`drift`: where database, account servers and NASes say different things, and the repair of it."""

from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import drift_views as views
from radiusbridge.cli.brakes import brake_options, brakes_of
from radiusbridge.cli.bulk_report import carry, show_preview, typed_count
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, exported
from radiusbridge.cli.options import SECONDS, json_option, reason_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.drift.finding import Kind
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.drift.repair import Chosen, Mended

_KIND = click.Choice([str(kind) for kind in Kind])
_GRAVEST = (1, 3, 5, 0)
"""Of several exit statuses the first of these counts."""


@click.command()
@click.argument("servers", nargs=-1, metavar="[SERVER]...")
@click.option("--nas", metavar="NAME", help="Only sessions and local secrets of this NAS.")
@click.option("--user", metavar="CUSTOMER", help="Only this customer, or user name.")
@click.option("--only", multiple=True, type=_KIND, metavar="KIND", help="Only this kind; may be repeated.")
@click.option("--repair", multiple=True, type=_KIND, metavar="KIND", help="Repair this kind; may be repeated.")
@click.option("--prune", is_flag=True, help="With --repair: remove there what nobody recorded here.")
@click.option("--yes-count", type=int, metavar="N", help="The typed confirmation, for scripts: how many it hits.")
@click.option("--dry-run", is_flag=True, help="With --repair: only show what it would do.")
@click.option(
    "--apart", type=SECONDS, default="5s", show_default=True, help="Between the two readings that must agree."
)
@click.option("--nagios", is_flag=True, help="One line and exit status for monitoring.")
@export_option
@reason_option
@brake_options
@json_option
@database_verb
async def drift(
    context: "Context",
    servers: tuple[str, ...],
    nas: str | None,
    user: str | None,
    only: tuple[str, ...],
    repair: tuple[str, ...],
    prune: bool,
    yes_count: int | None,
    dry_run: bool,
    apart: float,
    nagios: bool,
    file: str | None,
    reason: str,
    as_json: bool,
    **options: Any,
) -> int:
    """Compare database, account servers and NASes, three ways, and show what disagrees.

    What is told was so in two readings. Nothing is repaired without --repair and the typed count. Exit status: 0 no
    drift, 1 drift found, 3 something could not be read (and nothing was found); with --repair as `bulk resume`.
    """
    from radiusbridge.services.drift.patrol import ALL_KINDS, Asked, patrol
    from radiusbridge.services.drift.repair import choose

    _check(repair, prune=prune, dry_run=dry_run, nagios=nagios, alone=as_json or bool(file))
    brakes = brakes_of(options)
    kinds = frozenset(map(Kind, only or repair)) or ALL_KINDS
    tally = views.Tally(keep=bool(repair or file))
    async for item in patrol(context, Asked(servers, nas, user, kinds, apart)):
        tally.add(item)
        if not nagios:
            views.show(item, as_json, file=bool(file))
    if nagios:
        return views.show_monitoring(tally)
    exported(file, [views.finding_row(each) for each in tally.findings], views.FINDING)
    views.show_sum(tally, as_json and not file)
    if user is not None and not tally.count:
        await _tell_unknown(context, user, servers)
    if not repair:
        return tally.exit_status
    chosen = await choose(context, tally.findings, frozenset(map(Kind, repair)), prune=prune)
    for preview in chosen.previews:
        show_preview(preview, preview.kind.removeprefix("drift-"), as_json)
    views.show_strangers(chosen, as_json)
    views.show_left(chosen.left, as_json)
    if dry_run or not chosen.size:
        return tally.exit_status
    status = await _repaired(context, chosen, typed_count(yes_count, chosen.size), brakes, reason, as_json)
    return status or (1 if chosen.left else 3 if tally.unread else 0)


async def _tell_unknown(context: "Context", user: str, servers: tuple[str, ...]) -> None:
    """Say where no customer has the name: of a name that was mistyped there is no drift either."""
    from radiusbridge.services.drift.patrol import customer_of

    try:
        await context.database.read(lambda unit: customer_of(unit, user, servers))
    except UnknownName:
        note(safe(user, 80), "no customer here is called so; see `radiusbridge customer list`")


def _check(repair: tuple[str, ...], *, prune: bool, dry_run: bool, nagios: bool, alone: bool) -> None:
    if (prune or dry_run) and not repair:
        raise BadInput("--prune and --dry-run go with --repair", hint="add --repair KIND")
    if nagios and (repair or alone):
        raise BadInput("--nagios goes without --repair, --json and --export", hint="leave one out")


async def _repaired(
    context: "Context", chosen: "Chosen", typed: int | None, brakes: Any, reason: str, as_json: bool
) -> int:
    from radiusbridge.services.drift import repair

    repair.check_count(chosen, typed)
    statuses = []
    for preview in chosen.previews:
        run = await repair.begin(context, preview, brakes, reason)
        note(f"bulk run {run.id}", f"begun; radiusbridge bulk stop {run.id} stops it")
        statuses.append(await carry(context, run.id, as_json=as_json))
        if statuses[-1] == 1:
            note(f"bulk run {run.id}", "not all is well: nothing more is begun")
            return 1
    for mended in await repair.mend(context, chosen.strangers, brakes, reason):
        views.show_mended(mended, as_json)
        statuses.append(_status(mended))
    return next((each for each in _GRAVEST if each in statuses), 0)


def _status(mended: "Mended") -> int:
    from radiusbridge.domain.verdict import exit_status

    operation = mended.operation
    return exit_status(operation.status, operation.verdict) if operation else 1

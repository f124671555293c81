"""`apply`: carry out a plan, and nothing else."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.brakes import brake_options, brakes_of
from radiusbridge.cli.bulk_report import carry, typed_count
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import json_option, reason_option
from radiusbridge.cli.plan_views import preview_view, show_preview, show_taken, taken_view
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import HoldKind

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.planning.applying import ApplyPreview
    from radiusbridge.services.planning.taking import Terms


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--prune", is_flag=True, help="Carry out deletions, too.")
@click.option("--drop-sessions", is_flag=True, help="End live sessions that would not see the change; it says whose.")
@click.option(
    "--hold", type=click.Choice([str(kind) for kind in HoldKind]), default="pause", show_default=True,
    help="Taken over: of who is kept out there.",
)  # fmt: skip
@click.option("--profile", default="", metavar="NAME", help="Taken over: of who has no plan there.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--yes-count", type=int, metavar="N", help="Confirm that N rows are carried out.")
@brake_options
@reason_option
@json_option
@database_verb
async def apply(
    context: "Context",
    file: Path,
    prune: bool,
    drop_sessions: bool,
    hold: str,
    profile: str,
    dry_run: bool,
    yes_count: int | None,
    reason: str,
    as_json: bool,
    **options: Any,
) -> int:
    """Carry out the plan in FILE; a row that was changed since, on either side, is left.

    Shows what it does and asks for the number of rows. Exit status: 0 all PROVEN or taken over, 1 any FAILED, left as
    changed or stopped, 3 waiting, 4 not confirmed, 5 any UNPROVEN.
    """
    from radiusbridge.services.planning.applying import check_count, preview
    from radiusbridge.services.planning.plan_file import read_plan
    from radiusbridge.services.planning.taking import Terms

    brakes_of(options)
    found = await preview(context, read_plan(file, context.database.marks), prune=prune, drop=drop_sessions)
    if as_json:
        output.json_line(preview_view(found))
    else:
        show_preview(found)
    if dry_run or not found.size:
        return 0
    check_count(found, typed_count(yes_count, found.size))
    refused = await _taken(context, found, Terms(HoldKind(hold), profile, reason), as_json)
    return await _carried(context, found, refused, reason, as_json, options)


async def _taken(context: "Context", found: "ApplyPreview", terms: "Terms", as_json: bool) -> bool:
    """Whether a row could not be taken over."""
    from radiusbridge.services.planning.taking import take_over

    refused, told = False, 0
    try:
        async for taken in take_over(context, found.here, terms):
            refused |= bool(taken.refused)
            told += 1
            if as_json:
                output.json_line(taken_view(taken))
            else:
                show_taken(taken)
    except (RadiusbridgeError, asyncio.CancelledError):
        note("apply", f"broken off after {told} of {found.size} rows; plan anew, and apply that: it has what is left")
        raise
    return refused


async def _carried(
    context: "Context", found: "ApplyPreview", refused: bool, reason: str, as_json: bool, options: dict[str, Any]
) -> int:
    from radiusbridge.domain.bulk import Outcome
    from radiusbridge.services.bulk import runs
    from radiusbridge.services.planning.applying import create_runs

    statuses = [1] if refused else [0]
    drafts = await create_runs(context, found, brakes=brakes_of(options), reason=reason)
    for at, draft in enumerate(drafts):
        statuses.append(await carry(context, draft.id, as_json=as_json))
        standing = await runs.get(context, draft.id)
        if standing.states.get(Outcome.LEFT_OUT):
            statuses.append(1)
        if standing.states.get("not-begun") and at + 1 < len(drafts):
            left = " ".join(f"radiusbridge bulk resume {one.id};" for one in drafts[at + 1 :])
            note("apply", f"what comes after it was not begun: {left}".rstrip(";"))
            break
    return next(status for status in (1, 3, 5, *statuses) if status in statuses)

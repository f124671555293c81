"""After a profile was changed: its operations, then what becomes of accounts and live sessions."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from radiusbridge.cli.diagnostics import note
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.profiles import limits_of
from radiusbridge.domain.records import Operation, Profile
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

GRAVEST = (1, 3, 5)
INTERRUPTED = 128
"""Exit statuses above it tell a signal."""


async def how_live(context: "Context", before: Profile, after: Profile, live: str | None, *, no_wait: bool) -> str:
    """What was asked for; where nothing was and the rate changes, a question on a terminal, else `redial`."""
    from radiusbridge.services.profile_live import preview

    if live in {"now", "kick"} and no_wait:
        raise BadInput(f"--live {live} has to be watched", hint="leave --no-wait away")
    if live is not None or no_wait or limits_of(before) == limits_of(after):
        return live or "redial"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return "redial"
    found = await preview(context, before.name)
    if not found.rows:
        return "redial"
    note(
        safe(before.name, 60),
        f"{len(found.rows)} customers have it; their live sessions keep the old rate by themselves",
    )
    chosen: str = click.prompt(
        "Change them now without a drop, kick them, or leave them until they redial",
        type=click.Choice(["now", "kick", "redial"]),
        default="redial",
        err=True,
    )
    return chosen


async def confirmed(context: "Context", name: str, yes_count: int | None, as_json: bool) -> None:
    """Show whom a kick hits, and have their number typed. Refused."""
    from radiusbridge.cli.bulk_report import show_preview, typed_count
    from radiusbridge.services.bulk.preview import check_count
    from radiusbridge.services.profile_live import preview

    found = await preview(context, name)
    show_preview(found, "kick", as_json)
    check_count(found, typed_count(yes_count, len(found.rows)))


async def carried(context: "Context", operations: Sequence[Operation], *, no_wait: bool, as_json: bool) -> int:
    """Carry the operations out, each with the runs that follow from it; the gravest exit status."""
    from radiusbridge.cli.bulk_report import carry
    from radiusbridge.cli.operations import settle
    from radiusbridge.services.profile_live import following

    statuses = []
    for operation in operations:
        status = await settle(context, operation, number="", no_wait=no_wait, as_json=as_json)
        statuses.append(status)
        if status > INTERRUPTED:
            return status
        for run_id in await following(context, operation.id):
            note(f"bulk run {run_id}", f"begun; radiusbridge bulk stop {run_id} stops it")
            statuses.append(await carry(context, run_id, as_json=as_json))
    return gravest(statuses)


def gravest(statuses: Sequence[int]) -> int:
    """The exit status of several: FAILED, then not over, then UNPROVEN."""
    return next((status for status in GRAVEST if status in statuses), max(statuses, default=0))

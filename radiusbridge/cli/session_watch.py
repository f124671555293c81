"""`sessions --watch`: a line for each change, until interrupted."""

import asyncio
import sys
from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.views import View, session_view
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.filters import All, Node, fields_of, parse
from radiusbridge.domain.session_fields import RATES, SESSIONS, LiveSession
from radiusbridge.domain.text import beside, safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.session_changes import Change, Changes
    from radiusbridge.services.watch import Snapshot

_SIGNS = {"came": "+", "left": "-", "changed": "~", "listed": "=", "fresh": "=", "stale": "!"}
_SHARED = frozenset({"mark", "list", "name", "number", "area"})
"""Fields that need more than the row that changed."""


async def watched(context: "Context", user: str | None, nas: str | None, words: str, *, as_json: bool) -> int:
    """Print each change of a session that fits, and each NAS that goes dark or is back. Ends by being interrupted.

    Errors: BadInput for the filter, UnknownName for the NAS.
    """
    from radiusbridge.services.session_changes import Changes
    from radiusbridge.services.watch import Watch

    node = _filter(words)
    if nas is not None:
        await context.database.read(lambda unit: unit.nases.named(nas))
    name = await _user(context, user)
    watch, changes, news = Watch(context), Changes(), asyncio.Event()
    watch.subscribe(lambda _snapshot: news.set())
    task = asyncio.create_task(watch.run())
    try:
        while True:
            _tell(context, watch.snapshot, changes, node, nas, name, as_json)
            news.clear()
            try:
                async with asyncio.timeout(1.0):
                    await news.wait()
            except TimeoutError:
                continue  # a list goes stale by its age, without any news
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _filter(words: str) -> Node:
    node = parse(words, SESSIONS) if words else All()
    unfit = sorted(fields_of(node) & (RATES | _SHARED))
    if unfit:
        hint = "without --watch, or by user, ip, nas, up, mac, id, service"
        raise BadInput(f"a change cannot be filtered by {', '.join(unfit)}", target="--filter", hint=hint)
    return node


async def _user(context: "Context", user: str | None) -> str | None:
    if user is None:
        return None
    from radiusbridge.services import sessions

    return await context.database.read(lambda unit: sessions.whose(unit, user)[0])


def _tell(
    context: "Context",
    snapshot: "Snapshot",
    changes: "Changes",
    node: Node,
    nas: str | None,
    user: str | None,
    as_json: bool,
) -> None:
    from radiusbridge.services.session_list import fits

    now = context.clock.monotonic()
    for reading in snapshot.nases:
        if nas not in {None, reading.nas}:
            continue
        for each in changes.of(reading, now):
            row = each.session
            if row is not None and (
                user not in {None, row.username} or not fits(context, node, LiveSession(row, reading.server_id))
            ):
                continue
            _line(context, each, as_json)


def _line(context: "Context", change: "Change", as_json: bool) -> None:
    at, row = context.clock.now(), change.session
    if as_json:
        about: View = session_view(row) if row is not None else {"nas": change.nas}
        if row is None and change.words:
            about["why"] = change.words
        elif row is None:
            about |= {"count": change.count, "listens": change.listens}
        output.json_line({"type": str(change.what), "at": at.isoformat(), **about})
        return
    head = f"{at.astimezone(context.zone):%H:%M:%S} {_SIGNS[change.what]} {safe(change.nas, 40)}"
    if row is not None:
        where = f"{safe(row.address or '-', 45)} {safe(row.caller_id or '-', 40)} id {safe(row.session_id, 40)}"
        lists = f" lists {safe(', '.join(row.lists), 80)}" if row.lists else ""
        output.line(f"{head} {safe(row.username, 80)} {where}{lists}")
    elif change.words:
        output.line(f"{head} stale: {safe(beside(change.nas, change.words), 200)}")
    else:
        how = "changes are told as they happen" if change.listens else "read every 2 s"
        output.line(f"{head} {change.count} sessions; {how}")
    sys.stdout.flush()

"""`profile sync`: both sides, the preview, the taking over."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.views import View, profile_view
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.profiles import FIELDS, NONE, shown
from radiusbridge.domain.telling import profile_text
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.profile_sync import Line, SideBySide

_WORDS = {"same": "same", "differs": "differs", "only-here": "only here", "only-there": "only there"}


async def synced(
    context: "Context", server: str, *, source: str | None, dry_run: bool, yes: bool, no_wait: bool, as_json: bool
) -> int:
    """The exit status: 0 the same or taken over, 1 differences or refused by one side, 4 not confirmed."""
    from radiusbridge.services.profile_sync import compare

    found = await compare(context, server)
    lines: Sequence[Line] = ()
    if source is not None:
        lines = found.from_server() if source == "server" else found.from_database()
    _show(found, source, lines, as_json)
    if source is None:
        return 0 if found.same else 1
    if dry_run or not lines:
        return 0
    _confirm(server, source, len(lines), yes)
    if source == "server":
        return await _take(context, lines, as_json)
    return await _give(context, found, lines, no_wait=no_wait, as_json=as_json)


async def _take(context: "Context", lines: "Sequence[Line]", as_json: bool) -> int:
    from radiusbridge.services.profile_sync import take_from_server

    taken = await take_from_server(context, lines)
    for each in taken:
        if as_json:
            stored = profile_view(each.profile) if each.profile is not None else None
            output.json_line({"type": "taken", "name": each.name, "profile": stored, "refused": each.refused or None})
        elif each.profile is not None:
            output.line(f"taken  {safe(each.name, 60)}")
        else:
            output.line(f"left   {safe(each.name, 60)}: {safe(each.refused, 200)}")
    return 1 if any(each.refused for each in taken) else 0


async def _give(
    context: "Context", found: "SideBySide", lines: "Sequence[Line]", *, no_wait: bool, as_json: bool
) -> int:
    from radiusbridge.cli.profile_live import carried
    from radiusbridge.services.profile_sync import take_from_database

    operations = await take_from_database(context, found.server, lines)
    return await carried(context, operations, no_wait=no_wait, as_json=as_json)


def _confirm(server: str, source: str, count: int, yes: bool) -> None:
    if yes:
        return
    where = "the database" if source == "server" else safe(server, 60)
    if sys.stdin.isatty() and sys.stderr.isatty() and click.confirm(f"Write {count} profiles to {where}?", err=True):
        return
    raise Refused("not confirmed; nothing was done", target="profile sync", hint="look at the list, then add --yes")


def _show(found: "SideBySide", source: str | None, lines: "Sequence[Line]", as_json: bool) -> None:
    if as_json:
        taken = [line.name for line in lines]
        views = [line_view(line) for line in found.lines]
        output.json_line(
            {"type": "profiles", "server": found.server.name, "from": source, "take": taken, "lines": views}
        )
        return
    for line in found.lines:
        output.line(f"{_WORDS[line.side]:<11} {safe(line.name, 60)}")
        for words in _details(line):
            for at, part in enumerate(output.wrapped(safe(words, 400), output.width() - 6)):
                output.line(f"    {'  ' if at else ''}{part}")
    if not found.lines:
        note(found.server.name, "no profiles on either side")
    if source is not None:
        to = "the database" if source == "server" else safe(found.server.name, 60)
        note("", f"{len(lines)} to be written to {to}; nothing is deleted")


def _details(line: "Line") -> list[str]:
    told = [f"{each.field.replace('_', ' ')}: here {each.wanted}, there {each.have}" for each in line.differences]
    if line.theirs is None:
        assert line.ours is not None
        set_ = [(field, shown(line.ours, field)) for field in FIELDS]
        return [", ".join(f"{field.replace('_', ' ')} {value}" for field, value in set_ if value not in {NONE, "0"})]
    if line.ours is None:
        told.append(profile_text(line.theirs))
    elif line.theirs.extras:
        told.append(f"left alone: {', '.join(line.theirs.extras)}")
    return told


def line_view(line: "Line") -> View:
    """One profile of both sides as JSON values; there: null where the server has none."""
    there: dict[str, Any] | None = None
    if line.theirs is not None:
        row = line.theirs
        there = {
            **{field: value for field, value in profile_view(row.profile).items() if field in {"name", *FIELDS}},
            **dict(row.odd),
            **dict.fromkeys(row.elsewhere),
            "extras": list(row.extras),
            "missing": list(row.missing),
        }
    return {
        "name": line.name,
        "side": str(line.side),
        "here": profile_view(line.ours) if line.ours is not None else None,
        "there": there,
        "differences": [{"field": each.field, "here": each.wanted, "there": each.have} for each in line.differences],
    }

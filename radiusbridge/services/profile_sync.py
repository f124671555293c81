"""A server's profiles and the database's side by side, taken over in one direction. Nothing is deleted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.profiles import Difference, ProfileRow, differences, profile_digest, taken_over
from radiusbridge.domain.records import Operation, Profile, Server
from radiusbridge.domain.text import folded, safe
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require
from radiusbridge.services.planning.prints import profile_here
from radiusbridge.services.profile_operations import REDIAL, ensure
from radiusbridge.services.profiles import checked


class Side(StrEnum):
    """Where a profile is."""

    SAME = "same"
    DIFFERS = "differs"
    HERE = "only-here"
    """In the database alone."""
    THERE = "only-there"
    """On the server alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One profile. differences: `wanted` is the database's."""

    name: str
    side: Side
    ours: Profile | None
    theirs: ProfileRow | None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Every profile of the database and of one server, by name, without the server's isolation."""

    server: Server
    lines: tuple[Line, ...]

    @property
    def same(self) -> bool:
        """Whether both have the same."""
        return all(line.side is Side.SAME for line in self.lines)

    def from_server(self) -> tuple[Line, ...]:
        """What the database would take over."""
        return tuple(line for line in self.lines if line.theirs is not None and line.side is not Side.SAME)

    def from_database(self) -> tuple[Line, ...]:
        """What the server would take over."""
        return tuple(line for line in self.lines if line.ours is not None and line.side is not Side.SAME)


async def compare(context: Context, server: str) -> SideBySide:
    """Both sides. UnknownName for the server; Unreachable, PeerRefused as the server answers."""

    def work(unit: UnitOfWork) -> tuple[Server, tuple[Profile, ...]]:
        return unit.servers.named(server), unit.profiles.all()

    home, ours = await context.database.read(work)
    theirs = await context.gateways.account_server(home).read_profiles()
    return side_by_side(home, ours, theirs)


def side_by_side(server: Server, ours: Sequence[Profile], theirs: Sequence[ProfileRow]) -> SideBySide:
    """The lines. To a server `Home` and `home` are two profiles, to the database one: then it differs in its name."""
    here = {folded(profile.name): profile for profile in ours if profile.name != server.isolation_name}
    lines = []
    for row in theirs:
        if row.name == server.isolation_name:
            continue
        known = here.get(folded(row.name))
        if known is None:
            lines.append(Line(row.name, Side.THERE, None, row))
        elif known.name == row.name:
            del here[folded(row.name)]
            found = differences(known, row)
            lines.append(Line(row.name, Side.DIFFERS if found else Side.SAME, known, row, found))
        else:
            lines.append(Line(row.name, Side.THERE, None, row, (Difference("name", known.name, row.name),)))
    lines += [Line(profile.name, Side.HERE, profile, None) for profile in here.values()]
    return SideBySide(server, tuple(sorted(lines, key=lambda line: line.name)))


@dataclass(frozen=True, slots=True)
class Taken:
    """A profile that the database took over, or why it could not."""

    name: str
    profile: Profile | None
    refused: str = ""


async def take_from_server(context: Context, lines: Sequence[Line]) -> tuple[Taken, ...]:
    """Store the profiles of these lines as the server has them. One that the database cannot have is told, and left."""
    require(context, "profile.sync")

    def work(unit: UnitOfWork) -> tuple[Taken, ...]:
        return tuple(_taken(unit, context, line) for line in lines if line.theirs is not None)

    return await context.database.write(work)


def _taken(unit: UnitOfWork, context: Context, line: Line) -> Taken:
    assert line.theirs is not None
    try:
        before = unit.profiles.named(line.name) if line.ours is not None else None
        wanted = checked(taken_over(line.theirs, before))
        after = unit.profiles.change(wanted) if before is not None else unit.profiles.add(replace(wanted, id=0))
    except BadInput as error:
        return Taken(line.name, None, error.line())
    unit.note(
        "profile.edit" if before else "profile.add",
        after.name,
        who=context.who,
        channel=context.channel,
        before=before,
        after=after,
        reason="taken over from the server",
    )
    return Taken(line.name, after)


async def take_from_database(context: Context, server: Server, lines: Sequence[Line]) -> tuple[Operation, ...]:
    """Submit the profiles of these lines to the server; live sessions change when they dial again. As with a plan, one
    that was changed on either side since the lines were read is left."""
    require(context, "profile.sync")

    def work(unit: UnitOfWork) -> tuple[Operation, ...]:
        reason = f"profiles of {safe(server.name, 60)} as the database says"
        submitted = []
        for line in lines:
            if line.ours is not None:
                expected = {"here": profile_here(line.ours), "there": profile_digest(line.theirs)}
                profile = unit.profiles.get(line.ours.id)
                submitted.append(
                    ensure(unit, context, profile, server.id, reason=reason, live=REDIAL, expected=expected)
                )
        return tuple(submitted)

    return await context.database.write(work)

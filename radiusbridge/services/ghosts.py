"""Sessions that a server counts and no NAS has; taking them off it.

A Stop that was lost leaves one, and so does each session that was going when the NASes were turned to another server.
At the shared-users limit they keep their customers out. They go only where somebody asks for it who typed how many
there are, and only those that are ghosts at a second look.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from radiusbridge.domain.accounts import ServerSession, SessionRow
from radiusbridge.domain.drift.finding import Place
from radiusbridge.domain.errors import BadInput, DeadlinePassed, RadiusbridgeError, Refused
from radiusbridge.domain.hotspot import remembers
from radiusbridge.domain.records import Nas, Server
from radiusbridge.domain.text import safe
from radiusbridge.gateways.routers import together
from radiusbridge.services.drift.reading import STALL, Lists, batches, flowing, read_lists
from radiusbridge.services.permissions import require
from radiusbridge.services.standby.seats import in_the_seat_of

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.gateways.ports import SessionKeeper
    from radiusbridge.services.context import Context

SIDE_BY_SIDE = 20
Counted = tuple[str, ServerSession]
"""A user name, and a session that the server counts for it."""


@dataclass(frozen=True, slots=True)
class Haunted:
    """One look at a server. counted: how many sessions it counts; unread: (NAS, why its list could not be read), so
    that nothing is said of the sessions that it may have."""

    server: Server
    counted: int
    ghosts: tuple[Counted, ...]
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """How many there are."""
        many = len(self.ghosts)
        return f"{many or 'none'} of {self.counted} sessions that it counts {'is' if many == 1 else 'are'} on no NAS"


@dataclass(frozen=True, slots=True)
class Swept:
    """What came of it. ended: they are off, read back; left: they are not. errors: what the server said."""

    ended: tuple[Counted, ...]
    left: tuple[Counted, ...]
    errors: tuple[str, ...] = ()


async def look(context: "Context", name: str) -> Haunted:
    """Hold what a server counts against what the NASes list; also of a standby, whose NASes are the active server's.

    UnknownName; BadInput: it keeps no sessions; errors of the server. NASes that do not answer are in `unread`.
    """
    server, nases = await context.database.read(lambda unit: _of(unit, name))
    _keeper(context, server)
    return await look_at(context, server, nases)


def _of(unit: "UnitOfWork", name: str) -> tuple[Server, tuple[Nas, ...]]:
    server = unit.servers.named(name)
    pair = unit.standbys.among(server.id)
    if pair is not None and server.id == pair.standby_id:
        server = in_the_seat_of(server, unit.servers.get(pair.server_id))
    return server, tuple(unit.nases.of_server(server.id))


def _keeper(context: "Context", server: Server) -> "SessionKeeper":
    keeper = context.gateways.session_keeper(server)
    if keeper is None:
        raise BadInput(f"a server of kind {server.kind} counts no sessions", target=safe(server.name, 80))
    return keeper


async def look_at(context: "Context", server: Server, nases: Sequence[Nas]) -> Haunted:
    """The same of a machine in the seat of the active server."""
    # before the NASes' lists: whoever dials in meanwhile is in these, and not yet in this
    counted = await _counted(context, server)
    lists = await read_lists(context, server, nases)
    unread = tuple((each.where, each.error) for each in lists.unread if each.place is Place.SESSIONS and nases)
    return Haunted(server, len(counted), tuple(ghosts_of(counted, lists)), unread)


async def _counted(context: "Context", server: Server) -> list[Counted]:
    try:
        return [row async for row in flowing(context.gateways.account_server(server).sessions())]
    except TimeoutError as error:
        words = f"its sessions stopped coming: nothing for {STALL:.0f} s"
        raise DeadlinePassed(words, target=safe(server.name, 80)) from error


def ghosts_of(counted: Sequence[Counted], lists: Lists) -> Iterator[Counted]:
    """Those of a NAS whose list was read, and has none with that id, whatever the user name. Pure."""
    hosts = lists.ground.hosts
    live: dict[tuple[str, str], SessionRow] = {}
    for row in (row for rows in lists.live.values() for row in rows):
        # NASes count alike, so that an id is that of a session on each of them
        live |= {(address, _key(row.session_id)): row for address in hosts.get(row.nas, ())}
    for username, session in counted:
        same = live.get((session.nas_address, _key(session.session_id)))
        rows = (*lists.live.get(username, ()), *((same,) if same is not None else ()))
        if any(remembers(row, session.session_id, session.user_address) for row in rows):
            continue
        if lists.ground.answered_for(session.nas_address):
            yield username, session


def _key(session_id: str) -> str:
    return session_id.lower().removeprefix("0x")


async def sweep(context: "Context", found: Haunted, typed: int, *, reason: str = "") -> Swept:
    """Take the ghosts of a look off the server, those that still are at another look, and read it back.

    typed: the number that the operator typed. Refused: it is another one. Errors of the server.
    """
    require(context, "server.sweep")
    server, many = found.server, len(found.ghosts)
    if typed != many:
        raise Refused(
            f"{many} sessions would be taken off, not {typed}; nothing was done",
            target=safe(server.name, 80),
            hint=f"--yes-count {many}",
        )
    nases = await context.database.read(lambda unit: tuple(unit.nases.of_server(server.id)))
    still = {_row(each) for each in (await look_at(context, server, nases)).ghosts}
    ghosts = [each for each in found.ghosts if _row(each) in still]
    note = {"sessions": len(ghosts), "users": sorted({name for name, _ in ghosts})[:100]}

    def tell(unit: "UnitOfWork") -> None:
        unit.note("server.sweep", server.name, who=context.who, channel=context.channel, after=note, reason=reason)

    await context.database.write(tell)
    errors = await _take_off(_keeper(context, server), ghosts)
    there = set(map(_row, await _counted(context, server))) if ghosts else set()
    ended = tuple(each for each in ghosts if _row(each) not in there)
    return Swept(ended, tuple(each for each in ghosts if _row(each) in there), errors)


def _row(counted: Counted) -> tuple[str, ...]:
    """What tells a row from others, whatever else of it changes."""
    username, session = counted
    return username, session.id, session.session_id, session.nas_address


async def _take_off(keeper: "SessionKeeper", ghosts: Sequence[Counted]) -> tuple[str, ...]:
    errors: dict[str, None] = {}

    async def one(username: str, session: ServerSession) -> None:
        try:
            await keeper.forget_session(username, session)
        except RadiusbridgeError as error:
            errors[error.line()] = None

    for some in batches(ghosts, SIDE_BY_SIDE):
        await together(*(one(*each) for each in some))
        if errors:
            break
    return tuple(errors)

"""What contradicts a restart that says PROVEN, asked of the routers of the world; and whether one was told twice."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

from radiusbridge.domain.observations import Observation, WriteBegan
from radiusbridge.domain.reboot import ADDRESSES, SERVERS, SESSIONS
from radiusbridge.domain.router_observations import RouterBack, RouterCounted
from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.nas.session import Session
from radiusbridge.simulator.router import Router
from radiusbridge.simulator.world import World

Seen = Sequence[tuple[float, Observation]]
"""What an operation saw, with when the looking began."""


class Restarts:
    """Notes when sessions end: one that was there when it was looked at may be gone when that is committed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ended: dict[tuple[str, str], float] = {}
        self._commands: Counter[str] = Counter()
        """How often each router was told to restart."""
        for router in world.routers.values():
            self._note_ends(router)
            self._note_commands(router)

    def _note_ends(self, router: Router) -> None:
        end = router.nas.end

        def noted(session: Session, cause: int, tell: bool = True) -> None:
            if session.alive:
                self._ended[router.name, session.user] = self._world.now
            end(session, cause, tell)

        router.nas.end = noted  # type: ignore[method-assign]

    def _note_commands(self, router: Router) -> None:
        command = router.root_commands.get("/system/reboot")
        if command is None:
            return
        known, restart = command

        def noted(call: Call) -> None:
            self._commands[router.name] += 1
            restart(call)

        router.root_commands["/system/reboot"] = known, noted

    def too_many(self, reader: sqlite3.Connection) -> Iterator[str]:
        """Routers that were told more often than there are operations that say so in the journal: each may once."""
        statement = (
            "select username, count(distinct operation.id) from operation"
            " join operation_step on operation_id = operation.id"
            " where intent = 'reboot' and name = 'write' group by username"
        )
        said = dict(reader.execute(statement).fetchall())
        for name, count in self._commands.items():
            if count > said.get(name, 0):
                yield f"{name} was told {count} times to restart, by {said.get(name, 0)} operations"

    def contrary(self, name: str, seen: Seen) -> Iterator[str]:
        """What is not as it was before, or does not show that the router was started once after the command."""
        router = self._world.routers[name]
        sent = next(began for began, each in seen if isinstance(each, WriteBegan))
        looked = max(began for began, each in seen if isinstance(each, RouterBack))
        before = next(dict(each.names) for _began, each in seen if isinstance(each, RouterCounted))
        if router.booted < sent:
            yield f"{name} was started last {sent - router.booted:.1f} s before the command"
        if router.down:
            yield f"{name} is not up"
        live = {session.user for session in router.nas.sessions.values() if session.alive}
        for user in set(before.get(SESSIONS, ())) - live:
            if self._ended.get((name, user), 0.0) < looked:
                yield f"{user} is not on line at {name}"
        works = sum(row["disabled"] == "false" for row in router.nas.servers.rows())
        if works < len(before.get(SERVERS, ())):
            yield f"{works} PPPoE servers of {name} work, and there were {len(before[SERVERS])}"
        given = {f"{row['address']} on {row['interface']}" for row in router.menus["/ip/address"].rows()}
        yield from (f"{each} is gone" for each in set(before.get(ADDRESSES, ())) - given)

"""The byte counters of a NAS's sessions: `/ppp/active` has none, the interface of each session has.

Which interface is whose is told by `/interface/pppoe-server` (user name and MAC address), never by how its name looks:
`<pppoe-budi-1>` may be budi's second session, or the first one of a customer `budi-1`.
"""

from collections import Counter
from collections.abc import Collection, Mapping

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.hotspot import HOTSPOT
from radiusbridge.domain.session_rates import Counters
from radiusbridge.gateways.nas_sessions import by_user, interface_of
from radiusbridge.gateways.routers import Router, Rows
from radiusbridge.routeros.commands import equal

INTERFACE = "/interface"
PPPOE = "/interface/pppoe-server"
GUESTS = "/ip/hotspot/active"
COUNTER_PROPERTIES = (".id", "name", "rx-byte", "tx-byte")
OWNER_PROPERTIES = ("name", "user", "remote-address")
SESSIONS_ONLY = equal("type", "pppoe-in")
READ_SECONDS = 15.0
FEW = 40
"""Sessions up to which only their own interfaces are asked for."""
MOST_REMEMBERED = 5_000
"""Sessions of which it is remembered whose interface is whose, beyond twice those that are asked for."""

Key = tuple[str, str]
"""(Acct-Session-Id, `.id`) of a session."""


def key_of(session: SessionRow) -> Key:
    """What makes it the same session at the next reading."""
    return session.session_id, session.id


class SessionCounters:
    """Of one NAS; remembers whose interface is whose."""

    def __init__(self, router: Router, clock: Clock) -> None:
        self._router = router
        self._clock = clock
        self._names: dict[Key, str] = {}
        """The interface of each session; empty: it cannot be told."""

    async def read(self, sessions: Collection[SessionRow]) -> dict[Key, Counters]:
        """The counters of these sessions; one whose interface cannot be told, or is gone, is left out. Raises as
        `Router.read`."""
        dialled = [each for each in sessions if each.service != HOTSPOT]
        guests = {each.address: key_of(each) for each in sessions if each.service == HOTSPOT and each.address}
        found = await self._guests(guests) if guests else {}
        return found | await self._dialled(dialled) if dialled else found

    async def _guests(self, keys: Mapping[str, Key]) -> dict[Key, Counters]:
        """Of a hotspot's guests: their list has counters of its own."""
        began = self._clock.monotonic()
        properties = (".id", "address", "bytes-in", "bytes-out")
        rows = await self._router.read(f"{GUESTS}/print", proplist=properties, seconds=READ_SECONDS)
        at = (began + self._clock.monotonic()) / 2
        found: dict[Key, Counters] = {}
        for row in rows:
            key, received, sent = keys.get(row.get("address", "")), row.get("bytes-in", ""), row.get("bytes-out", "")
            if key is not None and received.isdecimal() and sent.isdecimal():
                found[key] = Counters(row.get(".id", ""), int(received), int(sent), at)
        return found

    async def _dialled(self, sessions: Collection[SessionRow]) -> dict[Key, Counters]:
        await self._learn(sessions)
        names = self._told_apart(sessions)
        if not names:
            return {}
        queries = _any_of("name", sorted(names)) if len(names) <= FEW else (SESSIONS_ONLY,)
        began = self._clock.monotonic()
        rows = await self._router.read(
            f"{INTERFACE}/print", queries=queries, proplist=COUNTER_PROPERTIES, seconds=READ_SECONDS
        )
        at = (began + self._clock.monotonic()) / 2
        found: dict[Key, Counters] = {}
        for row in rows:
            key = names.get(row.get("name", ""))
            received, sent = row.get("rx-byte", ""), row.get("tx-byte", "")
            if key is not None and received.isdecimal() and sent.isdecimal():
                found[key] = Counters(row.get(".id", ""), int(received), int(sent), at)
        return found

    def _told_apart(self, sessions: Collection[SessionRow]) -> dict[str, Key]:
        """Whose each interface is; one that two sessions claim, since the list was read in between, is nobody's."""
        claims = Counter(self._names[key_of(each)] for each in sessions)
        mine = {self._names[key_of(each)]: key_of(each) for each in sessions}
        return {name: key for name, key in mine.items() if name and claims[name] == 1}

    async def _learn(self, sessions: Collection[SessionRow]) -> None:
        fresh = [each for each in sessions if key_of(each) not in self._names]
        if fresh:
            users = sorted({each.username for each in fresh})
            owners = by_user(await self._owners(users if len(users) <= FEW else None))
            for each in fresh:
                self._names[key_of(each)] = interface_of(each, owners) or ""
        if len(self._names) > 2 * len(sessions) + MOST_REMEMBERED:
            live = {key_of(each) for each in sessions}
            self._names = {key: name for key, name in self._names.items() if key in live}

    async def _owners(self, users: list[str] | None) -> Rows:
        queries = () if users is None else _any_of("user", users)
        return await self._router.read(
            f"{PPPOE}/print", queries=queries, proplist=OWNER_PROPERTIES, seconds=READ_SECONDS
        )


def _any_of(name: str, values: Collection[str]) -> tuple[str, ...]:
    return tuple(word for at, value in enumerate(values) for word in (equal(name, value), *(["?#|"] if at else [])))

"""A NAS's own session list over its API: `/ppp/active` and the hotspot's guests, with the dynamic address lists that
hold each session."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from sys import intern

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import NotSuchPeer, PeerRefused, Unreachable
from radiusbridge.domain.hotspot import HOTSPOT
from radiusbridge.domain.local_access import LocalAccess, LocalSecret, SecretsOfName
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.records import Nas
from radiusbridge.gateways.dae import RadiusDisconnector
from radiusbridge.gateways.dials import RefusedDials
from radiusbridge.gateways.hotspot_sessions import HotspotSessions, answer_of, removed
from radiusbridge.gateways.nas_sessions import flush_connections, with_limits
from radiusbridge.gateways.ports import Finding, KickReply
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.routeros.errors import RouterTrap

ACTIVE = "/ppp/active"
ADDRESS_LIST = "/ip/firewall/address-list"
SECRET = "/ppp/secret"  # noqa: S105 - a menu
POOL = "/ip/pool"
AAA = "/ppp/aaa"
SECRET_PROPERTIES = ("name", "service", "disabled", "remote-address", "profile")
ACTIVE_PROPERTIES = (".id", "name", "service", "caller-id", "address", "uptime", "session-id")
ENTRY_PROPERTIES = ("list", "address")
DYNAMIC = ("?dynamic=true", "?dynamic=yes", "?#|")
"""How print spells booleans differs between programs that work, so both are asked for."""

Sessions = tuple[SessionRow, ...]


def plain_session_id(shown: str) -> str:
    """Acct-Session-Id as accounting has it, from `/ppp/active`'s `0x81300077`: without `0x`, lower-case."""
    return shown.lower().removeprefix("0x")


def session_rows(
    nas: str, active: Iterable[Mapping[str, str]], entries: Iterable[Mapping[str, str]]
) -> tuple[SessionRow, ...]:
    """The sessions, each with the lists that hold its address."""
    lists = lists_of(entries)
    return tuple(session_row(nas, row, tuple(lists.get(plain_address(row.get("address", "")), ()))) for row in active)


def session_row(nas: str, row: Mapping[str, str], lists: tuple[str, ...] = ()) -> SessionRow:
    """A session from its row of `/ppp/active`."""
    return SessionRow(
        nas,
        row.get(".id", ""),
        row.get("name", ""),
        plain_session_id(row.get("session-id", "")),
        row.get("address") or None,
        row.get("caller-id") or None,
        lists,
        row.get("uptime", ""),
        intern(row.get("service", "")),
    )


def lists_of(entries: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """The address lists of each address."""
    lists: dict[str, list[str]] = {}
    for entry in entries:
        lists.setdefault(plain_address(entry.get("address", "")), []).append(entry.get("list", ""))
    return lists


def _local_secret(nas: str, row: Mapping[str, str]) -> LocalSecret:
    return LocalSecret(
        nas,
        row.get("name", ""),
        row.get("service", "any"),
        row.get("disabled") in {"true", "yes"},
        row.get("remote-address", ""),
        row.get("profile", ""),
    )


def plain_address(address: str) -> str:
    """An address as `/ppp/active` writes it, from an address list's."""
    return address.removesuffix("/32").removesuffix("/128")


class RouterSessions:
    """A `NasSessions`. isolation: the address list of walled customers, looked for by `inspect`."""

    def __init__(
        self, nas: Nas, router: Router, disconnector: RadiusDisconnector | None, isolation: str, clock: Clock
    ) -> None:
        self._nas = nas
        self._router = router
        self._disconnector = disconnector
        self._isolation = isolation
        self._clock = clock
        self._hotspot = HotspotSessions(nas.name, router, clock)
        self._dials = RefusedDials(router)
        self._known: dict[str, frozenset[str]] = {}
        """The addresses that each name had when it was read last."""

    async def sessions(self, username: str | None = None) -> tuple[SessionRow, ...]:
        """The live sessions, of one name or all, in one round trip.

        Of a name that was read before only the list entries of its addresses are asked for, since a BRAS may have one
        for each of its thousands of customers; a second round trip follows where the name has another address by now.
        """
        guess = None if username is None else self._known.get(username)
        active, entries, guests = await together(
            self._active(username), self._entries(guess), self._hotspot.active(username)
        )
        if username is None:
            return self._sessions(active, entries, guests)
        addresses = frozenset(row["address"] for row in (*active, *guests) if row.get("address"))
        if guess is not None and addresses - guess:
            entries += await self._entries(addresses - guess)
        self._known[username] = addresses
        return self._sessions(active, entries, guests)

    def _sessions(self, active: Rows, entries: Rows, guests: Rows) -> Sessions:
        rows = session_rows(self._nas.name, active, entries)
        return rows + self._hotspot.sessions(guests, lists_of(entries)) if guests else rows

    async def traces(self, username: str, devices: Iterable[str]) -> Sessions:
        """Cookies of a user and hosts of these devices (MAC addresses) that are let through without a session. Errors
        as `Router.read`."""
        return await self._hotspot.traces(username, devices)

    async def with_secrets(self, username: str) -> tuple[tuple[SessionRow, ...], SecretsOfName]:
        """The sessions of one name and the local secrets of that name, in one round trip.

        The secrets are asked for first: who dials in by one that is taken away in between is in the list by then.
        """
        local, sessions = await asyncio.gather(self._secrets_of(username), self.sessions(username))
        return sessions, local

    async def _secrets_of(self, username: str) -> SecretsOfName:
        """Where only they are refused, the list of sessions counts all the same."""
        try:
            rows = await self._router.read_of(f"{SECRET}/print", ("name",), (username,), proplist=SECRET_PROPERTIES)
        except PeerRefused as error:
            return SecretsOfName(error=error.line())
        return SecretsOfName(tuple(_local_secret(self._nas.name, row) for row in rows))

    async def limited(self, username: str | None = None) -> tuple[SessionRow, ...]:
        """The same, each with what its dynamic queue lets through, read right after it."""
        sessions = await self.sessions(username)
        return await with_limits(self._router, sessions, username)

    async def local_access(self) -> LocalAccess:
        """Local secrets without their passwords, pools, and `/ppp/aaa`, in one round trip."""
        secrets, pools, aaa = await together(
            self._router.read_all(f"{SECRET}/print", proplist=SECRET_PROPERTIES),
            self._router.read_all(f"{POOL}/print", proplist=("name", "ranges")),
            self._router.read_all(f"{AAA}/print", proplist=("use-radius", "accounting")),
        )
        return LocalAccess(
            tuple(_local_secret(self._nas.name, row) for row in secrets),
            {row.get("name", ""): row.get("ranges", "") for row in pools},
            any(row.get("accounting") in {"true", "yes"} for row in aaa),
        )

    async def flush(self, session: SessionRow) -> int:
        """Forget the connections of the session's address; how many there were. Raises PeerRefused where the router
        has more connections than can be looked through, and as `Router.write`."""
        if not session.address:
            return 0
        return await flush_connections(self._router, session.address)

    async def refused_dial(self, username: str, seconds: float) -> str:
        """The log's line of a PPPoE dial of that name that is refused from now on; empty: none was in that time."""
        return await self._dials.of(username, seconds)

    def close(self) -> None:
        """Follow the log no more."""
        self._dials.close()

    async def _active(self, username: str | None) -> Rows:
        command = f"{ACTIVE}/print"
        if username is None:
            return await self._router.read_all(command, proplist=ACTIVE_PROPERTIES)
        return await self._router.read_of(command, ("name",), (username,), proplist=ACTIVE_PROPERTIES)

    async def _entries(self, addresses: frozenset[str] | None) -> Rows:
        """The dynamic entries, of all addresses or these."""
        command = f"{ADDRESS_LIST}/print"
        if addresses is None:
            return await self._router.read_all(command, among=DYNAMIC, proplist=ENTRY_PROPERTIES)
        if not addresses:
            return []
        return await self._router.read_of(
            command, ("address",), sorted(addresses), among=DYNAMIC, proplist=ENTRY_PROPERTIES
        )

    async def remove(self, session: SessionRow) -> KickReply:
        """End a session through `/ppp/active/remove`, or the hotspot's; it is looked up by name and session id first,
        since the row that was read may be another customer's by now."""
        if session.service.startswith(HOTSPOT):
            return await removed(self._hotspot, session)
        try:
            rows = await self._active(session.username)
            row = next((row for row in rows if _is(row, session)), None)
            if row is None:
                return KickReply(KickAnswer.NOT_FOUND, f"{ACTIVE}: session {session.session_id} is not in the list")
            await self._router.write(f"{ACTIVE}/remove", {".id": row[".id"]})
        except RouterTrap as trap:
            return KickReply(answer_of(trap), trap.line())
        except (Unreachable, NotSuchPeer) as error:
            return KickReply(KickAnswer.UNAVAILABLE, error.line())
        return KickReply(KickAnswer.ACCEPTED, f"{ACTIVE}/remove: the NAS removed session {session.session_id}")

    def inspect(self, our_address: str | None, *, keeps_accounts: bool = False) -> AsyncIterator[Finding]:
        """Test the NAS step by step; our_address: where our Disconnect-Requests come from, as the NAS sees it."""
        from radiusbridge.gateways.nas_check import inspect  # wanted by `nas test` alone

        nas, router, disconnector = self._nas, self._router, self._disconnector
        return inspect(nas, router, disconnector, self._isolation, our_address, self._clock, keeps_accounts)


def _is(row: Mapping[str, str], session: SessionRow) -> bool:
    if session.session_id:
        return plain_session_id(row.get("session-id", "")) == plain_session_id(session.session_id)
    return row.get(".id") == session.id

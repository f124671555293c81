"""The guests of a NAS's hotspot as sessions, and the traces that would bring them back or do without a session.

`/ip/hotspot/active` tells neither an Acct-Session-Id nor when a session began, so that a session is known by its
address and its start, counted back from its uptime. A NAS without a hotspot is asked for its servers now and then, and
for nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import BadInput, NotAllowed, NotSuchPeer, Unreachable
from radiusbridge.domain.hotspot import COOKIE, HOST, HOTSPOT, SAME_START, guest_id, same_guest
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.gateways.accounts.rows import NO, is_yes
from radiusbridge.gateways.ports import KickReply
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.routeros.errors import RouterTrap, TrapKind
from radiusbridge.routeros.values import parse_duration

SERVERS, ACTIVE, HOSTS, COOKIES = "/ip/hotspot", "/ip/hotspot/active", "/ip/hotspot/host", "/ip/hotspot/cookie"
ACTIVE_PROPERTIES = (".id", "user", "address", "mac-address", "uptime", "login-by", "radius")
COOKIE_PROPERTIES = (".id", "user", "mac-address")
HOST_PROPERTIES = (".id", "mac-address", "address", "authorized", "bypassed")
KNOWN = 30.0
"""Seconds for which it is remembered whether a NAS has a hotspot."""
MOST_REMEMBERED = 20_000
"""Sessions whose start is remembered."""


@dataclass(slots=True)
class HotspotSessions:
    """Of one NAS."""

    nas: str
    router: Router
    clock: Clock
    _has: bool = False
    _asked_at: float = float("-inf")
    _starts: dict[tuple[str, str], float] = field(default_factory=dict)
    """(MAC address, address) -> start of the session as it was told first."""

    async def present(self) -> bool:
        """Whether the NAS has a hotspot at all. Errors as `Router.read`."""
        if self.clock.monotonic() - self._asked_at > KNOWN:
            began = self.clock.monotonic()
            try:
                self._has = bool(await self.router.read_all(f"{SERVERS}/print", proplist=("name",)))
            except RouterTrap as trap:
                if trap.kind is not TrapKind.NO_SUCH_COMMAND:
                    raise
                self._has = False
            self._asked_at = began
        return self._has

    async def active(self, username: str | None = None) -> Rows:
        """Who is logged in, of one name or all. Errors as `Router.read`."""
        if not await self.present():
            return []
        command = f"{ACTIVE}/print"
        if username is None:
            return await self.router.read_all(command, proplist=ACTIVE_PROPERTIES)
        return await self.router.read_of(command, ("user",), (username,), proplist=ACTIVE_PROPERTIES)

    async def cookies(self) -> Rows:
        """All cookies. Errors as `Router.read`."""
        if not await self.present():
            return []
        return await self.router.read_all(f"{COOKIES}/print", proplist=COOKIE_PROPERTIES)

    def sessions(self, rows: Rows, lists: Mapping[str, Sequence[str]]) -> tuple[SessionRow, ...]:
        """They as sessions. lists: the address lists of each address."""
        made = (self._row(row) for row in rows)
        return tuple(replace(guest, lists=tuple(lists.get(guest.address or "", ()))) for guest in made)

    async def traces(self, username: str, macs: Iterable[str]) -> tuple[SessionRow, ...]:
        """The cookies of a user, and the hosts of theirs that are let through without a session of anybody. macs: of
        devices that the user is known to have had. Errors as `Router.read`."""
        if not await self.present():
            return ()
        cookies = await self.router.read_of(f"{COOKIES}/print", ("user",), (username,), proplist=COOKIE_PROPERTIES)
        devices = sorted({*macs, *(row.get("mac-address", "") for row in cookies)} - {""})
        hosts: Rows = []
        if devices:
            by = ("mac-address",)
            hosts, active = await together(
                self.router.read_of(f"{HOSTS}/print", by, devices, proplist=HOST_PROPERTIES),
                self.router.read_of(f"{ACTIVE}/print", by, devices, proplist=("mac-address",)),
            )
            logged_in = {row.get("mac-address") for row in active}
            hosts = [row for row in hosts if _let_through(row, row.get("mac-address") in logged_in)]
        return (*(self._cookie(row) for row in cookies), *(self._host(username, row) for row in hosts))

    async def remove(self, session: SessionRow) -> KickReply:
        """Log a guest out, or take a trace away; it is looked up first, since its `.id` may be another's by now."""
        menu, rows = await self._now(session)
        if not rows:
            return KickReply(KickAnswer.NOT_FOUND, f"{menu}: {session.session_id} is not in the list")
        for row in rows:
            await self.router.write(f"{menu}/remove", {".id": row[".id"]})
        return KickReply(KickAnswer.ACCEPTED, f"{menu}/remove: the NAS removed {session.session_id}")

    async def _now(self, session: SessionRow) -> tuple[str, Rows]:
        mac = session.caller_id or ""
        if session.service == COOKIE:
            rows = await self.router.read_of(
                f"{COOKIES}/print", ("user",), (session.username,), proplist=COOKIE_PROPERTIES
            )
            return COOKIES, [row for row in rows if (row.get(".id"), row.get("mac-address")) == (session.id, mac)]
        if session.service == HOST:
            rows = await self.router.read_of(f"{HOSTS}/print", ("mac-address",), (mac,), proplist=HOST_PROPERTIES)
            return HOSTS, rows
        rows = await self.router.read_of(f"{ACTIVE}/print", ("user",), (session.username,), proplist=ACTIVE_PROPERTIES)
        return ACTIVE, [row for row in rows if same_guest(self._row(row).session_id, session.session_id)]

    def _row(self, row: Mapping[str, str]) -> SessionRow:
        address, mac, uptime = row.get("address", ""), row.get("mac-address", ""), row.get("uptime", "")
        return SessionRow(
            self.nas,
            row.get(".id", ""),
            row.get("user", ""),
            guest_id(address, self._start(mac, address, uptime)),
            address or None,
            mac or None,
            (),
            uptime,
            HOTSPOT,
            login_by=row.get("login-by", ""),
            radius=row.get("radius") not in NO,
        )

    def _start(self, mac: str, address: str, uptime: str) -> float:
        try:
            seconds = float(parse_duration(uptime)) if uptime else 0.0
        except BadInput:
            seconds = 0.0
        start = self.clock.now().timestamp() - seconds
        before = self._starts.get((mac, address))
        if before is not None and abs(before - start) <= SAME_START:
            return before
        if len(self._starts) >= MOST_REMEMBERED:
            self._starts.clear()
        self._starts[mac, address] = start
        return start

    def _cookie(self, row: Mapping[str, str]) -> SessionRow:
        identifier, mac = row.get(".id", ""), row.get("mac-address", "")
        name = f"cookie {identifier} of {mac}"
        return SessionRow(self.nas, identifier, row.get("user", ""), name, None, mac or None, service=COOKIE)

    def _host(self, username: str, row: Mapping[str, str]) -> SessionRow:
        mac, why = row.get("mac-address", ""), "bypassed" if is_yes(row.get("bypassed")) else "authorized"
        return SessionRow(
            self.nas, row.get(".id", ""), username, f"{why} host {mac}", row.get("address") or None, mac or None,
            service=HOST, login_by=why,
        )  # fmt: skip


def _let_through(row: Mapping[str, str], logged_in: bool) -> bool:
    return is_yes(row.get("bypassed")) or (is_yes(row.get("authorized")) and not logged_in)


async def removed(hotspot: HotspotSessions, session: SessionRow) -> KickReply:
    """`HotspotSessions.remove`, refusals and silence as answers."""
    try:
        return await hotspot.remove(session)
    except RouterTrap as trap:
        return KickReply(answer_of(trap), trap.line())
    except (Unreachable, NotSuchPeer) as error:
        return KickReply(KickAnswer.UNAVAILABLE, error.line())


def answer_of(trap: RouterTrap) -> KickAnswer:
    """What a refused `remove` amounts to on the ladder."""
    if trap.kind is TrapKind.NO_SUCH_ITEM:
        return KickAnswer.NOT_FOUND
    return KickAnswer.UNAVAILABLE if isinstance(trap, NotAllowed) else KickAnswer.REFUSED

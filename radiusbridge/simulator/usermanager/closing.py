"""How User Manager ends sessions: a Disconnect-Request to the NAS at its coa-port."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec
from radiusbridge.simulator.aaa.client import RadiusClient, Target
from radiusbridge.simulator.usermanager.sessions import SessionRow

if TYPE_CHECKING:
    from radiusbridge.simulator.usermanager.manager import UserManager

_CLIENT_PORT = 51712
Answer = Callable[[int | None], None]
"""Gets the code of the reply, or None when none came."""


class Closing:
    """The dynamic authorization client of User Manager."""

    def __init__(self, manager: "UserManager") -> None:
        self._manager = manager
        self.client = RadiusClient(manager.router, _CLIENT_PORT)

    def reaches(self, row: SessionRow) -> bool:
        """Whether the NAS of a session can be asked at all."""
        nas = self._manager.routers.named(row.router)
        return nas is not None and nas["disabled"] == "false"

    def close(self, row: SessionRow, cause: str, done: Answer | None = None) -> None:
        """Ask the NAS to end one session; the row is marked by what it answers."""
        manager = self._manager
        nas = manager.routers.named(row.router)
        if nas is None or not self.reaches(row):
            if done is not None:
                done(None)
            return
        packet = codec.Packet(codec.DISCONNECT_REQUEST, 0)
        packet.add(codec.USER_NAME, row.user)
        packet.add(codec.ACCT_SESSION_ID, row.acct_session_id)
        if row.user_address:
            packet.add(codec.FRAMED_IP_ADDRESS, codec.packed(row.user_address))
        packet.add(codec.EVENT_TIMESTAMP, int(manager.router.wall))
        target = Target((nas[manager.address_key], int(nas["coa-port"])), nas["shared-secret"].encode(), timeout=1.0)

        def answered(reply: codec.Packet | None) -> None:
            self._answered(row, cause, reply)
            if done is not None:
                done(None if reply is None else reply.code)

        self.client.request(packet, target, answered)

    def _answered(self, row: SessionRow, cause: str, reply: codec.Packet | None) -> None:
        manager = self._manager
        counters = manager.counters(row.router)
        if reply is None:
            manager.router.log("manager,warning", f"{row.user}: no answer from {row.router} to disconnect")
            return
        if reply.code != codec.DISCONNECT_ACK:
            counters["disconnect-nak"] += 1
            return
        counters["disconnect-ack"] += 1
        row.status.add("close-acked")
        if manager.router.switches.close_acked_ends_row and row.identifier in manager.sessions.by_id:
            manager.sessions.end(row, cause)

    def close_user(self, user: str, cause: str) -> None:
        """Ask for the end of every session of a user."""
        for row in self._manager.sessions.of(user):
            self.close(row, cause)

"""Accounting-Requests to User Manager."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec
from radiusbridge.simulator.menus.menu import Row
from radiusbridge.simulator.usermanager.sessions import SessionRow

if TYPE_CHECKING:
    from radiusbridge.simulator.usermanager.manager import UserManager

_START, _STOP, _INTERIM, _ON, _OFF = 1, 2, 3, 7, 8

_CAUSES = [
    "user-request",
    "lost-carrier",
    "lost-service",
    "idle-timeout",
    "session-timeout",
    "admin-reset",
    "admin-reboot",
    "port-error",
    "nas-error",
    "nas-request",
    "nas-reboot",
    "port-unneeded",
    "port-preempted",
    "port-suspended",
    "service-unavailable",
    "callback",
    "user-error",
    "host-request",
]


def handle(manager: "UserManager", packet: codec.Packet, nas: Row, source: str) -> codec.Packet | None:
    """Book one request that verified; the reply, or None for one that cannot be stored."""
    status = packet.number(codec.ACCT_STATUS_TYPE)
    name = nas["name"]
    sessions = manager.sessions
    if status in (_ON, _OFF):
        for row in sessions.active():
            if row.router == name:
                sessions.end(row, "um-nas-rebooted")
    else:
        session_id = packet.text(codec.ACCT_SESSION_ID)
        if not session_id:
            manager.counters(name)["accounting-failures"] += 1
            return None
        found = sessions.find(name, session_id)
        if found is None or (status == _START and not found.active):
            user = packet.text(codec.USER_NAME)
            found = sessions.open(user, name, session_id, packet.address(codec.NAS_IP_ADDRESS) or source)
        _book(manager, found, packet, status)
    reply = codec.Packet(codec.ACCOUNTING_RESPONSE, packet.identifier)
    packet.copy_to(reply, codec.PROXY_STATE)
    return reply


def _book(manager: "UserManager", row: SessionRow, packet: codec.Packet, status: int) -> None:
    texts: tuple[tuple[str, Callable[[], str]], ...] = (
        ("nas_identifier", lambda: packet.text(codec.NAS_IDENTIFIER)),
        ("nas_port_id", lambda: packet.text(codec.NAS_PORT_ID)),
        ("calling_station_id", lambda: packet.text(codec.CALLING_STATION_ID)),
        ("user_address", lambda: packet.address(codec.FRAMED_IP_ADDRESS)),
    )
    for name, value in texts:
        if value():
            setattr(row, name, value())
    row.nas_port = packet.number(codec.NAS_PORT) or row.nas_port
    row.last_packet = manager.router.wall
    upload = packet.number(codec.ACCT_INPUT_GIGAWORDS) << 32 | packet.number(codec.ACCT_INPUT_OCTETS)
    download = packet.number(codec.ACCT_OUTPUT_GIGAWORDS) << 32 | packet.number(codec.ACCT_OUTPUT_OCTETS)
    uptime = packet.number(codec.ACCT_SESSION_TIME)
    if status != _START:
        manager.used(row.user, uptime - row.uptime, download - row.download, upload - row.upload)
        row.uptime, row.download, row.upload = uptime, download, upload
    if status == _STOP:
        row.status -= {"start", "interim"}
        row.status.add("stop")
        cause = packet.number(codec.ACCT_TERMINATE_CAUSE)
        if row.active:
            manager.sessions.end(row, _CAUSES[cause - 1] if 0 < cause <= len(_CAUSES) else "um-unknown")
        return
    row.status.add("start" if status == _START else "interim")
    manager.sessions.changed(row)
    if status == _INTERIM and row.active:
        manager.enforce(row)

"""What a router tells of itself, as JSON values and as words."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.output import View
from radiusbridge.cli.views import time_of
from radiusbridge.domain.router_desk import Face, Pool, Port, PppoeServer, Watched
from radiusbridge.domain.session_rates import short_rate
from radiusbridge.domain.sizes import size_text
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import format_duration

if TYPE_CHECKING:
    from radiusbridge.domain.records import Operation
    from radiusbridge.gateways.desk_traffic import Flow


def face_view(name: str, face: Face) -> View:
    """All that is known."""
    told = asdict(face)
    told.pop("clock")
    told.pop("ahead")
    return {
        "router": name,
        **{key: value if value != "" else None for key, value in told.items()},
        "clock": time_of(face.clock),
        "clock_ahead_seconds": None if face.ahead is None else round(face.ahead, 1),
        "clock_off": face.clock_off,
        "sensors": [asdict(sensor) for sensor in face.sensors],
        "missing": list(face.missing),
    }


def face_details(face: Face) -> list[tuple[str, str]]:
    """The same for people."""
    uptime = "-" if face.uptime is None else format_duration(int(face.uptime))
    board = " ".join(filter(None, (face.board, face.model if face.model != face.board else "", face.architecture)))
    firmware = face.firmware or "-"
    if face.new_firmware not in {"", face.firmware}:
        firmware += f", {face.new_firmware} can be had"
    health = ", ".join(f"{sensor.name} {sensor.value} {sensor.unit}".strip() for sensor in face.sensors)
    return [
        ("identity", face.identity or "-"),
        ("board", board or "-"),
        ("serial", face.serial or "-"),
        ("version", face.version or "-"),
        ("firmware", firmware),
        ("uptime", uptime),
        ("clock", clock_words(face)),
        ("CPU", f"{percent(face.load)} of {face.cores or '?'} x {face.cpu or '?'}"),
        ("memory", f"{_size(face.memory_used)} used of {_size(face.memory)}"),
        ("disk", f"{_size(face.disk_free)} free of {_size(face.disk)}"),
        ("licence", face.licence or "-"),
        ("health", health or "-"),
        *([("not told", "; ".join(face.missing))] if face.missing else []),
    ]


def restart_view(restart: "Operation") -> View:
    """The newest restart."""
    return {
        "operation": restart.id,
        "at": time_of(restart.created_at),
        "who": restart.who,
        "sessions": restart.wanted.get("count"),
        "status": str(restart.status),
        "verdict": None if restart.verdict is None else str(restart.verdict),
        "reasons": list(restart.reasons),
    }


def restart_words(restart: "Operation", now: datetime) -> str:
    """The same for people."""
    ago = format_duration(max(0, round((now - (restart.created_at or now)).total_seconds())))
    stands = str(restart.verdict or restart.status)
    if not restart.status.final:
        stands += "; radiusbridge op run --watch carries it on"
    told = f"operation {restart.id}, {restart.who} {ago} ago, {restart.wanted.get('count')} sessions on it: {stands}"
    return safe(told, 300)


def percent(value: int | None) -> str:
    """`3 %`."""
    return "? %" if value is None else f"{value} %"


def clock_words(face: Face) -> str:
    """Its time, and how far it is off."""
    if face.clock is None or face.ahead is None:
        return "cannot be read"
    told = f"{face.clock:%Y-%m-%d %H:%M:%S} UTC"
    told += f" ({face.zone})" if face.zone and not face.zone.startswith("UTC") else ""
    if abs(face.ahead) < 2:
        return f"{told}, as ours"
    way = "ahead of" if face.ahead > 0 else "behind"
    far = format_duration(round(abs(face.ahead)))
    return f"{told}, {far} {way} ours{': WRONG' if face.clock_off else ''}"


def _size(octets: int | None) -> str:
    return "?" if octets is None else size_text(octets)


def watched_view(row: Watched) -> View:
    """A row of netwatch."""
    return {"host": row.host, "type": row.kind, "status": row.status, "since": row.since or None, "label": row.label}


WATCHED = (
    output.column("HOST", "host"),
    output.column("STATUS", "status"),
    output.column("SINCE", "since"),
    output.column("TYPE", "type"),
    output.column("WHAT", "label"),
)


def pool_view(pool: Pool) -> View:
    """A pool. Without total or used: it cannot be told."""
    share = pool.share
    return {
        "name": pool.name,
        "ranges": pool.ranges,
        "next_pool": pool.next or None,
        "total": pool.total,
        "used": pool.used,
        "available": None if pool.total is None or pool.used is None else max(0, pool.total - pool.used),
        "percent": None if share is None else round(share * 100, 1),
    }


POOLS = (
    output.column("POOL", "name"),
    output.column("USED", "used"),
    output.column("TOTAL", "total"),
    ("FULL", lambda row: "-" if row["percent"] is None else f"{row['percent']} %"),
    output.column("THEN", "next_pool"),
    output.column("RANGES", "ranges"),
)


def server_view(server: PppoeServer) -> View:
    """A PPPoE server."""
    return {
        "service": server.service,
        "interface": server.interface,
        "works": server.works,
        "disabled": server.disabled,
        "invalid": server.invalid,
        "sessions": server.sessions,
        "max_sessions": server.most or None,
        "profile": server.profile,
        "authentication": server.authentication,
    }


def _state(row: Mapping[str, object]) -> str:
    return "disabled" if row["disabled"] else "invalid" if row["invalid"] else "works"


SERVERS = (
    output.column("SERVICE", "service"),
    output.column("INTERFACE", "interface"),
    ("STATE", _state),
    output.column("SESSIONS", "sessions"),
    output.column("MOST", "max_sessions"),
    output.column("PROFILE", "profile"),
    output.column("AUTHENTICATION", "authentication"),
)


def port_view(port: Port) -> View:
    """An interface."""
    return {
        "name": port.name,
        "type": port.kind,
        "running": port.running,
        "disabled": port.disabled,
        "received_octets": port.received,
        "sent_octets": port.sent,
        "link_downs": port.downs,
        "comment": port.comment,
    }


def _port_state(row: Mapping[str, object]) -> str:
    return "disabled" if row["disabled"] else "running" if row["running"] else "DOWN"


def _octets(key: str, heading: str) -> output.Column:
    def show(row: Mapping[str, object]) -> str:
        value = row[key]
        return size_text(value) if isinstance(value, int) else "-"

    return heading, show


PORTS = (
    output.column("INTERFACE", "name"),
    output.column("TYPE", "type"),
    ("STATE", _port_state),
    _octets("received_octets", "RECEIVED"),
    _octets("sent_octets", "SENT"),
    output.column("DOWNS", "link_downs"),
    output.column("COMMENT", "comment"),
)


def flow_view(router: str, interface: str, flow: "Flow") -> View:
    """One reading."""
    return {
        "type": "flow",
        "at": time_of(flow.at),
        "router": router,
        "interface": interface,
        "received_bps": flow.received,
        "sent_bps": flow.sent,
        "received_pps": flow.packets_received,
        "sent_pps": flow.packets_sent,
    }


def flow_line(flow: "Flow", most: int) -> str:
    """`14:05:09  in   3.4M ####  out …`: bars against the highest so far."""
    at = f"{flow.at.astimezone():%H:%M:%S}"
    ways = [f"{short_rate(bits):>6} {_bar(bits, most)}" for bits in (flow.received, flow.sent)]
    return f"{at}  in {ways[0]}  out {ways[1]}".rstrip()


def _bar(value: int, most: int, width: int = 22) -> str:
    return ("#" * round(width * value / most) if most else "").ljust(width)

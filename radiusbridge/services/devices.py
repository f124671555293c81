"""Servers and NASes in one list, with how the last contact went."""

from radiusbridge.domain.device_fields import Device
from radiusbridge.domain.records import Nas, Server
from radiusbridge.services import breaker, nases, servers
from radiusbridge.services.context import Context
from radiusbridge.services.watch import NasReading, Snapshot


async def listed(context: Context, snapshot: Snapshot) -> tuple[Device, ...]:
    """Servers by name, each followed by its NASes. snapshot: the newest lists of the NASes."""
    dark = await breaker.dark_servers(context)
    placed = await nases.listed(context)
    readings = {reading.nas: reading for reading in snapshot.nases}
    now = context.clock.monotonic()
    found: list[Device] = []
    for server in await servers.listed(context):
        error = dark[server.id].breaker.error if server.id in dark else ""
        found.append(_server(server, error, dark=server.id in dark))
        found += [_nas(each.nas, server, readings.get(each.nas.name), now) for each in placed if each.server == server]
    return tuple(found)


def _server(server: Server, error: str, *, dark: bool) -> Device:
    radius = server.radius
    details = (
        ("pinned", server.api.fingerprint or "-"),
        ("TLS", str(server.api.tls)),
        ("isolation", server.isolation_name),
        ("test logins", str(server.method)),
        ("signing", str(radius.signing) if radius is not None else "-"),
    )
    return Device(
        "server",
        server.name,
        server.kind,
        server.name,
        f"{server.api.host}:{server.api.port}",
        f"{radius.host}:{radius.port}" if radius is not None else "",
        str(server.isolation_policy),
        "dark" if dark else "unknown",
        error or ("it does not answer" if dark else "nothing is known against it"),
        details,
    )


def _nas(nas: Nas, server: Server, reading: NasReading | None, now: float) -> Device:
    contact, words = "unknown", "its list was not read yet"
    if reading is not None:
        stale = reading.stale(now)
        contact = "unknown" if reading.began is None and not reading.error else "stale" if stale else "fresh"
        words = reading.error or f"{reading.count} live"
    api, dae = nas.api, nas.dae
    return Device(
        "nas",
        nas.name,
        "",
        server.name,
        f"{api.host}:{api.port}" if api is not None else "",
        f"{dae.host}:{dae.port}" if dae is not None else "",
        "",
        contact,
        words,
        (("TLS", str(api.tls)),) if api is not None else (),
    )

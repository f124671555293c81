"""Servers and NASes in one list, with how the last contact went."""

from collections.abc import Sequence
from dataclasses import replace

from radiusbridge.domain.device_fields import Device
from radiusbridge.domain.records import Nas, Server
from radiusbridge.services import breaker, nases, servers
from radiusbridge.services.context import Context
from radiusbridge.services.readings.states import Contact, RouterState, endpoint
from radiusbridge.services.standby.status import PairState
from radiusbridge.services.standby.status import states as states_of_pairs
from radiusbridge.services.watch import NasReading, Snapshot

_WORDS = {
    Contact.UP: "its API answers",
    Contact.SLOW: "its API answers slowly",
    Contact.UNKNOWN: "it was not asked yet",
}


_NO_ROUTER = "its accounts are in a database; server test asks it"


async def listed(context: Context, snapshot: Snapshot, states: Sequence[RouterState] = ()) -> tuple[Device, ...]:
    """Servers by name, each followed by its NASes.

    snapshot: the newest lists of the NASes; states: how the routers' readings went, which tell of the servers.
    """
    dark = await breaker.dark_servers(context)
    placed = await nases.listed(context)
    routers = {state.home.endpoint: state for state in states}
    readings = {reading.nas: reading for reading in snapshot.nases}
    pairs = await states_of_pairs(context)
    now = context.clock.monotonic()
    found: list[Device] = []
    for server in await servers.listed(context):
        error = dark[server.id].breaker.error if server.id in dark else ""
        state = None if server.api is None else routers.get(endpoint(server.api))
        contact, words = _contact(state, error, dark=server.id in dark)
        if server.api is None and not error:
            words = _NO_ROUTER
        found.append(_in_pair(_server(server, contact, words), server.id, pairs))
        found += [_nas(each.nas, server, readings.get(each.nas.name), now) for each in placed if each.server == server]
    return tuple(found)


def _in_pair(device: Device, server_id: int, pairs: Sequence[PairState]) -> Device:
    """With its role in a pair of server and standby, if it is in one."""
    for each in pairs:
        if each.pair.server_id == server_id:
            details = (*device.details, ("standby", f"{each.standby}, {each.step}"), *_wrong(each))
            return replace(device, role="active", step=each.step, details=details)
        if each.pair.standby_id == server_id:
            details = (*device.details, ("stands by", f"for {each.active}, {each.step}"), *_wrong(each))
            return replace(device, role="standby", step=each.step, details=details)
    return device


def _wrong(state: PairState) -> tuple[tuple[str, str], ...]:
    return tuple(("wrong", words) for words in (*state.wrong, *state.differences))


def _contact(state: RouterState | None, error: str, *, dark: bool) -> tuple[str, str]:
    """(contact, words) of a server. dark: operations wait for it, whatever its readings say."""
    if dark:
        return "dark", error or "it does not answer"
    contact = Contact.UNKNOWN if state is None else state.contact
    return str(contact), (state.error if state is not None else "") or _WORDS.get(contact, "")


def _server(server: Server, contact: str, words: str) -> Device:
    radius, access, (host, port) = server.radius, server.api or server.sql, server.home
    details = (
        ("pinned", (server.api and server.api.fingerprint) or "-"),
        ("TLS", str(access.tls) if access is not None else "-"),
        ("isolation", server.isolation_name),
        ("test logins", str(server.method)),
        ("signing", str(radius.signing) if radius is not None else "-"),
    )
    return Device(
        "server",
        server.name,
        server.kind,
        server.name,
        f"{host}:{port}",
        f"{radius.host}:{radius.port}" if radius is not None else "",
        str(server.isolation_policy),
        contact,
        words,
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

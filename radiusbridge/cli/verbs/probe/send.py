"""`probe send`: requests as radclient's input lists them."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import HOST_PORT, SECONDS, json_option, record_option, stacked
from radiusbridge.cli.secrets import read_optional, read_secret
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.verbs.probe.asking import SECRET_VARIABLE, is_address, recorded
from radiusbridge.cli.verbs.probe.stopping import stopping
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, UnknownName
from radiusbridge.domain.probes import ProbeKind
from radiusbridge.domain.values import parse_address

if TYPE_CHECKING:
    from radiusbridge.radius.frames import Tap
    from radiusbridge.radius.sockets import DatagramSockets
    from radiusbridge.services.context import Context
    from radiusbridge.services.probes.send import Listing, Where

AUTO = "auto"
STANDARD_INPUT = "-"
NO_TARGET = "-"
_SECRET: dict[str, str] = {"what": "shared secret", "option": "--secret-file", "environment": SECRET_VARIABLE}


@click.command()
@stacked(
    click.argument("target"),
    click.argument("kind", type=click.Choice([*(str(one) for one in ProbeKind), AUTO]), metavar="KIND"),
    click.option("-f", "--file", "files", multiple=True, metavar="FILE[:FILTERS]",
                 help="The requests, and what each reply must hold; default - (standard input); repeatable."),
    click.option("-S", "--secret-file", metavar="FILE", help="TARGET is HOST[:PORT]; its secret. - is standard input."),
    click.option("--secrets-file", metavar="FILE", help="Lines HOST[:PORT] SECRET, for requests that go elsewhere."),
    click.option("--port", type=click.IntRange(1, 65535), help="Another port than the target's."),
    click.option("--source", metavar="IP", help="Our source address; the peer picks the secret by it."),
    click.option("--signing", type=click.Choice(["require", "prefer", "off"]), help="Whether replies must be signed."),
    click.option("-p", "--parallel", type=click.IntRange(1, 8192), default=1, show_default=True,
                 help="On the wire at once to each peer."),
    click.option("-n", "--rate", type=click.FloatRange(0.001, 100_000), help="Requests a second, in all."),
    click.option("-c", "--count", type=click.IntRange(1), default=1, help="Send each request so many times."),
    click.option("--timeout", type=SECONDS, default="5s", show_default=True, help="How long to wait for one answer."),
    click.option("--retries", type=click.IntRange(0, 20), default=4, show_default=True, help="Further sendings."),
    click.option("--check", is_flag=True, help="Read everything, send nothing."),
    click.option("-q", "--quiet", is_flag=True, help="Only the summary."),
    click.option("-x", "--attributes", is_flag=True, help="Show the attributes of the replies; no passwords."),
    record_option,
    json_option,
    click.option("--database", metavar="URL", help="A file or postgresql://…; default RADIUSBRIDGE_DATABASE."),
)  # fmt: skip
def send(**options: Any) -> int:
    """Send requests that are listed as radclient reads them, and hold the answers against what is expected.

    TARGET may be -, where each request has Packet-Dst-IP-Address. KIND: auth, acct, status, coa, disconnect; auto goes
    by Packet-Type, or by what a request holds. Exit status: 0 all answered as expected, 1 some refused or not passed
    by their filter, 2 bad input (what stands before it was sent), 3 some without an answer, 4 it could harm a
    customer, 130 ended by Ctrl-C.
    """
    if not 0 < options["timeout"] <= 60:
        raise BadInput("the time to wait is out of range", target="--timeout", hint="up to 60 s")
    files = options["files"] = options["files"] or (STANDARD_INPUT,)
    if STANDARD_INPUT in files and options["secret_file"] == STANDARD_INPUT:
        raise BadInput("standard input gives either the secret or the requests", hint="use a file for the other")
    if options["target"] == NO_TARGET or is_address(options["target"], options["secret_file"]):
        return _directly(options)
    return _through_database(options=options, database=options["database"]) or 0


def _directly(options: dict[str, Any]) -> int:
    from radiusbridge.services.probes.send import PORTS, Where
    from radiusbridge.services.system import SystemClock

    host, port = None, options["port"]
    if options["target"] != NO_TARGET:
        host, given = HOST_PORT.convert(options["target"], None, None)
        port = port or given
    needed = host is not None and not options["check"]
    secret = (read_secret if needed else read_optional)(options["secret_file"], **_SECRET)
    where = Where(host, secret, dict.fromkeys(PORTS, port) if port else PORTS)
    listing = _listing(options, port)
    if options["check"]:
        return _check(listing, where, options)

    async def sent() -> int:
        async with recorded(options["record"], SystemClock()) as tap:
            return await _send(listing, where, options, None, tap)

    return asyncio.run(sent())


async def _by_name(context: "Context", options: dict[str, Any]) -> int:
    from radiusbridge.domain.text import folded
    from radiusbridge.services.probes import targets
    from radiusbridge.services.probes.send import customers_guard

    found, where = await _named(context, options)
    where = replace(where, guard=customers_guard(await targets.protected(context, found), folded))
    listing = _listing(options, options["port"] or found.access.port)
    if options["check"]:
        return await asyncio.to_thread(_check, listing, where, options)
    sockets, _ = context.gateways.wires
    async with recorded(options["record"], context.clock) as tap:
        return await _send(listing, where, options, sockets, tap)


_through_database = database_verb(_by_name)


async def _named(context: "Context", options: dict[str, Any]) -> "tuple[Any, Where]":
    """A server for auth, acct and status, a NAS for coa and disconnect; for auto whichever has that name."""
    from radiusbridge.domain.endpoints import RadiusAccess
    from radiusbridge.gateways.logins import signing_of
    from radiusbridge.radius.packet import Code
    from radiusbridge.services.probes import targets
    from radiusbridge.services.probes.send import Where

    name, port = options["target"], options["port"]
    chosen = {AUTO: (ProbeKind.AUTH, ProbeKind.COA), "coa": (ProbeKind.COA,), "disconnect": (ProbeKind.COA,)}
    kinds = chosen.get(options["kind"], (ProbeKind.AUTH,))
    for at, kind in enumerate(kinds):
        try:
            found = await targets.find(context, kind, name)
            break
        except UnknownName:
            if at == len(kinds) - 1:
                raise
    access = found.access
    if isinstance(access, RadiusAccess):
        login = Code.ACCESS_REQUEST, Code.STATUS_SERVER
        ports = {**dict.fromkeys(login, port or access.port), Code.ACCOUNTING_REQUEST: port or access.port + 1}
        return found, Where(access.host, access.secret, ports, name, access.source, signing_of(access))
    ports = dict.fromkeys((Code.COA_REQUEST, Code.DISCONNECT_REQUEST), port or access.port)
    return found, Where(access.host, access.secret, ports, name, access.source)


def _listing(options: dict[str, Any], port: int | None) -> "Listing":
    from radiusbridge.gateways.request_files import FilePair
    from radiusbridge.radius.packet import Code
    from radiusbridge.services.probes.send import Listing

    codes = {
        "auth": Code.ACCESS_REQUEST,
        "acct": Code.ACCOUNTING_REQUEST,
        "status": Code.STATUS_SERVER,
        "coa": Code.COA_REQUEST,
        "disconnect": Code.DISCONNECT_REQUEST,
    }
    files = tuple(FilePair.parse(text) for text in options["files"])
    return Listing(files, codes.get(options["kind"]), port, options["count"])


def _check(listing: "Listing", where: "Where", options: dict[str, Any]) -> int:
    from radiusbridge.cli.send_views import show_checked
    from radiusbridge.services.probes.send import check_listing
    from radiusbridge.services.system import SystemEntropy

    return show_checked(check_listing(listing, where, SystemEntropy()), as_json=options["as_json"])


async def _send(
    listing: "Listing",
    where: "Where",
    options: dict[str, Any],
    sockets: "DatagramSockets | None",
    tap: "Tap | None",
) -> int:
    from radiusbridge.cli.send_views import SendView
    from radiusbridge.gateways.sending import Pressure
    from radiusbridge.radius.sign import SigningPolicy
    from radiusbridge.services.probes.send import ListProbe, Peers
    from radiusbridge.services.secret_files import secrets_from_file
    from radiusbridge.services.system import SystemClock, SystemEntropy

    if options["source"]:
        where = replace(where, source=parse_address(options["source"]))
    if options["signing"]:
        where = replace(where, signing=SigningPolicy(options["signing"]))
    peers = Peers(where, secrets_from_file(options["secrets_file"]) if options["secrets_file"] else {})
    pressure = Pressure(options["parallel"], options["rate"], options["timeout"], options["retries"])
    view = SendView(as_json=options["as_json"], quiet=options["quiet"], attributes=options["attributes"])
    probe = ListProbe(
        listing, peers, pressure, view.show, clock=SystemClock(), entropy=SystemEntropy(), sockets=sockets, tap=tap
    )
    failure = None
    with stopping(probe, where.name or where.host or ""):
        try:
            await probe.run()
        except RadiusbridgeError as error:
            failure = error
    status = view.summary(probe.tally, stopped=probe.stopped, error=failure)
    if failure is not None:
        if probe.tally.ended:
            note(failure.target, f"what stands before it was sent: {probe.tally.ended:,}")
        raise failure
    return status

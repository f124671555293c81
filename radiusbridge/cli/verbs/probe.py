"""`probe`: ask a RADIUS server directly, without the database."""

import asyncio

import click

from radiusbridge.cli import output
from radiusbridge.cli.options import HOST_PORT, SECONDS, json_option
from radiusbridge.cli.secrets import read_secret
from radiusbridge.cli.views import login_view
from radiusbridge.domain.records import LoginMethod, RadiusAccess
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_address

RADIUS_PORT = 1812


@click.group()
def probe() -> None:
    """Ask a RADIUS server directly. Needs no database."""


@probe.command()
@click.argument("host", type=HOST_PORT, metavar="HOST[:PORT]")
@click.option("--secret-file", metavar="FILE", help="The shared secret; - is standard input.")
@click.option("--user", required=True, help="Use an account made for tests.")
@click.option("--password-file", metavar="FILE", help="Its password; - is standard input.")
@click.option("--method", type=click.Choice([str(m) for m in LoginMethod]), default="pap", show_default=True)
@click.option("--calling-station-id", metavar="MAC", help="As the NAS would send it.")
@click.option("--nas-identifier", metavar="NAME", help="Default: radiusbridge.")
@click.option("--source", metavar="IP", help="Our source address; the server picks the secret by it.")
@click.option(
    "--signing",
    type=click.Choice(["require", "prefer", "off"]),
    default="prefer",
    show_default=True,
    help="Whether the reply must carry a Message-Authenticator.",
)
@click.option("--timeout", type=SECONDS, default=5.0, show_default="5s", help="How long to wait for an answer.")
@json_option
def auth(
    host: tuple[str, int | None],
    secret_file: str | None,
    user: str,
    password_file: str | None,
    method: str,
    calling_station_id: str | None,
    nas_identifier: str | None,
    source: str | None,
    signing: str,
    timeout: float,
    as_json: bool,
) -> int:
    """Log in once as a PPPoE customer would.

    Exit status: 0 accepted, 1 rejected or not to be trusted, 3 no answer.
    """
    from radiusbridge.services.probing import EXIT, probe_auth
    from radiusbridge.services.system import SystemClock, SystemEntropy

    secret = read_secret(secret_file, what="shared secret", option="--secret-file", environment="RADIUSBRIDGE_SECRET")
    password = read_secret(
        password_file, what="password", option="--password-file", environment="RADIUSBRIDGE_PASSWORD"
    )
    name, port = host
    server = RadiusAccess(name, port or RADIUS_PORT, secret, parse_address(source) if source else None, signing)
    reply = asyncio.run(
        probe_auth(
            server,
            user,
            password,
            clock=SystemClock(),
            entropy=SystemEntropy(),
            method=LoginMethod(method),
            calling_station_id=calling_station_id,
            attributes=[("NAS-Identifier", nas_identifier)] if nas_identifier else [],
            seconds=timeout,
        )
    )
    status = EXIT[reply.answer]
    if as_json:
        target = {"server": f"{server.host}:{server.port}", "user": user, "method": method}
        output.json_value({**target, **login_view(reply), "exit": status})
        return status
    took = "" if reply.round_trip is None else f"  {reply.round_trip * 1000:.1f} ms"
    signed = ("  signed" if reply.signed else "  unsigned") if reply.round_trip is not None else ""
    where = f"{safe(user, 60)} at {safe(server.host)}:{server.port}"
    output.line(f"{str(reply.answer).upper()}  {where}  {method}{took}{signed}")
    for part in output.wrapped(safe(reply.words, 600), output.width() - 2):
        output.line(f"  {part}")
    output.details([(f"  {safe(attribute, 60)}", value) for attribute, value in reply.attributes])
    return status

"""`probe load`: many requests at a rate, and what their round trips look like."""

import sys
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.options import SECONDS, Parsed, json_option, record_option, stacked
from radiusbridge.cli.secrets import read_optional, read_secret
from radiusbridge.cli.verbs.probe.asking import Target, Tools, Way, ask, attribute_option, target_options
from radiusbridge.cli.verbs.probe.stopping import stopping
from radiusbridge.domain.endpoints import LoginMethod
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.probes import Probe, ProbeKind
from radiusbridge.domain.values import parse_username

if TYPE_CHECKING:
    from radiusbridge.radius.load import LoadPlan, Tally
    from radiusbridge.services.probes.load import LoadProbe

RATE = 100.0
SECONDS_LONG = 10.0
_PASSWORD = {"what": "password", "option": "--password-file", "environment": "RADIUSBRIDGE_PASSWORD"}


def _rate(text: str) -> float | None:
    if text.strip().lower() == "max":
        return None
    try:
        return float(text.strip().removesuffix("/s"))
    except ValueError:
        raise BadInput(f"“{text[:40]}” is no rate", hint="requests a second, such as 500, or max") from None


@click.command()
@stacked(
    target_options,
    click.argument(
        "kind", type=click.Choice([str(one) for one in ProbeKind]), default=str(ProbeKind.STATUS), metavar="[KIND]"
    ),
    click.option("--user", default="", help="An account made for tests; auth needs one."),
    click.option("--password-file", metavar="FILE", help="Its password; - is standard input."),
    click.option("--method", type=click.Choice([str(m) for m in LoginMethod]), help="Default: the server's; pap."),
    attribute_option,
    click.option("--rate", type=Parsed("rate", _rate), default=f"{RATE:g}", show_default=True,
                 help="Requests a second, or max: as many as --in-flight allows."),
    click.option("--ramp", type=SECONDS, default=0.0, metavar="TIME", help="Rise to the rate in this time."),
    click.option("--count", type=click.IntRange(1), help="End after so many requests."),
    click.option("--for", "seconds", type=SECONDS, metavar="TIME", help="End after this time; 10s without --count."),
    click.option("--in-flight", type=click.IntRange(1), default=256, show_default=True, help="At most on the wire."),
    click.option("--timeout", type=SECONDS, default="5s", show_default=True, help="How long to wait for one answer."),
    click.option("--retries", type=click.IntRange(0, 20), help="How often to send again; up to 4."),
    record_option,
    json_option,
    click.option("--database", metavar="URL", help="A file or postgresql://…; default RADIUSBRIDGE_DATABASE."),
)  # fmt: skip
def load(user: str, password_file: str | None, method: str | None, **options: Any) -> int:
    """Send many requests of one KIND at a rate, and show the round trips.

    KIND is auth, acct, status (the default), coa or disconnect. Press only a server that may be pressed: what is asked
    of it, it does. Ctrl-C ends the load and shows what came until then; a second one does not wait for what is on the
    wire. Exit status: 0 all were answered, 1 some were not or not to be trusted, 3 none, 4 USER is a customer whom it
    could harm, 130 ended by Ctrl-C.
    """
    from radiusbridge.radius.load import LoadPlan

    kind = ProbeKind(options.pop("kind"))
    seconds = options["seconds"] or (None if options["count"] else SECONDS_LONG)
    rate = options["rate"]
    plan = LoadPlan(rate, options["ramp"], options["count"], seconds, options["in_flight"], options["timeout"])
    if kind is ProbeKind.AUTH:
        parse_username(user)
    given = read_optional(password_file, **_PASSWORD)

    def build(target: Target) -> Probe:
        password = given or target.password
        if kind is ProbeKind.AUTH and password is None:
            password = read_secret(None, **_PASSWORD)
        return Probe(
            kind,
            target.access,
            target.name,
            user,
            password,
            LoginMethod(method) if method else target.method,
            attributes=options["attributes"],
            timeout=options["timeout"],
            retries=options["retries"],
        )

    async def carry(probe: Probe, tools: Tools) -> "LoadProbe":
        return await _press(probe, plan, tools)

    return ask(kind, options, build, user=user, way=Way(carry, _told, recorded=False))


async def _press(probe: Probe, plan: "LoadPlan", tools: Tools) -> "LoadProbe":
    from radiusbridge.services.probes.load import LoadProbe

    pressing = LoadProbe(probe, plan, clock=tools.clock, entropy=tools.entropy, sockets=tools.sockets, tap=tools.tap)
    with stopping(pressing, pressing.probe.address):
        await pressing.run(_progress() if sys.stderr.isatty() else None)
    return pressing


def _told(pressed: "LoadProbe", as_json: bool) -> int:
    from radiusbridge.cli.load_views import show_load

    return show_load(pressed, as_json)


def _progress() -> "Any":
    """Writes how it stands to stderr, once a second."""
    last = 0.0

    def tell(tally: "Tally") -> None:
        nonlocal last
        if tally.seconds - last >= 1.0:
            last = tally.seconds
            click.echo(f"{tally.seconds:6.0f} s  {tally.ended:,} ended, {tally.answered:,} answered", err=True)

    return tell

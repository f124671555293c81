"""`probe auth`: a test login."""

from typing import Any

import click

from radiusbridge.cli.secrets import read_optional, read_secret
from radiusbridge.cli.verbs.probe.asking import Target, ask, common, probe_options
from radiusbridge.domain.endpoints import LoginMethod
from radiusbridge.domain.probes import Probe, ProbeKind
from radiusbridge.domain.values import parse_username

_PASSWORD = {"what": "password", "option": "--password-file", "environment": "RADIUSBRIDGE_PASSWORD"}


@click.command()
@probe_options(ProbeKind.AUTH)
@click.option("--user", required=True, help="An account made for tests.")
@click.option("--password-file", metavar="FILE", help="Its password; - is standard input.")
@click.option(
    "--method", type=click.Choice([str(m) for m in LoginMethod]), help="Default: the server's; pap for an address."
)
@click.option("--calling-station-id", metavar="MAC", help="As the NAS would send it.")
@click.option("--nas-identifier", metavar="NAME", help="Default: radiusbridge.")
@click.option(
    "--signing",
    type=click.Choice(["require", "prefer", "off"]),
    help="Whether the reply must carry a Message-Authenticator; default: the server's policy, prefer.",
)
@click.option(
    "--answer-challenge-file", metavar="FILE", help="Answer an Access-Challenge once with this; - is standard input."
)
def auth(
    user: str,
    password_file: str | None,
    method: str | None,
    calling_station_id: str | None,
    nas_identifier: str | None,
    answer_challenge_file: str | None,
    **options: Any,
) -> int:
    """Log in once as a PPPoE customer would.

    A customer of the server is not logged in as where that could drop a session, start a plan or bind an account.
    Exit status: 0 as expected (accepted), 1 not or not to be trusted, 3 no answer, 4 it could do harm.
    """
    parse_username(user)
    own = [("Calling-Station-Id", calling_station_id), ("NAS-Identifier", nas_identifier)]
    options["attributes"] = (*((name, value) for name, value in own if value), *options["attributes"])
    given = read_optional(password_file, **_PASSWORD)
    answer = None
    if answer_challenge_file is not None:
        option = "--answer-challenge-file"
        answer = read_secret(answer_challenge_file, what="answer to the challenge", option=option, environment="")

    def build(target: Target) -> Probe:
        return Probe(
            ProbeKind.AUTH,
            target.access,
            target.name,
            user,
            given or target.password or read_secret(None, **_PASSWORD),
            LoginMethod(method) if method else target.method,
            answer,
            **common(options),
        )

    return ask(ProbeKind.AUTH, options, build, user=user)

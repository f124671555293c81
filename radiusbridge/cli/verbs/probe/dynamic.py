"""`probe coa` and `probe disconnect`."""

from typing import Any

import click

from radiusbridge.cli.verbs.probe.asking import Target, ask, common, probe_options
from radiusbridge.domain.probes import Probe, ProbeKind

_user_option = click.option("--user", default="", help="User-Name of a test session; the rest by --attr.")


@click.command()
@probe_options(ProbeKind.COA)
@_user_option
def coa(user: str, **options: Any) -> int:
    """Send a CoA-Request with --user and --attr, e.g. --attr Mikrotik-Rate-Limit=2M/10M.

    Without both it names a session that nobody has: a NAK shows that the path works. Exit status: 0 as expected (ACK; a
    NAK for nobody's session), 1 not, 3 no answer, 4 USER is a customer.
    """
    return _ask(ProbeKind.COA, user, options)


@click.command()
@probe_options(ProbeKind.DISCONNECT)
@_user_option
def disconnect(user: str, **options: Any) -> int:
    """Send a Disconnect-Request with --user and --attr; not journaled. To end a customer's session use kick.

    Without both it names a session that nobody has: a NAK shows that the path works. Exit status: 0 as expected (ACK; a
    NAK for nobody's session), 1 not, 3 no answer, 4 USER is a customer.
    """
    return _ask(ProbeKind.DISCONNECT, user, options)


def _ask(kind: ProbeKind, user: str, options: dict[str, Any]) -> int:
    def build(target: Target) -> Probe:
        return Probe(kind, target.access, target.name, user, **common(options))

    return ask(kind, options, build)

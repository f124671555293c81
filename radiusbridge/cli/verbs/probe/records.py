"""`probe acct` and `probe status`."""

from typing import Any

import click

from radiusbridge.cli.verbs.probe.asking import Target, ask, common, probe_options
from radiusbridge.domain.probes import Accounting, Probe, ProbeKind


@click.command()
@probe_options(ProbeKind.ACCT)
@click.option("--user", default="", help="Default: radiusbridge-probe, whom nobody bills.")
@click.option(
    "--status",
    "accounting",
    type=click.Choice([str(one) for one in Accounting]),
    default=str(Accounting.TRIPLE),
    show_default=True,
    help="One record, or a whole session: start, interim and stop.",
)
def acct(user: str, accounting: str, **options: Any) -> int:
    """Send a session's Accounting-Requests, all under one Acct-Session-Id.

    They are stored where real ones are. Exit status: 0 all were answered, 1 an answer is not to be trusted, 3 no answer
    (a server that cannot store must not answer), 4 USER is a customer.
    """

    def build(target: Target) -> Probe:
        return Probe(
            ProbeKind.ACCT, target.access, target.name, user, accounting=Accounting(accounting), **common(options)
        )

    return ask(ProbeKind.ACCT, options, build)


@click.command()
@probe_options(ProbeKind.STATUS)
def status(**options: Any) -> int:
    """Ask a server whether it is alive (Status-Server); nobody logs in, nothing is stored.

    Give --port 1813 for the accounting port. Exit status: 0 alive, 1 its answer is not to be trusted, 3 no answer.
    """

    def build(target: Target) -> Probe:
        return Probe(ProbeKind.STATUS, target.access, target.name, **common(options))

    return ask(ProbeKind.STATUS, options, build)

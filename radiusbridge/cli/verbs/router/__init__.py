"""`router`: the desk of one router."""

import click

from radiusbridge.cli.verbs.router.keeping import backup, database, export
from radiusbridge.cli.verbs.router.looking import interfaces, netwatch, pools, pppoe, show, traffic
from radiusbridge.cli.verbs.router.rebooting import reboot


@click.group()
def router() -> None:
    """The desk of one router: look, watch, keep its settings, start it anew.

    ROUTER is the name of a server or NAS. What it logs: radiusbridge log ROUTER.
    """


for verb in (show, traffic, interfaces, pppoe, pools, netwatch, reboot, export, backup, database):
    router.add_command(verb)

"""`customer`: customers and the accounts that they dial with."""

import click

from radiusbridge.cli.verbs.customer.changing import add, edit, remove, unbind
from radiusbridge.cli.verbs.customer.listing import list_, renewals, show


@click.group()
def customer() -> None:
    """Customers and the accounts that they dial with."""


for verb in (add, edit, unbind, remove, list_, show, renewals):
    customer.add_command(verb)

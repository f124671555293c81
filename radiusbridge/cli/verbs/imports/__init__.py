"""`import`: customers from elsewhere."""

import click

from radiusbridge.cli.verbs.imports.databases import daloradius, phpnuxbill
from radiusbridge.cli.verbs.imports.files import csv_file, xlsx_file
from radiusbridge.cli.verbs.imports.routers import hotspot, ppp


@click.group("import")
def imports() -> None:
    """Customers from elsewhere: shown first, then taken in all or not at all.

    Without --apply nothing is changed. Of a customer who is known, what the list says is changed and the rest stays.
    Nothing goes to a server: radiusbridge plan shows what differs then. A running User Manager is taken over by
    radiusbridge plan --from server. Exit status: 0; 1 rows are refused; 4 not confirmed.
    """


for verb in (csv_file, xlsx_file, ppp, hotspot, phpnuxbill, daloradius):
    imports.add_command(verb)

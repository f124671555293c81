"""`why`: why a customer cannot get online."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.command()
@click.argument("customer")
@click.option("--all", "everything", is_flag=True, help="Show the links that are in order, too.")
@json_option
@database_verb
async def why(context: "Context", customer: str, everything: bool, as_json: bool) -> int:
    """Tell why a customer (number, user name or name) cannot get online: the first broken link, and what mends it.

    Looks at our record, the account, its server and the NASes. Nothing is changed, and nobody logs in as the
    customer. Exit status: 0 online, 1 a link is broken, 3 not everything could be looked at, 5 nobody dials.
    """
    from radiusbridge.cli import why_views
    from radiusbridge.services import why as service

    told = await service.answer(context, customer)
    status = service.EXIT[told.chain.answer]
    if as_json:
        output.json_value(why_views.view(told, status))
    else:
        why_views.show(told, everything=everything)
    return status

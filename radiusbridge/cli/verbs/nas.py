"""`nas`: the routers where sessions live."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.listed import export_option, show_list
from radiusbridge.cli.options import json_option
from radiusbridge.cli.reaching import api_change, api_options, dae_change, dae_options
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.verbs.findings import show_findings
from radiusbridge.cli.views import nas_view
from radiusbridge.domain.records import Nas
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.group()
def nas() -> None:
    """NASes: the routers where sessions live."""


@nas.command()
@click.argument("name")
@click.option("--server", metavar="NAME", help="Its server; may be left out where there is only one.")
@dae_options
@api_options
@json_option
@database_verb
async def add(context: "Context", name: str, server: str | None, as_json: bool, **options: Any) -> None:
    """Add the NAS NAME. --dae for Disconnect-Requests, --api for its session list; proof needs the list."""
    from radiusbridge.services import nases

    dae, api = dae_change(options, new=True).apply(None), api_change(options, new=True).apply(None)
    placed = await nases.add(context, Nas(name, 0, dae=dae, api=api), server)
    _told("added", placed.nas, placed.server.name, as_json)


@nas.command()
@click.argument("name")
@click.option("--rename", metavar="NAME", help="A new name.")
@dae_options
@api_options
@json_option
@database_verb
async def edit(context: "Context", name: str, rename: str | None, as_json: bool, **options: Any) -> None:
    """Change the NAS NAME; what is not given stays."""
    from radiusbridge.services import nases

    stored = await nases.show(context, name)
    dae = dae_change(options, new=stored.nas.dae is None)
    api = api_change(options, new=stored.nas.api is None)

    def change(old: Nas) -> Nas:
        return replace(old, name=rename or old.name, dae=dae.apply(old.dae), api=api.apply(old.api))

    placed = await nases.edit(context, name, change)
    _told("changed", placed.nas, placed.server.name, as_json)


@nas.command()
@click.argument("name")
@json_option
@database_verb
async def remove(context: "Context", name: str, as_json: bool) -> None:
    """Forget the NAS NAME. Nothing is done on the router."""
    from radiusbridge.services import nases

    placed = await nases.show(context, name)
    _told("removed", await nases.remove(context, name), placed.server.name, as_json)


@nas.command("list")
@export_option
@json_option
@database_verb
async def list_(context: "Context", file: str | None, as_json: bool) -> None:
    """Show all NASes."""
    from radiusbridge.services import nases

    views = [nas_view(placed.nas, placed.server.name) for placed in await nases.listed(context)]
    show_list(views, _COLUMNS, as_json=as_json, file=file)


@nas.command()
@click.argument("name")
@json_option
@database_verb
async def show(context: "Context", name: str, as_json: bool) -> None:
    """Show the NAS NAME. Secrets are not shown."""
    from radiusbridge.cli.doctor_views import card_details, card_view
    from radiusbridge.services import nases

    placed = await nases.show(context, name)
    card = await context.database.read(lambda unit: unit.cards.of("nas", placed.nas.id))
    if as_json:
        output.json_value({**nas_view(placed.nas, placed.server.name), "card": card_view(card)})
        return
    dae, api = placed.nas.dae, placed.nas.api
    output.details(
        [
            ("name", placed.nas.name),
            ("server", placed.server.name),
            ("DAE", f"{dae.host}:{dae.port} from {dae.source or 'any address'}" if dae else "-"),
            ("NAS-IP-Address", output.text(dae and dae.nas_address)),
            ("API", f"{api.host}:{api.port} as {api.user}, {api.tls}" if api else "-"),
            ("pinned", output.text(api and api.fingerprint)),
            *card_details(card),
        ]
    )


@nas.command()
@click.argument("name")
@json_option
@database_verb
async def test(context: "Context", name: str, as_json: bool) -> int:
    """Test the NAS NAME step by step, down to which ways of kicking exist.

    Exit status: 0 all passed, 1 something is wrong there, 3 nobody answered.
    """
    from radiusbridge.services import testing

    return await show_findings(name, testing.test_nas(context, name), as_json)


_COLUMNS = (
    output.column("NAME", "name"),
    output.column("SERVER", "server"),
    output.endpoint_column("dae"),
    output.endpoint_column("api"),
)


def _told(what: str, stored: Nas, server: str, as_json: bool) -> None:
    if as_json:
        output.json_value(nas_view(stored, server))
    else:
        output.line(f"{what} NAS {safe(stored.name)} of server {safe(server)}")

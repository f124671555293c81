"""`hotspot binding`: devices that are let through, or kept out, without any login."""

from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.options import json_option, stacked
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.verbs.hotspot.listing import changing, list_verb, nas_option, show_changed
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.hotspot import Listing

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

TYPES = ("regular", "bypassed", "blocked")


@click.group()
def binding() -> None:
    """IP bindings: devices that pass, or are kept out, without a login."""


binding.add_command(list_verb(Listing.BINDING))

_fields = stacked(
    click.option("--type", "type", type=click.Choice(TYPES), help="bypassed: no login; blocked: kept out."),
    click.option("--to-address", metavar="IP", help="The address that it is translated to."),
    click.option("--server", metavar="NAME", help="Only at this hotspot server; all: any."),
    click.option("--comment", metavar="TEXT", help="Kept with the binding."),
)


@binding.command()
@click.argument("device", metavar="MAC|ADDRESS")
@click.option("--address", metavar="IP", help="Its address, besides the MAC address.")
@_fields
@nas_option
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the audit log.")
@json_option
@database_verb
async def add(
    context: "Context",
    device: str,
    address: str | None,
    nas: str | None,
    reason: str,
    as_json: bool,
    **options: Any,
) -> int:
    """Bind a device, by its MAC address or its address."""
    from radiusbridge.services.hotspot import writing

    values: dict[str, Any] = {"mac-address": device.upper()} if device.count(":") == 5 else {"address": device}
    if address:
        values["address"] = address
    values |= _values(options)
    return show_changed(await writing.add(context, Listing.BINDING, device, values, nas=nas, reason=reason), as_json)


@binding.command()
@click.argument("device", metavar="MAC|ADDRESS")
@_fields
@changing
@database_verb
async def edit(
    context: "Context", device: str, nas: str | None, identifier: str, reason: str, as_json: bool, **options: Any
) -> int:
    """Change the binding of a device; what is not given stays."""
    from radiusbridge.services.hotspot import writing

    values = _values(options)
    if not values:
        raise BadInput("nothing is to be changed", hint="see --help")
    chosen = writing.Chosen(Listing.BINDING, device, nas, identifier)
    return show_changed(await writing.change(context, chosen, values, reason=reason), as_json)


def _switch(name: str, *, enabled: bool) -> click.Command:
    @binding.command(name, help=f"{name.capitalize()} the binding of a device.")
    @click.argument("device", metavar="MAC|ADDRESS")
    @changing
    @database_verb
    async def switch(
        context: "Context", device: str, nas: str | None, identifier: str, reason: str, as_json: bool
    ) -> int:
        from radiusbridge.services.hotspot import writing

        chosen = writing.Chosen(Listing.BINDING, device, nas, identifier)
        return show_changed(await writing.switch(context, chosen, enabled=enabled, reason=reason), as_json)

    return switch


enable, disable = _switch("enable", enabled=True), _switch("disable", enabled=False)


@binding.command()
@click.argument("device", metavar="MAC|ADDRESS")
@changing
@database_verb
async def remove(context: "Context", device: str, nas: str | None, identifier: str, reason: str, as_json: bool) -> int:
    """Take the binding of a device away."""
    from radiusbridge.services.hotspot import writing

    chosen = writing.Chosen(Listing.BINDING, device, nas, identifier)
    return show_changed(await writing.remove(context, chosen, reason=reason), as_json)


def _values(options: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "-"): value for name, value in options.items() if value is not None}

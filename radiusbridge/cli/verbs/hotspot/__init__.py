"""`hotspot`: the hotspots of the NASes: servers, local users and their profiles, guests, hosts, cookies, bindings."""

import click

from radiusbridge.cli.verbs.hotspot import bindings, guests, profiles, users
from radiusbridge.cli.verbs.hotspot.listing import list_verb
from radiusbridge.domain.hotspot import Listing


@click.group()
def hotspot() -> None:
    """Hotspots: servers, local users, profiles, guests, hosts, cookies.

    Customers' guests are kicked and isolated by kick and isolate; what stands here is what routers know by themselves.
    """


@click.group()
def server() -> None:
    """Hotspot servers, as the NASes have them."""


server.add_command(list_verb(Listing.SERVER))
for group in (
    server,
    users.user,
    profiles.profile,
    guests.active,
    guests.host,
    guests.cookie,
    bindings.binding,
):
    hotspot.add_command(group)

"""`hotspot`: the hotspots of the NASes: servers, local users and their profiles, guests, hosts, cookies, bindings."""

import click

from radiusbridge.cli.verbs.hotspot import bindings, guests, profiles, servers, users


@click.group()
def hotspot() -> None:
    """Hotspots: servers, local users, profiles, guests, hosts, cookies.

    Customers' guests are kicked and isolated by kick and isolate; what stands here is what routers know by themselves.
    """


for group in (
    servers.server,
    users.user,
    profiles.profile,
    guests.active,
    guests.host,
    guests.cookie,
    bindings.binding,
):
    hotspot.add_command(group)

"""What a router tells: how it is, its traffic, interfaces, PPPoE servers, pools, netwatch."""

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.cli.listed import export_option, show_list
from radiusbridge.cli.options import SECONDS, json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import Unreachable
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.command()
@click.argument("router")
@json_option
@database_verb
async def show(context: "Context", router: str, as_json: bool) -> int:
    """Show how ROUTER is: board, version, uptime, clock, load, health, licence.

    Exit status: 0; 1 its clock is more than a minute off; 3 it does not answer.
    """
    from radiusbridge.cli.desk_views import face_details, face_view, restart_view, restart_words
    from radiusbridge.services.router_desk.looking import desk_of, home_of
    from radiusbridge.services.router_desk.rebooting import restart_of

    restart = await restart_of(context, (await home_of(context, router)).name)
    try:
        face = await (await desk_of(context, router)).face()
    except Unreachable:
        if restart is not None and not restart.status.final:
            note("restart", restart_words(restart, context.clock.now()))
        raise
    if as_json:
        output.json_value({**face_view(router, face), "restart": restart and restart_view(restart)})
    else:
        told = [] if restart is None else [("restart", restart_words(restart, context.clock.now()))]
        output.details([*face_details(face), *told])
    return 1 if face.clock_off else 0


@click.command()
@click.argument("router")
@click.argument("interface", default="aggregate")
@click.option("--for", "lasts", type=SECONDS, metavar="TIME", help="Stop after that time, like 30s; default: never.")
@json_option
@database_verb
async def traffic(context: "Context", router: str, interface: str, lasts: float | None, as_json: bool) -> int:
    """Show the traffic of an INTERFACE each second, until interrupted.

    Without INTERFACE: of all together. When the router breaks off it is asked again, and the gap is told. Leaving
    tells the router to stop. Exit status: 0; 3 nothing could be read; 130 interrupted.
    """
    from radiusbridge.cli.desk_views import flow_line, flow_view
    from radiusbridge.gateways.desk_traffic import Flow
    from radiusbridge.services.router_desk.looking import home_of
    from radiusbridge.services.router_desk.traffic import TrafficWatch

    watch = TrafficWatch(context, await home_of(context, router), interface)
    if not as_json:
        talk(f"{safe(interface, 80)} of {safe(watch.home.name, 60)}; in: what the router receives")
    most = readings = 0
    try:
        async with asyncio.timeout(lasts), aclosing(watch.follow()) as news:
            async for each in news:
                if isinstance(each, Flow):
                    readings += 1
                    most = max(most, each.received, each.sent)
                    if as_json:
                        output.json_line(flow_view(router, interface, each))
                    else:
                        output.live_line(flow_line(each, most))
                else:
                    note(safe(watch.home.name, 60), f"a gap: {safe(each.why, 300)}")
    except TimeoutError:
        return 0 if readings else 3
    return 0


@click.command()
@click.argument("router")
@export_option
@json_option
@database_verb
async def interfaces(context: "Context", router: str, file: str | None, as_json: bool) -> None:
    """Show the interfaces of ROUTER, without those of sessions."""
    from radiusbridge.cli.desk_views import PORTS, port_view
    from radiusbridge.services.router_desk.looking import desk_of

    show_list(
        [port_view(port) for port in await (await desk_of(context, router)).ports()], PORTS, as_json=as_json, file=file
    )


@click.command()
@click.argument("router")
@export_option
@json_option
@database_verb
async def pppoe(context: "Context", router: str, file: str | None, as_json: bool) -> int:
    """Show the PPPoE servers of ROUTER and how many sessions each has.

    Exit status: 0; 1 none works; 3 it does not answer.
    """
    from radiusbridge.cli.desk_views import SERVERS, server_view
    from radiusbridge.services.router_desk.looking import desk_of

    servers = await (await desk_of(context, router)).pppoe()
    show_list([server_view(server) for server in servers], SERVERS, as_json=as_json, file=file)
    return 0 if any(server.works for server in servers) else 1


@click.command()
@click.argument("router")
@export_option
@json_option
@database_verb
async def pools(context: "Context", router: str, file: str | None, as_json: bool) -> int:
    """Show the address pools of ROUTER and how full they are.

    Where the router has no counters the given addresses are counted. Exit status: 0; 1 one is 90 % full or fuller; 3
    it does not answer.
    """
    from radiusbridge.cli.desk_views import POOLS, pool_view
    from radiusbridge.domain.router_desk import FULL
    from radiusbridge.services.router_desk.looking import desk_of

    found = await (await desk_of(context, router)).pools()
    show_list([pool_view(pool) for pool in found], POOLS, as_json=as_json, file=file)
    return 1 if any((pool.share or 0.0) >= FULL for pool in found) else 0


@click.command()
@click.argument("router")
@export_option
@json_option
@database_verb
async def netwatch(context: "Context", router: str, file: str | None, as_json: bool) -> int:
    """Show what ROUTER watches. Exit status: 0; 1 a host is down; 3 it does not answer."""
    from radiusbridge.cli.desk_views import WATCHED, watched_view
    from radiusbridge.services.router_desk.looking import desk_of

    rows = await (await desk_of(context, router)).netwatch()
    show_list([watched_view(row) for row in rows], WATCHED, as_json=as_json, file=file)
    return 1 if any(row.status == "down" for row in rows) else 0

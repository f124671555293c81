"""`server`: the RADIUS servers that are provisioned."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.listed import export_option, show_list
from radiusbridge.cli.options import RATE, json_option, stacked
from radiusbridge.cli.reaching import (
    api_change,
    api_options,
    none_is_empty,
    radius_change,
    radius_options,
    sql_change,
    sql_options,
)
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.verbs.filling import fill
from radiusbridge.cli.verbs.findings import show_findings
from radiusbridge.cli.verbs.sweeping import sweep
from radiusbridge.cli.views import server_view
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import LoginMethod, Policy, Server
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import format_rate

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.reach import ApiChange, RadiusChange, SqlChange

_isolation_options = stacked(
    click.option("--policy", type=click.Choice([str(p) for p in Policy]), help="How isolate works; reject."),
    click.option("--isolation-name", metavar="NAME", help="Our group, profile and address list; isolir."),
    click.option("--isolation-rate", type=RATE, help="Rate of walled customers; 256k."),
    click.option("--isolation-pool", metavar="POOL", help="Pool of walled customers; none: their own."),
    click.option("--method", type=click.Choice([str(m) for m in LoginMethod]), help="Of test logins; pap."),
    click.option("--owner", metavar="NAME", help="User Manager 6's customer that owns our rows; admin."),
)
_KIND_HELP = "userman6, 7, userman: whichever answers; ppp: PPP secrets; freeradius."


@click.group()
def server() -> None:
    """RADIUS servers that are provisioned, and NASes with PPP secrets."""


server.add_command(fill)
server.add_command(sweep)


@server.command()
@click.argument("name")
@click.option("--kind", default="userman", show_default=True, help=_KIND_HELP)
@api_options
@sql_options
@radius_options
@_isolation_options
@json_option
@database_verb
async def add(context: "Context", name: str, kind: str, as_json: bool, **options: Any) -> None:
    """Add the server NAME. Needs --api, or --sql-host for a FreeRADIUS; --radius makes test logins possible."""
    from radiusbridge.services import servers

    if options["api"] is None and options["sql_host"] is None:
        hint = "give --api HOST[:PORT], or --sql-host HOST for a FreeRADIUS"
        raise BadInput("a server needs its API", target=name[:80], hint=hint)
    api, sql = api_change(options, new=True).apply(None), sql_change(options, new=True).apply(None)
    radius = radius_change(options, new=True).apply(None)
    wanted = _isolated(Server(name, kind, api, radius=radius, sql=sql), options)
    _told("added", await servers.add(context, wanted), as_json)


@server.command()
@click.argument("name")
@click.option("--rename", metavar="NAME", help="A new name.")
@click.option("--kind", help=_KIND_HELP)
@api_options
@sql_options
@radius_options
@_isolation_options
@json_option
@database_verb
async def edit(
    context: "Context", name: str, rename: str | None, kind: str | None, as_json: bool, **options: Any
) -> None:
    """Change the server NAME; what is not given stays."""
    from radiusbridge.services import servers

    api, sql = api_change(options, new=False), sql_change(options, new=False)
    radius = radius_change(options, new=False)

    def change(old: Server) -> Server:
        named = replace(old, name=rename or old.name, kind=kind or old.kind)
        return _isolated(_reached(named, api, sql, radius), options)

    _told("changed", await servers.edit(context, name, change), as_json)


@server.command()
@click.argument("name")
@json_option
@database_verb
async def remove(context: "Context", name: str, as_json: bool) -> None:
    """Forget the server NAME. Nothing is done on the router."""
    from radiusbridge.services import servers

    _told("removed", await servers.remove(context, name), as_json)


@server.command("list")
@export_option
@json_option
@database_verb
async def list_(context: "Context", file: str | None, as_json: bool) -> None:
    """Show all servers."""
    from radiusbridge.services import servers

    views = [server_view(one) for one in await servers.listed(context)]
    show_list(views, _COLUMNS, as_json=as_json, file=file)


@server.command()
@click.argument("name")
@json_option
@database_verb
async def show(context: "Context", name: str, as_json: bool) -> None:
    """Show the server NAME. Secrets are not shown."""
    from radiusbridge.cli.darkness import breaker_view, dark_words
    from radiusbridge.cli.doctor_views import card_details, card_view
    from radiusbridge.domain.breaker import CLOSED
    from radiusbridge.services import breaker, servers

    found = await servers.show(context, name)
    dark, now = (await breaker.dark_servers(context)).get(found.id), context.clock.now()
    card = await context.database.read(lambda unit: unit.cards.of("server", found.id))
    if as_json:
        more = {"breaker": breaker_view(dark.breaker if dark else CLOSED, now), "card": card_view(card)}
        output.json_value({**server_view(found), **more})
        return
    radius = found.radius
    output.details(
        [
            ("name", found.name),
            ("kind", found.kind),
            *_home(found),
            ("RADIUS", f"{radius.host}:{radius.port} from {radius.source or 'any address'}" if radius else "-"),
            ("signing", output.text(radius and radius.signing)),
            ("policy", str(found.isolation_policy)),
            ("isolation", f"{found.isolation_name} at {format_rate(found.isolation_rate)}"),
            ("pool", output.text(found.isolation_pool)),
            ("test logins", str(found.method)),
            *([("owner on 6", found.owner), *card_details(card)] if found.api is not None else []),
            *([("contact", dark_words(dark.breaker, now)), ("because", dark.breaker.error)] if dark else []),
        ]
    )


@server.command()
@click.argument("name")
@json_option
@database_verb
async def test(context: "Context", name: str, as_json: bool) -> int:
    """Test the server NAME step by step, and name the step that fails.

    Exit status: 0 all passed, 1 something is wrong there, 3 nobody answered.
    """
    from radiusbridge.services import testing

    return await show_findings(name, testing.test_server(context, name), as_json)


@server.command()
@click.argument("name")
@click.option("--of", "of", required=True, metavar="SERVER", help="For which it stands by; none: for none any more.")
@click.option("--auto", is_flag=True, help="The agent may fail over by itself.")
@json_option
@database_verb
async def standby(context: "Context", name: str, of: str, auto: bool, as_json: bool) -> None:
    """Have the server NAME stand by for another one, and be kept in step with it.

    Nothing is done on the routers yet. Bring it in step: radiusbridge standby fill NAME.
    """
    from radiusbridge.services.standby import pairs

    if of == "none":
        await pairs.dissolve(context, name)
    else:
        await pairs.make(context, name, of, auto=auto)
    if as_json:
        output.json_value({"standby": name, "of": None if of == "none" else of, "auto": auto})
    else:
        words = "stands by for none" if of == "none" else f"stands by for {safe(of, 60)}"
        output.line(f"{safe(name, 60)} {words}")


_COLUMNS = (
    output.column("NAME", "name"),
    output.column("KIND", "kind"),
    output.endpoint_column("api", "sql"),
    output.endpoint_column("radius"),
    output.column("POLICY", "policy"),
)


def _reached(old: Server, api: "ApiChange", sql: "SqlChange", radius: "RadiusChange") -> Server:
    return replace(old, api=api.apply(old.api), sql=sql.apply(old.sql), radius=radius.apply(old.radius))


def _home(server: Server) -> list[tuple[str, str]]:
    """Where its accounts are kept."""
    api, sql = server.api, server.sql
    if api is not None:
        where = f"{api.host}:{api.port} as {api.user}, {api.tls}"
        return [("API", where), ("pinned", output.text(api.fingerprint))]
    return [("SQL", f"{sql.database} at {sql.host}:{sql.port} as {sql.user}, {sql.tls}")] if sql is not None else []


def _isolated(old: Server, options: dict[str, Any]) -> Server:
    policy, method, rate = options["policy"], options["method"], options["isolation_rate"]
    pool = none_is_empty(options["isolation_pool"])
    return replace(
        old,
        isolation_policy=Policy(policy) if policy else old.isolation_policy,
        isolation_name=options["isolation_name"] or old.isolation_name,
        isolation_rate=old.isolation_rate if rate is None else rate,
        isolation_pool=old.isolation_pool if pool is None else pool or None,
        method=LoginMethod(method) if method else old.method,
        owner=options["owner"] or old.owner,
    )


def _told(what: str, stored: Server, as_json: bool) -> None:
    if as_json:
        output.json_value(server_view(stored))
    else:
        output.line(f"{what} server {safe(stored.name)}")

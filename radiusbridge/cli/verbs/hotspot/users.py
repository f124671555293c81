"""`hotspot user`: the users whom a router's hotspot knows by itself."""

from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.diagnostics import talk
from radiusbridge.cli.options import DURATION, SIZE, json_option, stacked
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.verbs.hotspot.listing import changing, list_verb, nas_option, settle_option, show_changed
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.hotspot import Listing
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

ENVIRONMENT = "RADIUSBRIDGE_HOTSPOT_PASSWORD"


@click.group()
def user() -> None:
    """Users whom routers know by themselves."""


user.add_command(list_verb(Listing.USER))

_fields = stacked(
    click.option("--password-file", metavar="FILE", help=f"The password; - is standard input; or {ENVIRONMENT}."),
    click.option("--profile", metavar="NAME", help="User profile."),
    click.option("--server", metavar="NAME", help="Only through this hotspot server; all: any."),
    click.option("--mac", "mac_address", metavar="MAC", help="Only from this device."),
    click.option("--address", metavar="IP", help="The address that the guest is given."),
    click.option("--limit-uptime", type=DURATION, metavar="TIME", help="How long in all, like 12h; 0s: no limit."),
    click.option("--limit-bytes", "limit_bytes_total", type=SIZE, metavar="SIZE", help="How much in all, like 2G."),
    click.option("--email", metavar="TEXT", help="Kept with the user."),
    click.option("--comment", metavar="TEXT", help="Kept with the user."),
)


@user.command()
@click.argument("name")
@_fields
@nas_option
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the audit log.")
@json_option
@database_verb
async def add(context: "Context", name: str, nas: str | None, reason: str, as_json: bool, **options: Any) -> int:
    """Add the user NAME, and read it back."""
    from radiusbridge.services.hotspot import writing

    values = {"name": name, **_values(options)}
    return show_changed(await writing.add(context, Listing.USER, name, values, nas=nas, reason=reason), as_json)


@user.command()
@click.argument("name")
@click.option("--rename", metavar="NAME", help="A new name.")
@_fields
@changing
@database_verb
async def edit(
    context: "Context",
    name: str,
    rename: str | None,
    nas: str | None,
    identifier: str,
    reason: str,
    as_json: bool,
    **options: Any,
) -> int:
    """Change the user NAME; what is not given stays. A live session keeps what it has until the next login."""
    from radiusbridge.services.hotspot import writing

    values = {**({"name": rename} if rename else {}), **_values(options)}
    if not values:
        raise BadInput("nothing is to be changed", hint="see --help")
    chosen = writing.Chosen(Listing.USER, name, nas, identifier)
    return show_changed(await writing.change(context, chosen, values, reason=reason), as_json)


@user.command()
@click.argument("name")
@changing
@database_verb
async def enable(context: "Context", name: str, nas: str | None, identifier: str, reason: str, as_json: bool) -> int:
    """Let the user NAME log in again."""
    from radiusbridge.services.hotspot import writing

    chosen = writing.Chosen(Listing.USER, name, nas, identifier)
    return show_changed(await writing.switch(context, chosen, enabled=True, reason=reason), as_json)


_keep = stacked(
    click.option("--keep-online", is_flag=True, help="Leave live sessions and cookies as they are."),
    settle_option,
)


@user.command()
@click.argument("name")
@_keep
@changing
@database_verb
async def disable(
    context: "Context",
    name: str,
    keep_online: bool,
    settle: float,
    nas: str | None,
    identifier: str,
    reason: str,
    as_json: bool,
) -> int:
    """Keep the user NAME out: disabled, cookies gone, logged out, and nobody back for 5 s."""
    from radiusbridge.services.hotspot import leaving, writing

    chosen = writing.Chosen(Listing.USER, name, nas, identifier)
    if keep_online:
        return show_changed(await writing.switch(context, chosen, enabled=False, reason=reason), as_json)
    return show_changed(
        await leaving.keep_out(context, chosen, settle=settle, reason=reason, tell=teller(as_json)), as_json
    )


@user.command()
@click.argument("name")
@_keep
@changing
@database_verb
async def remove(
    context: "Context",
    name: str,
    keep_online: bool,
    settle: float,
    nas: str | None,
    identifier: str,
    reason: str,
    as_json: bool,
) -> int:
    """Take the user NAME away, with cookies and live sessions."""
    from radiusbridge.services.hotspot import leaving, writing

    chosen = writing.Chosen(Listing.USER, name, nas, identifier)
    if keep_online:
        return show_changed(await writing.remove(context, chosen, reason=reason), as_json)
    told = await leaving.keep_out(context, chosen, remove=True, settle=settle, reason=reason, tell=teller(as_json))
    return show_changed(told, as_json)


@user.command()
@click.argument("name")
@changing
@database_verb
async def reset(context: "Context", name: str, nas: str | None, identifier: str, reason: str, as_json: bool) -> int:
    """Let what the user NAME has used count from zero."""
    from radiusbridge.services.hotspot import writing

    chosen = writing.Chosen(Listing.USER, name, nas, identifier)
    return show_changed(await writing.reset_counters(context, chosen, reason=reason), as_json)


def teller(as_json: bool) -> Any:
    """Says each step on standard error, unless scripts read."""
    return (lambda _words: None) if as_json else (lambda words: talk(f"  {safe(words, 300)}"))


def _values(options: dict[str, Any]) -> dict[str, Any]:
    from radiusbridge.cli.secrets import read_optional

    password = read_optional(
        options.pop("password_file"), what="password", option="--password-file", environment=ENVIRONMENT
    )
    values = {name.replace("_", "-"): value for name, value in options.items() if value is not None}
    return values if password is None else {**values, "password": password.reveal()}

"""`hotspot profile`: user profiles of hotspots, and what they are sold for."""

from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.options import DURATION, json_option, stacked
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.verbs.hotspot.listing import changing, list_verb, nas_option, show_changed
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.hotspot import EXPIRIES, Listing, Terms

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.group()
def profile() -> None:
    """User profiles of hotspots."""


profile.add_command(list_verb(Listing.PROFILE))

_fields = stacked(
    click.option("--rate", "rate_limit", metavar="UP/DOWN", help="As RouterOS writes it, like 2M/5M."),
    click.option("--shared-users", metavar="N", help="Sessions of one user at a time, or unlimited."),
    click.option("--pool", "address_pool", metavar="NAME", help="Address pool, or none."),
    click.option("--session-timeout", type=DURATION, metavar="TIME", help="When a session ends."),
    click.option("--address-list", metavar="NAME", help="Firewall address list of its guests."),
    click.option("--mac-cookie/--no-mac-cookie", "add_mac_cookie", default=None, help="Let devices back by their MAC."),
)
_terms = stacked(
    click.option("--price", type=click.IntRange(0), metavar="N", help="Whole units of money."),
    click.option("--validity", metavar="TIME", help="How long it lasts from the first login, like 30d; 0: no end."),
    click.option("--expiry", type=click.Choice(list(EXPIRIES.values())), help="What becomes of a user then."),
)


@profile.command()
@click.argument("name")
@_fields
@_terms
@nas_option
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the audit log.")
@json_option
@database_verb
async def add(context: "Context", name: str, nas: str | None, reason: str, as_json: bool, **options: Any) -> int:
    """Add the user profile NAME, and read it back.

    Price, validity and expiry are kept in the on-login script as Mikhmon does; the script acts on nothing.
    """
    from radiusbridge.domain.hotspot import write_terms
    from radiusbridge.services.hotspot import writing

    terms = _new_terms(options, Terms())
    values = {"name": name, **_values(options)}
    if terms is not None:
        values["on-login"] = write_terms("", terms)
    return show_changed(await writing.add(context, Listing.PROFILE, name, values, nas=nas, reason=reason), as_json)


@profile.command()
@click.argument("name")
@click.option("--rename", metavar="NAME", help="A new name.")
@_fields
@_terms
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
    """Change the user profile NAME; what is not given stays. Live sessions keep what they have."""
    from radiusbridge.services.hotspot import writing

    chosen = writing.Chosen(Listing.PROFILE, name, nas, identifier)
    script: dict[str, Any] = {}
    if any(options[each] is not None for each in ("price", "validity", "expiry")):
        script = await writing.sold_for(context, chosen, lambda old: _new_terms(options, old) or old)
    values = {**({"name": rename} if rename else {}), **_values(options), **script}
    if not values:
        raise BadInput("nothing is to be changed", hint="see --help")
    return show_changed(await writing.change(context, chosen, values, reason=reason), as_json)


@profile.command()
@click.argument("name")
@changing
@database_verb
async def remove(context: "Context", name: str, nas: str | None, identifier: str, reason: str, as_json: bool) -> int:
    """Take the user profile NAME away; the router refuses while users have it."""
    from radiusbridge.services.hotspot import writing

    chosen = writing.Chosen(Listing.PROFILE, name, nas, identifier)
    return show_changed(await writing.remove(context, chosen, reason=reason), as_json)


def _new_terms(options: dict[str, Any], old: Terms) -> Terms | None:
    """The terms with what is given; None: nothing is."""
    price, validity, expiry = (options[each] for each in ("price", "validity", "expiry"))
    if price is None and validity is None and expiry is None:
        return None
    lasting = old.validity if validity is None else "" if validity == "0" else validity
    worth = old.price if price is None else price
    selling = old.selling if price is None else 0
    return Terms(expiry or old.expiry, worth, lasting, selling, old.lock)


def _values(options: dict[str, Any]) -> dict[str, Any]:
    sold = {"price", "validity", "expiry"}
    return {name.replace("_", "-"): value for name, value in options.items() if value is not None and name not in sold}

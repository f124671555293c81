"""`profile`: bandwidth profiles."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import DURATION, RATES, json_option, stacked, waiting_options
from radiusbridge.cli.reaching import none_is_empty
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import profile_view
from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import format_duration, format_rate

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_fields = stacked(
    click.option("--burst", type=RATES, help="Burst rates up/down."),
    click.option("--burst-threshold", type=RATES, help="Where the burst ends, up/down."),
    click.option("--burst-time", type=DURATION, help="Averaging time of the burst."),
    click.option("--priority", type=int, help="Of queues: 1 (first) to 8."),
    click.option("--validity", type=DURATION, help="How long it lasts, e.g. 30d."),
    click.option("--starts-at", type=click.Choice([str(s) for s in StartsAt]), help="When that begins; assigned."),
    click.option("--price", type=int, help="Whole units of the currency."),
    click.option("--currency", metavar="CODE", help="Default: IDR."),
    click.option("--shared-users", type=int, help="Sessions at once; 1."),
    click.option("--pool", metavar="NAME", help="Address pool; none: takes it away."),
    click.option("--address-list", metavar="NAME", help="Firewall address list; none: takes it away."),
)


@click.group()
def profile() -> None:
    """Bandwidth profiles."""


@profile.command()
@click.argument("name")
@click.option("--rate", type=RATES, required=True, help="Upload/download, e.g. 2M/10M; one rate stands for both.")
@_fields
@json_option
@database_verb
async def add(context: "Context", name: str, rate: tuple[int, int], as_json: bool, **options: Any) -> None:
    """Add the profile NAME. Servers get it with the first customer who has it."""
    from radiusbridge.services import profiles

    stored = await profiles.add(context, _changed(Profile(name, *rate), options))
    _told("added", stored, as_json)


@profile.command()
@click.argument("name")
@click.option("--rate", type=RATES, help="Upload/download, e.g. 2M/10M.")
@_fields
@waiting_options
@database_verb
async def edit(
    context: "Context", name: str, rate: tuple[int, int] | None, no_wait: bool, as_json: bool, **options: Any
) -> int:
    """Change the profile NAME, and bring the change to each server where a customer has it."""
    from radiusbridge.cli.operations import settle
    from radiusbridge.services import profiles

    def change(old: Profile) -> Profile:
        up, down = rate or (old.rate_up, old.rate_down)
        return _changed(replace(old, rate_up=up, rate_down=down), options)

    edited = await profiles.edit(context, name, change)
    if not edited.operations:
        _told("changed", edited.profile, as_json)
        return 0
    note(edited.profile.name, f"changed; goes to {len(edited.operations)} server(s)")
    worst = 0
    for operation in edited.operations:
        status = await settle(context, operation, number="", no_wait=no_wait, as_json=as_json)
        worst = next((one for one in (1, 3, 5) if one in {worst, status}), max(worst, status))
    return worst


@profile.command()
@click.argument("name")
@json_option
@database_verb
async def remove(context: "Context", name: str, as_json: bool) -> None:
    """Forget the profile NAME, which no customer has. Rows of it on servers stay."""
    from radiusbridge.services import profiles

    _told("removed", await profiles.remove(context, name), as_json)


@profile.command("list")
@json_option
@database_verb
async def list_(context: "Context", as_json: bool) -> None:
    """Show all profiles."""
    from radiusbridge.services import profiles

    found = await profiles.listed(context)
    if as_json:
        output.json_value([profile_view(one) for one in found])
        return
    rows = [{**profile_view(one), "rate": _rates(one), "valid": _validity(one), "cost": _price(one)} for one in found]
    output.table(rows, _COLUMNS)


@profile.command()
@click.argument("name")
@json_option
@database_verb
async def show(context: "Context", name: str, as_json: bool) -> None:
    """Show the profile NAME."""
    from radiusbridge.services import profiles

    found = await profiles.show(context, name)
    if as_json:
        output.json_value(profile_view(found))
        return
    burst = "-"
    if found.burst_up is not None and found.burst_down is not None:
        burst = f"{format_rate(found.burst_up)}/{format_rate(found.burst_down)} for {found.burst_time} s"
    output.details(
        [
            ("name", found.name),
            ("rate up/down", _rates(found)),
            ("burst", burst),
            ("validity", _validity(found)),
            ("starts at", str(found.starts_at)),
            ("price", _price(found)),
            ("shared users", str(found.shared_users)),
            ("pool", output.text(found.pool)),
            ("address list", output.text(found.address_list)),
        ]
    )


_COLUMNS = (
    output.column("NAME", "name"),
    output.column("UP/DOWN", "rate"),
    output.column("VALID", "valid"),
    output.column("STARTS", "starts_at"),
    output.column("PRICE", "cost"),
    output.column("SHARED", "shared_users"),
    output.column("POOL", "pool"),
)


def _rates(profile: Profile) -> str:
    return f"{format_rate(profile.rate_up)}/{format_rate(profile.rate_down)}"


def _validity(profile: Profile) -> str:
    return "-" if profile.validity is None else format_duration(profile.validity)


def _price(profile: Profile) -> str:
    return f"{profile.price} {profile.currency}"


def _changed(old: Profile, options: dict[str, Any]) -> Profile:
    """The profile with what was typed; what was not stays."""
    values: dict[str, Any] = {
        name: options[name]
        for name in ("burst_time", "priority", "validity", "price", "currency", "shared_users")
        if options[name] is not None
    }
    for name in ("burst", "burst_threshold"):
        if options[name] is not None:
            values[f"{name}_up"], values[f"{name}_down"] = options[name]
    for name in ("pool", "address_list"):
        if options[name] is not None:
            values[name] = none_is_empty(options[name])
    if options["starts_at"] is not None:
        values["starts_at"] = StartsAt(options["starts_at"])
    return replace(old, **values)


def _told(what: str, stored: Profile, as_json: bool) -> None:
    if as_json:
        output.json_value(profile_view(stored))
    else:
        output.line(f"{what} profile {safe(stored.name)}, {_rates(stored)}")

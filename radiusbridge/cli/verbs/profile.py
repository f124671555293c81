"""`profile`: bandwidth profiles."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.brakes import brake_options, brakes_of
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, show_list
from radiusbridge.cli.options import DURATION, RATES, SIZE, json_option, reason_option, stacked, waiting_options
from radiusbridge.cli.reaching import none_is_empty
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.views import profile_view
from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import format_duration, format_rate

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_LIVE_HELP = "What becomes of live sessions; on a terminal it is asked, else redial."
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
    click.option("--data-quota", type=SIZE, help="Bytes of both directions, e.g. 50G; 0: none."),
    click.option("--time-quota", type=DURATION, help="Time online, e.g. 10h; 0: none."),
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
@click.option("--live", type=click.Choice(["now", "kick", "redial"]), help=_LIVE_HELP)
@click.option("--yes-count", type=int, metavar="N", help="With --live kick: how many customers it may hit.")
@brake_options
@waiting_options
@database_verb
async def edit(
    context: "Context",
    name: str,
    rate: tuple[int, int] | None,
    live: str | None,
    yes_count: int | None,
    no_wait: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Change the profile NAME, and bring the change to each server where a customer has it.

    Live sessions go on as they are until they dial again (redial), are changed without a drop (now), or kicked.
    """
    from radiusbridge.cli.profile_live import carried, confirmed, how_live
    from radiusbridge.services import profiles

    def change(old: Profile) -> Profile:
        up, down = rate or (old.rate_up, old.rate_down)
        return _changed(replace(old, rate_up=up, rate_down=down), options)

    before = await profiles.show(context, name)
    chosen = await how_live(context, before, change(before), live, no_wait=no_wait)
    if chosen == "kick":
        await confirmed(context, name, yes_count, as_json)
    edited = await profiles.edit(context, name, change, live=chosen, brakes=brakes_of(options))
    if not edited.operations:
        _told("changed", edited.profile, as_json)
        return 0
    note(edited.profile.name, f"changed; goes to {len(edited.operations)} server(s)")
    return await carried(context, edited.operations, no_wait=no_wait, as_json=as_json)


@profile.command()
@click.argument("name")
@click.option("--keep-on-servers", is_flag=True, help="Only forget it here; rows of it on servers stay.")
@reason_option
@waiting_options
@database_verb
async def remove(
    context: "Context", name: str, keep_on_servers: bool, reason: str, no_wait: bool, as_json: bool
) -> int:
    """Remove the profile NAME, which nobody has, from every server, and then forget it.

    Refused while a customer or an account on a server has it; they are named.
    """
    from radiusbridge.cli.profile_live import carried
    from radiusbridge.services import profiles

    removed = await profiles.remove(context, name, reason=reason, on_servers=not keep_on_servers)
    if not removed.operations:
        _told("removed", removed.profile, as_json)
        return 0
    status = await carried(context, removed.operations, no_wait=no_wait, as_json=as_json)
    if status and not no_wait:
        note(removed.profile.name, "stays listed until it is proven gone from every server")
    return status


@profile.command()
@click.argument("server")
@click.option("--from", "source", type=click.Choice(["db", "server"]), help="Whose profiles are taken over.")
@click.option("--dry-run", is_flag=True, help="Only show what would be taken over.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@waiting_options
@database_verb
async def sync(
    context: "Context", server: str, source: str | None, dry_run: bool, yes: bool, no_wait: bool, as_json: bool
) -> int:
    """Show what SERVER and the database have of profiles, side by side; take it over with --from.

    Nothing is deleted. Exit status without --from: 0 the same, 1 differences.
    """
    from radiusbridge.cli.profile_sync import synced

    return await synced(context, server, source=source, dry_run=dry_run, yes=yes, no_wait=no_wait, as_json=as_json)


@profile.command("list")
@export_option
@json_option
@database_verb
async def list_(context: "Context", file: str | None, as_json: bool) -> None:
    """Show all profiles."""
    from radiusbridge.services import profiles

    found = await profiles.listed(context)
    if as_json or file:
        show_list([profile_view(one) for one in found], _COLUMNS, as_json=as_json, file=file)
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


_PLAIN = ("burst_time", "priority", "validity", "price", "currency", "shared_users", "data_quota", "time_quota")
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
    values: dict[str, Any] = {name: options[name] for name in _PLAIN if options[name] is not None}
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

"""Settings of a router and User Manager's database as files here."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.cli.options import json_option, stacked
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.sizes import size_text
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.router_desk.keeping import Kept

F = TypeVar("F", bound=Callable[..., Any])

_files = stacked(
    click.option(
        "--to", type=click.Path(path_type=Path), metavar="DIR", help="Where; default: routers/ beside the data."
    ),
    click.option("--keep", default=10, show_default=True, metavar="N", help="Files of this kind; 0: all."),
    json_option,
)


@click.command()
@click.argument("router")
@click.option("--sensitive", is_flag=True, help="With passwords and keys; the default is without.")
@_files
@database_verb
async def export(context: "Context", router: str, sensitive: bool, to: Path | None, keep: int, as_json: bool) -> int:
    """Keep the settings of ROUTER as lines (/export) in a file here.

    The account needs the policy ftp. Where the API of its version does not give the file, it stays on the router, and
    the line that fetches it is told. Exit status: 0; 1 it stays on the router, or is refused; 3.
    """
    return await _keep(context, router, "export", to, keep, as_json, sensitive=sensitive)


@click.command()
@click.argument("router")
@click.option("--password-file", metavar="FILE", help="Encrypts it (- is stdin); default: it is not encrypted.")
@_files
@database_verb
async def backup(
    context: "Context", router: str, password_file: str | None, to: Path | None, keep: int, as_json: bool
) -> int:
    """Keep a backup of ROUTER (/system/backup), for the same board.

    User Manager's database is not in it: router database. Exit status: as router export.
    """
    from radiusbridge.cli.secrets import read_optional

    names = {"option": "--password-file", "environment": "RADIUSBRIDGE_BACKUP_PASSWORD"}
    password = read_optional(password_file, what="backup password", **names)
    if password is None:
        talk("without --password-file it is not encrypted")
    return await _keep(context, router, "backup", to, keep, as_json, password=password)


@click.command()
@click.argument("router")
@_files
@database_verb
async def database(context: "Context", router: str, to: Path | None, keep: int, as_json: bool) -> int:
    """Keep User Manager's database of ROUTER, which neither export nor backup has.

    Exit status: as router export.
    """
    return await _keep(context, router, "users", to, keep, as_json)


async def _keep(
    context: "Context", router: str, what: str, to: Path | None, keep: int, as_json: bool, **more: Any
) -> int:
    from radiusbridge.domain.errors import BadInput
    from radiusbridge.gateways.desk_files import What
    from radiusbridge.services.router_desk.keeping import Wanted
    from radiusbridge.services.router_desk.keeping import keep as keep_it
    from radiusbridge.services.router_desk.looking import home_of
    from radiusbridge.services.settings import home

    if keep < 0:
        raise BadInput("that many files cannot be kept", target="--keep", hint="0 keeps all")
    wanted = Wanted(What(what), to or home() / "routers", keep, **more)
    kept = await keep_it(context, await home_of(context, router), wanted, asyncio.to_thread)
    _told(kept, as_json)
    return 0 if kept.path is not None else 1


def _told(kept: "Kept", as_json: bool) -> None:
    if as_json:
        output.json_value(
            {
                "router": kept.router,
                "kind": str(kept.what),
                "file": str(kept.path) if kept.path else None,
                "octets": kept.octets,
                "sha256": kept.digest or None,
                "removed": [str(path) for path in kept.removed],
                "on_router": None if kept.path else kept.remote,
                "why": kept.why or None,
                "fetch": kept.line or None,
            }
        )
        return
    if kept.path is None:
        note(safe(kept.router, 60), kept.why)
        output.line(safe(kept.line, 400))
        return
    output.line(f"{safe(str(kept.path), 400)}  {size_text(kept.octets)}")
    for path in kept.removed:
        talk(f"deleted {safe(str(path), 400)}")

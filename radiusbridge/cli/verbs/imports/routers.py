"""`import ppp`, `import hotspot`: a router's own users."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.importing import import_options, run_import, terms_of
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.local_users import LocalMenu

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.command()
@click.argument("router")
@import_options
@database_verb
async def ppp(context: "Context", router: str, **options: Any) -> int:
    """Customers from the PPP secrets of ROUTER, a NAS or a server.

    Nothing is written there. What its profiles say of rates counts; --make-profiles takes them over.
    """
    return await _imported(context, router, LocalMenu.PPP, options)


@click.command()
@click.argument("router")
@import_options
@database_verb
async def hotspot(context: "Context", router: str, **options: Any) -> int:
    """Customers from the local hotspot users of ROUTER, a NAS or a server.

    Nothing is written there. Vouchers that Mikhmon keeps there come over by: radiusbridge voucher import mikhmon.
    """
    return await _imported(context, router, LocalMenu.HOTSPOT, options)


async def _imported(context: "Context", router: str, menu: LocalMenu, options: dict[str, Any]) -> int:
    from radiusbridge.services.importing.router_source import router_source

    terms = terms_of(options)
    source, server = await router_source(context, router, menu)
    return await run_import(context, source, options, terms if terms.server else replace(terms, server=server))

"""`import phpnuxbill`, `import daloradius`: other programs' databases."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli.importing import import_options, run_import
from radiusbridge.cli.secrets import read_optional
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import BadInput

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_URL = "RADIUSBRIDGE_IMPORT_URL"
_DUMP = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("dump", type=_DUMP)
@import_options
@database_verb
async def phpnuxbill(context: "Context", dump: Path, **options: Any) -> int:
    """Customers from an SQL dump of PHPNuxBill's database.

    tbl_customers, with the running plan (tbl_user_recharges, tbl_plans, tbl_bandwidth), its expiration as the last paid
    day. Who is not active there is kept out here; --make-profiles takes the plans over, too.
    """
    from radiusbridge.services.importing.phpnuxbill import phpnuxbill_source

    return await run_import(context, phpnuxbill_source(dump), options)


@click.command()
@click.argument("dump", type=_DUMP, required=False)
@click.option("--url-file", metavar="FILE", help=f"A file that holds postgresql://…; - is standard input; else {_URL}.")
@import_options
@database_verb
async def daloradius(context: "Context", dump: Path | None, url_file: str | None, **options: Any) -> int:
    """Customers from the database of FreeRADIUS, and of daloRADIUS beside it.

    From an SQL dump (MySQL, MariaDB, PostgreSQL), or from PostgreSQL itself, which is only read: radcheck, radreply,
    radusergroup, radgroupreply, userinfo, userbillinfo. Passwords that are kept as hashes cannot be taken over.
    """
    from radiusbridge.services.importing.freeradius import from_dump, from_postgresql

    if dump is not None:
        return await run_import(context, from_dump(dump), options)
    url = read_optional(url_file, what="database's URL", option="--url-file", environment=_URL)
    if url is None:
        raise BadInput("give a dump, or --url-file", target="import daloradius")
    return await run_import(context, await from_postgresql(context, url), options)

"""A source by what an operator typed: a file, by its ending, or a router's own users."""

from collections.abc import Mapping
from pathlib import Path

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.local_users import LocalMenu
from radiusbridge.domain.text import safe
from radiusbridge.services.context import Context
from radiusbridge.services.importing.sources import Source

_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".sql")


def split_place(text: str) -> tuple[LocalMenu | None, str]:
    """(what of a router is meant, or None: a file; its name). BadInput: it is neither."""
    plain = text.strip()
    menu, colon, name = plain.partition(":")
    if colon and menu in set(LocalMenu) and name:
        return LocalMenu(menu), name
    if Path(plain).suffix.lower() not in _ENDINGS:
        raise BadInput(f"“{safe(plain, 40)}” is no list", hint=f"{' '.join(_ENDINGS)}, ppp:ROUTER or hotspot:ROUTER")
    return None, plain


async def opened(context: Context, place: str, said: Mapping[str, str]) -> tuple[Source, str]:
    """(the source, the headless verb that reads it). An SQL dump may be of PHPNuxBill or FreeRADIUS.

    Errors: BadInput, UnknownName; as `Router.read`.
    """
    menu, name = split_place(place)
    if menu is not None:
        from radiusbridge.services.importing.router_source import router_source

        return (await router_source(context, name, menu))[0], str(menu)
    # In a reader's thread, since it blocks.
    return await context.database.read(lambda _unit: _file(Path(name).expanduser(), said))


def _file(path: Path, said: Mapping[str, str]) -> tuple[Source, str]:
    ending = path.suffix.lower()
    if ending == ".xlsx":
        from radiusbridge.services.importing.xlsx_source import XlsxSource

        return XlsxSource(path, said), "xlsx"
    if ending == ".sql":
        from radiusbridge.services.importing.freeradius import from_dump
        from radiusbridge.services.importing.phpnuxbill import is_phpnuxbill, phpnuxbill_source

        if is_phpnuxbill(path):
            return phpnuxbill_source(path), "phpnuxbill"
        return from_dump(path), "daloradius"
    from radiusbridge.services.importing.csv_source import CsvSource

    return CsvSource(path, said), "csv"

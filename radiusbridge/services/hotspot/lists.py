"""The lists of the hotspots, NAS by NAS: one that is dark, or has none, never stops the others."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.hotspot import HotspotRow, Listing
from radiusbridge.domain.records import Nas
from radiusbridge.domain.vouchers.records import Voucher
from radiusbridge.gateways.hotspot import Hotspot
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers import revealing, veil

DEADLINE = 60.0
"""Seconds for one list of one NAS."""


@dataclass(frozen=True, slots=True)
class HotspotReading:
    """A list of one NAS. error: why it could not be read, one line; empty: it was."""

    nas: str
    listing: Listing
    rows: tuple[HotspotRow, ...] = ()
    error: str = ""


async def listed(
    context: Context, listing: Listing, *, nas: str | None = None, name: str | None = None, words: str = ""
) -> tuple[HotspotReading, ...]:
    """The list on one NAS, or on all with API access, by name. name: only rows that are called so. words: all of them
    have to stand in a row. UnknownName for the NAS; what a NAS fails with is in its reading."""
    chosen = await nases(context, nas)
    readings = await asyncio.gather(*(_read(context, each, listing, name) for each in chosen))
    return _fitting(readings, words)


async def shown(
    context: Context,
    listing: Listing,
    *,
    nas: str | None = None,
    words: str = "",
    codes: bool = False,
    to: str = "",
    told: set[int] | None = None,
) -> tuple[HotspotReading, ...]:
    """As `listed`, for somebody who looks: users that are vouchers which nobody has bought or used go by their number.
    codes: by their code, which is written down; to, told: as `revealing.reveal`. Refused."""
    if listing is not Listing.USER:
        return await listed(context, listing, nas=nas, words=words)
    places = {each.name: each.id for each in await nases(context, nas)}
    readings, secret = [], list[Voucher]()
    for each in await listed(context, listing, nas=nas):
        fresh = await veil.fresh(context, places[each.nas], (row.name for row in each.rows))
        readings.append(each if codes else replace(each, rows=veil.veiled(each.rows, fresh)))
        secret += fresh.values()
    if codes:
        await revealing.reveal(context, secret, to=to, told=told)
    return _fitting(readings, words)


async def nases(context: Context, nas: str | None = None) -> tuple[Nas, ...]:
    """That NAS, or all with API access. UnknownName."""
    return await context.database.read(
        lambda unit: (
            (unit.nases.named(nas),) if nas else tuple(each for each in unit.nases.all() if each.api is not None)
        )
    )


async def only(context: Context, nas: str | None) -> Nas:
    """The NAS that is meant: the named one, or the only one that has a hotspot. UnknownName, BadInput."""
    chosen = await nases(context, nas)
    if len(chosen) > 1:
        found = await listed(context, Listing.SERVER)
        having = {each.nas for each in found if each.rows}
        chosen = tuple(each for each in chosen if each.name in having)
    if len(chosen) != 1:
        names = ", ".join(each.name for each in chosen)
        what = f"several NASes have a hotspot: {names}" if chosen else "no NAS with a hotspot was found"
        raise BadInput(what, hint="say which: --nas NAME")
    return chosen[0]


def gateway(context: Context, nas: Nas) -> Hotspot:
    """The hotspot of a NAS. BadInput where it has no API access."""
    found = context.gateways.hotspot(nas)
    if found is None:
        raise BadInput("no API access is stored", target=nas.name, hint=f"radiusbridge nas edit {nas.name} --api HOST")
    return found


async def _read(context: Context, nas: Nas, listing: Listing, name: str | None) -> HotspotReading:
    try:
        hotspot = gateway(context, nas)
        async with asyncio.timeout(DEADLINE):
            rows = await (hotspot.rows(listing) if name is None else hotspot.find(listing, name))
    except TimeoutError:
        return HotspotReading(nas.name, listing, error=f"no answer within {DEADLINE:.0f} s")
    except RadiusbridgeError as error:
        return HotspotReading(nas.name, listing, error=error.line())
    return HotspotReading(nas.name, listing, rows)


def _fitting(readings: Iterable[HotspotReading], words: str) -> tuple[HotspotReading, ...]:
    asked = words.casefold().split()
    return tuple(replace(each, rows=tuple(row for row in each.rows if _fits(row, asked))) for each in readings)


def _fits(row: HotspotRow, asked: Collection[str]) -> bool:
    if not asked:
        return True
    text = row.words.casefold()
    return all(word in text for word in asked)

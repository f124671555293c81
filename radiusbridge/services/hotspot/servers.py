"""Switch a hotspot server on and off. Off hits everybody who is logged in by it, so their number is typed."""

from dataclasses import dataclass, replace

from radiusbridge.domain.errors import RadiusbridgeError, Refused
from radiusbridge.domain.hotspot import Listing
from radiusbridge.domain.verdict import Verdict
from radiusbridge.gateways.hotspot import Hotspot
from radiusbridge.services.context import Context
from radiusbridge.services.hotspot.lists import gateway, only
from radiusbridge.services.hotspot.writing import Changed, Chosen, one, switch
from radiusbridge.services.permissions import require

WITHIN, PAUSE = 10.0, 0.5
"""Seconds within which its guests have to be gone from the list, and between two looks."""


@dataclass(frozen=True, slots=True)
class Dropping:
    """chosen: the server, for sure. guests: who is logged in by it, by name or address."""

    chosen: Chosen
    guests: tuple[str, ...]

    @property
    def count(self) -> int:
        """The number to be typed."""
        return len(self.guests)


async def dropping(context: Context, name: str, *, nas: str | None = None, identifier: str = "") -> Dropping:
    """Who drops when that server is switched off; nothing is done. Errors as `writing.change`."""
    hotspot = gateway(context, await only(context, nas))
    row = await one(hotspot, Chosen(Listing.SERVER, name, nas, identifier))
    return Dropping(Chosen(Listing.SERVER, row.name, hotspot.nas, row.id), await _guests(hotspot, row.name))


async def switch_off(context: Context, hit: Dropping, typed: int, *, reason: str = "") -> Changed:
    """Disable it: read back, and everybody logged out. typed: how many drop, as the operator says. Refused: others."""
    require(context, "hotspot.server.disable")
    if typed != hit.count:
        told = f"{hit.count} guests would be logged out, not {typed}; nothing was done"
        raise Refused(told, target=hit.chosen.name, hint=f"--yes-count {hit.count}")
    changed = await switch(context, hit.chosen, enabled=False, reason=reason)
    if changed.verdict is Verdict.FAILED:
        return changed
    verdict, words = await _logged_out(context, gateway(context, await only(context, hit.chosen.nas)), hit)
    worst = max(changed.verdict, verdict, key=(Verdict.PROVEN, Verdict.UNPROVEN, Verdict.FAILED).index)
    return replace(changed, verdict=worst, words=(*changed.words, words))


async def switch_on(context: Context, chosen: Chosen, *, reason: str = "") -> Changed:
    """Enable it; guests log in by themselves."""
    return await switch(context, chosen, enabled=True, reason=reason)


async def _logged_out(context: Context, hotspot: Hotspot, hit: Dropping) -> tuple[Verdict, str]:
    clock, error = context.clock, ""
    ends = clock.monotonic() + WITHIN
    left: tuple[str, ...] = ()
    while True:
        try:
            left, error = await _guests(hotspot, hit.chosen.name), ""
        except RadiusbridgeError as failure:
            error = failure.line()
        if not left and not error:
            return Verdict.PROVEN, f"guests: {hit.count} logged out, none is there"
        if clock.monotonic() >= ends:
            break
        await clock.sleep(PAUSE)
    if error:
        return Verdict.UNPROVEN, f"guests: the list could not be read: {error}"
    return Verdict.FAILED, f"guests: {len(left)} are still logged in: {', '.join(left[:5])}"


async def _guests(hotspot: Hotspot, server: str) -> tuple[str, ...]:
    rows = await hotspot.rows(Listing.ACTIVE)
    return tuple(row.text("user") or row.text("address") for row in rows if row.text("server") == server)

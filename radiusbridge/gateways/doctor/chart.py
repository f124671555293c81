"""What a router's menus showed, read at once; what it does not show is kept with the reason."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from radiusbridge.domain.errors import PeerRefused
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.errors import RouterTrap, TrapKind

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Want:
    """A menu to read: the command, the properties, its attributes, which rows."""

    command: str
    proplist: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    queries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What came. trouble: why nothing did; missing: because the device has no such menu."""

    rows: tuple[Row, ...] = ()
    trouble: str = ""
    missing: bool = False


class Unseen(Exception):
    """The device does not show what a check needs; the text says why."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The readings by the keys under which they were wanted."""

    readings: Mapping[str, Reading] = field(default_factory=dict)

    def rows(self, key: str) -> tuple[Row, ...]:
        """The rows of a reading. Unseen."""
        reading = self.readings[key]
        if reading.trouble:
            raise Unseen(reading.trouble)
        return reading.rows

    def row(self, key: str) -> Row:
        """The one row of a menu of settings. Unseen, where nothing came either."""
        rows = self.rows(key)
        if not rows:
            raise Unseen("the router showed nothing there")
        return rows[0]

    def has(self, key: str) -> bool:
        """Whether the device has the menu, as far as it said."""
        return not self.readings[key].missing


async def read_chart(router: Router, wants: Mapping[str, Want]) -> Chart:
    """Read them side by side. Raises as `Router.read` does, but for refusals, which are readings."""
    keys = list(wants)
    readings = await asyncio.gather(*(_read(router, wants[key]) for key in keys), return_exceptions=True)
    kept: dict[str, Reading] = {}
    for key, reading in zip(keys, readings, strict=True):
        if isinstance(reading, BaseException):
            raise reading
        kept[key] = reading
    return Chart(kept)


async def _read(router: Router, want: Want) -> Reading:
    try:
        rows = await router.read(want.command, dict(want.attributes), queries=want.queries, proplist=want.proplist)
    except RouterTrap as trap:
        missing = trap.kind is TrapKind.NO_SUCH_COMMAND
        menu = want.command.rpartition("/")[0]
        return Reading(trouble=f"this router has no {menu}" if missing else trap.summary, missing=missing)
    except PeerRefused as refused:
        return Reading(trouble=refused.summary)
    return Reading(tuple(rows))


def prints(**menus: Sequence[str]) -> dict[str, Want]:
    """Wants of prints by key: the menu's path, then the properties."""
    return {key: Want(f"{menu}/print", tuple(proplist)) for key, (menu, *proplist) in menus.items()}

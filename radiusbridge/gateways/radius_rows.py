"""The rows of a NAS's `/radius` menu, in order, and who dialled in lately."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiusbridge.domain.standby import Move, RadiusRow
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.nas import ACTIVE, plain_session_id
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.vitals import uptime_of

RADIUS = "/radius"
PROPERTIES = (".id", "service", "address", "disabled", "called-id", "domain", "realm", "comment")
SCOPE = ("called-id", "domain", "realm")
LIST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Dial:
    """A session that came up lately. age: seconds; session_id: as accounting has it."""

    username: str
    session_id: str
    age: int


class RadiusRows:
    """Of one NAS. Errors of every method: as `Router.read`."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def rows(self) -> tuple[RadiusRow, ...]:
        """All of them, in the order in which they are asked."""
        return tuple(map(_row, await self._router.read(f"{RADIUS}/print", proplist=PROPERTIES)))

    async def move(self, moves: tuple[Move, ...]) -> None:
        """Move rows; nothing else of them, or of the others, is written."""
        for each in moves:
            await self._router.write(f"{RADIUS}/move", {"numbers": ",".join(each.rows), "destination": each.before})

    async def dials(self, younger: float) -> tuple[Dial, ...]:
        """Sessions by RADIUS that came up less than so many seconds ago, the youngest first."""
        asked = ("name", "session-id", "uptime", "radius")
        rows = await self._router.read(f"{ACTIVE}/print", proplist=asked, seconds=LIST_SECONDS)
        found = []
        for row in rows:
            age = uptime_of(row.get("uptime", ""))
            if age is not None and age < younger and is_yes(row.get("radius", "yes")):
                found.append(Dial(row.get("name", ""), plain_session_id(row.get("session-id", "")), age))
        return tuple(sorted(found, key=lambda each: each.age))

    async def counters(self, row: RadiusRow) -> Mapping[str, int]:
        """What the NAS counts of a row: requests, accepts, rejects, timeouts, bad-replies."""
        rows = await self._router.read(f"{RADIUS}/monitor", {"numbers": row.id, "once": ""})
        told = rows[0] if rows else {}
        return {name: int(value) for name, value in told.items() if value.isascii() and value.isdecimal()}


def _row(row: Mapping[str, str]) -> RadiusRow:
    scope = " ".join(f"{name}={safe(row[name], 80)}" for name in SCOPE if row.get(name))
    return RadiusRow(
        id=row.get(".id", ""),
        address=safe(row.get("address", ""), 80),
        services=tuple(word for word in safe(row.get("service", ""), 100).split(",") if word),
        disabled=is_yes(row.get("disabled")),
        scope=scope,
        comment=safe(row.get("comment", ""), 80),
    )

"""Under which interface of a NAS a session came in: `/interface/pppoe-server` tells it, `/ppp/active` does not."""

from collections.abc import Collection, Mapping

from radiusbridge.domain.text import safe
from radiusbridge.gateways.routers import Router

PPPOE = "/interface/pppoe-server/print"
PROPERTIES = ("user", "remote-address", "interface", "vid")
FEW = 40
"""Names up to which only theirs are asked for."""

Who = tuple[str, str]
"""(user name, MAC address in capitals)."""


class SessionPlaces:
    """Of one NAS."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def read(self, names: Collection[str]) -> Mapping[Who, str]:
        """The interface of each session of these names, with the VLAN that it carries where that is told. Errors as
        `Router.read`."""
        if len(names) <= FEW:
            rows = await self._router.read_of(PPPOE, ("user",), names, proplist=PROPERTIES)
        else:
            rows = await self._router.read_all(PPPOE, proplist=PROPERTIES)
        return {
            (row.get("user", ""), row.get("remote-address", "").upper()): _place(row)
            for row in rows
            if row.get("interface")
        }


def _place(row: Mapping[str, str]) -> str:
    vid = row.get("vid", "")
    return safe(f"{row['interface']}/{vid}" if vid else row["interface"], 120)

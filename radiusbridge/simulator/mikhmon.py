"""A hotspot as Mikhmon v3 leaves it: users, on-login scripts, and sales that are names of scripts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from radiusbridge.simulator.values import date_text, duration_text, old_date_text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

DAY = 86_400.0
ZONE = "Asia/Jakarta"
_SIGNS = "abcdefghijkmnprstuvwxyz"
_SCRIPT = (
    ":local date [ /system clock get date ];"
    ':local comment [ /ip hotspot user get [/ip hotspot user find where name="$user"] comment];'
)
_DEVICE = ("10.5.50.7", "02:22:00:00:00:07")


@dataclass(frozen=True, slots=True)
class Plan:
    """A user profile as Mikhmon sells it. mode: `rem`, `ntf`, `remc`, `ntfc` or `0`; validity in seconds."""

    name: str = "1hari"
    mode: str = "remc"
    price: int = 5000
    validity: float = DAY
    selling: int = 6000

    @property
    def script(self) -> str:
        """What the profile runs at a login; its first words are what the plan is sold for."""
        valid = duration_text(self.validity)
        return f':put (",{self.mode},{self.price},{valid},{self.selling},,Disable,"); {{{_SCRIPT}}}'


def fill(router: "Router", unused: int = 20, used: int = 5, over: int = 5, plan: Plan | None = None) -> None:
    """One batch, of which so many are unused, used and valid, and over and removed; all but the unused have a sale."""
    plan = plan or Plan()
    clock = router.menus["/system/clock"]
    for row in clock.rows():
        clock.set(row, {"time-zone-name": ZONE})
    profiles, users = router.menus["/ip/hotspot/user/profile"], router.menus["/ip/hotspot/user"]
    profiles.add({"name": plan.name, "shared-users": "1", "on-login": plan.script})
    day = _local(router.wall - 10 * DAY)
    note = f"vc-482-{day:%m.%d.%y}-kios pak min"
    for _ in range(unused):
        code = _code(router)
        users.add({"name": code, "password": code, "profile": plan.name, "comment": note, "limit-uptime": "0s"})
    for number in range(used):
        code, began = _code(router), router.wall - plan.validity * (number + 1) / (used + 2)
        ends = moment(router, began + plan.validity)
        users.add({"name": code, "password": code, "profile": plan.name, "comment": ends})
        sale(router, code, plan, began, note)
    for number in range(over):
        sale(router, _code(router), plan, router.wall - plan.validity * 2 - number * 3600, note)


def sale(router: "Router", user: str, plan: Plan, wall: float, note: str) -> None:
    """The row that the on-login script makes."""
    date, _, time = moment(router, wall).partition(" ")
    fields = (date, time, user, str(plan.price), *_DEVICE, duration_text(plan.validity), plan.name, note)
    owner = f"{_local(wall):%b%Y}".lower()
    router.menus["/system/script"].add(
        {"name": "-|-".join(fields), "owner": owner, "source": date, "comment": "mikhmon"}
    )


def moment(router: "Router", wall: float) -> str:
    """A moment in the router's own zone, in the style of its version."""
    write = date_text if router.version_number >= (7, 10) else old_date_text
    return write(wall + (_local(wall).utcoffset() or timedelta(0)).total_seconds())


def _local(wall: float) -> datetime:
    return datetime.fromtimestamp(wall, UTC).astimezone(ZoneInfo(ZONE))


def _code(router: "Router") -> str:
    """Three letters and three digits, as in Mikhmon's `vc` codes of six."""
    while True:
        octets = router.world.octets(6)
        letters = "".join(_SIGNS[each % len(_SIGNS)] for each in octets[:3])
        code = letters + "".join(str(2 + each % 8) for each in octets[3:])
        if router.menus["/ip/hotspot/user"].named(code) is None:
            return code

"""Plans of a user: which user-profile row is in force, and what its profile and limitations say."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.menu import Row
from radiusbridge.simulator.menus.properties import TrapError
from radiusbridge.simulator.values import duration_seconds

if TYPE_CHECKING:
    from radiusbridge.simulator.usermanager.manager import UserManager

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Plans:
    """The rows of `user_profiles` by user, with the times at which they end."""

    def __init__(self, manager: "UserManager") -> None:
        self._manager = manager
        self._rows: dict[str, list[Row]] = {}
        self._ends: dict[str, float] = {}

    def of(self, user: str) -> list[Row]:
        """All rows of a user, oldest first."""
        return self._rows.get(user, [])

    def active(self, user: str) -> Row | None:
        """The row that is applied now."""
        return next((row for row in self.of(user) if row["state"] == "running-active"), None)

    def assigned(self, row: Row) -> None:
        """A row was added: it starts, waits for the first login, or runs behind another."""
        self._rows.setdefault(row["user"], []).append(row)
        if self.starts_at_once(row):
            self._start(row)
            if self.active(row["user"]) is None:
                row["state"] = "running-active"

    def withdrawn(self, row: Row) -> None:
        """A row was removed: the next one takes over."""
        rows = self.of(row["user"])
        if row in rows:
            rows.remove(row)
        self._ends.pop(row[".id"], None)
        self._promote(row["user"])

    def renamed_user(self, old: str, new: str) -> None:
        """A user has another name now."""
        if old in self._rows:
            self._rows[new] = self._rows.pop(old)

    def activate(self, row: Row) -> None:
        """Apply this row now; TrapError when it is over."""
        if row["state"] == "used":
            raise TrapError("failure: user profile is already used")
        active = self.active(row["user"])
        if row["state"] == "waiting":
            self._start(row)
        if active is not None and active is not row:
            active["state"] = "running"
            self._changed(active)
        row["state"] = "running-active"
        self._changed(row)

    def at_login(self, user: str) -> Row | None:
        """The row in force for a login, which starts a waiting one; None: no plan, no access."""
        return self.active(user) or self._promote(user)

    def met_by_login(self, user: str) -> Row | None:
        """The row that binds a login now; None where it has yet to start."""
        return self.active(user)

    def would_serve(self, user: str) -> bool:
        """Whether a login would find a plan; nothing is started."""
        return any(row["state"] != "used" for row in self.of(user))

    def _promote(self, user: str) -> Row | None:
        if self.active(user) is not None:
            return self.active(user)
        row = next(iter(self.in_line(user)), None)
        if row is not None:
            if row["state"] == "waiting":
                self._start(row)
            row["state"] = "running-active"
            self._changed(row)
        return row

    def in_line(self, user: str) -> list[Row]:
        """The rows that may take over, in the order in which they do."""
        rows = self.of(user)
        return [row for state in ("running", "waiting") for row in rows if row["state"] == state]

    def starts_at_once(self, row: Row) -> bool:
        """Whether the validity of a row runs from its assignment on, not from the first login."""
        return self._profile(row)["starts-when"] == "assigned"

    def _start(self, row: Row) -> None:
        """Let the clock of a row run."""
        validity = self._profile(row)["validity"]
        row["state"] = "running"
        if validity in ("unlimited", "0s"):
            row["end-time"] = "unlimited"
            return
        seconds = duration_seconds(validity)
        router = self._manager.router
        row["end-time"] = router.date(router.wall + seconds)
        self._ends[row[".id"]] = router.world.now + seconds
        router.world.events.call_later(seconds, lambda: self._end(row))

    def _end(self, row: Row) -> None:
        if self._ends.pop(row[".id"], None) is None:
            return
        row["state"] = "used"
        self._changed(row)
        user = row["user"]
        if self._promote(user) is None and self._manager.uses_profiles:
            self._manager.closing.close_user(user, "um-limits-reached")

    def remaining(self, row: Row) -> float | None:
        """Seconds until a row is over; None when it has no end or has not started."""
        ends = self._ends.get(row[".id"])
        return None if ends is None else ends - self._manager.router.world.now

    def _profile(self, row: Row) -> Row:
        profile = self._manager.profiles.named(row["profile"])
        if profile is None:
            raise TrapError("no such item")
        return profile

    def _changed(self, row: Row) -> None:
        self._manager.router.changed(self._manager.user_profiles.path, row)

    # -- what the plan in force says

    def limitations(self, plan: Row) -> list[Row] | None:
        """The limitations that bind now; None when the profile has some but none for this hour."""
        rows = [row for row in self._manager.profile_limitations.rows() if row["profile"] == plan["profile"]]
        if not rows:
            return []
        wall = self._manager.router.wall
        weekday = _WEEKDAYS[int(wall // 86400 + 3) % 7]
        second = wall % 86400
        binding = [
            row
            for row in rows
            if weekday in row["weekdays"].split(",")
            and duration_seconds(row["from-time"]) <= second <= duration_seconds(row["till-time"]) + 1
        ]
        if not binding:
            return None
        named = (self._manager.limitations.named(row["limitation"]) for row in binding)
        return [row for row in named if row is not None]

    def shared_users(self, plan: Row | None, own: str) -> int | None:
        """How many sessions at a time; None: no limit."""
        override = self._profile(plan)["override-shared-users"] if plan is not None else "off"
        word = own if override == "off" else override
        return None if word == "unlimited" else int(word)


def rate_limit(limitations: list[Row], threshold: str = "rate-limit-burst-threshold") -> str:
    """Mikrotik-Rate-Limit for these limitations: the lowest of each rate; empty without any.

    `threshold` is the spelling of that property.
    """

    def lowest(name: str) -> int:
        return min((int(row[name]) for row in limitations if int(row[name])), default=0)

    def pair(name: str) -> str:
        return f"{lowest(f'{name}-rx')}/{lowest(f'{name}-tx')}"

    if not lowest("rate-limit-rx") and not lowest("rate-limit-tx"):
        return ""
    first = limitations[0]
    if not lowest("rate-limit-burst-rx") and not lowest("rate-limit-burst-tx"):
        return pair("rate-limit")
    seconds = "/".join(
        str(int(duration_seconds(first[f"rate-limit-burst-time-{way}"] or "0s"))) for way in ("rx", "tx")
    )
    tail = f"{first['rate-limit-priority'] or 8} {pair('rate-limit-min')}"
    return f"{pair('rate-limit')} {pair('rate-limit-burst')} {pair(threshold)} {seconds} {tail}"

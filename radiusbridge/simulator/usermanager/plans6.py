"""Plans of a user on RouterOS 6: assigned by create-and-activate-profile, and seen only as actual-profile."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.menu import Row
from radiusbridge.simulator.usermanager.plans import Plans

if TYPE_CHECKING:
    from radiusbridge.simulator.usermanager.six import UserManager6


class Plans6(Plans):
    """The rows stand in the order in which they are to be applied."""

    def __init__(self, manager: "UserManager6") -> None:
        super().__init__(manager)
        self._six = manager
        self._stale: dict[str, str] = {}
        """User -> a profile that was removed while it was the actual one."""

    def create_and_activate(self, user: str, profile: str) -> None:
        """Assign a profile to a user and apply it, as far as the switches say."""
        switches = self._six.router.switches
        row = None
        if not switches.um6_activation_restarts:
            row = next((row for row in self.of(user) if row["profile"] == profile and row["state"] != "used"), None)
        if row is None:
            row = self._six.user_profiles.table[self._six.user_profiles.add({"user": user, "profile": profile})]
            if switches.um6_activation_resets_counters:
                self._six.forget_usage(user)
        else:
            self.assigned(row)
        if switches.um6_activation_drops_others:
            for other in [other for other in self.of(user) if other is not row]:
                self._six.user_profiles.remove(other)
        self._stale.pop(user, None)

    def assigned(self, row: Row) -> None:
        """Apply a row now, at the next login, or behind the one in force."""
        rows = self._rows.setdefault(row["user"], [])
        active = self.active(row["user"])
        if row in rows:
            rows.remove(row)
        if self._six.router.switches.um6_activation_queues and active not in (None, row):
            rows.append(row)
            return
        rows.insert(0, row)
        if active is not None and active is not row:
            active["state"] = "running"
        if row["state"] == "waiting" and self.starts_at_once(row):
            self._start(row)
        if row["state"] == "running":
            row["state"] = "running-active"
        self._changed(row)

    def in_line(self, user: str) -> list[Row]:
        """What was activated last comes first."""
        return [row for row in self.of(user) if row["state"] in ("running", "waiting")]

    def starts_at_once(self, row: Row) -> bool:
        """By the profile's starts-at."""
        return self._profile(row)["starts-at"] == "now"

    def met_by_login(self, user: str) -> Row | None:
        """What was activated last, even while it waits and an older row is in force."""
        return next((row for row in self.of(user) if row["state"] != "used"), None)

    def at_login(self, user: str) -> Row | None:
        """The row in force for a login; one that waited for it comes before one that runs already."""
        active, first = self.active(user), self.met_by_login(user)
        if active is not None and first is not active:
            active["state"] = "running"
        return super().at_login(user)

    def clear(self, user: str) -> None:
        """Drop every plan of a user."""
        self._stale.pop(user, None)
        for row in list(self.of(user)):
            self._six.user_profiles.remove(row)

    def profile_removed(self, profile: str) -> None:
        """Drop the plans of a profile that is gone."""
        for row in [row for row in self._six.user_profiles.rows() if row["profile"] == profile]:
            if row["state"] == "running-active":
                self._stale[row["user"]] = profile
            self._six.user_profiles.remove(row)

    def renamed_user(self, old: str, new: str) -> None:
        """A user has another name now."""
        super().renamed_user(old, new)
        for row in self.of(new):
            row["user"] = new

    def profile_renamed(self, old: str, new: str) -> None:
        """A profile has another name now."""
        for row in self._six.user_profiles.rows():
            if row["profile"] == old:
                row["profile"] = new

    def actual(self, user: str) -> str:
        """What actual-profile shows; empty when there is nothing to show."""
        switches = self._six.router.switches
        active = self.active(user)
        if active is not None:
            return active["profile"]
        line = self.in_line(user)
        if line:
            return line[0]["profile"] if switches.um6_waiting_is_actual else ""
        if not switches.um6_actual_profile_stays:
            return ""
        return self._stale.get(user) or next((row["profile"] for row in self.of(user)), "")

    def _changed(self, row: Row) -> None:
        user = self._six.users.named(row["user"])
        if user is not None:
            self._six.router.changed(self._six.users.path, user)

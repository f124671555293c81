"""What was seen on a server or a NAS: accounts, plans and sessions as frozen rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from radiusbridge.domain.records import Policy


class PlanState(StrEnum):
    """`/user-manager/user-profile` state (facts: waiting, running, running-active, used)."""

    WAITING = "waiting"
    RUNNING = "running"
    RUNNING_ACTIVE = "running-active"
    USED = "used"
    UNKNOWN = "unknown"


STARTABLE = frozenset({PlanState.RUNNING, PlanState.RUNNING_ACTIVE, PlanState.WAITING})
"""States of a plan that lets its customer in, now or with the next login."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan assigned to an account."""

    id: str
    profile: str
    state: PlanState
    end_time: str = ""


@dataclass(frozen=True, slots=True)
class ServerSession:
    """A session as the account server remembers it. It ends only on Stop, close or reuse: doubt, never proof."""

    id: str
    session_id: str
    nas_address: str
    user_address: str = ""
    calling_station_id: str = ""


def ending_rows(sessions: Iterable[ServerSession]) -> str:
    """The statement that ends sessions in a FreeRADIUS's radacct."""
    return _END.format(ids=", ".join(each.id for each in sessions))


_END = "UPDATE radacct SET acctstoptime = now() WHERE radacctid IN ({ids})"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account on the server, with its plans and the sessions that the server believes in."""

    id: str
    username: str
    disabled: bool
    group: str = "default"
    shared_users: int | None = 1
    """None: unlimited."""
    caller_id: str = ""
    attributes: str = ""
    plans: tuple[PlanRow, ...] = ()
    sessions: tuple[ServerSession, ...] = ()
    """Active ones only."""
    plans_count: bool = True
    """Whether the server honours plans (`use-profiles=yes`)."""

    @property
    def in_force(self) -> PlanRow | None:
        """The plan that is applied now."""
        active = [plan for plan in self.plans if plan.state is PlanState.RUNNING_ACTIVE]
        running = [plan for plan in self.plans if plan.state is PlanState.RUNNING]
        return next(iter(active + running), None)

    @property
    def full(self) -> bool:
        """Whether the server counts sessions up to the shared-users limit."""
        return self.shared_users is not None and len(self.sessions) >= max(1, self.shared_users)

    def lacks(self, profile: str, *, anew: bool = False) -> bool:
        """Whether that plan is to be assigned: it is not there, or, where it may be given `anew`, all of it is over."""
        own = {plan.state for plan in self.plans if plan.profile == profile}
        return not own or (anew and not own & STARTABLE)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A live session as the NAS's own list shows it."""

    nas: str
    id: str
    username: str
    session_id: str
    """Acct-Session-Id: lower-case hex without `0x`; from the server's rows byte for byte."""
    address: str | None = None
    caller_id: str | None = None
    lists: tuple[str, ...] = ()
    """Firewall address lists that hold the session's address by a dynamic row."""
    uptime: str = field(default="", compare=False)
    """Not compared: the same session read again is the same."""
    service: str = "pppoe"
    """`hotspot` for a guest; of a trace (`domain.hotspot`) what it is."""
    limits: str = field(default="", compare=False)
    """What its dynamic queue lets through, as `profiles.limits` writes it; empty: not looked at, or not found."""
    login_by: str = field(default="", compare=False)
    """How a guest logged in (`http-chap`, `cookie` …), or why a host is let through."""
    radius: bool = field(default=True, compare=False)
    """False: the router itself let the guest in, by a local account of its hotspot."""


class Access(StrEnum):
    """What an account is to be."""

    OPEN = "open"
    REJECT = "reject"
    WALLED = "walled"


ACCESS_OF = {Policy.REJECT: Access.REJECT, Policy.WALLED: Access.WALLED}


@dataclass(frozen=True, slots=True)
class AccessChange:
    """How an account gets from what it is to what it is to be.

    isolation: name of our isolation group, profile and address list. profile: the customer's own plan.
    restore_group: the group before isolation, for `open`. anew: the plan was paid for; once over, it is given again.
    """

    access: Access
    isolation: str
    profile: str
    restore_group: str = "default"
    anew: bool = False

    def reached(self, account: AccountRow) -> tuple[bool, str]:
        """Whether the account is as wanted, and what was read, in words."""
        if self.access is Access.REJECT:
            return account.disabled, "disabled" if account.disabled else "still enabled"
        faults = []
        if account.disabled:
            faults.append("still disabled")
        plan = account.in_force
        in_force = plan.profile if plan else "none"
        if self.access is Access.WALLED:
            if account.group != self.isolation:
                faults.append(f"group is {account.group}")
            if account.plans_count and in_force != self.isolation:
                faults.append(f"plan in force is {in_force}")
            return not faults, ", ".join(faults) or f"group {account.group}, plan {in_force}"
        if account.group == self.isolation:
            faults.append("still in the isolation group")
        told = f"plan {in_force}"
        if account.plans_count:
            own = {row.state: row for row in account.plans if row.profile == self.profile}
            if in_force == self.isolation:
                faults.append("the isolation plan is still in force")
            elif not STARTABLE.intersection(own):
                faults.append(self._missing(next(iter(own), None)))
            elif plan is None:
                told = f"plan {self.profile}, which starts at the next login"
            elif self.anew and plan.profile == self.profile and plan.end_time:
                told += f" until {plan.end_time}"
        return not faults, ", ".join(faults) or f"enabled, group {account.group}, {told}"

    def _missing(self, state: PlanState | None) -> str:
        if state is PlanState.USED:
            return f"plan {self.profile} is used" + ("" if self.anew else "; renew gives it anew")
        return f"plan {self.profile} is {state.value if state else 'not assigned'}"

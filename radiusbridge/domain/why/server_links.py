"""Links at the account server: does it answer, and does it let this account in?"""

from collections.abc import Iterator

from radiusbridge.domain.accounts import STARTABLE, AccountRow, PlanState, ServerSession, ending_rows
from radiusbridge.domain.hotspot import remembers
from radiusbridge.domain.refusals import RefusalCause
from radiusbridge.domain.router_script import Script, by_name, quoted
from radiusbridge.domain.text import beside, safe
from radiusbridge.domain.why.facts import Facts, Heard, Refusal, ServerFacts, span
from radiusbridge.domain.why.link import Link, Mend, State, broken, doubt, note, ok, on, ours, unseen

C = RefusalCause
CLOCK_TOLERANCE = 60.0
"""Seconds that clocks may differ."""


def server_links(facts: Facts) -> Iterator[Link]:
    """In order."""
    name, server = facts.server_record.name, facts.server
    if server is None:
        yield Link("server", name, State.PENDING, "being read")
        return
    at = At(facts, server)
    yield at.reached()
    if not server.error and not server.absent:
        yield from at.account_links()
    if not server.router:
        return
    yield at.clock()
    if not server.secrets:
        yield at.licence()
    if not server.error:
        yield from log(name, server.heard)


def script(six: bool) -> Script:
    """Lines for a router of that generation."""
    return Script(6 if six else 7)


def said(refusal: Refusal) -> str:
    """A refusal as evidence."""
    return f"{refusal.router}, {refusal.at:%Y-%m-%d %H:%M:%S} UTC: {refusal.words}"


class At:
    """The links of one server that was read."""

    def __init__(self, facts: Facts, server: ServerFacts) -> None:
        self.facts = facts
        self.server = server
        self.name = facts.server_record.name
        self.script = script(server.six)
        self.root = "/tool/user-manager" if server.six else "/user-manager"
        self.why_unseen = dict(server.unseen)

    def _unseen(self, id_: str) -> Link | None:
        why = self.why_unseen.get(id_)
        return unseen(id_, self.name, why) if why else None

    def _refused(self, *causes: RefusalCause) -> Refusal | None:
        refusal = self.facts.refusal
        return refusal if refusal is not None and refusal.cause in causes else None

    def reached(self) -> Link:
        """Whether it is there, switched on, and answers RADIUS."""
        server, tested = self.server, self.server.tested
        door = "API" if server.router else "database"
        if server.error:
            if tested is not None and not tested.answered:
                seen = f"{self.name} answers neither its {door} nor RADIUS"
                return broken("server", self.name, seen, server.error, tested.words)
            also = "; it does answer RADIUS" if tested is not None else ""
            return unseen("server", self.name, f"its {door} does not answer{also}: {beside(self.name, server.error)}")
        if server.absent:
            return broken("server", self.name, "no User Manager answers there", server.absent)
        if server.enabled is False:
            mend = on(self.name, self.script.set("/user-manager", enabled="yes"))
            return broken("server", self.name, "User Manager is switched off", "enabled=no", mend=mend)
        if server.secrets:
            return ok("server", self.name, "its API answers; its own PPP secrets decide")
        if tested is None:
            return ok("server", self.name, f"its {door} answers; no RADIUS address is recorded for a test")
        if tested.answered:
            return ok("server", self.name, "it answers RADIUS", tested.words)
        seen = "it did not answer our own test request: it, or our row in its clients"
        return note("server", self.name, seen, safe(tested.words, 300))

    def account_links(self) -> Iterator[Link]:
        """Those of the account; of no account, that one."""
        missing = self._unseen("account")
        if missing is not None:
            yield missing
            return
        account = self.server.account
        if account is None:
            yield self._missing()
            return
        yield ok("account", self.name, f"there is an account {account.username}")
        yield self._disabled(account)
        yield self._walled(account)
        yield self._password()
        yield self._caller(account)
        yield self._plan(account)
        yield self._limits()
        yield self._sharing(account)
        yield self._method(account)

    def _missing(self) -> Link:
        customer = self.facts.customer
        mend = ours("customer", "edit", customer.number, "--password-file", "FILE")
        if customer.password is not None:
            drift = ("drift", self.name, "--user", customer.username, "--repair", "missing-account")
            mend = ours(*drift)
        refusal = self._refused(C.UNKNOWN_USER)
        return broken("account", self.name, "there is no such account", said(refusal) if refusal else "", mend=mend)

    def _activate(self) -> tuple[Mend, ...]:
        holds = self.facts.holds
        rest = ("--hold", str(holds[0].kind)) if holds else ()
        return ours("activate", self.facts.customer.number, *rest)

    def _disabled(self, account: AccountRow) -> Link:
        if not account.disabled:
            return ok("disabled", self.name, "the account is enabled")
        own = "" if self.facts.holds else ", though no hold is open here"
        return broken("disabled", self.name, f"the account is disabled{own}", "disabled=yes", mend=self._activate())

    def _walled(self, account: AccountRow) -> Link:
        isolation = self.facts.server_record.isolation_name
        plan = account.in_force
        walled = account.group == isolation or (plan is not None and plan.profile == isolation)
        if not walled:
            return ok("walled", self.name, "the account is not isolated")
        row = f"group {account.group}, plan in force {plan.profile if plan else 'none'}"
        return broken("walled", self.name, f"the account is isolated ({isolation})", row, mend=self._activate())

    def _password(self) -> Link:
        customer, shown = self.facts.customer, self.server.password
        refusal = self._refused(C.WRONG_PASSWORD)
        other = shown is not None and customer.password is not None and shown != customer.password
        change = ("drift", self.name, "--user", customer.username, "--repair", "changed-password")
        if refusal is not None:
            seen = "the last dial came with a wrong password"
            if other:
                told = "the account has another password than the one recorded here"
                return broken("password", self.name, seen, said(refusal), told, mend=ours(*change))
            mend = ours("customer", "edit", customer.number, "--password-file", "FILE")
            told = "enter the recorded password at the CPE, or set what the CPE sends"
            return broken("password", self.name, seen, said(refusal), told, mend=mend)
        if other:
            seen = "the account has another password than the one recorded here"
            return doubt("password", self.name, seen, mend=ours(*change))
        if shown is None:
            return note("password", self.name, "the server does not show it; no dial was refused for it")
        return ok("password", self.name, "no dial was refused for it")

    def _caller(self, account: AccountRow) -> Link:
        lock, caller = account.caller_id, self.facts.caller
        refusal = self._refused(C.CALLER_ID)
        if (not lock or lock == "bind") and refusal is None:
            return ok("caller-id", self.name, "no device is locked" if not lock else "the first device will be taken")
        number, own = self.facts.customer.number, self.facts.customer.caller_id
        unlock = ours("customer", "unbind", number)
        if own and own != "bind":
            unlock = ours("customer", "edit", number, "--caller-id", caller or "MAC")
        row = f"caller-id={lock or 'none now'}"
        if refusal is not None:
            seen = "another device dials than the one that the account is locked to"
            came = f"{caller} dialled" if caller else "the log does not tell which device dialled"
            return broken("caller-id", self.name, seen, row, came, said(refusal), mend=unlock)
        if caller and caller.casefold() != lock.casefold():
            seen = f"locked to {lock}, and {caller} dialled last"
            return broken("caller-id", self.name, seen, row, mend=unlock)
        if not caller and own and own != "bind" and own.casefold() != lock.casefold():
            return doubt("caller-id", self.name, f"locked to {lock}, and {own} is recorded here", row, mend=unlock)
        last = self.server.last.calling_station_id if self.server.last is not None else ""
        if not caller and last and last.casefold() != lock.casefold():
            return doubt("caller-id", self.name, f"locked to {lock}, and the last session was of {last}", mend=unlock)
        return ok("caller-id", self.name, f"locked to {lock}; no other device was seen")

    def _plan(self, account: AccountRow) -> Link:
        refusal = self._refused(C.NO_PLAN, C.EXPIRED)
        if not account.plans_count:
            return ok("plan", self.name, "plans do not count there (use-profiles=no)")
        states = {plan.state for plan in account.plans}
        rows = "; ".join(
            f"{each.profile} {each.state}{f', until {each.end_time}' if each.end_time else ''}"
            for each in account.plans
        )
        if states & STARTABLE and refusal is None:
            return ok("plan", self.name, f"plan {rows}")
        standing = self.facts.standing
        late = standing is not None and standing.days_late > 0
        mend = self._activate()
        if states and (late or self.facts.customer.paid_until is None):
            mend = ours("renew", self.facts.customer.number, "--months", "1")
        told = said(refusal) if refusal else ""
        if states & STARTABLE:
            seen = "the plan did not let the last dial in: look at its hours and days"
            return broken("plan", self.name, seen, rows, told)
        if not states:
            return broken("plan", self.name, "no plan is assigned, or it is over", told, mend=mend)
        if states == {PlanState.UNKNOWN}:
            return unseen("plan", self.name, f"the state of the plan cannot be read: {rows}")
        return broken("plan", self.name, "no plan of the account runs", rows, told, mend=mend)

    def _limits(self) -> Link:
        refusal = self._refused(C.LIMIT)
        if refusal is None:
            return ok("limits", self.name, "no dial was refused for time or data used up")
        mend = ours("renew", self.facts.customer.number, "--months", "1")
        return broken("limits", self.name, "time or data of the plan are used up", said(refusal), mend=mend)

    def _sharing(self, account: AccountRow) -> Link:
        refusal = self._refused(C.SHARED_USERS)
        counted = f"{len(account.sessions)} of {account.shared_users or 'any number of'} sessions counted"
        if not account.full and refusal is None:
            return ok("sharing", self.name, counted)
        others = [
            row
            for row in account.sessions
            if not any(remembers(live, row.session_id, row.user_address) for live in self.facts.live)
        ]
        rows = [f"session {row.session_id} on {row.nas_address}, {row.user_address or 'no address'}" for row in others]
        if not others and refusal is None:
            return ok("sharing", self.name, f"{counted}, all of them live")
        menu, names = f"{self.root}/session", " or ".join(f"acct-session-id={quoted(r.session_id)}" for r in others)
        line = f"{self.script.path(menu)} remove [find where {names}]"
        if not self.server.router:
            line = ending_rows(others)
        mend = on(self.name, line) if others else ()
        read = {nas.name for nas in self.facts.nases if nas.sessions is not None}
        ghosts = "that no NAS lists" if len(read) == len(self.facts.nas_records) else "on NASes that were read or not"
        if refusal is not None or self._cannot_close(others):
            seen = f"shared-users is eaten: {counted}, {len(others)} {ghosts}"
            return broken("sharing", self.name, seen, *rows, said(refusal) if refusal else "", mend=mend)
        seen = f"{counted}, {len(others)} {ghosts}; User Manager should end the oldest at the next login"
        return doubt("sharing", self.name, seen, *rows, mend=mend)

    def _cannot_close(self, rows: list[ServerSession]) -> bool:
        """Whether the oldest is on a NAS that nobody knows, so that User Manager cannot make room; FreeRADIUS never
        does."""
        if not self.server.router:
            return not self.facts.live and bool(rows)
        clients = self.server.clients
        known = {row.address for row in clients or ()}.union(*(hosts for _, hosts in self.facts.hosts))
        return clients is not None and not self.facts.live and bool(rows) and rows[0].nas_address not in known

    def _method(self, account: AccountRow) -> Link:
        refusal = self._refused(C.METHOD)
        if refusal is None:
            return ok("method", self.name, "no dial was refused for its method")
        group = f"{self.root}/user/group"
        line = self.script.set(group, by_name(account.group), outer_auths="pap,chap,mschap1,mschap2")
        mend = on(self.name, line) if self.server.router and not self.server.six else ()
        return broken("method", self.name, "the authentication method is not allowed", said(refusal), mend=mend)

    def clock(self) -> Link:
        """Whether its clock is ours."""
        return clock(self.name, self.server.clock_off, self.server.six, "; plans end at the wrong hour")

    def licence(self) -> Link:
        """Whether its licence lets one more in."""
        licence, refusal = self.server.licence, self._refused(C.LICENCE)
        told = said(refusal) if refusal else ""
        if licence is not None and licence.reached and not self.facts.live:
            seen = f"licence {licence.level}: {licence.count} of {licence.cap} active sessions"
            return broken("licence", self.name, seen, told, "a higher licence level carries more (/system/license)")
        if refusal is not None:
            return broken("licence", self.name, "the licence allowed no more sessions at the last dial", told)
        if licence is None:
            return self._unseen("licence") or unseen("licence", self.name, "the licence cannot be read")
        return ok("licence", self.name, f"licence {licence.level or '?'}: {licence.count} of {licence.cap or 'any'}")


def log(name: str, heard: Heard | None) -> Iterator[Link]:
    """A log that a router which answers does not show."""
    if heard is not None and heard.trouble:
        yield unseen("log", name, heard.trouble)


def clock(name: str, off: float | None, six: bool, effect: str = "") -> Link:
    """A router's clock beside ours. It keeps nobody out by itself."""
    if off is None:
        return unseen("clock", name, "its clock cannot be read")
    if abs(off) <= CLOCK_TOLERANCE:
        return ok("clock", name, "its clock is right")
    way = "ahead of" if off > 0 else "behind"
    names = {"server_dns_names" if six else "servers": "pool.ntp.org"}
    mend = on(name, script(six).set("/system/ntp/client", enabled="yes", **names))
    return doubt("clock", name, f"its clock is {span(off)} {way} ours{effect}", mend=mend)

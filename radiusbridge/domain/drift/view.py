"""One joined view: what database, account server and NASes say of one user name of a server."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from radiusbridge.domain.accounts import AccountRow, ServerSession, SessionRow
from radiusbridge.domain.drift.finding import Action, Evidence, Finding, Kind, Severity
from radiusbridge.domain.lateness import Standing
from radiusbridge.domain.local_access import LocalAccess, LocalSecret
from radiusbridge.domain.profiles import Difference
from radiusbridge.domain.records import Customer, Hold, Profile, Server
from radiusbridge.domain.text import safe


@dataclass(frozen=True, slots=True)
class Ground:
    """What all views of one reading of a server share: which readings there are, and from when."""

    server: Server
    database_at: datetime
    listed_at: Mapping[str, datetime] = field(default_factory=dict)
    """NASes whose session list was read, by name."""
    unlisted: frozenset[str] = frozenset()
    """NASes of the server whose list was not read."""
    local: Mapping[str, LocalAccess] = field(default_factory=dict)
    """By NAS; one that is missing could not be read."""
    local_at: Mapping[str, datetime] = field(default_factory=dict)
    hosts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By NAS: its addresses as recorded here, by which the server may know it."""
    learnt: frozenset[str] = frozenset()
    """NAS addresses of server sessions that a list that was read has too."""

    def answered_for(self, address: str) -> bool:
        """Whether the NAS at that address, as the server knows it, is one whose list was read."""
        read = {name for name, hosts in self.hosts.items() if address in hosts and name in self.listed_at}
        unread = any(address in self.hosts.get(name, frozenset()) for name in self.unlisted)
        if self.unlisted:
            return bool(read) and not unread
        return bool(read) or address in self.learnt


@dataclass(frozen=True, slots=True)
class View:
    """account_at None: the account server did not answer, and nothing is known of account and differences."""

    ground: Ground
    username: str
    customer: Customer | None = None
    profile: Profile | None = None
    holds: tuple[Hold, ...] = ()
    standing: Standing | None = None
    paid: bool = False
    """The last paid day is not over."""
    account: AccountRow | None = None
    account_at: datetime | None = None
    differences: tuple[Difference, ...] = ()
    """Of account and customer, as `services.comparing` tells them."""
    live: tuple[SessionRow, ...] = ()
    """On every NAS that was read."""
    remembered_at: datetime | None = None
    """When the server's session rows (`account.sessions`) were read; None: they were not."""
    elsewhere: tuple[str, ...] = ()
    """Other servers where an account of that name is."""
    lives_on: tuple[str, ...] = ()
    """Other servers where a customer here has that name."""

    @property
    def held(self) -> bool:
        """Whether a hold is open."""
        return bool(self.holds)

    @property
    def secrets(self) -> tuple[LocalSecret, ...]:
        """Local secrets of that name, on every NAS that was read."""
        return tuple(one for each in self.ground.local.values() for one in each.secrets if one.name == self.username)

    @property
    def by_radius(self) -> tuple[SessionRow, ...]:
        """The live sessions that no local secret may have let in, on NASes whose secrets were read."""
        local = {secret.nas for secret in self.secrets if secret.lets_in}
        return tuple(row for row in self.live if row.nas in self.ground.local and row.nas not in local)

    @property
    def remembered(self) -> tuple[ServerSession, ...]:
        """The sessions that the server counts."""
        return self.account.sessions if self.account is not None and self.remembered_at is not None else ()

    def difference(self, name: str) -> Difference | None:
        """The difference in one field."""
        return next((each for each in self.differences if each.field == name), None)

    def walled(self, session: SessionRow) -> bool:
        """Whether a session is in the isolation's list."""
        return self.ground.server.isolation_name in session.lists

    def moving(self) -> tuple[SessionRow, ...]:
        """The live sessions outside the isolation's list."""
        return tuple(row for row in self.live if not self.walled(row))

    # -- evidence

    def here(self, words: str) -> Evidence:
        """Of the database."""
        return Evidence("database", words, self.ground.database_at)

    def there(self, words: str) -> Evidence:
        """Of the account server."""
        return Evidence(self.ground.server.name, words, self.account_at or self.ground.database_at)

    def listed(self, session: SessionRow) -> Evidence:
        """Of a NAS's list."""
        lists = f", in {', '.join(session.lists)}" if session.lists else ""
        words = f"session {session.session_id or session.id}, {session.address or 'no address'}{lists}"
        up = f", up {session.uptime}" if session.uptime else ""
        return Evidence(session.nas, safe(words + up, 300), self.ground.listed_at[session.nas])

    def kept(self, secret: LocalSecret) -> Evidence:
        """Of a NAS's local secrets."""
        address = f", remote-address {secret.remote_address}" if secret.remote_address else ""
        words = f"/ppp/secret {secret.name}: service {secret.service}{address}"
        return Evidence(secret.nas, safe(words, 300), self.ground.local_at[secret.nas])

    def account_words(self) -> str:
        """The account in words."""
        account = self.account
        if account is None:
            return "no such account"
        plans = ", ".join(f"{plan.profile} {plan.state}" for plan in account.plans) or "none"
        return f"{'disabled' if account.disabled else 'enabled'}, group {account.group}, plan {plans}"

    def hold_words(self) -> str:
        """The open holds in words."""
        return ", ".join(f"{hold.kind} since {hold.since:%Y-%m-%d}" for hold in self.holds)

    # -- the finding

    def found(
        self,
        kind: Kind,
        severity: Severity,
        words: str,
        *evidence: Evidence,
        repair: str = "",
        action: Action | None = None,
        sessions: tuple[str, ...] = (),
        nas: str = "",
    ) -> Finding:
        """A finding about this user name; without a repair of its own the line that repairs by the patrol."""
        customer, server = self.customer, self.ground.server
        if not repair and action is not None:
            repair = self.line("drift", server.name, "--user", self.username, "--repair", str(kind))
            repair += " --prune" if action.prunes else ""
        return Finding(
            kind,
            server.name,
            self.username,
            severity,
            words,
            evidence,
            repair,
            action,
            customer.number if customer else "",
            customer.id if customer else 0,
            server.id,
            sessions,
            nas,
        )

    def about(self, verb: str, *rest: str) -> str:
        """The line of a verb about the customer."""
        assert self.customer is not None
        return self.line(verb, self.customer.number, *rest)

    @staticmethod
    def line(*words: str) -> str:
        """A line to type; names are quoted for the shell."""
        return "radiusbridge " + " ".join(shlex.quote(safe(word, 300)) for word in words)


def on_router(nas: str, command: str) -> str:
    """A line to type on a router."""
    return f"on {safe(nas, 60)}: {command}"


def router_text(value: str) -> str:
    """A text as RouterOS's command line takes it."""
    escaped = "".join("\\" + char if char in '"\\$?' else char for char in safe(value, 300))
    return f'"{escaped}"'

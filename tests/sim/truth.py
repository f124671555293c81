"""What is true of changed and removed accounts, asked of the world when an operation says PROVEN."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime

from radiusbridge.simulator.oracle import Oracle
from radiusbridge.simulator.world import World
from tests.sim.loop import START


class Truth:
    """The accounts of a world, and which passwords their customers were ever given."""

    def __init__(self, world: World, oracle: Oracle, rate_up: int) -> None:
        self.rates = [(0.0, rate_up)]
        self._world = world
        self._oracle = oracle
        self.passwords = {name: [cpe.password] for name, cpe in world.customers.items()}
        self.macs = {name: cpe.mac for name, cpe in world.customers.items()}

    @staticmethod
    def person(username: str) -> str:
        """The CPE of a customer, under whichever user name: `cust0001-2` was `cust0001`."""
        return username.partition("-")[0]

    def lets_in(self, username: str) -> bool:
        """Whether the server would let the customer's own device in by that name, with any password of theirs."""
        person = self.person(username)
        return any(self._oracle.would_accept(username, one, self.macs[person]) for one in self.passwords[person])

    def lock(self, username: str) -> None:
        """Lock an account to the customer's own device."""
        row = self._account(username)
        assert row is not None
        row["caller-id"] = self.macs[username]

    def new_rate(self, now: float) -> int:
        """Another upload rate, which is about to be asked for; whether it gets into the database is not known."""
        self.rates.append((now, self.rates[0][1] + 1_000_000 * len(self.rates)))
        return self.rates[-1][1]

    def open_connections(self, username: str) -> Iterator[str]:
        """What contradicts that a session was walled where it is: connections from before that still pass."""
        if any(session.relisted and session.ports for session in self._oracle.sessions_really(username)):
            yield "connections from before are open"

    def profile_there(self, reader: sqlite3.Connection, number: int, name: str) -> Iterator[str]:
        """What contradicts that a profile is on the server as the database said when the operation ran, or later."""
        manager = self._world.routers["um1"].user_manager
        assert manager is not None
        row, profile = manager.limitations.named(name), manager.profiles.named(name)
        links = [(one["profile"], one["limitation"]) for one in manager.profile_limitations.rows()]
        if row is None or profile is None or (name, name) not in links:
            yield "a part of the profile is missing"
        elif int(row["rate-limit-rx"]) not in self._rates_since(reader, number):
            yield f"the rate is {row['rate-limit-rx']}"

    def applied(self, reader: sqlite3.Connection, number: int, username: str, listed: set[str]) -> Iterator[str]:
        """What contradicts that the sessions seen last run on a rate that the database has had since."""
        rates = self._rates_since(reader, number)
        for session in self._oracle.sessions_really(username):
            normal = session.grant.radius and not session.grant.address_list
            if session.acct_session_id in listed and normal and session.limits()[0] not in rates:
                yield f"session {session.acct_session_id} runs on {session.limits()}"

    def _rates_since(self, reader: sqlite3.Connection, number: int) -> set[int]:
        """Rates that the database may have had from the moment on in which the operation was entered."""
        [[text]] = reader.execute("select created_at from operation where id = ?", (number,)).fetchall()
        created = (datetime.fromisoformat(text) - START.replace(tzinfo=None)).total_seconds()
        edits = "select after, at from audit_entry where action = 'profile.edit' order by id"
        known = [(json.loads(after)["rate_up"], at) for after, at in reader.execute(edits)]
        before = [rate for rate, at in known if at <= text][-1:] or [self.rates[0][1]]
        return {*before, *(rate for at, rate in self.rates if at >= created - 1.0)}

    def removed(self, username: str) -> Iterator[str]:
        """What contradicts that an account is gone."""
        if self._account(username) is not None:
            yield "the account is there"
        if self._oracle.sessions_really(username) or self._oracle.can_pass_traffic(username):
            yield "a session of it lives on"
        if self.lets_in(username):
            yield "the server would let it in"

    def provisioned(self, reader: sqlite3.Connection, number: int) -> Iterator[str]:
        """What contradicts that an account was changed as asked."""
        statement = "select customer_id, username, wanted, created_at from operation where id = ?"
        customer, username, text, created_at = reader.execute(statement, (number,)).fetchone()
        wanted = json.loads(text)
        created = (datetime.fromisoformat(created_at) - START.replace(tzinfo=None)).total_seconds()
        row = self._account(username)
        if row is None:
            yield "the account is not there"
            return
        if "password" in wanted["changed"] and row["password"] == self.passwords[self.person(username)][0]:
            yield "the old password is in force"
        if row["password"] not in self.passwords[self.person(username)]:
            yield f"nobody was given the password {row['password']}"
        if "former" in wanted:
            for words in self.removed(wanted["former"]["username"]):
                yield f"former account: {words}"
        young = all(session.started >= created for session in self._oracle.sessions_really(username))
        if wanted["live"] == "kick" and not young:
            yield "a session from before lives on"
        locked = row.get("caller-id") == self.macs[self.person(username)]
        if wanted.get("unbind") is not None and locked and not young:
            yield "it is locked to the device as before"
        if "former" in wanted and self._rejected(reader, number, customer, created_at):
            if self.lets_in(username):
                yield "a held customer would be let in under the new name"
        elif self._plan_over(username) and "anew" not in wanted:
            return
        elif row["disabled"] == "false" and "unbind" not in wanted and not self.lets_in(username):
            yield "the customer would not be let in"

    def _plan_over(self, username: str) -> bool:
        manager = self._world.routers["um1"].user_manager
        assert manager is not None
        states = {row["state"] for row in manager.plans.of(username)}
        return states == {"used"}

    def _account(self, username: str) -> dict[str, str] | None:
        manager = self._world.routers["um1"].user_manager
        assert manager is not None
        return manager.users.named(username)

    @staticmethod
    def _rejected(reader: sqlite3.Connection, number: int, customer: int, created_at: str) -> bool:
        """Whether a hold from before the operation is open, and every isolation that may count as newest is by reject.

        One that was asked for while the operation was queued or running counts or not, as it came before the claim or
        after it.
        """
        holds = "select count(*) from hold where customer_id = ? and closed_at is null and since < ?"
        newest = "select id, wanted from operation where intent = 'isolate' and customer_id = ? order by id desc"
        held = reader.execute(holds, (customer, created_at)).fetchone()[0]
        isolations = reader.execute(newest, (customer,)).fetchall()
        older = next((at for at, (each, _) in enumerate(isolations) if each < number), None)
        if not held or older is None:
            return False
        return all(json.loads(wanted)["access"] == "reject" for _, wanted in isolations[: older + 1])

"""Whether database and servers agree once the journal is drained."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from radiusbridge.domain.records import Intent
from radiusbridge.domain.verdict import Status, Verdict
from tests.sim.loop import START
from tests.sim.truth import Dial, Truth

WRITERS = (Intent.ISOLATE, Intent.ACTIVATE, Intent.PROVISION, Intent.REMOVE)


@dataclass(frozen=True)
class Did:
    """One operation on a customer's account."""

    number: int
    intent: Intent
    server: int
    username: str
    wanted: dict[str, object]
    status: Status
    verdict: Verdict | None
    attempts: int
    created: float

    @property
    def changes(self) -> frozenset[str]:
        """What a provision says it changes."""
        changed = self.wanted.get("changed") or ()
        assert isinstance(changed, list | tuple)
        return frozenset(map(str, changed))


@dataclass(frozen=True)
class Agreement:
    """passwords: of the customers by their ids, as the database has them. edited: when each customer's account was last
    changed by hand. hollow: writes may have been without effect, so that only what is PROVEN has to hold."""

    reader: sqlite3.Connection
    truth: Truth
    passwords: dict[int, str]
    edited: dict[str, float]
    hollow: bool

    def contradictions(self) -> Iterator[str]:
        """What the database says and a server does not, although the newest operation about it was carried out."""
        customers = (
            "select customer.id, username, server.name, server.id from customer join server on server.id = server_id"
        )
        for number, username, server, home in self.reader.execute(customers).fetchall():
            everywhere = self._did(number)
            did = [one for one in everywhere if one.server == home]
            yield from (f"{username}: {words}" for words in self._holds(number, everywhere))
            if did and all(self._carried_out(one, username) for one in did[-3:]):
                yield from (f"{username}: {words}" for words in self._account(number, username, server, did))

    def _did(self, customer: int) -> list[Did]:
        statement = (
            "select id, intent, server_id, username, wanted, status, verdict, attempts, created_at from operation"
            " where customer_id = ? order by id"
        )
        made = [
            Did(
                number,
                Intent(intent),
                server,
                username,
                json.loads(wanted),
                Status(status),
                verdict and Verdict(verdict),
                attempts,
                (datetime.fromisoformat(created) - START.replace(tzinfo=None)).total_seconds(),
            )
            for number, intent, server, username, wanted, status, verdict, attempts, created in self.reader.execute(
                statement, (customer,)
            )
        ]
        return [one for one in made if one.intent in WRITERS]

    def _carried_out(self, one: Did, username: str) -> bool:
        """Whether it has to be so now. One that was broken off may have written or not, and so may one that failed."""
        never = one.verdict is None and one.attempts == 0
        good = one.verdict is Verdict.PROVEN or (one.verdict is Verdict.UNPROVEN and not self.hollow)
        edited = self.edited.get(self.truth.person(username), -1.0)
        return never or (good and edited < one.created and one.username == username)

    def _holds(self, customer: int, did: list[Did]) -> Iterator[str]:
        """The newest wish about access, whatever came of it, and the holds. Taking a wish back brings the holds of
        before and the access of before, and the two need not have agreed: the account may have been changed by hand."""
        wishes = [one for one in did if one.intent in (Intent.ISOLATE, Intent.ACTIVATE)]
        if wishes and self._takes_back(wishes[-1].number):
            return
        statement = "select count(*) from hold where customer_id = ? and closed_at is null"
        [[held]] = self.reader.execute(statement, (customer,)).fetchall()
        if wishes and bool(held) is not (wishes[-1].intent is Intent.ISOLATE):
            yield f"{held} holds are open after {wishes[-1].intent}"

    def _takes_back(self, operation: int) -> bool:
        statement = "select 1 from operation_change where operation_id = ? and undoes is not null"
        return self.reader.execute(statement, (operation,)).fetchone() is not None

    def _account(self, customer: int, username: str, server: str, did: list[Did]) -> Iterator[str]:
        real = [one for one in did[-3:] if one.verdict is not None]
        row, dial = self.truth.account(server, username), self.truth.dial(server, username)
        access = next((one for one in reversed(real) if one.intent in (Intent.ISOLATE, Intent.ACTIVATE)), None)
        gone = bool(real) and real[-1].intent is Intent.REMOVE
        if gone is not (row is None):
            yield "the account is there" if gone else "the account is not there"
        if row is None or gone:
            return
        # what RouterOS 6 shows of a plan that is over is not known, so one that was to be given anew may not be
        if access is not None and "anew" not in access.wanted:
            wanted = {"reject": Dial.REFUSED, "walled": Dial.WALLED, "open": Dial.OPEN}[str(access.wanted["access"])]
            if dial is not wanted:
                yield f"a dial would be {dial}, and operation {access.number} wanted {access.wanted['access']}"
        password = next((one for one in reversed(real) if "password" in one.changes), None)
        if password is not None and row["password"] != self.passwords[customer]:
            yield f"the password is {row['password']}, and operation {password.number} changed it"

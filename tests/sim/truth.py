"""What is true of changed and removed accounts, asked of the world when an operation says PROVEN."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from radiusbridge.simulator.aaa import codec
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.menus.menu import Menu, Row
from radiusbridge.simulator.nas.session import Session
from radiusbridge.simulator.oracle import Oracle
from radiusbridge.simulator.router import Router
from radiusbridge.simulator.usermanager.manager import UserManager
from radiusbridge.simulator.world import World
from tests.sim.loop import START

SPEED = 7_000_000, 9_000_000
"""The other speed that is asked for, (upload, download)."""


class Dial(StrEnum):
    """What a server would answer to a customer who dials now."""

    REFUSED = "refused"
    WALLED = "walled"
    OPEN = "open"


class Truth:
    """The accounts of a world, and which passwords their customers were ever given."""

    def __init__(self, world: World, oracle: Oracle, isp: IspOptions) -> None:
        self.rates = [(0.0, isp.rate_up)]
        self._world = world
        self._oracle = oracle
        self._shadows: list[tuple[float, str, str]] = []
        """When a local secret came to stand, on which router, of which name."""
        self._isolation = isp.isolation_list.encode()
        self.by_hand: set[str] = set()
        """Passwords that somebody set by hand."""
        self.passwords = {name: [cpe.password] for name, cpe in world.customers.items()}
        self.macs = {name: cpe.mac for name, cpe in world.customers.items()}

    def servers(self) -> list[str]:
        """The routers that keep accounts."""
        return [name for name, router in self._world.routers.items() if router.user_manager is not None]

    def users(self, server: str) -> Menu:
        """Where a server keeps them."""
        return self.manager(server).users

    def meant(self, session: Session) -> bool:
        """Whether it was an account that let the session in."""
        return session.grant.radius

    @staticmethod
    def person(username: str) -> str:
        """The CPE of a customer, under whichever user name: `cust0001-2` was `cust0001`."""
        return username.partition("-")[0]

    def manager(self, server: str) -> UserManager:
        """The User Manager of a server."""
        manager = self._world.routers[server].user_manager
        assert manager is not None
        return manager

    def dial(self, server: str, username: str) -> Dial:
        """What the server would answer to the customer's own device, with any password of theirs; nothing changes."""
        manager, row, person = self.manager(server), self.account(server, username), self.person(username)
        if row is None or row["disabled"] == "true" or row["password"] not in {*self.passwords[person], *self.by_hand}:
            return Dial.REFUSED
        if manager.may_enter(row, "pap", self.macs[person]).refusal is not None:
            return Dial.REFUSED
        plan = manager.plans.met_by_login(username) if manager.uses_profiles else None
        lists = [value for key, value in manager.grants(row, plan) if key == codec.ADDRESS_LIST]
        return Dial.WALLED if self._isolation in (_octets(value) for value in lists) else Dial.OPEN

    def lets_in(self, server: str, username: str) -> bool:
        """Whether it would be let in at all."""
        return self.dial(server, username) is not Dial.REFUSED

    def shadowed(self, router: str, username: str) -> None:
        """A local secret of that name stands on a router from now on."""
        self._shadows.append((self._world.now, router, username))

    def passing(self, server: str, username: str, since: float) -> list[Session]:
        """Sessions that pass traffic and could be known of."""
        return [
            session
            for session in self._oracle.sessions_really(username)
            if self._oracle.passes(session) and self._knowable(session, server, since)
        ]

    def let_by(self, username: str) -> Iterator[str]:
        """Devices of theirs that a hotspot lets through without a login."""
        for guest in self._world.guests.values():
            if guest.username == username and guest.passes_by:
                yield f"a binding lets {guest.mac} through"

    def _knowable(self, session: Session, server: str, since: float) -> bool:
        """Whether readings from then on told of it: of one that a local secret let in later, whether they told of the
        secret, on a NAS of the server."""
        if session.grant.radius or session.started < since:
            return True
        router = session.customer.nas.router
        return self._asks(router, server) and self._stood(router.name, session.user, session.started) < since

    def _stood(self, router: str, username: str, at: float) -> float:
        """Since when the newest local secret of that name had been standing at a time."""
        return max(since for since, where, name in self._shadows if (where, name) == (router, username) and since <= at)

    def local_doors(self, server: str, username: str, since: float) -> Iterator[str]:
        """Local secrets by which the customer would be let in now, and which readings from then on told of."""
        cpe = self._world.customers[self.person(username)]
        router = cpe.nas.router
        row = router.menus["/ppp/secret"].named(username)
        if row is None or row["disabled"] == "true" or row["service"] not in {"any", "pppoe"}:
            return
        fits = row["password"] == cpe.password and self._asks(router, server)
        if fits and self._stood(router.name, username, self._world.now) < since:
            yield f"a local secret on {router.name} would let the customer in"

    def lock(self, server: str, username: str, bind: bool) -> None:
        """Lock an account to the customer's own device, or to the first that dials."""
        manager, row = self.manager(server), self.account(server, username)
        assert row is not None
        if not bind:
            row["caller-id"] = self.macs[username]
        elif manager.user_key == "username":
            row["caller-id-bind-on-first-use"] = "true"
        else:
            row["caller-id"] = "bind"

    def new_rate(self, now: float) -> int:
        """Another upload rate, which is about to be asked for; whether it gets into the database is not known."""
        self.rates.append((now, self.rates[0][1] + 1_000_000 * len(self.rates)))
        return self.rates[-1][1]

    def open_connections(self, username: str) -> Iterator[str]:
        """What contradicts that a session was walled where it is: connections from before that still pass."""
        if any(session.relisted and session.ports for session in self._oracle.sessions_really(username)):
            yield "connections from before are open"

    def profile_there(self, reader: sqlite3.Connection, number: int, server: str, name: str) -> Iterator[str]:
        """What contradicts that a profile is on the server as the database said when the operation ran, or later."""
        rate = self._rate_there(server, name)
        if rate is None:
            yield "a part of the profile is missing"
        elif int(rate) not in self._rates_since(reader, number):
            yield f"the rate is {rate}"

    def _rate_there(self, server: str, name: str) -> str | None:
        """The upload rate of a profile; None: a part of it is missing."""
        manager = self.manager(server)
        row, profile = manager.limitations.named(name), manager.profiles.named(name)
        links = [(one["profile"], one["limitation"]) for one in manager.profile_limitations.rows()]
        whole = row is not None and profile is not None and (name, name) in links
        return row["rate-limit-rx"] if whole and row is not None else None

    def applied(self, reader: sqlite3.Connection, number: int, username: str, listed: set[str]) -> Iterator[str]:
        """What contradicts that the sessions seen last run on a rate that the database has had since."""
        rates = self._rates_since(reader, number)
        for session in self._oracle.sessions_really(username):
            normal = session.grant.radius and not session.grant.address_list
            if session.acct_session_id in listed and normal and session.limits()[0] not in rates:
                yield f"session {session.acct_session_id} runs on {session.limits()}"

    def on_speed(self, username: str, listed: set[str]) -> Iterator[str]:
        """What contradicts that the sessions seen last run on the speed that was asked for."""
        really = [one for one in self._oracle.sessions_really(username) if one.acct_session_id in listed]
        for session in really:
            if session.limits() != SPEED:
                yield f"session {session.acct_session_id} runs on {session.limits()}"
        if not listed:
            yield "no session was there to be changed"

    def _rates_since(self, reader: sqlite3.Connection, number: int) -> set[int]:
        """Rates that the database may have had from the moment on in which the operation was entered."""
        [[text]] = reader.execute("select created_at from operation where id = ?", (number,)).fetchall()
        created = (datetime.fromisoformat(text) - START.replace(tzinfo=None)).total_seconds()
        edits = "select after, at from audit_entry where action = 'profile.edit' order by id"
        known = [(json.loads(after)["rate_up"], at) for after, at in reader.execute(edits)]
        before = [rate for rate, at in known if at <= text][-1:] or [self.rates[0][1]]
        return {*before, *(rate for at, rate in self.rates if at >= created - 1.0)}

    def removed(self, server: str, username: str, since: float) -> Iterator[str]:
        """What contradicts that an account is gone; since: when the lists were read last."""
        if self.account(server, username) is not None:
            yield "the account is there"
        if any(
            self._asks(one.customer.nas.router, server) and self._knowable(one, server, since)
            for one in self._oracle.sessions_really(username)
        ):
            yield "a session of it lives on"
        yield from self.local_doors(server, username, since)

    def _asks(self, router: Router, server: str) -> bool:
        """Whether a NAS asks that server."""
        home = self._world.routers[server]
        return router is home or any(row["address"] == home.host for row in router.menus["/radius"].rows())

    def provisioned(self, reader: sqlite3.Connection, number: int, server: str, since: float) -> Iterator[str]:
        """What contradicts that an account was changed as asked."""
        statement = "select customer_id, username, wanted, created_at from operation where id = ?"
        customer, username, text, created_at = reader.execute(statement, (number,)).fetchone()
        wanted = json.loads(text)
        created = (datetime.fromisoformat(created_at) - START.replace(tzinfo=None)).total_seconds()
        row = self.account(server, username)
        if row is None:
            yield "the account is not there"
            return
        undone = "expected" in wanted  # then the old one may be what is wanted again
        first = self.passwords[self.person(username)][0]
        if "password" in wanted.get("changed", ()) and not undone and row["password"] == first:
            yield "the old password is in force"
        if row["password"] not in self.passwords[self.person(username)]:
            yield f"nobody was given the password {row['password']}"
        if "former" in wanted:
            [[there]] = reader.execute("select name from server where id = ?", (wanted["former"]["server_id"],))
            for words in self.removed(there, wanted["former"]["username"], since):
                yield f"former account: {words}"
        really = [session for session in self._oracle.sessions_really(username) if self.meant(session)]
        young = all(session.started >= created for session in really)
        if wanted.get("live") == "kick" and not young:
            yield "a session from before lives on"
        locked = row.get("caller-id") == self.macs[self.person(username)]
        if wanted.get("unbind") is not None and locked and not young:
            yield "it is locked to the device as before"
        if "former" in wanted and self._rejected(reader, number, customer, created_at):
            if self.lets_in(server, username):
                yield "a held customer would be let in under the new name"
        elif self._plan_over(server, username) and "anew" not in wanted:
            return
        elif row["disabled"] == "false" and "unbind" not in wanted and not self.lets_in(server, username):
            yield "the customer would not be let in"

    def over_unseen(self, server: str, username: str) -> bool:
        """Whether the plan is over and the server goes on to name it: RouterOS 6, by a switch."""
        names_it = self._world.routers[server].switches.um6_actual_profile_stays
        return names_it and self.manager(server).user_key == "username" and self._plan_over(server, username)

    def _plan_over(self, server: str, username: str) -> bool:
        return {row["state"] for row in self.manager(server).plans.of(username)} == {"used"}

    def account(self, server: str, username: str) -> Row | None:
        """The row of an account."""
        return self.manager(server).users.named(username)

    def doubles(self, server: str) -> Iterator[str]:
        """What is there twice."""
        manager = self.manager(server)
        things = {
            "account": [row[manager.user_key] for row in manager.users.rows()],
            "plan": [
                f"{row['user']} {row['profile']}" for row in manager.user_profiles.rows() if row["state"] != "used"
            ],
            "profile": [row["name"] for row in manager.profiles.rows()],
            "limitation": [row["name"] for row in manager.limitations.rows()],
            "link": [f"{row['profile']} {row['limitation']}" for row in manager.profile_limitations.rows()],
        }
        for kind, names in things.items():
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                yield f"{server} has {kind} {', '.join(twice)} twice"

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


def _octets(value: bytes | str | int) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()

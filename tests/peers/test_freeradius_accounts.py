"""The FreeRADIUS engine by the contract of all account servers, on the real server and the real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import chain, combinations
from typing import Any

import psycopg
import pytest
from pyrad.packet import AccessAccept
from sqlalchemy import event

from radiusbridge.domain.accounts import Access, AccessChange, AccountRow, PlanState
from radiusbridge.domain.errors import BadInput, NotSuchPeer, PeerRefused, RadiusbridgeError
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.profiles import differences
from radiusbridge.domain.records import RadiusAccess, Server, SqlAccess, StartsAt
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.accounts.freeradius import FreeRadius
from radiusbridge.gateways.factory import Gateways
from radiusbridge.gateways.ports import AccountServer, Mark, WantedAccount
from radiusbridge.services.system import SystemClock, SystemEntropy
from tests.gateways.contract import AccountServerContract, long_profile, profile
from tests.gateways.support import findings
from tests.peers.freeradius_sql import OUR_PASSWORD, OUR_ROLE, FreeRadiusPlace
from tests.peers.programs import until

pytestmark = pytest.mark.peer


def server_of(place: FreeRadiusPlace, **changes: Any) -> Server:
    radius = RadiusAccess(place.radius.host, place.radius.ports["auth"], Secret(place.radius.secret))
    sql = SqlAccess("127.0.0.1", place.port, OUR_ROLE, Secret(OUR_PASSWORD), place.database)
    return replace(Server("fr1", "freeradius", None, id=1, radius=radius, sql=sql), **changes)


@pytest.fixture
async def gateways() -> AsyncIterator[Gateways]:
    made = Gateways(SystemClock(), SystemEntropy())
    yield made
    await made.close()


@pytest.fixture
def server(radius_place: FreeRadiusPlace, gateways: Gateways) -> AccountServer:
    return gateways.account_server(server_of(radius_place))


class TestFreeRadius(AccountServerContract):
    """What every account server has to do; logins are real ones."""

    @pytest.fixture
    def accepts(self, radius_place: FreeRadiusPlace) -> Callable[[str, str], bool]:
        return radius_place.login


PAIR = "attribute, op, value"
CHECK = "INSERT INTO radcheck (username, attribute, op, value) VALUES (%s, %s, %s, %s)"
REPLY = CHECK.replace("radcheck", "radreply")
WALLED = AccessChange(Access.WALLED, "isolir", "10M")
OPEN = AccessChange(Access.OPEN, "isolir", "10M")
REJECT = AccessChange(Access.REJECT, "isolir", "10M")
SENT = ("Mikrotik-Rate-Limit", "Mikrotik-Address-List", "Framed-Pool", "Framed-IP-Address")


async def made(server: AccountServer, name: str = "cust", **wanted: Any) -> AccountRow:
    await server.ensure_profile(profile())
    await server.ensure_account(WantedAccount(name, Secret("pw"), profile(), **wanted))
    return await read(server, name)


async def read(server: AccountServer, name: str = "cust") -> AccountRow:
    account = await server.read_account(name)
    assert account is not None
    return account


def sent(place: FreeRadiusPlace, name: str = "cust") -> dict[str, list[str]]:
    """What a login is really given, of what matters here."""
    reply = place.reply(name, "pw")
    assert reply.code == AccessAccept
    return {each: reply[each] for each in SENT if each in reply}


def rows(place: FreeRadiusPlace, table: str, name: str = "cust") -> list[tuple[Any, ...]]:
    """What a user has in radcheck or radreply, whoever wrote it."""
    return place.execute(f"SELECT attribute, op, value FROM {table} WHERE username = %s ORDER BY id", (name,))


async def test_a_walled_customer_is_given_the_isolation_and_nothing_of_the_plan(
    radius_place: FreeRadiusPlace, gateways: Gateways
) -> None:
    server = gateways.account_server(server_of(radius_place, isolation_pool="walled"))
    await server.ensure_profile(profile(address_list="vip", pool="home"))
    account = await made(server, static_address="10.9.8.7")
    radius_place.execute(REPLY, ("cust", "Mikrotik-Rate-Limit", ":=", "50M/50M"))
    by_hand = rows(radius_place, "radreply")
    plan = {"Mikrotik-Address-List": ["vip"], "Framed-Pool": ["home"], "Framed-IP-Address": ["10.9.8.7"]}
    assert sent(radius_place) == {**plan, "Mikrotik-Rate-Limit": ["50M/50M"]}, "a rate of the customer's own wins"
    assert await server.write_access(account, WALLED)
    walled = {"Mikrotik-Rate-Limit": ["256k/256k"], "Mikrotik-Address-List": ["isolir"], "Framed-Pool": ["walled"]}
    assert sent(radius_place) == walled
    assert WALLED.reached(await read(server))[0]
    listed = await server.listed_account("cust")
    assert listed is not None
    wanted = WantedAccount("cust", Secret("pw"), profile(), static_address="10.9.8.7")
    assert not listed.compare(wanted).fields, "what waits is still the customer's"
    await server.ensure_account(replace(wanted, static_address="10.9.8.8"))
    assert sent(radius_place) == walled
    await server.ensure_account(wanted)
    assert await server.write_access(await read(server), OPEN)
    assert sent(radius_place) == {**plan, "Mikrotik-Rate-Limit": ["50M/50M"]}
    assert sorted(rows(radius_place, "radreply")) == sorted(by_hand)
    await server.write_access(await read(server), WALLED)
    radius_place.execute(
        "INSERT INTO radgroupreply (groupname, attribute, op, value) VALUES (%s, %s, '=', 'Yes')",
        ("isolir", "Fall-Through"),
    )
    await server.write_access(await read(server), WALLED)
    assert sent(radius_place) == walled, "the plan's group is not read after it"
    await server.remove_account(await read(server))
    tables = ("radcheck", "radreply", "radusergroup")
    assert [radius_place.execute(f"SELECT username FROM {each}") for each in tables] == [[], [], []]


async def test_what_others_wrote_stays_and_counts(radius_place: FreeRadiusPlace, server: AccountServer) -> None:
    account = await made(server, caller_id="02:00:00:00:00:01")
    assert not radius_place.login("cust", "pw"), "no device is told"
    await server.ensure_account(WantedAccount("cust", None, profile(), caller_id=""))
    radius_place.execute(CHECK, ("cust", "NAS-IP-Address", "==", "127.9.9.9"))
    radius_place.execute(REPLY, ("cust", "Class", ":=", "by hand"))
    others = [rows(radius_place, each) for each in ("radcheck", "radreply")]
    for change in (REJECT, WALLED, OPEN):
        await server.write_access(await read(server), change)
        assert radius_place.login("cust", "pw") is (change is not REJECT)
    assert [rows(radius_place, each) for each in ("radcheck", "radreply")] == others
    radius_place.execute(CHECK, ("cust", "auth-type", ":=", "reject"))
    assert (await read(server)).disabled, "attributes know no case"
    await server.write_access(account, OPEN)
    # daloRADIUS disables by a group
    radius_place.execute(
        "INSERT INTO radgroupcheck (groupname, attribute, op, value) VALUES ('off', 'Auth-Type', ':=', 'Reject')"
    )
    radius_place.execute("INSERT INTO radusergroup (username, groupname, priority) VALUES ('cust', 'off', 0)")
    assert (await read(server)).disabled is not radius_place.login("cust", "pw")
    with pytest.raises(PeerRefused, match="off turns its members down"):
        await server.write_access(await read(server), OPEN)
    await server.write_access(await read(server), WALLED)
    assert sent(radius_place)["Mikrotik-Address-List"] == ["isolir"], "the isolation stands before it"


async def test_an_expiration_of_others_is_told_and_given_up_only_for_what_was_paid(
    radius_place: FreeRadiusPlace, server: AccountServer
) -> None:
    await made(server)
    radius_place.execute(CHECK, ("cust", "Expiration", ":=", "01 Jan 2020"))
    assert not radius_place.login("cust", "pw")
    over = await read(server)
    assert [plan.state for plan in over.plans] == [PlanState.USED]
    assert OPEN.reached(over) == (False, "plan 10M is used; renew gives it anew")
    await server.write_access(over, WALLED)
    assert sent(radius_place)["Mikrotik-Address-List"] == ["isolir"], "an end would refuse, not wall"
    await server.write_access(await read(server), OPEN)
    assert rows(radius_place, "radcheck")[-1] == ("Expiration", ":=", "01 Jan 2020")
    await server.write_access(await read(server), replace(OPEN, anew=True))
    assert radius_place.login("cust", "pw")
    radius_place.execute(CHECK, ("cust", "Expiration", ":=", "4102444800"))
    assert radius_place.login("cust", "pw")
    assert OPEN.reached(await read(server))[0]


async def test_a_password_that_cannot_be_read_is_replaced_by_one_that_can(
    radius_place: FreeRadiusPlace, server: AccountServer
) -> None:
    await made(server)
    radius_place.execute("UPDATE radcheck SET attribute = 'NT-Password', value = '9d56e6a1f2d8e9a4a7a3e4b1c2d3e4f5'")
    wanted = WantedAccount("cust", Secret("pw"), profile())
    compared = await server.compare_account(wanted)
    assert (compared.differs, compared.hidden) == ((), ("password",))
    assert await server.ensure_account(wanted)
    assert rows(radius_place, "radcheck") == [("Cleartext-Password", ":=", "pw")]
    assert radius_place.login("cust", "pw")


async def test_what_the_tables_cannot_keep_is_refused_in_words(
    radius_place: FreeRadiusPlace, server: AccountServer
) -> None:
    for plan in (profile(starts_at=StartsAt.FIRST_LOGIN, validity=60), profile(time_quota=60), profile(data_quota=9)):
        with pytest.raises(BadInput, match="FreeRADIUS's own setup"):
            await server.ensure_profile(plan)
        with pytest.raises(BadInput, match="FreeRADIUS's own setup"):
            await server.ensure_account(WantedAccount("cust", Secret("pw"), plan))
    with pytest.raises(BadInput, match="our own"):
        await made(server, "radiusbridge aside cust")
    with pytest.raises(BadInput, match="first device"):
        await made(server, caller_id="bind")
    wanted = long_profile(shared_users=3)
    assert await server.ensure_profile(wanted)
    row = await server.read_profile(wanted.name)
    assert row is not None
    assert (differences(wanted, row), row.odd, row.extras) == ((), (), ())
    assert [each.field for each in differences(replace(wanted, rate_up=1, shared_users=1), row)] == [
        "rate_up",
        "shared_users",
    ]
    assert await server.ensure_account(WantedAccount("cust", Secret("pw"), wanted))
    assert sent(radius_place)["Mikrotik-Rate-Limit"] == ["2000000/10000000 4000000/20000000 1000000/5000000 16/16 3"]
    reply = await server.close_session("1")
    assert (reply.answer, "only its NAS" in reply.words) == (KickAnswer.UNAVAILABLE, True)


async def test_sessions_are_the_rows_without_a_stop(radius_place: FreeRadiusPlace, server: AccountServer) -> None:
    await made(server)
    for number in (1, 2):
        radius_place.account("cust", f"8130000{number}", "Start", Framed_IP_Address=f"10.0.0.{number}")
    radius_place.account("cust", "81300001", "Stop", Acct_Session_Time=5)
    account = await read(server)
    assert [(each.session_id, each.nas_address, each.user_address) for each in account.sessions] == [
        ("81300002", "127.9.9.9", "10.0.0.2")
    ]
    assert account.full
    assert not radius_place.login("cust", "pw"), "the server counts it, too"
    assert [each async for each in server.sessions()] == [("cust", account.sessions[0])]


async def test_thousands_are_listed_as_they_come_and_written_together(
    radius_place: FreeRadiusPlace, server: AccountServer
) -> None:
    assert isinstance(server, FreeRadius)
    await server.ensure_profile(profile())
    names = [f"user{number:05}" for number in range(3000)]
    wanted = [WantedAccount(name, Secret(f"pw-{name}"), profile()) for name in names]
    assert [await server.ensure_accounts(wanted), await server.ensure_accounts(wanted)] == [3000, 0]
    await server.write_access(await read(server, names[7]), WALLED)
    radius_place.execute(REPLY, ("radiusbridge aside user00007", "Framed-IP-Address", ":=", "10.9.8.7"))
    listed = {each.username: each async for each in server.accounts()}
    assert list(listed) == sorted(names)
    assert listed[names[7]].account == await read(server, names[7])
    assert "10.9.8.7" in listed[names[7]].account.attributes
    assert not any(each.compare(own).fields for each, own in zip(listed.values(), wanted, strict=True))
    assert radius_place.login(names[2999], f"pw-{names[2999]}")
    await server.write_access(await read(server, names[8]), REJECT)
    radius_place.execute(CHECK, (names[9], "Expiration", ":=", "0"))
    usual = Everybody()
    closely = [each.username async for each in server.accounts(usual.read())]
    assert closely == names[7:10], "who may be kept out is looked at"
    assert len(usual.asked) == 2997
    assert usual.asked[0] == (names[0], f"pw-{names[0]}", "10M", "", "")


class Everybody:
    """Customers who are all as wanted."""

    profiles = (profile(),)

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    async def read(self) -> "Everybody":
        return self

    def passed_by(self, username: str, password: str, profile: str, caller_id: str, address: str) -> bool:
        self.asked.append((username, password, profile, caller_id, address))
        return True


MAC = "02:00:00:00:00:01"
BASES = (
    *((value, "10M") for value in ("pw", "'p w\\\\'", "`%{x}`", "pw\\", "", None)),
    *(("pw", plan) for plan in ("20M", "off", "isolir", "nothing said", None)),
)
"""Password as stored and plan."""
MORE = (
    ("radcheck", "Cleartext-Password", ":=", "pw"),
    ("radcheck", "cleartext-password", ":=", "pw"),
    ("radcheck", "NT-Password", ":=", "00"),
    ("radcheck", "Auth-Type", ":=", "Reject"),
    ("radcheck", "Calling-Station-Id", "==", MAC),
    ("radcheck", "Calling-Station-Id", ":=", MAC),
    ("radcheck", "Simultaneous-Use", ":=", "1"),
    ("radreply", "Framed-IP-Address", ":=", "10.9.8.7"),
    ("radreply", "Framed-IP-Address", "=", "10.9.8.8"),
    ("radreply", "Class", ":=", "x"),
    ("radcheck", "Calling-Station-Id", "==", MAC.replace("1", "2")),
    ("radreply", "Framed-IP-Address", ":=", "10.9.8.9"),
    ("aside radcheck", "Cleartext-Password", ":=", "pw"),
    ("aside radreply", "Framed-IP-Address", ":=", "10.9.8.7"),
    ("radusergroup", "20M", "", "2"),
    ("radusergroup", "isolir", "", "0"),
)


async def test_whoever_is_passed_by_has_just_that_account(radius_place: FreeRadiusPlace, server: AccountServer) -> None:
    """What the database puts together of plain accounts, against all their rows, for each two rows that may be more."""
    said = [(base, more) for base in BASES for count in range(3) for more in combinations(MORE, count)]
    group = "INSERT INTO radgroup{} (groupname, attribute, op, value) VALUES (%s, %s, ':=', %s)"
    for plan in ("10M", "20M", "isolir"):
        radius_place.execute(group.format("reply"), (plan, "Class", plan))
    radius_place.execute(group.format("check"), ("off", "Auth-Type", "Reject"))
    stored: list[tuple[str, ...]] = []
    for number, ((secret, own_plan), more) in enumerate(said):
        stored += [("radcheck", f"u{number}", "Cleartext-Password", ":=", secret)] if secret is not None else []
        stored += [("radusergroup", f"u{number}", own_plan, "", "1")] if own_plan is not None else []
        for table, *row in more:
            aside, _, own_table = table.rpartition(" ")
            stored.append((own_table, f"radiusbridge aside u{number}" if aside else f"u{number}", *row))
    for table, columns in (("radcheck", PAIR), ("radreply", PAIR), ("radusergroup", "groupname, priority")):
        own = [(row[1], *(row[2:] if columns == PAIR else (row[2], int(row[4])))) for row in stored if row[0] == table]
        places = ", ".join(f"({', '.join(['%s'] * len(own[0]))})" for _ in own)
        radius_place.execute(f"INSERT INTO {table} (username, {columns}) VALUES {places}", [*chain(*own)])
    usual = Everybody()
    closely = [each.username async for each in server.accounts(usual.read())]
    listed = {each.username: each async for each in server.accounts()}
    passed = [each[0] for each in usual.asked]
    assert sorted(closely + passed) == sorted(listed)
    for name, password, plan, caller, address in usual.asked:
        wanted = WantedAccount(name, Secret(password), profile(plan), caller, address)
        account = listed[name].account
        told = listed[name].compare(wanted)
        assert (told.fields, told.hidden, account.disabled, account.group) == ((), (), False, "default"), name
        assert [each.profile for each in account.plans] == [plan]
    assert passed == sorted(passed)
    fit, plainly = {*BASES[:2], BASES[6]}, [(), (MORE[4],), (MORE[7],), (MORE[4], MORE[7])]
    assert {f"u{number}" for number, (base, more) in enumerate(said) if base in fit and more in plainly} <= {*passed}


async def test_an_account_is_read_in_one_round_trip(radius_place: FreeRadiusPlace, server: AccountServer) -> None:
    await made(server)
    assert isinstance(server, FreeRadius)
    said: list[str] = []
    event.listen(server._database._made(), "before_cursor_execute", lambda *sent: said.append(sent[2]))
    assert await read(server) is not None
    assert len(said) == 1
    assert await server.write_access(await read(server), REJECT)
    assert len(said) == 5, "read; lock, look and write in one transaction"


async def test_twenty_at_once_make_one_account(radius_place: FreeRadiusPlace, gateways: Gateways) -> None:
    several = [gateways.account_server(server_of(radius_place, priority=number)) for number in range(20)]
    await several[0].ensure_profile(profile())
    wanted = WantedAccount("cust", Secret("pw"), profile())
    told = await asyncio.gather(*(each.ensure_account(wanted) for each in several))
    assert sum(told) == 1
    account = await read(several[0])
    told = await asyncio.gather(*(each.write_access(account, WALLED) for each in several))
    assert sum(told) == 1
    assert radius_place.execute("SELECT username, groupname, priority FROM radusergroup ORDER BY priority") == [
        ("cust", "isolir", 0),
        ("cust", "10M", 1),
    ]


async def test_a_schema_of_somebodys_own_is_served_or_refused_in_words(
    radius_place: FreeRadiusPlace, gateways: Gateways
) -> None:
    """Tables without numbers and indexes, with columns and constraints of their own."""
    name = "own"
    url = radius_place.cluster.create(name)
    with psycopg.connect(url, autocommit=True) as connection:
        for table, owner in (
            ("radcheck", "username"),
            ("radreply", "username"),
            ("radgroupcheck", "groupname"),
            ("radgroupreply", "groupname"),
        ):
            connection.execute(
                f"CREATE TABLE {table} (extra int DEFAULT 7, {owner} varchar(64),"
                " attribute varchar(64), op char(2), value varchar(253))"
            )
        connection.execute("CREATE TABLE radusergroup (username varchar(64), groupname varchar(64), rank int)")
        connection.execute(
            "CREATE TABLE radacct (acctsessionid text, username text, nasipaddress text, acctstoptime timestamptz)"
        )
        connection.execute("INSERT INTO radacct VALUES ('81300001', 'cust', '127.9.9.9', NULL)")
        connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO radiusbridge")
        record = server_of(radius_place)
        assert record.sql is not None
        record = replace(record, sql=replace(record.sql, database=name))
        server = gateways.account_server(record)
        with pytest.raises(NotSuchPeer, match="radusergroup lacks the column priority"):
            await made(server)
        connection.execute("ALTER TABLE radusergroup RENAME rank TO priority")
        account = await made(server)
        assert [plan.profile for plan in account.plans] == ["10M"]
        assert [each.nas_address for each in account.sessions] == ["127.9.9.9"]
        for change in (REJECT, WALLED, OPEN):
            assert await server.write_access(account, change)
            assert change.reached(await read(server))[0]
            assert not await server.write_access(account, change)
        for table, owner in (("radcheck", "username"), ("radreply", "username"), ("radgroupreply", "groupname")):
            connection.execute(f"INSERT INTO {table} (attribute) VALUES ('Class')")
            connection.execute(f"INSERT INTO {table} ({owner}) VALUES ('cust')")
        connection.execute("INSERT INTO radusergroup (username) VALUES ('cust')")
        assert [each.username async for each in server.accounts()] == ["cust"]
        assert (await read(server)).in_force is not None
        connection.execute("ALTER TABLE radcheck ADD CONSTRAINT tenant CHECK (attribute <> 'Auth-Type')")
        told = await findings(server.inspect())
        assert (told["tables"].mark, "radcheck.extra" in told["tables"].words) == (Mark.WARN, True)
        with pytest.raises(PeerRefused, match="refused a row"):
            await server.write_access(account, REJECT)
        assert not (await read(server)).disabled


async def test_locks_and_restarts_pass(radius_place: FreeRadiusPlace, server: AccountServer) -> None:
    account = await made(server)
    with psycopg.connect(radius_place.cluster.url(radius_place.database)) as editor:
        editor.execute("UPDATE radcheck SET value = 'by hand'")
        reading = await read(server)
        assert reading == account, "who looks does not wait"
        writing = asyncio.create_task(server.write_access(account, REJECT))
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        await asyncio.to_thread(until, lambda: radius_place.execute(waiting), "the lock")
        editor.commit()
        assert await writing
    radius_place.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'radiusbridge'"
    )
    assert (await read(server)).disabled, "its connection was lost: asked again on another"
    radius_place.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'radiusbridge'"
    )
    assert await server.write_access(account, OPEN)
    assert radius_place.login("cust", "by hand")


async def test_texts_that_no_column_takes_are_refused(server: AccountServer) -> None:
    for name in ("a\0b", "\udc80"):
        with pytest.raises(RadiusbridgeError):
            await server.read_account(name)
        with pytest.raises(RadiusbridgeError):
            await made(server, name)

"""FreeRADIUS on PostgreSQL as the account server: its tables are written, and itself is asked."""

import pytest
from pyrad.packet import AccessAccept

from radiusbridge.gateways.accounts.freeradius_values import meant, stored
from tests.cli.conftest import RunningIsp
from tests.peers.freeradius_isp import ask_radius_at, dial, until_online, until_refused
from tests.peers.freeradius_sql import FreeRadiusPlace
from tests.peers.programs import until

pytestmark = pytest.mark.peer

CHECK = "INSERT INTO radcheck (username, attribute, op, value) VALUES (%s, %s, ':=', %s)"
REPLY = CHECK.replace("radcheck", "radreply")


def test_the_server_lives_by_its_tables(radius_place: FreeRadiusPlace) -> None:
    """What every other test here rests on: the rows decide, and sessions are rows."""
    for name, password in (("ali", "pw"), ("a$'b ☕", 'say "0"')):
        radius_place.execute(CHECK, (name, "Cleartext-Password", password))
        assert radius_place.login(name, password)
        assert not radius_place.login(name, "other")
    radius_place.execute(CHECK, ("ali", "Simultaneous-Use", "1"))
    radius_place.account("ali", "8130000a", "Start", Framed_IP_Address="10.0.0.9")
    open_rows = "SELECT username, acctsessionid, host(nasipaddress) FROM radacct WHERE acctstoptime IS NULL"
    assert radius_place.execute(open_rows) == [("ali", "8130000a", "127.9.9.9")]
    assert not radius_place.login("ali", "pw"), "one session is all that it may have"
    radius_place.account("ali", "8130000a", "Stop", Acct_Session_Time=5)
    assert radius_place.execute(open_rows) == []
    assert radius_place.login("ali", "pw")
    radius_place.execute(CHECK, ("ali", "Auth-Type", "Reject"))
    assert not radius_place.login("ali", "pw")


TEXTS = (
    *(
        "b\\",
        "`id`",
        '"x"',
        "'x'",
        "'",
        '"',
        "`",
        "it's",
        "a\\nb",
        "'a\\'b'",
        "\\",
        "\\\\",
        "''",
        "``",
        "'\\",
        "\\'",
        "=a",
    ),
    *("%{User-Name}", "`%{User-Name}`", "a'\\'b'", "\\047", "\\x41", "☕", " x ", "0x41", "yes", "a\tb"),
)
RAW = (
    "a\\nb",
    "\\101",
    'a\\"b',
    "a\\'b",
    "\\x41",
    '"a\\nb"',
    "'a\\nb'",
    "'a\\\\b'",
    "'x\\'y'",
    "\\047a'",
    "'x",
    '"x%{User-Name}"',
)


def test_a_text_is_stored_so_that_the_server_reads_that_text(radius_place: FreeRadiusPlace) -> None:
    """Quotes and escapes mean something there; between back quotes a password could be expanded, and run."""
    for number, (text, value) in enumerate(
        [*((text, stored(text)) for text in TEXTS), *((meant(raw), raw) for raw in RAW)]
    ):
        name = f"u{number}"
        assert text is not None
        assert meant(value) == text
        radius_place.execute(CHECK, (name, "Cleartext-Password", value))
        radius_place.execute(REPLY, (name, "Filter-Id", value))
        reply = radius_place.reply(name, text)
        assert (reply.code, reply.get("Filter-Id")) == (AccessAccept, [text]), value
    radius_place.execute(CHECK, ("dropped", "Cleartext-Password", "b\\"))
    assert (meant("b\\"), radius_place.login("dropped", "b\\")) == (None, False)
    radius_place.execute(CHECK, ("ran", "Cleartext-Password", "pw"))
    radius_place.execute(REPLY, ("ran", "Filter-Id", "`x%{User-Name}`"))
    assert (meant("`x%{User-Name}`"), radius_place.reply("ran", "pw").get("Filter-Id")) == (None, ["xran"])


def test_a_simulated_nas_asks_it_and_tells_it(radius_place: FreeRadiusPlace) -> None:
    """Dial, session row, and the Stop, over real UDP; what the other tests rest on."""
    radius_place.execute(CHECK, ("ali", "Cleartext-Password", "pw"))
    radius_place.execute(REPLY, ("ali", "Mikrotik-Rate-Limit", "2M/10M"))
    with RunningIsp(customers=0) as isp:
        ask_radius_at(isp, radius_place.radius)
        dial(isp, "ali", "wrong")
        until_refused(isp, "ali")
        dial(isp, "ali", "pw")
        until_online(isp, "ali")
        session = isp.call(lambda world: world.oracle.sessions_really("ali")[0])
        assert session.grant.rate == "2M/10M"
        rows = until(
            lambda: radius_place.execute("SELECT acctsessionid, host(framedipaddress), acctstoptime FROM radacct"),
            "Start",
        )
        assert rows == [(session.acct_session_id, session.address, None)]
        isp.call(lambda world: world.customers["ali"].switch_off())
        until(lambda: radius_place.execute("SELECT 1 FROM radacct WHERE acctstoptime IS NOT NULL"), "Stop")

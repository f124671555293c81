"""Accounts for thousands of customers on a real FreeRADIUS, as one operation of the journal."""

from collections.abc import Callable

import pytest

from radiusbridge.domain.observations import Observation
from radiusbridge.services.filling import BATCH, Filling
from tests.cli.conftest import Cli, RunningIsp
from tests.peers.freeradius_isp import connect
from tests.peers.freeradius_sql import FreeRadiusPlace

pytestmark = pytest.mark.peer

MANY, FEW = 2000, 20
TWO_BATCHES = BATCH + 100


@pytest.fixture
def town(cli: Cli, radius_place: FreeRadiusPlace, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A FreeRADIUS without any account."""
    monkeypatch.setenv("COLUMNS", "400")
    with RunningIsp(customers=0) as isp:
        connect(cli, radius_place, isp)
    cli.ok("profile", "add", "home-10", "--rate", "2M/10M")
    return cli


def take_in(town: Cli, count: int) -> None:
    """Customers from a list; two are held."""
    rows = ["user,password,profile,status", *(f"u{n},pw{n}\\,home-10,aktif" for n in range(count - 2))]
    file = town.home / "list.csv"
    file.write_text("\n".join([*rows, "shut,pw,home-10,isolir", "walled,pw,home-10,isolir"]) + "\n")
    town.ok("import", "csv", str(file), "--apply", "--yes-count", str(count))


def accounts(place: FreeRadiusPlace) -> int:
    count: int = place.execute("SELECT count(DISTINCT username) FROM radcheck")[0][0]
    return count


def test_all_at_once(town: Cli, radius_place: FreeRadiusPlace) -> None:
    take_in(town, MANY)
    assert town("server", "fill", "fr-1").status == 4
    assert town("server", "fill", "fr-1", "--yes-count", "3").status == 4
    assert accounts(radius_place) == 0
    filled = town("server", "fill", "fr-1", "--yes-count", str(MANY))
    assert filled.status == 0, filled
    assert f"each of {MANY} customers has the account that the database says" in filled.out
    assert "the test login of u0 is accepted" in filled.out
    assert accounts(radius_place) == MANY
    assert [
        radius_place.login(name, password) for name, password in (("u7", "pw7\\"), ("u7", "pw7"), ("shut", "pw"))
    ] == [
        True,
        False,
        False,
    ]
    (operation,) = [row["id"] for row in town.ok("op", "list", "--json").json if row["intent"] == "fill"]
    undone = town("undo", str(operation))
    assert (undone.status, "go with them" in undone.err) == (4, True), undone
    again = town("server", "fill", "fr-1")
    assert (again.status, "0 accounts would be made" in again.out + again.err) == (0, True), again
    assert f"accounts: {MANY} the same" in town.ok("plan", "fr-1").err


def test_what_is_there_already_and_wrong_is_told(town: Cli, radius_place: FreeRadiusPlace) -> None:
    """An account of the same name stays as it is, and the verdict says that it is not what the database says."""
    take_in(town, FEW)
    radius_place.execute(
        "INSERT INTO radcheck (username, attribute, op, value) VALUES ('u1', 'Cleartext-Password', ':=', 'x')"
    )
    filled = town("server", "fill", "fr-1", "--yes-count", str(FEW - 1))
    assert filled.status == 1, filled
    assert "1 with another one than the database says: u1" in filled.out
    assert radius_place.login("u1", "x")


def test_what_others_change_before_it_is_read_back_is_told(
    town: Cli, radius_place: FreeRadiusPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables are read anew after the last commit, and each row counts."""
    take_in(town, FEW)
    pair = "(username, attribute, op, value) VALUES"
    by_others = {
        "u0": "UPDATE radcheck SET value = 'pw1' WHERE username = 'u0'",
        "u1": "UPDATE radcheck SET value = '`pw1`' WHERE username = 'u1'",
        "u2": f"INSERT INTO radcheck {pair} ('u2', 'Auth-Type', ':=', 'Reject')",
        "u3": f"INSERT INTO radcheck {pair} ('u3', 'Calling-Station-Id', '==', '02:00:00:00:00:01')",
        "u4": f"INSERT INTO radreply {pair} ('u4', 'Framed-IP-Address', ':=', '10.9.8.7')",
        "u5": "UPDATE radusergroup SET groupname = 'home-11' WHERE username = 'u5'",
        "u6": "INSERT INTO radusergroup (username, groupname, priority) VALUES ('u6', 'isolir', 0)",
        "u7": "DELETE FROM radusergroup WHERE username = 'u7'",
        "u8": "UPDATE radcheck SET username = 'U8' WHERE username = 'u8'",
        "u9": "DELETE FROM radcheck WHERE username = 'u9'; DELETE FROM radusergroup WHERE username = 'u9'",
        "": f"INSERT INTO radreply {pair} ('u10', 'Class', ':=', 'by hand')",
    }
    count = Filling.count

    async def others_first(self: Filling, now: Callable[[], float]) -> Observation:
        for statement in by_others.values():
            radius_place.execute(statement)
        return await count(self, now)

    monkeypatch.setattr(Filling, "count", others_first)
    filled = town("server", "fill", "fr-1", "--yes-count", str(FEW))
    assert filled.status == 1, filled
    told = "1 without an account and 9 with another one than the database says: U8, u0, u1, u2, u3, u4, u5, u6, u7, u9"
    assert told in filled.out, filled


def test_who_is_held_is_walled_from_the_start(town: Cli, radius_place: FreeRadiusPlace) -> None:
    town("server", "edit", "fr-1", "--policy", "walled")
    take_in(town, FEW)
    filled = town("server", "fill", "fr-1", "--yes-count", str(FEW))
    assert filled.status == 0, filled
    assert "2 of them walled" in filled.out + filled.err
    assert radius_place.reply("walled", "pw").get("Mikrotik-Address-List") == ["isolir"]


def test_a_restart_in_the_middle(town: Cli, radius_place: FreeRadiusPlace) -> None:
    """The writing stops where the database does; whoever goes on makes what is missing, and reads all of it back."""
    take_in(town, TWO_BATCHES)
    radius_place.execute(
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.username = 'u{BATCH + 50}' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;"
        " RETURN NEW; END $$"
    )
    radius_place.execute("CREATE TRIGGER broken BEFORE INSERT ON radcheck FOR EACH ROW EXECUTE FUNCTION broken()")
    try:
        waits = town("server", "fill", "fr-1", "--yes-count", str(TWO_BATCHES))
        assert waits.status == 3, waits
        assert 0 < accounts(radius_place) < TWO_BATCHES
    finally:
        radius_place.execute("DROP TRIGGER broken ON radcheck")
        radius_place.execute("DROP FUNCTION broken")
    town("op", "run")
    operation = next(row for row in town.ok("op", "list", "--json").json if row["intent"] == "fill")
    assert (operation["status"], operation["verdict"]) == ("done", "PROVEN"), operation
    assert accounts(radius_place) == TWO_BATCHES

"""`import`: the look, the file of the refused, the typed count, and undo."""

import csv
import json
from pathlib import Path

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp, connect

LIST = """Username;Sandi;Nama;No HP;Paket;Lain
ali;geheim-1;Ali;0812-3456-7890;10M;x
budi;geheim-2;Budi;12;10M;=1+1
budi;geheim-3;\x1b[31mBudi;;10M;
"""


@pytest.fixture
def stocked(cli: Cli) -> Cli:
    cli.ok(
        *("server", "add", "um1", "--kind", "userman7", "--api", "127.0.0.1:1", "--plain"),
        *("--api-password-file", cli.secret("api", "p")),
    )
    cli.ok("profile", "add", "home-10", "--rate", "10M/10M")
    return cli


def test_a_list_is_shown_first_and_imported_whole_or_not_at_all(stocked: Cli, tmp_path: Path) -> None:
    file, refused = tmp_path / "list.csv", tmp_path / "refused.csv"
    file.write_text(LIST)
    looked = stocked("import", "csv", str(file), "--refused", str(refused))
    assert looked.status == 1
    assert "new      line 2: ali, Ali, home-10\n" in looked.out
    assert "refused  line 3: budi: “12” is no telephone number" in looked.out
    assert "columns: Username = user, Sandi = password, Nama = name, No HP = phone, Paket = profile" in looked.err
    assert "not used: Lain" in looked.err
    assert "geheim" not in looked.out + looked.err + refused.read_text()
    with refused.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["line"], row["Username"], row["Sandi"], row["Lain"]) for row in rows] == [
        ("3", "budi", "", "'=1+1"),
        ("4", "budi", "", ""),
    ]
    assert refused.stat().st_mode & 0o777 == 0o600

    told = stocked("import", "csv", str(file), "--json").lines
    assert [row["type"] for row in told] == ["source", "row", "row", "row", "tally"]
    assert told[-1] == {
        "type": "tally", "rows": 3, "new": 1, "changed": 0, "same": 0, "refused": 2, "profiles": [],
        "without_password": 0, "kept_out": 0,
    }  # fmt: skip

    for arguments in ((), ("--leave-refused",), ("--leave-refused", "--yes-count", "2")):
        assert stocked("import", "csv", str(file), "--apply", *arguments).status == 4
    assert stocked.ok("customer", "list", "--json").json == []
    done = stocked.ok(
        *("import", "csv", str(file), "--apply", "--leave-refused", "--yes-count", "1", "--reason", "moving in")
    )
    assert "IMPORTED  1 customers, operation 1" in done.out
    (customer,) = stocked.ok("customer", "list", "--json").json
    assert (customer["user"], customer["phone"]) == ("ali", "6281234567890")
    assert stocked.ok("op", "list", "--json").json[0]["intent"] == "import"
    again = stocked("import", "csv", str(file), "--apply", "--leave-refused")
    assert again.status == 0
    assert "there is nothing to write" in again.err

    assert "1 customers go" in stocked.ok("undo", "1", "--yes").out
    assert stocked.ok("customer", "list", "--json").json == []
    assert [row["action"] for row in stocked.ok("audit", "list", "--json").json][:3] == [
        "customer.remove",
        "customer.add",
        "customer.import",
    ]


def test_what_cannot_be_read_is_said(stocked: Cli, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Kolom,Lain\na,b\n")
    assert "--map" in stocked("import", "csv", str(file)).err
    for arguments in (("--map", "Kolom=nobody"), ("--profile-of", "x"), ("--map", "Weg=user")):
        assert stocked("import", "csv", str(file), *arguments).status == 2
    assert stocked("import", "csv", str(tmp_path / "none.csv")).status == 2


def test_a_routers_own_users_come_over_and_nothing_is_written_there(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = [
        {"name": "ali", "password": "a1", "service": "pppoe", "profile": "home", "comment": "Ali, Blok A"},
        {"name": "budi", "password": "b1", "service": "any", "profile": "home", "disabled": "yes"},
        {"name": "cita", "password": "c1", "profile": "gold", "remote-address": "10.9.0.7", "routes": "10.8.0.0/24"},
        {"name": "l2tp", "password": "x", "service": "l2tp"},
        {"name": "dodi", "password": "x", "service": "pppoe", "profile": "default"},
        {"name": "=eka", "password": "x", "profile": "home", "caller-id": "192.0.2.1", "comment": "\x1b[2J"},
    ]
    guests = [{"name": "warung", "password": "w", "profile": "default", "mac-address": "02:00:00:00:00:0A"}]
    with RunningIsp(customers=1, local_guests=1) as isp:
        connect(cli, isp)
        held = cli.ok("customer", "list", "--json").json

        def fill(world: SimulatedIsp) -> None:
            menus = world.router("nas1").menus
            menus["/ppp/profile"].add({"name": "home", "rate-limit": "10M/20M"})
            menus["/ppp/profile"].add({"name": "gold", "rate-limit": "10M/50M 20M/100M 15M/75M 16/16"})
            for secret in secrets:
                menus["/ppp/secret"].add(secret)
            for guest in guests:
                menus["/ip/hotspot/user"].add(guest)

        isp.call(fill)
        trace = tmp_path / "trace.jsonl"
        monkeypatch.setenv("RADIUSBRIDGE_TRACE", str(trace))
        looked = cli("import", "ppp", "bras-1", "--make-profiles")
        assert looked.status == 1
        assert "bursts are not taken over: gold" in looked.err
        for words in (
            "new      line 1: ali, home\n", "new      line 2: budi, home, kept out", "new      line 3: cita, gold",
            "line 4: l2tp: it is for “l2tp”", "line 5: dodi: no profile is called “default”",
            "line 6: =eka: “192.0.2.1” is not a caller-id",
        ):  # fmt: skip
            assert words in looked.out
        done = cli.ok("import", "ppp", "bras-1", "--make-profiles", "--apply", "--leave-refused", "--yes-count", "3")
        assert "IMPORTED  3 customers" in done.out
        assert "new      line 1" in cli("import", "hotspot", "bras-1", "--profile-of", "default=home").out
        monkeypatch.delenv("RADIUSBRIDGE_TRACE")
        sent = [json.loads(line) for line in trace.read_text().splitlines()]
        assert {each["words"][0] for each in sent if each["dir"] == "send"} == {
            *("/login", "/ppp/profile/print", "/ppp/secret/print"),
            *("/ip/hotspot/user/print", "/ip/hotspot/user/profile/print"),
        }
    found = {row["user"]: row for row in cli.ok("customer", "list", "--json").json if row not in held}
    assert {who: row["profile"] for who, row in found.items()} == {"ali": "home", "budi": "home", "cita": "gold"}
    assert (found["cita"]["static_address"], found["ali"]["note"]) == ("10.9.0.7", "Ali, Blok A")
    assert cli.ok("profile", "show", "gold", "--json").json["rate_down"] == 50_000_000
    assert cli("import", "ppp", "nobody").status == 2


def test_other_programs_databases_come_over_from_dumps(
    stocked: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumps = Path(__file__).parents[1] / "services" / "importing" / "dumps"
    taken = ("--make-profiles", "--profile", "home-10", "--leave-refused", "--apply", "--yes-count")
    assert "IMPORTED  4 customers" in stocked.ok("import", "phpnuxbill", str(dumps / "phpnuxbill.sql"), *taken, "4").out
    refused = tmp_path / "refused.csv"
    looked = stocked("import", "daloradius", str(dumps / "mariadb.sql"), "--refused", str(refused))
    assert (looked.status, "it's; (1)" in refused.read_text()) == (1, False), "no password leaves"
    assert stocked("import", "daloradius").status == 2
    monkeypatch.setenv("RADIUSBRIDGE_IMPORT_URL", "postgresql://noc:geheim@127.0.0.1:1/radius")
    away = stocked("import", "daloradius")
    assert (away.status, "geheim" in away.err) == (3, False)

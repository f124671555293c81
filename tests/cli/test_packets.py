"""What the recorder keeps, as `packets` shows it."""

import stat
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Cli, RunningIsp, adopt, connect

HOSTILE = "\x1b[2J80\u202e\x9b"


@pytest.fixture
def isp() -> Iterator[RunningIsp]:
    """Customers who may be online twice: the control login of an isolation leaves their session to the kick."""
    with RunningIsp(customers=2, shared_users="2") as running:
        yield running


@pytest.fixture
def isolated(cli: Cli, isp: RunningIsp) -> str:
    """A customer who was isolated; the operation's id."""
    connect(cli, isp)
    adopt(cli, isp, isp.names[0])
    *_, verdict = cli("isolate", isp.names[0], "--settle", "1", "--json").lines
    assert verdict["verdict"] == "PROVEN", verdict
    return str(verdict["id"])


def test_an_operation_shows_its_packets_without_passwords(cli: Cli, isp: RunningIsp, isolated: str) -> None:
    found = cli.ok("packets", "list", "--operation", isolated, "--json").json
    exchanges = [(one["packet"], one["direction"], one["outcome"]) for one in found]
    assert exchanges.count(("Disconnect-Request", "sent", "ack")) == 1
    assert exchanges.count(("Disconnect-ACK", "received", "ack")) == 1
    assert ("Access-Accept", "received", "accept") in exchanges
    assert ("Access-Reject", "received", "reject") in exchanges
    number = cli.ok("customer", "show", isp.names[0], "--json").json["number"]
    assert {(one["customer"], one["user"]) for one in found} == {(number, isp.names[0])}
    assert {one["redacted"] for one in found if one["packet"] == "Access-Request"} == {True}
    assert all(one["milliseconds"] > 0 for one in found if one["direction"] == "received")

    folder = cli.home / "radiusbridge.sqlite3-packets"
    kept = b"".join(path.read_bytes() for path in folder.iterdir())
    secrets = [isp.router("server")["radius"]["secret"], isp.router("nas")["dae"]["secret"]]
    for word in (isp.password(isp.names[0]), *secrets):
        assert word.encode() not in kept
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_filters_show_and_statistics(cli: Cli, isp: RunningIsp, isolated: str) -> None:
    everything = cli.ok("packets", "list", "--json").json
    dae = isp.router("nas")["dae"]
    (kick, ack) = cli.ok("packets", "list", "--peer", f"{dae['host']}:{dae['port']}", "--json").json
    assert (kick["code"], ack["code"]) == (40, 41)
    for options in (
        ("--code", "disconnect-request", "--user", isp.names[0].upper()),
        ("--code", "40", "--outcome", "ack", "--since", "10m", "--customer", kick["customer"]),
        ("--code", "40", "--since", kick["at"], "--until", ack["at"], "--limit", "1"),
    ):
        assert [one["id"] for one in cli.ok("packets", "list", *options, "--json").json] == [kick["id"]]
    assert cli.ok("packets", "list", "--until", kick["at"], "--json").json == [
        one for one in everything if one["at"] < kick["at"]
    ]
    assert cli.ok("packets", "list", "--operation", "999").out.splitlines()[1:] == []

    shown = cli.ok("packets", "show", kick["id"], "--json").json
    names = [one["name"] for one in shown["attributes"]]
    assert names[:2] == ["Message-Authenticator", "User-Name"]
    assert {"Acct-Session-Id", "Framed-IP-Address", "Event-Timestamp"} <= set(names)
    login = next(one for one in everything if one["packet"] == "Access-Request")
    lines = cli.ok("packets", "show", login["id"]).out
    assert "(not recorded)" in lines
    assert isp.names[0] in lines

    written = cli.exported("packets", "list")
    assert [(one["id"], one["at"]) for one in written] == [(one["id"], one["at"]) for one in everything]
    assert cli("packets", "list", "--follow", "--export", str(cli.home / "x.csv")).status == 2
    found = cli.ok("packets", "stats", "--json").json
    assert found["sent"] + found["received"] == len(everything)
    assert found["limit"] == 64 << 20
    assert str(len(cli.ok("packets", "list").out.splitlines()) - 1) == str(len(everything))


def test_silence_is_told_of_every_copy_of_the_request(cli: Cli, isp: RunningIsp) -> None:
    dae, file = isp.router("nas")["dae"], str(cli.home / "kick.packets")
    isp.call(lambda world: world.faults("nas1").turn(loss=1.0))
    options = ("--nas", f"{dae['host']}:{dae['port']}", "--secret-file", cli.secret("dae", dae["secret"]))
    assert cli("kick", "ali", *options, "--timeout", "1.5", "--record", file).status == 3
    found = cli.ok("packets", "list", "--file", file, "--json").json
    assert [(one["direction"], one["outcome"]) for one in found] == [("sent", "silence")] * 2
    assert len({one["identifier"] for one in found}) == 1
    assert "no answer" in cli.ok("packets", "show", found[0]["id"], "--file", file).out


def test_a_kick_without_database_is_recorded_where_asked(cli: Cli, isp: RunningIsp) -> None:
    dae = isp.router("nas")["dae"]
    file = cli.home / "kick.packets"
    options = ("--nas", f"{dae['host']}:{dae['port']}", "--secret-file", cli.secret("dae", dae["secret"]))
    assert cli("kick", "ali", *options, "--record", str(file), "--session-id", HOSTILE).status == 5
    assert not (cli.home / "radiusbridge.sqlite3-packets").exists()
    listed = cli.ok("packets", "list", "--file", str(file))
    assert len(listed.out.splitlines()) == 3
    request, answer = cli.ok("packets", "list", "--file", str(file), "--json").json
    assert answer["outcome"] == request["outcome"] == "nak-503"
    shown = cli.ok("packets", "show", answer["id"], "--file", str(file)).out
    assert "Error-Cause 503: the NAS knows no such session" in " ".join(shown.split())
    sent = cli.ok("packets", "show", request["id"], "--file", str(file)).out
    assert "␛[2J80" in sent
    for text in (listed.out, shown, sent):
        assert not set(HOSTILE) & {"\x1b", "\u202e", "\x9b"} & set(text)
    before = file.read_bytes()
    assert cli("kick", "x", *options, "--record", str(cli.secret("other", "words"))).status == 2
    assert file.read_bytes() == before


def test_probes_are_recorded(cli: Cli, isp: RunningIsp) -> None:
    radius, file = isp.router("server")["radius"], str(cli.home / "probe.packets")
    target = f"{radius['host']}:{radius['auth_port']}"
    secrets = ("--secret-file", cli.secret("radius", radius["secret"]))
    login = ("--user", "nobody", "--password-file", cli.secret("password", "swordfish"))
    assert cli("probe", "auth", target, *secrets, *login).status == 1
    assert cli("probe", "auth", target, *secrets, *login, "--record", file).status == 1
    found = cli.ok("packets", "list", "--file", file, "--json").json
    assert [(one["packet"], one["outcome"], one["redacted"]) for one in found] == [
        ("Access-Request", "reject", True),
        ("Access-Reject", "reject", False),
    ]
    assert sorted(cli.home.glob("*packets*")) == [cli.home / "probe.packets"]

    connect(cli, isp)
    assert cli("probe", "auth", "um-1", *login).status == 1
    assert len(cli.ok("packets", "list", "--json").json) == 2


def test_recording_can_be_switched_off_and_never_harms(
    cli: Cli, isp: RunningIsp, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(cli, isp)
    folder = cli.home / "radiusbridge.sqlite3-packets"
    monkeypatch.setenv("RADIUSBRIDGE_PACKETS", "off")
    cli.ok("nas", "test", "bras-1")
    assert not folder.exists()
    assert "no packet" in cli.ok("packets", "list").err
    monkeypatch.delenv("RADIUSBRIDGE_PACKETS")
    folder.write_text("in the way")
    tested = cli.ok("nas", "test", "bras-1")
    assert [line for line in tested.err.splitlines() if "recorded" in line] == [
        "radiusbridge: warning: packets are not recorded any more: File exists"
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "--code", "disconect-request"), "did you mean disconnect-request?"),
        (("list", "--code", "256"), "no RADIUS packet type"),
        (("list", "--outcome", "silense"), "did you mean silence?"),
        (("list", "--since", "yesterday"), "no moment"),
        (("list", "--since", "9999999w"), "no moment"),
        (("list", "--file", "/nowhere/at/all"), "no such file"),
        (("show", "12"), "no packet's id"),
        (("show", "1.20"), "no packet 1.20"),
        (("export", "--pcapng", "/nowhere/at/all"), "cannot be written"),
    ],
)
def test_bad_input_is_told_in_one_line(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    result = cli("packets", *arguments)
    assert (result.status, result.out) == (2, "")
    assert said in result.err


def test_a_size_that_is_none(stocked: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in ("much", "1k"):
        monkeypatch.setenv("RADIUSBRIDGE_PACKETS", size)
        result = stocked("customer", "list")
        assert result.status == 2
        assert len(result.err.splitlines()) == 1


def test_a_damaged_ring_is_read_as_far_as_it_goes(cli: Cli, isp: RunningIsp, isolated: str) -> None:
    before = cli.ok("packets", "list", "--json").json
    (segment,) = (cli.home / "radiusbridge.sqlite3-packets").iterdir()
    octets = segment.read_bytes()
    middle = int(before[2]["id"].partition(".")[2])
    segment.write_bytes(octets[: middle + 30] + b"\xff" + octets[middle + 31 : -5])
    (segment.parent / "notes.txt").write_text("not ours")
    after = cli.ok("packets", "list", "--json").json
    ids = [one["id"] for one in before]
    assert [one["id"] for one in after] == [*ids[:2], *ids[3:-1]]

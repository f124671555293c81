"""`probe send` beside the real radclient at a real FreeRADIUS: the same input gives the same records and verdicts."""

import json
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.peers.freeradius import FreeRadius, FreeRadiusAuth, FreeRadiusDae, plain_outcome
from tests.peers.programs import PATIENCE, require
from tests.peers.verbs import Result, Verbs
from tests.ports import refusing_udp_port

ALICE = "User-Name = alice, User-Password = alice-pw-1\n"
CAROL = 'User-Name = "carol"\nUser-Password = "carol-pw-1"\n'
WRONG = "User-Name = alice\nUser-Password = wrong-password-9\n"
HELLO = 'Reply-Message == "hello alice"\n'
PLAN = (
    "Service-Type == Framed-User\nFramed-Protocol == PPP\nFramed-Pool == 'pool-active', Mikrotik-Rate-Limit =~ ^10M\n"
    "Mikrotik-Address-List =* ANY\nClass == 0x636c6173732d6361726f6c\n"
)
EACH_ITS_OWN = {"Packet-Src-Port", "Timestamp", "Message-Authenticator"}


@pytest.fixture
def radclient() -> str:
    return require("radclient")


def sent(verbs: Verbs, server: FreeRadius, port: str, kind: str, text: str, *options: str) -> Result:
    where = f"{server.host}:{server.ports[port]}"
    secret = verbs.secret("shared", server.secret)
    file = verbs.secret("requests", text)
    return verbs.light("probe", "send", where, kind, "--secret-file", secret, "--file", file, *options)


def theirs(program: str, server: FreeRadius, port: str, kind: str, *options: str) -> subprocess.CompletedProcess[str]:
    where = f"{server.host}:{server.ports[port]}"
    command = [program, "-s", "-r", "10", "-t", "5", "-S", str(server.secret_file), *options, where, kind]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def counts(said: str) -> dict[str, int]:
    return {name.strip(): int(number) for name, number in re.findall(r"\t([A-Z][a-z ]+?)\s*: (\d+)", said)}


def test_the_same_records_are_stored(
    verbs: Verbs, freeradius_auth: FreeRadiusAuth, radclient: str, tmp_path: Path
) -> None:
    start = (
        'User-Name = "al\\"i\\\\ce\\101 é", NAS-Port := 3 # comment\nAcct-Status-Type = start\n# comment\n'
        "Acct-Session-Id = 'radclient-1',Filter-Id += a\\nb\nClass = abc\nClass = 0x616263\n"
        "Connect-Info = '50 % {x}'\nMikrotik-Rate-Limit = 2M/10M\n"
        "NAS-IP-Address = 192.0.2.9\nFramed-IPv6-Prefix = 2001:db8::/48\n"
        'Attr-26.14988.19 = 0x6c697374\nAcct-Session-Time = 0x10\nCalling-Station-Id = ""\nuser-name = again\n'
    )
    stop = start.replace("= start", "= Stop") + "Acct-Terminate-Cause = user-request, Message-Authenticator = 0x00\n"
    text = f"{start}\n\n{stop}"
    file = tmp_path / "list"
    file.write_text(text)
    assert theirs(radclient, freeradius_auth, "acct", "acct", "-f", str(file)).returncode == 0
    assert sent(verbs, freeradius_auth, "acct", "auto", text).status == 0
    for status in ("Start", "Stop"):
        one, other = freeradius_auth.records("radclient-1", status)
        assert {name: value for name, value in one.items() if name not in EACH_ITS_OWN} == {
            name: value for name, value in other.items() if name not in EACH_ITS_OWN
        }
        assert one["Filter-Id"] == "a\\nb"


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        (ALICE, ""),
        (WRONG, ""),
        (f"{WRONG}Response-Packet-Type = Access-Reject\n", ""),
        (ALICE, HELLO),
        (ALICE, "Reply-Message =~ '^hello'\n"),
        (ALICE, "Reply-Message !~ '^hello'\n"),
        (ALICE, "Reply-Message != x\n"),
        (ALICE, "Reply-Message > a\n"),
        (ALICE, "Reply-Message =* ANY\n"),
        (ALICE, "Reply-Message !* ANY\n"),
        (ALICE, "Packet-Type == Access-Accept\n"),
        (ALICE, f"Packet-Type == Access-Reject\n{HELLO}"),
        (WRONG, f"Packet-Type == Access-Reject\n{HELLO}"),
        (CAROL, f"{PLAN}Session-Timeout > 3000\n"),
        (CAROL, f"{PLAN}Session-Timeout >= 3601\n"),
        (CAROL, f"{PLAN}Session-Timeout <= 3600\n"),
        (CAROL, f"{PLAN}Session-Timeout != 3600\n"),
        (CAROL, PLAN),
        (CAROL, f"{PLAN}Session-Timeout == 3600\nFilter-Id == x\n"),
        (CAROL, f"{PLAN}Session-Timeout == 3600\nFramed-Pool == pool-active\n"),
        (f"{ALICE}\n\n{CAROL}", f"{HELLO}\n{PLAN}Session-Timeout < 3601\n"),
        (f"{ALICE}\n\n{CAROL}", f"{HELLO}\n{HELLO}"),
        (f"{ALICE}\n\n{CAROL}", HELLO),
        (ALICE, f"{HELLO}\n{HELLO}"),
        ("User-Name = alice, CHAP-Password = alice-pw-1\n", HELLO),
        ("User-Name = alice, CHAP-Password = alice-pw-1, CHAP-Challenge = 0x0102030405060708\n", HELLO),
        ("User-Name = alice, MS-CHAP-Password = alice-pw-1\n", HELLO),
        ("User-Name = alice, User-Password = x, Cleartext-Password = alice-pw-1\n", HELLO),
        ("User-Name = otp, User-Password = x\n", ""),
        ("User-Name = otp, User-Password = x, Response-Packet-Type = Access-Challenge\n", ""),
    ],
)
def test_verdicts_and_counts_are_those_of_radclient(
    verbs: Verbs, freeradius_auth: FreeRadiusAuth, radclient: str, tmp_path: Path, text: str, filters: str
) -> None:
    requests, wanted = tmp_path / "requests", tmp_path / "filters"
    requests.write_text(text)
    wanted.write_text(filters)
    pair = f"{requests}:{wanted}" if filters else str(requests)
    their = theirs(radclient, freeradius_auth, "legacy", "auth", "-f", pair)
    where = f"{freeradius_auth.host}:{freeradius_auth.ports['legacy']}"
    secret = verbs.secret("shared", freeradius_auth.secret)
    ours = verbs.light("probe", "send", where, "auth", "--secret-file", secret, "--file", pair, "--json", "--quiet")
    assert (ours.status == 0) == (their.returncode == 0)
    said = counts(their.stdout)
    if said:
        told = ours.json
        names = {"Accepted": "accepted", "Rejected": "rejected", "Lost": "lost"}
        names |= {"Passed filter": "passed", "Failed filter": "failed"}
        assert {name: told[ours_name] for name, ours_name in names.items()} == said
    else:
        assert (ours.status, their.returncode) == (2, 1)


def test_kicks_and_what_each_answer_is_called(verbs: Verbs, freeradius_dae: FreeRadiusDae, radclient: str) -> None:
    ids = ["static-1", "err-501", "bare-1", "nobody", "mute-1"]
    text = "\n\n".join(f"User-Name = u{number}, Acct-Session-Id = {one}" for number, one in enumerate(ids))
    file = verbs.secret("theirs", text)
    their = theirs(radclient, freeradius_dae, "dae", "disconnect", "-p", "5", "-r", "3", "-t", "1", "-f", file)
    ours = sent(verbs, freeradius_dae, "dae", "disconnect", text, "-p", "5", "--timeout", "3s", "--json")
    *ends, summary = map(json.loads, ours.out.splitlines())
    assert {end["user"]: plain_outcome(end["outcome"]) for end in ends} == {
        "u0": "ack",
        "u1": "nak-501",
        "u2": "nak-no-cause",
        "u3": "nak-503",
        "u4": "silence",
    }
    said = counts(their.stdout)
    assert (said["Accepted"], said["Rejected"], said["Lost"]) == (1, 3, 1)
    assert (summary["accepted"], summary["rejected"], summary["lost"], ours.status) == (1, 3, 1, 1)
    expected = sent(verbs, freeradius_dae, "dae", "disconnect", "Acct-Session-Id = x, Response-Packet-Type = 42\n")
    assert expected.status == 0
    silent = sent(verbs, freeradius_dae, "dae", "coa", "Acct-Session-Id = mute-1\n", "--timeout", "500ms")
    assert (silent.status, "LOST" in silent.out) == (3, True)


def test_what_is_wrong_in_the_middle_is_told_and_check_finds_it_before(
    verbs: Verbs, freeradius_auth: FreeRadiusAuth
) -> None:
    text = f"{ALICE}\n\n{CAROL}\n\nUser-Name = bob\nMikrotik-Rate-Limitt = 1M\n\n{ALICE}\n\nUser-Name\n"
    found = sent(verbs, freeradius_auth, "auth", "auth", text, "--json")
    *ends, summary = map(json.loads, found.out.splitlines())
    assert ([end["outcome"] for end in ends], summary["exit"], found.status) == (["accept", "accept"], 2, 2)
    assert summary["error"]["target"].endswith("requests:9")
    before, error = found.err.splitlines()
    assert "what stands before it was sent: 2" in before
    assert "did you mean Mikrotik-Rate-Limit" in error
    checked = sent(verbs, freeradius_auth, "auth", "auth", text, "--check", "--json")
    assert (checked.status, checked.json["requests"], len(checked.json["errors"])) == (2, {"Access-Request": 3}, 2)
    told = sent(verbs, freeradius_auth, "auth", "auth", text, "--check")
    assert [line.split(": ")[1].rpartition(":")[2] for line in told.err.splitlines()] == ["9", "14"]
    good = sent(verbs, freeradius_auth, "auth", "auth", f"{ALICE}\n\n{CAROL}", "--check")
    assert (good.status, good.err) == (0, "")


def test_no_password_is_printed(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    text = f"{ALICE}\n\n{WRONG}\n\nUser-Name = alice, User-Password = hidden-77\nNope = hidden-88\n"
    for options in ((), ("-x",), ("--json",), ("--check",), ("-q",)):
        found = sent(verbs, freeradius_auth, "auth", "auth", text, *options)
        assert not re.search("hidden|alice-pw|wrong-password", found.out + found.err)
    kept = verbs.home / "kept"
    sent(verbs, freeradius_auth, "auth", "auth", ALICE)
    secret = verbs.secret("shared", freeradius_auth.secret)
    where = f"127.0.0.1:{freeradius_auth.ports['auth']}"
    file = verbs.secret("requests", ALICE)
    verbs("probe", "send", where, "auth", "-S", secret, "-f", file, "--record", str(kept))
    listed = verbs("packets", "list", "--file", str(kept), "--json")
    assert [one["packet"] for one in json.loads(listed.out)] == ["Access-Request", "Access-Accept"]


def test_each_destination_with_its_own_secret(
    verbs: Verbs, freeradius_auth: FreeRadiusAuth, freeradius_dae: FreeRadiusDae
) -> None:
    auth, dae = freeradius_auth.ports["auth"], freeradius_dae.ports["dae"]
    text = (
        f"Packet-Dst-IP-Address = 127.0.0.1, Packet-Dst-Port = {auth}\n{ALICE}\n\n"
        f"Packet-Dst-IP-Address = 127.0.0.1, Packet-Dst-Port = {dae}, Packet-Type = Disconnect-Request\n"
        "Acct-Session-Id = static-1\n"
    )
    secrets = f"# fleet\n127.0.0.1:{auth} {freeradius_auth.secret}\n127.0.0.1 {freeradius_dae.secret}"
    file, known = verbs.secret("requests", text), verbs.secret("secrets", secrets)
    done = verbs.light("probe", "send", "-", "auto", "-f", file, "--secrets-file", known, "--json")
    assert {json.loads(line)["outcome"] for line in done.out.splitlines()[:2]} == {"accept", "ack"}
    assert done.status == 0
    none = verbs.light("probe", "send", "-", "auto", "-f", file)
    assert (none.status, "no secret is known for 127.0.0.1" in none.err) == (2, True)
    twice = verbs.secret("secrets", "127.0.0.1 a\n127.0.0.1 b")
    again = verbs.light("probe", "send", "-", "auto", "-f", file, "--secrets-file", twice)
    assert (again.status, "secrets:2" in again.err) == (2, True)


def test_standard_input_repetition_and_a_closed_port(verbs: Verbs, freeradius_auth: FreeRadiusAuth) -> None:
    where = f"127.0.0.1:{freeradius_auth.ports['auth']}"
    secret = verbs.secret("shared", freeradius_auth.secret)
    command = verbs.command("probe", "send", where, "auth", "-S", secret, "-c", "100", "-p", "20", "-q", "--json")
    done = subprocess.run(
        command, input=ALICE, env=verbs.environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    told = json.loads(done.stdout)
    assert (done.returncode, told["requests"], told["accepted"]) == (0, 100, 100)
    file = verbs.secret("requests", ALICE)
    with refusing_udp_port() as closed:
        refused = verbs.light("probe", "send", f"127.0.0.1:{closed}", "auth", "-S", secret, "-f", file, "--json")
    assert (refused.status, json.loads(refused.out.splitlines()[0])["outcome"]) == (3, "refused")
    for arguments, says in (
        ((where, "auth", "-S", secret), "nothing to send"),
        ((where, "auth", "-S", "-"), "standard input gives either"),
        ((where, "auth", "-S", secret, "-f", "none"), "cannot be read"),
        ((where, "auth", "-S", secret, "-f", file, "--timeout", "2h"), "out of range"),
    ):
        wrong = verbs.light("probe", "send", *arguments)
        assert (wrong.status, says in wrong.err) == (2, True), wrong


def test_an_interrupt_ends_it_with_what_came_until_then(verbs: Verbs) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.settimeout(PATIENCE)
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        secret = verbs.secret("shared", "any-secret")
        with subprocess.Popen(
            verbs.command("probe", "send", where, "auth", "-S", secret, "--timeout", "1s", "--json", "-q"),
            env=verbs.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdin is not None
            process.stdin.write(f"{ALICE}\n\n{CAROL}\n\n".encode())
            process.stdin.flush()
            silent.recv(4096)
            process.send_signal(signal.SIGINT)  # while standard input is still open
            assert process.stdout is not None
            told = json.loads(process.stdout.read())
            process.wait(PATIENCE)
    assert (process.returncode, told["ended_early"], told["requests"], told["lost"]) == (130, True, 1, 1)

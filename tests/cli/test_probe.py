"""`probe` at targets that the database knows, and what it refuses to do to customers."""

from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Result, RunningIsp, adopt, connect


@pytest.fixture
def town(cli: Cli, isp: RunningIsp) -> Cli:
    """The simulated ISP and its first customer, recorded."""
    connect(cli, isp)
    adopt(cli, isp, isp.names[0])
    return cli


def one_line(result: Result) -> str:
    assert result.out == ""
    (line,) = result.err.splitlines()
    return line


def test_by_name_the_server_s_method_and_policy_count(town: Cli) -> None:
    nobody = ("--user", "nobody", "--password-file", town.secret("p", "x"), "--expect", "reject", "--json")
    told = town.ok("probe", "auth", "um-1", *nobody).json
    assert (told["target"], told["method"], told["outcome"]) == ("um-1", "chap", "reject")
    assert town.ok("server", "show", "um-1", "--json").json["radius"]["signed_once"] is True
    strict = town("probe", "auth", "um-1", *nobody, "--signing", "off")
    assert strict.status == 0


def test_a_customer_who_is_on_line_is_not_logged_in_as(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    refused = town("probe", "auth", "um-1", "--user", user, "--password-file", str(town.home / user))
    assert refused.status == 4
    line = one_line(refused)
    assert "could drop the live session" in line
    assert "--test-account" in line
    assert isp.call(lambda world: world.oracle.can_pass_traffic(user))
    records = town("probe", "acct", "um-1", "--user", user)
    assert records.status == 4
    assert "customer's own" in one_line(records)
    for kind in ("coa", "disconnect"):
        hit = town("probe", kind, "bras-1", "--attr", f"User-Name={user}")
        assert hit.status == 4
        assert "changes no customer's session" in one_line(hit)
    assert isp.call(lambda world: world.oracle.can_pass_traffic(user))


def test_a_customer_whom_a_login_cannot_harm_is_logged_in_as(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    town.ok("isolate", user, "--settle", "1s")
    isolated = town("probe", "auth", "um-1", "--user", user, "--password-file", str(town.home / user), "--json")
    assert (isolated.status, isolated.json["outcome"]) == (1, "reject")


def test_what_cannot_be_looked_at_could_be_harmed(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[0]
    isp.call(lambda world: world.faults("nas1").turn(dark=True))
    refused = town("probe", "auth", "um-1", "--user", user, "--password-file", str(town.home / user))
    assert refused.status == 4
    assert "cannot be read" in one_line(refused) or "does not tell" in one_line(refused)


def test_a_test_account_may_be_used_and_its_password_is_known(town: Cli, isp: RunningIsp) -> None:
    user = isp.names[1]
    adopt(town, isp, user)
    town.ok("customer", "edit", user, "--test-account", "--no-provision")
    told = town.ok("probe", "auth", "um-1", "--user", user, "--method", "mschapv2", "--json").json
    assert (told["outcome"], told["signed"], told["routeros_7_15_takes"]) == ("accept", True, True)
    assert town.ok("customer", "show", user, "--json").json["test_account"] is True


def test_a_nas_by_name_refuses_the_session_that_nobody_has(town: Cli) -> None:
    for kind in ("disconnect", "coa"):
        told = town.ok("probe", kind, "bras-1", "--json").json
        assert (told["target"], told["outcome"]) == ("bras-1", "nak-503")


def test_accounting_by_name_goes_to_the_port_after_that_of_logins(town: Cli, isp: RunningIsp) -> None:
    radius = isp.router("server")["radius"]
    told = town.ok("probe", "acct", "um-1", "--port", str(radius["acct_port"]), "--json").json
    assert (told["outcome"], len(told["packets"])) == ("recorded", 3)
    usual = town("probe", "acct", "um-1", "--timeout", "0.3s", "--json").json
    assert usual["address"] == f"{radius['host']}:{radius['auth_port'] + 1}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["auth", "um-9", "--user", "u"], "--secret-file"),
        (["auth", "um-1", "--user", "u", "--attr", "Framed-Ip-Adress=10.0.0.1"], "did you mean Framed-IP-Address"),
        (["auth", "um-1", "--user", "u", "--attr", "NAS-Port=many"], "it takes a number from 0 to 4294967295"),
        (["auth", "um-1", "--user", "u", "--attr", "Framed-IP-Address=fd00::1"], "it takes an IPv4 address"),
        (["auth", "um-1", "--user", "u", "--attr", "Service-Type=Framed"], "or a name: Login-User"),
        (["auth", "um-1", "--user", "u", "--attr", f"Class={'x' * 254}"], "at most 253 fit"),
        (["auth", "um-1", "--user", "u", "--attr", "User-Password=x"], "cannot be set by name"),
        (["auth", "um-1", "--user", "u", "--attr", "NAS-Port"], "is no NAME=VALUE"),
        (["auth", "um-1", "--user", "u", "--expect-attr", "Nonsense~x"], "no RADIUS attribute is called"),
        (["auth", "um-1", "--user", "u", "--expect-attr", "Class~("], "is no regular expression"),
        (["auth", "um-1", "--user", "u", "--expect-attr", "MS-MPPE-Send-Key=x"], "is hidden in the reply"),
        (["auth", "um-1", "--user", "u", "--expect", "timeout", "--max-time", "1s"], "must not come"),
        (["auth", "um-1", "--user", "u", "--expect", "ack"], "--expect"),
        (["auth", "127.0.0.1:99999", "--user", "u"], "is not host[:port]"),
        (["auth", "127.0.0.1", "--user", "u", "--secret-file", "/nowhere"], "cannot be read"),
        (["status", "um-1", "--attr", "User-Name=u"], "RFC 5997"),
        (["acct", "um-1", "--attr", "Acct-Status-Type=Start"], "chosen by the kind of record"),
    ],
)
def test_what_cannot_be_asked(stocked: Cli, arguments: list[str], words: str) -> None:
    password = ("--password-file", stocked.secret("p", "x")) if arguments[0] == "auth" else ()
    result = stocked("probe", *arguments, *password)
    assert result.status == 2
    assert words in one_line(result)


def test_hosts_that_cannot_be_reached(cli: Cli) -> None:
    secret = ("--secret-file", cli.secret("s", "x"), "--timeout", "2s", "--json")
    unknown = cli("probe", "status", "no-such-host.invalid", *secret)
    assert (unknown.status, unknown.json["outcome"]) == (3, "not-sent")
    closed = cli("probe", "status", "[::1]:9", *secret)
    assert (closed.status, closed.json["address"]) == (3, "[::1]:9")
    assert closed.json["outcome"] in {"refused", "not-sent", "unreachable"}
    literal = cli("probe", "disconnect", "127.0.0.1:9", *secret)
    assert (literal.status, literal.json["outcome"]) == (3, "refused")


def test_listed_requests_by_name_and_those_that_could_harm(town: Cli, isp: RunningIsp, tmp_path: Path) -> None:
    customer, file = isp.names[0], tmp_path / "list"

    def sent(target: str, kind: str, text: str, *options: str) -> Result:
        file.write_text(text)
        return town("probe", "send", target, kind, "--file", str(file), *options)

    nobody = "User-Name = nobody, User-Password = x, NAS-Identifier = n\nResponse-Packet-Type = Access-Reject\n"
    record = "Acct-Status-Type = Start, Acct-Session-Id = listed-1, User-Name = nobody, NAS-Identifier = n\n"
    done = sent("um-1", "auto", f"{nobody}\n{record}", "--json")
    assert done.status == 0, done
    assert [one.get("outcome") for one in done.lines] == ["reject", "response", None]
    kick = "User-Name = nobody, Acct-Session-Id = ffffffff, Response-Packet-Type = Disconnect-NAK\n"
    for kind in ("disconnect", "auto"):
        assert sent("bras-1", kind, f"Packet-Type = Disconnect-Request, {kick}").status == 0
    harmful = f"User-Name = {customer.upper()}\n"
    for target, kind in (("um-1", "auth"), ("um-1", "acct"), ("bras-1", "disconnect"), ("bras-1", "coa")):
        for options in ((), ("--check",)):
            refused = sent(target, kind, f"\n{harmful}", *options)
            assert refused.status == 4
            assert "could harm" in refused.err
            assert f"{file}:2" in refused.err
    assert isp.call(lambda world: world.oracle.can_pass_traffic(customer))
    elsewhere = sent("bras-1", "auto", nobody)
    assert (elsewhere.status, "takes no Access-Request" in elsewhere.err) == (2, True)
    assert sent("nowhere", "auto", nobody).status == 2

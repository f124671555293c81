"""Names that are unusual go through everything as they are; names that would act on a terminal are shown harmlessly."""

import pytest

from radiusbridge.simulator.build import add_cpe
from radiusbridge.simulator.isp import SimulatedIsp
from tests.faults.conftest import Town

FINE = ["budi santoso", 'd\'artagnan "o"', "=a=b", "-dash", "*1", "émile 用户", "x" * 253]
BAD = ["", "bu\x1b[31mdi", "bu\u202edi", "x" * 300]


@pytest.mark.slow
@pytest.mark.parametrize("name", FINE)
def test_an_unusual_name_from_the_account_to_the_verdict(town: Town, name: str) -> None:
    added = town(
        *("customer", "add", f"--user={name}", "--profile", town.isp.endpoints["profile"]),
        *("--password-file", town.cli.secret("pw", "0123")),
    )
    assert added.out.startswith("PROVEN  provision"), added

    def dial(isp: SimulatedIsp) -> None:
        isp.world.customers[name] = cpe = add_cpe(isp.world, isp.router("nas1"), name, "0123", "02:33:33:33:33:33")
        cpe.switch_on()

    town.isp.call(dial)
    town.isp.until(lambda isp: isp.oracle.can_pass_traffic(name))
    listed = town("sessions", "--json", "--", name).json
    assert [session["user"] for reading in listed for session in reading["sessions"]] == [name]
    assert town("kick", "--", name).out.startswith("PROVEN")
    assert town.isolate(user=name).out.startswith("PROVEN")
    assert town.out(name)
    assert town.passes(), "and of nobody else"
    assert town("activate", "--", name).out.startswith("PROVEN")
    assert town("customer", "remove", "--", name).out.startswith("PROVEN")
    assert name not in [row["name"] for row in town.rows("/user-manager/user")]


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("verb", ["isolate", "activate", "kick", "sessions", "customer show", "customer remove"])
def test_a_name_that_cannot_be_is_one_line(town: Town, verb: str, name: str) -> None:
    result = town(*verb.split(), "--", name)
    assert (result.status, result.out, len(result.err.splitlines())) == (2, "", 1), result


@pytest.mark.parametrize("name", BAD)
def test_a_name_that_cannot_be_is_not_sent(town: Town, name: str) -> None:
    radius, dae = town.isp.router("server")["radius"], town.isp.router("nas")["dae"]
    secrets = ("--secret-file", str(town.cli.home / "radius"))
    probed = town(
        *("probe", "auth", f"{radius['host']}:{radius['auth_port']}", f"--user={name}", *secrets),
        *("--password-file", town.cli.secret("pw", "x")),
    )
    kicked = town("kick", "--nas", f"{dae['host']}:{dae['port']}", *secrets, "--", name)
    for result in (probed, kicked):
        assert (result.status, result.out, len(result.err.splitlines())) == (2, "", 1), result


@pytest.mark.parametrize("name", ["bu\x1b[31mdi\x1b]0;x\x07", "bu\u202edi", "ro\nut\ter", "[red]x[/]"])
def test_a_hostile_name_on_the_nas_is_shown_harmlessly(town: Town, name: str) -> None:
    """`Town.__call__` looks for what acts; here somebody else put the account on the router."""

    def dial(isp: SimulatedIsp) -> None:
        manager = isp.router("um1").user_manager
        assert manager is not None
        manager.users.add({"name": name, "password": "x"})
        manager.user_profiles.add({"user": name, "profile": "20M"})
        isp.world.customers[name] = cpe = add_cpe(isp.world, isp.router("nas1"), name, "x", "02:44:44:44:44:44")
        cpe.switch_on()

    town.isp.call(dial)
    town.isp.until(lambda isp: isp.oracle.can_pass_traffic(name))
    shown = town("sessions")
    assert shown.status == 0
    listed = town("sessions", "--json").json
    assert name in [session["user"] for reading in listed for session in reading["sessions"]], "data stays data"
    assert len(shown.out.splitlines()) == len(town.isp.names) + 2, shown.out
    assert town.isolate().out.startswith("PROVEN")

"""A NAS that is silent, refuses, lies, or is not ours; sessions on two of them."""

from collections.abc import Callable

import pytest

from radiusbridge.simulator.build import add_cpe
from tests.faults.conftest import Found, Town


def wrong_secret(town: Town) -> None:
    town("nas", "edit", "bras-1", "--dae-secret-file", town.cli.secret("wrong", "wrong"))


def incoming_closed(town: Town) -> None:
    town.set("nas1", "/radius/incoming", accept="no")


@pytest.mark.parametrize("break_it", [wrong_secret, incoming_closed])
def test_a_dae_that_does_not_answer_is_passed_by(found: Found, break_it: Callable[[Town], None]) -> None:
    with found(shared_users="2") as town:
        break_it(town)
        isolated = town.isolate()
        assert isolated.out.startswith("PROVEN"), isolated
        assert town.out()
        kicks = town.kicks()
        assert (kicks[0]["answer"], kicks[-1]["answer"]) == ("silent", "accepted")
        assert kicks[-1]["rung"] != kicks[0]["rung"]


@pytest.mark.parametrize("policy", ["reject", "walled"])
def test_a_nas_that_lies(found: Found, policy: str) -> None:
    with found(shared_users="2") as town:
        town.turn("nas1", lie=True)
        isolated = town.isolate("--policy", policy, "--deadline", "4s")
        assert (isolated.status, isolated.out.split()[0]) == (1, "FAILED"), isolated
        assert "on bras-1: still listed" in " ".join(isolated.out.split())
        assert town.passes()
        town.turn("nas1", lie=False)
        again = town.isolate("--policy", policy)
        assert again.status == 0, again
        if policy == "reject":
            assert "operation 1 saw this login accepted before that" in " ".join(again.out.split())
        assert not town.passes()


def test_a_nas_that_refuses_and_lets_in_by_itself(found: Found) -> None:
    """A local secret of the same name: the Disconnect is refused, and whoever is removed dials in again."""
    with found(shared_users="2") as town:
        secret = {"name": town.user, "password": town.isp.password(town.user)}
        town.isp.call(lambda isp: isp.router("nas1").menus["/ppp/secret"].add(secret))
        assert town("kick", town.user).status == 0
        town.isp.until(lambda isp: isp.oracle.can_pass_traffic(town.user))
        isolated = town.isolate("--deadline", "8s")
        assert (isolated.status, isolated.out.split()[0]) == (1, "FAILED"), isolated
        assert "look for a local secret" in " ".join(isolated.out.split())
        answers = [kick["answer"] for kick in town.kicks(2)]
        assert answers[0] in {"refused", "not-found"}
        assert "accepted" in answers


def shadowed(town: Town, **more: str) -> None:
    """A local secret of the customer's name on the NAS, and the customer, for now, offline."""
    password = town.isp.password(town.user)
    secret = {"name": town.user, "password": password, **more}
    town.isp.call(lambda isp: isp.router("nas1").menus["/ppp/secret"].add(secret))
    town.isp.call(lambda isp: isp.customers[town.user].switch_off())
    town.isp.until(lambda isp: not isp.oracle.sessions_really(town.user))


@pytest.mark.parametrize(("ros", "policy"), [("7.16.2", "reject"), ("6.49.18", "reject"), ("7.16.2", "walled")])
def test_a_customer_who_is_off_and_whom_the_nas_lets_in_by_itself(found: Found, ros: str, policy: str) -> None:
    """UNPROVEN, with the line that ends it; once that is done the same again is PROVEN."""
    with found(shared_users="2", ros=ros, use_coa=True) as town:
        shadowed(town)
        isolated = town.isolate("--policy", policy)
        assert (isolated.status, isolated.out.split()[0]) == (5, "UNPROVEN"), isolated
        told = f"bras-1 lets {town.user} in by itself, before the server is asked (service any)"
        line = f"on bras-1: /ppp secret disable [find name={town.user}]"
        assert f"local secret: {told}; {line}" in " ".join(isolated.out.split())
        assert "local secret, service any" in " ".join(town("op", "show", "1").out.split())
        town.isp.call(lambda isp: isp.customers[town.user].switch_on())
        town.isp.until(lambda isp: isp.oracle.can_pass_traffic(town.user))
        town.set("nas1", "/ppp/secret", town.user, disabled="yes")
        assert town("kick", town.user).status == 0
        again = town.isolate("--policy", policy)
        assert again.out.startswith("PROVEN"), again
        assert "local secret" not in again.out
        assert not town.passes()


@pytest.mark.parametrize("more", [{"service": "l2tp"}, {"disabled": "yes"}])
def test_a_local_secret_that_lets_nobody_dial_changes_nothing(found: Found, more: dict[str, str]) -> None:
    with found(shared_users="2") as town:
        shadowed(town, **more)
        isolated = town.isolate()
        assert isolated.out.startswith("PROVEN"), isolated
        assert "local secret" not in isolated.out


def test_a_nas_that_does_not_show_its_local_secrets(found: Found) -> None:
    with found(shared_users="2") as town:
        town.isp.call(lambda isp: isp.router("nas1").menus.__delitem__("/ppp/secret"))
        isolated = town.isolate("--settle", "0.5s", "--deadline", "8s")
        assert (isolated.status, isolated.out.split()[0]) == (5, "UNPROVEN"), isolated
        assert "local secret: those of bras-1 could not be looked at" in " ".join(isolated.out.split())


def test_a_customer_who_is_removed_and_whom_the_nas_lets_in_by_itself(found: Found) -> None:
    with found(shared_users="2") as town:
        shadowed(town)
        removed = town("customer", "remove", town.user, "--settle", "0.5s")
        assert (removed.status, removed.out.split()[0]) == (5, "UNPROVEN"), removed
        assert f"/ppp secret disable [find name={town.user}]" in " ".join(removed.out.split())
        town.set("nas1", "/ppp/secret", town.user, disabled="yes")
        assert town("customer", "remove", town.user, "--settle", "0.5s").out.startswith("PROVEN")


def test_a_nas_whose_list_cannot_be_read(found: Found) -> None:
    with found(shared_users="2") as town:
        town.turn("nas1", refuse_tcp=True)
        isolated = town.isolate("--deadline", "6s")
        assert (isolated.status, isolated.out.split()[0]) == (5, "UNPROVEN"), isolated
        assert "bras-1" in isolated.out
        assert not town.would_enter()


def test_a_nas_that_is_not_ours(found: Found) -> None:
    """The customer dials at a NAS that the database does not know; the server's rows say so."""
    with found(nases=2, shared_users="2") as town:
        stranger = next(name for name, cpe in town.isp.isp.customers.items() if cpe.nas.router.name == "nas2")
        town(
            *("customer", "add", "--user", stranger, "--profile", "20M", "--no-provision"),
            *("--password-file", town.cli.secret("pw", town.isp.password(stranger))),
        )
        isolated = town.isolate("--deadline", "6s", user=stranger)
        assert (isolated.status, isolated.out.split()[0]) == (5, "UNPROVEN"), isolated
        assert "unknown NAS" in isolated.out
        assert not town.would_enter(stranger)


def second_line(town: Town) -> None:
    """The customer's name on a CPE at the second NAS as well, and that NAS in the database."""
    bras = next(one for one in town.isp.endpoints["routers"] if one["name"] == "nas2")
    town(
        *("nas", "add", "bras-2", "--api", f"{bras['api']['host']}:{bras['api']['port']}"),
        *("--api-user", bras["api"]["user"], "--api-password-file", str(town.cli.home / "api")),
        *("--dae", f"{bras['dae']['host']}:{bras['dae']['port']}"),
        *("--dae-secret-file", str(town.cli.home / "dae")),
    )
    password = town.isp.password(town.user)
    town.isp.call(
        lambda isp: add_cpe(isp.world, isp.router("nas2"), town.user, password, "02:22:22:22:22:22").switch_on()
    )
    town.isp.until(lambda isp: len(isp.oracle.sessions_really(town.user)) == 2)


@pytest.mark.parametrize("policy", ["reject", "walled"])
def test_one_name_on_two_nases(found: Found, policy: str) -> None:
    with found(nases=2, shared_users="3") as town:
        second_line(town)
        isolated = town.isolate("--policy", policy)
        assert isolated.out.startswith("PROVEN"), isolated
        assert {kick["nas"] for kick in town.kicks()} == {"bras-1", "bras-2"}
        assert not town.passes()


def test_of_two_nases_the_worse_decides(found: Found) -> None:
    with found(nases=2, shared_users="3") as town:
        second_line(town)
        town.turn("nas2", lie=True)
        isolated = town.isolate("--deadline", "5s")
        assert (isolated.status, isolated.out.split()[0]) == (1, "FAILED")
        assert "on bras-2: still listed" in " ".join(isolated.out.split())
        assert town.live() == 1


def test_kick_ends_both(found: Found) -> None:
    with found(nases=2, shared_users="3", redial=(5.0, 6.0)) as town:
        second_line(town)
        kicked = town("kick", town.user)
        assert kicked.out.startswith("PROVEN"), kicked
        assert "bras-1" in kicked.out + kicked.err
        assert "bras-2" in kicked.out + kicked.err

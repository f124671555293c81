"""What an operator reads: an isolation with one NAS of two dark, and which rungs `nas test` names."""

from collections.abc import Callable

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.faults.conftest import Found, Town
from tests.faults.test_nas import second_line


def words(text: str) -> str:
    return " ".join(text.split())


def test_isolate_while_one_nas_of_two_is_dark(found: Found) -> None:
    with found(nases=2, shared_users="3") as town:
        second_line(town)
        town.turn("nas2", refuse_tcp=True, refuse_udp=True)
        isolated = town.isolate("--deadline", "12s")
        assert (isolated.status, isolated.out.split()[0]) == (5, "UNPROVEN"), isolated
        assert "the list of bras-2 could not be read" in words(isolated.out)
        assert "bras-1" in isolated.err
        assert town.live() == 1
        verdict = town("op", "show", "1", "--json").json
        assert verdict["verdict"] == "UNPROVEN"
        assert any("bras-2" in reason for reason in verdict["reasons"])

        town.turn("nas2", refuse_tcp=False, refuse_udp=False)
        again = town.isolate("--policy", "walled")
        assert (again.status, again.out.split()[0]) == (0, "PROVEN"), again
        assert not town.passes()


def no_row(town: Town) -> None:
    def work(isp: SimulatedIsp) -> None:
        menu = isp.router("nas1").menus["/radius"]
        menu.remove(next(row for row in menu.rows() if row.get("comment") == "radiusbridge"))

    town.isp.call(work)


def closed(town: Town) -> None:
    town.set("nas1", "/radius/incoming", accept="no")


def read_only(town: Town) -> None:
    town.set("nas1", "/user/group", "api", policy="api,read,test,sensitive")


def no_accounting(town: Town) -> None:
    town.set("nas1", "/ppp/aaa", accounting="no")


def foreign_address(town: Town) -> None:
    town("nas", "edit", "bras-1", "--nas-address", "203.0.113.9")


CASES = [
    ((), "kicks go by disconnect, close-session, nas-api"),
    ((no_row,), "kicks go by close-session, nas-api; there is no disconnect: our address"),
    ((closed,), "kicks go by close-session, nas-api; there is no disconnect: /radius/incoming does not accept"),
    ((read_only,), "kicks go by disconnect, close-session; there is no nas-api: the account has no policy write"),
    ((no_accounting,), "kicks go by disconnect, nas-api"),
    ((closed, read_only, no_accounting), "nothing can kick here"),
    ((foreign_address,), "203.0.113.9 is not its address"),
]


@pytest.mark.parametrize(("breaks", "told"), CASES, ids=[told for _, told in CASES])
def test_nas_test_names_the_rungs(found: Found, breaks: tuple[Callable[[Town], None], ...], told: str) -> None:
    with found() as town:
        for break_it in breaks:
            break_it(town)
        tested = town("nas", "test", "bras-1")
        assert tested.status == 0, tested
        assert told in words(tested.out)


def test_a_forwarded_port_is_told_by_its_answer(found: Found) -> None:
    """Behind a NAT the port and our address look wrong in the menus; an answer speaks louder."""
    with found() as town:
        other = str(town.isp.router("nas")["dae"]["port"])
        town.isp.call(lambda isp: isp.router("nas1").nas.dae.settings.values.update(port="3798"))
        tested = words(town("nas", "test", "bras-1").out)
        assert f"it listens on port 3798, not {other}" in tested
        assert "kicks go by disconnect, close-session, nas-api" in tested

"""A dark server by verb: one look for all that wait, what is said of it, and how it comes back."""

import pytest

from tests.cli.conftest import Cli, RunningIsp, adopt, connect

CUSTOMERS = 3


@pytest.fixture
def town(cli: Cli, isp: RunningIsp) -> Cli:
    connect(cli, isp)
    for name in isp.names[:CUSTOMERS]:
        adopt(cli, isp, name)
    return cli


def attempts(cli: Cli) -> list[int]:
    """Of each operation, the newest first."""
    return [operation["attempts"] for operation in cli.ok("op", "list", "--json").json]


@pytest.mark.slow
def test_what_waits_for_a_dark_server_is_tried_by_one_and_carried_out_by_all(town: Cli, isp: RunningIsp) -> None:
    assert town.ok("server", "show", "um-1", "--json").json["breaker"]["state"] == "closed"
    isp.call(lambda world: world.faults("um1").turn(refuse_tcp=True))
    for name in isp.names[:CUSTOMERS]:
        assert town("isolate", name, "--settle", "1s").status == 3
    assert attempts(town) == [1, 1, 1], "a person's own wish is tried at once, however dark it was a moment ago"

    breaker = town.ok("server", "show", "um-1", "--json").json["breaker"]
    assert breaker["state"] in {"open", "half-open"}
    assert "refuses connections" in breaker["error"]
    listed = town.ok("op", "list")
    assert "um-1: dark since " in listed.err
    assert "; 3 operations wait" in listed.err
    assert "waiting for" in town.ok("op", "show", "1").out
    [*_, first] = town.ok("op", "list", "--json").json
    assert (first["dark"]["server"], first["dark"]["dark_since"]) == ("um-1", breaker["dark_since"])

    assert town("op", "run").status == 3
    assert sorted(attempts(town)) == [1, 1, 2], "one looked for all"
    assert town.ok("server", "show", "um-1", "--json").json["breaker"]["failures"] == breaker["failures"] + 1

    isp.call(lambda world: world.faults("um1").turn(refuse_tcp=False))
    carried = town.ok("op", "run")
    assert carried.out.count("PROVEN") == CUSTOMERS
    assert "dark" not in town.ok("op", "list").err
    assert town.ok("server", "show", "um-1", "--json").json["breaker"] == {
        "state": "closed",
        "dark_since": None,
        "next_try": None,
        "failures": 0,
        "error": None,
    }


def test_somebodys_own_wish_finds_out_that_a_server_is_back(town: Cli, isp: RunningIsp) -> None:
    first, second, _ = isp.names[:CUSTOMERS]
    isp.call(lambda world: world.faults("um1").turn(refuse_tcp=True))
    assert town("isolate", first, "--settle", "1s").status == 3
    isp.call(lambda world: world.faults("um1").turn(refuse_tcp=False))
    assert town.ok("isolate", second, "--settle", "1s").out.startswith("PROVEN")
    assert town.ok("server", "show", "um-1", "--json").json["breaker"]["state"] == "closed"
    [_, waiting] = town.ok("op", "list", "--json").json
    assert (waiting["status"], waiting["not_before"], waiting["dark"]) == ("waiting", None, None), "it is due at once"


def test_nothing_that_is_told_of_a_dark_router_names_it_twice(town: Cli, isp: RunningIsp) -> None:
    for name in ("um1", "nas1"):
        isp.call(lambda world, name=name: world.faults(name).turn(refuse_tcp=True))  # type: ignore[misc]
    for verb in (("plan",), ("drift",), ("sessions",), ("overview",), ("log",), ("kick", "--everybody", "--dry-run")):
        told = town(*verb)
        lines = [line for line in (told.out + told.err).splitlines() if "refuses connections" in line]
        assert lines, told
        for line in lines:
            assert line.count("um-1") + line.count("bras-1") == 1, line

"""`speed`: the queue on the simulated NAS changes and returns; who cannot have it is told why."""

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp, adopt, connect


def limits(world: SimulatedIsp, user: str) -> list[tuple[int, int]]:
    return [one.limits() for one in world.oracle.sessions_really(user)]


def test_a_speed_and_back(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    user = isp.names[0]
    adopt(cli, isp, user)
    own = isp.call(lambda world: limits(world, user))
    ended = cli.ok("speed", user, "3M/4M", "--for", "2h", "--json")
    verdict = ended.lines[-1]
    assert (verdict["intent"], verdict["verdict"], verdict["exit"]) == ("speed", "PROVEN", 0)
    assert "until 20" in ended.err
    assert isp.call(lambda world: limits(world, user)) == [(3_000_000, 4_000_000)]
    [row] = cli.ok("speed", "--json").lines
    assert (row["user"], row["rate_up"], row["rate_down"], row["back"]) == (user, 3_000_000, 4_000_000, None)
    assert "3M/4M until" in cli.ok("speed").out
    assert "already so" not in cli.ok("speed", user, "--back").out
    assert isp.call(lambda world: limits(world, user)) == own
    assert cli.ok("speed").out == ""
    again = cli.ok("speed", user, "3M/4M")
    assert "PROVEN  speed" in again.out
    operation = cli.ok("op", "list", "--json").json[0]["id"]
    assert cli.ok("undo", str(operation), "--yes").status == 0
    assert isp.call(lambda world: limits(world, user)) == own


def test_what_cannot_be(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    user = isp.names[0]
    adopt(cli, isp, user)
    for words in (("3M/4M", "--back"), (), ("--back", "--for", "2h"), ("fast",), ("0/4M",), ("1M", "--for", "1s")):
        assert cli("speed", user, *words).status == 2
    assert cli("speed", "nobody", "3M").status == 2
    isp.call(lambda world: world.customers[user].switch_off())
    isp.until(lambda world: not limits(world, user))
    offline = cli("speed", user, "3M/4M")
    assert offline.status == 5
    assert "no session is live; the next dial gets the profile's" in " ".join(offline.out.split())
    held = cli("isolate", user, "--settle", "1s")
    assert held.status in {0, 5}
    refused = cli("speed", user, "3M/4M")
    assert (refused.status, "kept out (unpaid)" in refused.err) == (4, True)

"""`why` by verb, against the simulated ISP on loopback."""

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp, adopt, connect


def test_the_answer_and_its_exit_status(cli: Cli, isp: RunningIsp) -> None:
    connect(cli, isp)
    one, two, three, four = isp.names
    for name in isp.names:
        adopt(cli, isp, name)
    online = cli("why", one)
    assert (online.status, f"C-0001 ({one}) is online on bras-1 for " in online.out) == (0, True), online
    assert cli("why", "C-0002", "--json").json["answer"] == "online"

    def spoil(world: SimulatedIsp) -> None:
        manager, nas = world.router("um1").user_manager, world.router("nas1").nas
        assert manager is not None
        user = manager.users.named(two)
        assert user is not None
        manager.users.set(user, {"disabled": "yes"})
        world.customers[three].switch_off()
        world.customers[four].password = "wrong"
        for name in (two, four):
            nas.end(nas.of(name)[0], 6)

    isp.call(spoil)
    isp.until(lambda world: world.customers[two].refusals > 0 and world.customers[four].refusals > 0)
    refused = cli("why", two)
    assert refused.status == 1
    assert f"C-0002 ({two}) cannot get online: um-1: the account is disabled" in refused.out
    assert "  -> radiusbridge activate C-0002\n" in refused.out
    told = cli("why", four, "--json").json
    assert (told["first"]["id"], told["exit"], told["nas"]) == ("password", 1, "bras-1")
    assert {"id", "where", "state", "text", "evidence", "mend"} == set(told["links"][0])
    assert "wrong" in told["first"]["text"]
    assert "pw-" not in str(told)
    silent = cli("why", three, "--all")
    assert (silent.status, "nobody dials" in silent.out, "  ok       held" in silent.out) == (5, True, True), silent
    assert cli("why", "nobody").status == 2


def test_nothing_answers(cli: Cli, stocked: Cli) -> None:
    cli.ok("customer", "add", "--user", "budi", "--profile", "home-10", "--no-password", "--no-provision")
    told = cli("why", "budi", "--json").json
    assert (told["exit"], told["first"]["id"]) == (1, "server")
    states = {(link["id"], link["state"]) for link in told["links"]}
    assert {("nas", "unseen"), ("session", "unseen")} <= states

"""User Manager 6 that may not end sessions: at the shared-users limit it refuses the control login for want of room."""

from tests.cli.conftest import Cli, RunningIsp, adopt, connect

QUICK = ("--settle", "1s", "--deadline", "15s")


def switch(isp: RunningIsp, user: str, *, on: bool) -> None:
    isp.call(lambda world: world.customers[user].switch_on() if on else world.customers[user].switch_off())
    isp.until(lambda world: world.customers[user].online is on)
    if not on:
        manager = isp.call(lambda world: world.router("um1").user_manager)
        isp.until(lambda _world: manager is None or not manager.sessions.of(user))


def test_an_earlier_login_takes_the_place_of_the_control(cli: Cli) -> None:
    with RunningIsp(customers=2, ros="6.49.18", use_coa=False, redial=(0.2, 0.4)) as isp:
        connect(cli, isp)
        user = isp.names[0]
        adopt(cli, isp, user)
        told = cli("isolate", user, *QUICK)
        assert told.status == 5, told
        assert "use-coa=yes" in " ".join(told.out.split())
        switch(isp, user, on=False)
        assert "a test login is accepted" in " ".join(cli.ok("activate", user, *QUICK[2:]).out.split())
        switch(isp, user, on=True)
        proven = cli("isolate", user, *QUICK)
        assert proven.status == 0, proven
        assert "accepted by operation 2, which has not changed since" in " ".join(proven.out.split())

        cli.ok("activate", user, "--wait-online", "10s")
        cli.ok("customer", "edit", user, "--note", "moved house")
        assert "use-coa=yes" in " ".join(cli("isolate", user, *QUICK).out.split()), "edited since"

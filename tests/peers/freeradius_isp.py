"""A simulated NAS whose logins and accounting a real FreeRADIUS answers, and customers who dial in there."""

import librouteros

from radiusbridge.simulator.build import add_cpe
from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, RunningIsp
from tests.peers.freeradius_sql import OUR_PASSWORD, OUR_ROLE, FreeRadiusPlace, FreeRadiusSql

MAC = "02:33:00:00:00:01"


def connect(cli: Cli, place: FreeRadiusPlace, isp: RunningIsp, nas: str = "bras-1") -> None:
    """Tell the database of the server fr-1, and of the simulated NAS as one of its own."""
    add_server(cli, place, "fr-1")
    bras = isp.router("nas")
    cli.ok(
        *("nas", "add", nas, "--server", "fr-1", "--api", f"{bras['api']['host']}:{bras['api']['port']}"),
        *("--api-user", bras["api"]["user"], "--api-password-file", cli.secret("api", bras["api"]["password"])),
        *("--dae", f"{bras['dae']['host']}:{bras['dae']['port']}"),
        *("--dae-secret-file", cli.secret("dae", bras["dae"]["secret"])),
    )


def add_server(cli: Cli, place: FreeRadiusPlace, name: str) -> None:
    """Tell the database of a FreeRADIUS."""
    radius = place.radius
    cli.ok(
        *("server", "add", name, "--kind", "freeradius", "--sql-host", "127.0.0.1", "--sql-port", str(place.port)),
        *("--sql-user", OUR_ROLE, "--sql-password-file", cli.secret("sql", OUR_PASSWORD)),
        *("--radius", f"{radius.host}:{radius.ports['auth']}", "--radius-secret-file", cli.secret("fr", radius.secret)),
    )


def ask_radius_at(isp: RunningIsp, radius: FreeRadiusSql, nas: str = "nas1") -> None:
    """Add, through its API and as an operator would, a /radius row to a NAS that is asked before the others."""
    at = next(one["api"] for one in isp.endpoints["routers"] if one["name"] == nas)
    api = librouteros.connect(at["host"], at["user"], at["password"], port=at["port"])
    try:
        rows = api.path("radius")
        ports = {"authentication-port": str(radius.ports["auth"]), "accounting-port": str(radius.ports["acct"])}
        server = {"service": "ppp", "address": radius.host, "secret": radius.secret, "timeout": "3s"}
        rows.add(**server, **ports, **{"place-before": next(iter(rows))[".id"]})
    finally:
        api.close()


def dial(isp: RunningIsp, username: str, password: str, nas: str = "nas1") -> None:
    """Switch a CPE on that dials with these, again and again, until it is let in."""

    def switch_on(world: SimulatedIsp) -> None:
        cpe = add_cpe(world.world, world.router(nas), username, password, MAC)
        cpe.redial, cpe.patience = (0.1, 0.2), 0.3
        world.world.customers[username] = cpe
        cpe.switch_on()

    isp.call(switch_on)


def online(isp: RunningIsp, username: str) -> bool:
    """Whether a session of that name really moves traffic."""
    return isp.call(lambda world: world.oracle.can_pass_traffic(username))


def until_online(isp: RunningIsp, username: str) -> None:
    """Wait until it does."""
    isp.until(lambda world: world.oracle.can_pass_traffic(username))


def until_refused(isp: RunningIsp, username: str) -> None:
    """Wait until the next dial of that CPE was in vain."""
    before = isp.call(lambda world: world.customers[username].refusals)
    isp.until(lambda world: world.customers[username].refusals > before)

"""A simulated NAS whose logins and accounting a real FreeRADIUS answers, and customers who dial in there."""

from radiusbridge.simulator.build import add_cpe
from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import RunningIsp
from tests.peers.freeradius_sql import FreeRadiusSql

MAC = "02:33:00:00:00:01"


def ask_radius_at(isp: RunningIsp, radius: FreeRadiusSql, nas: str = "nas1") -> None:
    """Have the first /radius row of a NAS name that FreeRADIUS, as an operator would."""

    def point(world: SimulatedIsp) -> None:
        menu = world.router(nas).menus["/radius"]
        first = next(iter(menu.rows()))
        server = {"address": radius.host, "secret": radius.secret}
        ports = {"authentication-port": str(radius.ports["auth"]), "accounting-port": str(radius.ports["acct"])}
        menu.set(first, {**server, **ports})

    isp.call(point)


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

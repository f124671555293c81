"""The database that an operator would have made with the add verbs."""

import contextlib

from radiusbridge.db.hop import InlineHop
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import (
    ApiAccess,
    Customer,
    DaeAccess,
    LoginMethod,
    Nas,
    Profile,
    RadiusAccess,
    Server,
)
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.accounts.kinds import PPP
from radiusbridge.simulator.build import API_PASSWORD, API_USER
from radiusbridge.simulator.router import Router
from radiusbridge.simulator.world import World
from tests.sim import files
from tests.sim.loop import VirtualClock
from tests.sim.scenario import LASTS, Scenario


def fill(scenario: Scenario, world: World, clock: VirtualClock) -> None:
    """Servers, NASes, the profile and the customers, as the world has them."""
    isp = scenario.isp
    database = files.opened(0, clock, InlineHop())

    def api(router: Router) -> ApiAccess:
        return ApiAccess(router.host, isp.ports.api, API_USER, Secret(API_PASSWORD))

    def server(unit: UnitOfWork, router: Router) -> Server:
        secret = isp.secret if isp.colocated else isp.probe_secret
        radius = RadiusAccess(router.host, isp.ports.authentication, Secret(secret), isp.dac)
        kind = "userman6" if isp.ros.startswith("6") else "userman7"
        return unit.servers.add(Server(router.name, kind, api(router), radius=radius, method=LoginMethod(isp.method)))

    def work(unit: UnitOfWork) -> None:
        home: dict[str, Server] = {}
        current = None
        for name, router in world.routers.items():
            if isp.secrets:
                home[name] = unit.servers.add(Server(name, PPP, api(router), isolation_pool="pool-isolir"))
                unit.nases.add(Nas(name, home[name].id, api=api(router)))
                continue
            # a server is built before its NASes
            if router.user_manager is not None:
                current = server(unit, router)
            assert current is not None
            home[name] = current
            if router.nas.servers.rows():
                key = isp.secret if isp.colocated and router.user_manager is not None else isp.dae_secret
                dae = DaeAccess(router.host, isp.ports.dae, Secret(key), isp.dac)
                unit.nases.add(Nas(name, current.id, dae=dae, api=api(router)))
        validity = 3600 if isp.validity == LASTS else None
        profile = unit.profiles.add(Profile(isp.profile, isp.rate_up, isp.rate_down, validity=validity))
        for cpe in world.customers.values():
            lock = cpe.mac if cpe.username in scenario.locked else None
            lock = "bind" if cpe.username in scenario.wild.bound else lock
            there = home[cpe.nas.router.name].id
            unit.customers.add(
                Customer("", cpe.username, there, profile.id, password=Secret(cpe.password), caller_id=lock)
            )

    # the hop is inline: the coroutine ends without ever waiting
    with contextlib.suppress(StopIteration):
        database.write(work).send(None)

"""The factory: one gateway a record, in memory as on sockets."""

from dataclasses import replace

import pytest

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.errors import BadInput, Unreachable
from radiusbridge.domain.observations import KickAnswer, LoginAnswer
from radiusbridge.domain.records import ApiAccess, DaeAccess, LoginMethod, Nas, RadiusAccess, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.factory import Gateways
from radiusbridge.routeros.dialer import ByteStream
from radiusbridge.routeros.endpoint import TlsPolicy
from radiusbridge.simulator.build import API_PASSWORD, API_USER, build_isp
from radiusbridge.simulator.memory import InMemoryNetwork
from radiusbridge.simulator.oracle import Oracle
from tests.gateways.support import LoopClock, Place, SeededEntropy, change


class MemoryDialer:
    """The simulator's streams behind the product's protocol."""

    def __init__(self, network: InMemoryNetwork) -> None:
        self._network = network

    async def dial(self, host: str, port: int, tls: TlsPolicy) -> ByteStream:
        try:
            return await self._network.connect_stream(host, port)
        except ConnectionRefusedError as error:
            raise Unreachable("refused") from error


async def test_everything_in_memory() -> None:
    clock = LoopClock()
    world = build_isp(customers=2, dac="10.99.0.1", epoch=clock.now().timestamp() - 20.0)
    world.advance(20.0)
    network = InMemoryNetwork(world, client="10.99.0.1")
    gateways = Gateways(clock, SeededEntropy(4), dialer=MemoryDialer(network), sockets=network)
    um, bras = world.routers["um1"], world.routers["nas1"]
    server = Server(
        "um1",
        "userman7",
        ApiAccess(um.host, 8728, API_USER, Secret(API_PASSWORD)),
        radius=RadiusAccess(um.host, 1812, Secret("probe-secret")),
    )
    nas = Nas(
        "nas1",
        1,
        dae=DaeAccess(bras.host, 3799, Secret("dae-secret")),
        api=ApiAccess(bras.host, 8728, API_USER, Secret(API_PASSWORD)),
    )
    accounts, prober = gateways.account_server(server), gateways.prober(server)
    sessions, disconnector = gateways.nas_sessions(nas), gateways.disconnector(nas)
    assert prober is not None
    assert sessions is not None
    assert disconnector is not None
    account = await accounts.read_account("cust0001")
    assert account is not None
    (session,) = await sessions.sessions("cust0001")
    await accounts.write_access(account, change(Access.REJECT))
    assert (await disconnector.disconnect(session, Rung.DISCONNECT)).answer is KickAnswer.ACCEPTED
    password = Secret(world.customers["cust0001"].password)
    login = await prober.login("cust0001", password, method=LoginMethod.CHAP)
    assert login.answer is LoginAnswer.REJECTED
    assert await sessions.sessions("cust0001") == ()
    assert not Oracle(world).can_pass_traffic("cust0001")
    await gateways.close()
    network.close()


async def test_one_gateway_a_record(isp: Place) -> None:
    gateways = isp.gateways
    assert gateways.account_server(isp.server) is gateways.account_server(replace(isp.server))
    assert gateways.account_server(isp.server) is not gateways.account_server(replace(isp.server, isolation_rate=1))
    assert gateways.prober(isp.server) is gateways.prober(replace(isp.server, isolation_rate=1))
    assert gateways.nas_sessions(isp.nas) is gateways.nas_sessions(isp.nas)
    bare = Nas("bare", 1)
    assert gateways.nas_sessions(bare) is None
    assert gateways.disconnector(bare) is None
    assert gateways.prober(replace(isp.server, radius=None)) is None


async def test_an_unknown_kind_is_refused(isp: Place) -> None:
    with pytest.raises(BadInput, match="userman9"):
        isp.gateways.account_server(replace(isp.server, kind="userman9"))

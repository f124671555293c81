"""The FreeRADIUS engine by the contract of all account servers, on the real server and the real PostgreSQL."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from radiusbridge.domain.records import RadiusAccess, Server, SqlAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.factory import Gateways
from radiusbridge.gateways.ports import AccountServer
from radiusbridge.services.system import SystemClock, SystemEntropy
from tests.gateways.contract import AccountServerContract
from tests.peers.freeradius_sql import OUR_PASSWORD, OUR_ROLE, FreeRadiusPlace

pytestmark = pytest.mark.peer


def server_of(place: FreeRadiusPlace, **changes: Any) -> Server:
    radius = RadiusAccess("127.0.0.1", place.radius.ports["auth"], Secret(place.radius.secret))
    sql = SqlAccess("127.0.0.1", place.port, OUR_ROLE, Secret(OUR_PASSWORD), place.database)
    return replace(Server("fr1", "freeradius", None, id=1, radius=radius, sql=sql), **changes)


@pytest.fixture
async def gateways() -> AsyncIterator[Gateways]:
    made = Gateways(SystemClock(), SystemEntropy())
    yield made
    await made.close()


@pytest.fixture
def server(radius_place: FreeRadiusPlace, gateways: Gateways) -> AccountServer:
    return gateways.account_server(server_of(radius_place))


class TestFreeRadius(AccountServerContract):
    """What every account server has to do; logins are real ones."""

    @pytest.fixture
    def accepts(self, radius_place: FreeRadiusPlace) -> Callable[[str, str], bool]:
        return radius_place.login

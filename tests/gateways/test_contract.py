"""Every account server behind the same contract."""

from collections.abc import Callable

import pytest

from radiusbridge.gateways.ports import AccountServer
from tests.gateways.contract import UserManagerContract
from tests.gateways.support import Place


class TestUserManager(UserManagerContract):
    """Both generations."""

    @pytest.fixture
    def server(self, either: Place) -> AccountServer:
        return either.accounts

    @pytest.fixture
    def accepts(self, either: Place) -> Callable[[str, str], bool]:
        return either.isp.oracle.would_accept

    @pytest.fixture
    def ends(self, either: Place) -> Callable[[str], None]:
        return either.end_plans

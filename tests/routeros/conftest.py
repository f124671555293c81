"""Time for the tests: the loop's own."""

import pytest

from radiusbridge.domain.clock import Clock
from tests.routeros.server import LoopClock


@pytest.fixture
def clock() -> Clock:
    return LoopClock()

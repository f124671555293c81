"""Time for the tests: the loop's own; and property tests that no slow machine can fail."""

import pytest
from hypothesis import HealthCheck, settings

from radiusbridge.domain.clock import Clock
from tests.routeros.server import LoopClock

settings.register_profile("routeros", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("routeros")


@pytest.fixture
def clock() -> Clock:
    return LoopClock()

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateways.support import Place, place

SIX, SEVEN = "6.49.18", "7.16.2"


@pytest.fixture
async def isp(tmp_path: Path) -> AsyncIterator[Place]:
    """Three customers online at one NAS, their server on RouterOS 7."""
    async with place(tmp_path / "trace.jsonl", ros=SEVEN) as made:
        yield made


@pytest.fixture
async def isp6(tmp_path: Path) -> AsyncIterator[Place]:
    """The same on RouterOS 6."""
    async with place(tmp_path / "trace.jsonl", ros=SIX) as made:
        yield made


@pytest.fixture(params=[SEVEN, SIX])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """The same on each in turn."""
    async with place(tmp_path / "trace.jsonl", ros=request.param) as made:
        yield made

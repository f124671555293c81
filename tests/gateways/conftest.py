from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateways.support import Place, place


@pytest.fixture
async def isp(tmp_path: Path) -> AsyncIterator[Place]:
    """Three customers online at one NAS."""
    async with place(tmp_path / "trace.jsonl") as made:
        yield made

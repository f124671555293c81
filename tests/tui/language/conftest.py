from collections.abc import Iterator

import pytest

from radiusbridge.tui import language


@pytest.fixture
def indonesian() -> Iterator[None]:
    """Everything is said in Indonesian meanwhile."""
    language.use("id")
    yield
    language.use(language.ENGLISH)

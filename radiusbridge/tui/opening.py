"""What is opened and loaded behind the first frame, in a thread."""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.tui.desk import Desk

ContextFactory = Callable[[], "Context"]
"""Opens the context; blocks, and so runs in a thread."""
COLLECT_EVERY = 5_000
"""Allocations between two collections."""


def opened(context: "Context | None", factory: ContextFactory | None) -> "tuple[Context, type[Desk]]":
    """The context, and what stands on it. Blocks: both are loaded here."""
    from radiusbridge.tui.desk import Desk

    if context is None:
        assert factory is not None
        context = factory()
    return context, Desk


def warm_up() -> None:
    """What the first key needs, and the first operation."""
    from radiusbridge.services.warming import warm
    from radiusbridge.tui import acting
    from radiusbridge.tui.screens.every import load_usual

    del acting
    warm()
    load_usual()
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
        # Of young objects that are looked through in one go, while keys wait, a millisecond's worth.
        gc.set_threshold(COLLECT_EVERY)

"""Runs the dashboard on a terminal, from the first look at it to the last line that is said on it."""

import asyncio
import os
import sys
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import RadiusbridgeError, exit_status
from radiusbridge.services.settings import Settings
from radiusbridge.tui import terminal
from radiusbridge.tui.app import Dashboard
from radiusbridge.tui.language import _
from radiusbridge.tui.opening import ContextFactory
from radiusbridge.tui.start import Start, prepared, resumed

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

SWITCH_EVERY = 0.001
"""Seconds after which a thread that computes (a page of the database, a long list that is sorted) gives way to keys."""


async def dashboard(
    settings: Settings | None,
    *,
    context: "Context | None" = None,
    context_factory: ContextFactory | None = None,
    start: Start | None = None,
) -> int:
    """Show the dashboard until the operator leaves; the exit status.

    A `context` that is given stays its owner's. Else `context_factory`, or the settings, open one after the first
    frame, and operations that are not over at the end are left to another process.
    """
    sys.setswitchinterval(SWITCH_EVERY)
    try:
        keymap, start = await asyncio.to_thread(lambda: (prepared(start), resumed(start or Start())))
    except RadiusbridgeError as error:
        print(f"radiusbridge: {error.line()}", file=sys.stderr)  # noqa: T201 - no screen is there
        return exit_status(error)
    why = terminal.unfit(os.environ)
    if why:
        print(f"radiusbridge: {why}; {_(terminal.HINT)}", file=sys.stderr)  # noqa: T201 - no screen is there
        return 2
    factory = context_factory or _factory_of(settings)
    app = Dashboard(factory, context=context, guarded=True, settings=settings, start=start, keymap=keymap)
    try:
        result = await app.run_async(mouse=app.manners.mouse)
    finally:
        terminal.stop_signals()
    for line in await app.hand_over():
        print(line, file=sys.stderr)  # noqa: T201 - the screen is gone
    return 1 if app.broke or result is None else result


def run_dashboard(
    settings: Settings | None,
    *,
    context: "Context | None" = None,
    context_factory: ContextFactory | None = None,
    start: Start | None = None,
) -> int:
    """`dashboard` on an event loop of its own."""
    return asyncio.run(dashboard(settings, context=context, context_factory=context_factory, start=start))


def _factory_of(settings: Settings | None) -> ContextFactory:
    def open_it() -> "Context":
        from radiusbridge.services.bootstrap import open_context

        assert settings is not None
        return open_context(settings, "tui")

    return open_it

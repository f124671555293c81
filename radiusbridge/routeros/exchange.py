"""Commands in flight: what becomes of their rows, traps and end."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.routeros.errors import RouterTrap, trap_error
from radiusbridge.routeros.mask import masked_words
from radiusbridge.routeros.wire import Done, Trap

Make = Callable[[], Sequence[str]]
"""Gives a command's words when it is sent."""


@dataclass(slots=True)
class Result:
    """What a command returned: its rows, what `!done` carried (`ret`), its tag, and the seconds since it was sent."""

    rows: list[dict[str, str]]
    ret: str | None
    tag: str
    seconds: float


class Exchange:
    """One command, from its tag to its `!done`; rows are dropped. The base of those that keep them.

    over: nothing more will come. failure: why it ended badly. in_window: it holds one of the connection's places. make:
    what gives the words once it has its place; None: they are there from the start.
    """

    __slots__ = (
        "_waiter",
        "failure",
        "grace",
        "in_window",
        "make",
        "over",
        "ret",
        "sent_at",
        "tag",
        "target",
        "traps",
        "words",
        "written",
    )

    def __init__(self, words: Sequence[str], target: str, *, in_window: bool = True) -> None:
        self.words = words
        self.target = target
        self.in_window = in_window
        self.make: Make | None = None
        self.tag = ""
        self.written = False
        self.sent_at = 0.0
        self.ret: str | None = None
        self.over = False
        self.failure: RadiusbridgeError | None = None
        self.traps: list[Trap] = []
        self.grace: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[None] | None = None

    def row(self, attributes: dict[str, str]) -> None:
        """A row came."""

    def finish(self, done: Done) -> None:
        """`!done` came."""
        self.ret = done.ret
        if self.traps:
            self.failure = self.refusal()
        self.over = True
        self.wake()

    def fail(self, error: RadiusbridgeError) -> None:
        """It ends without `!done`; a refusal that came before says more than the error."""
        if not self.over:
            self.failure = self.refusal() if self.traps else error
            self.over = True
            self.wake()

    def refusal(self) -> RouterTrap:
        """The error for the traps that came."""
        return trap_error(self.traps, command=" ".join(masked_words(self.words)), target=self.target)

    def wake(self) -> None:
        """Let the one who waits look again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def changed(self) -> None:
        """Wait until something happened; returns at once when it is over."""
        if not self.over:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter


class Collecting(Exchange):
    """A command whose rows are kept until `!done`."""

    __slots__ = ("rows",)

    def __init__(self, words: Sequence[str], target: str, make: Make | None = None) -> None:
        super().__init__(words, target)
        self.make = make
        self.rows: list[dict[str, str]] = []

    def row(self, attributes: dict[str, str]) -> None:
        """Keep the row."""
        self.rows.append(attributes)

"""How far a bulk run is, on one line of the terminal that is written over: only where stderr is one."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from radiusbridge.cli import output
from radiusbridge.domain.values import format_duration

_ERASE = "\r\x1b[K"


def words(done: int, size: int, here: int, seconds: float) -> str:
    """`12 of 300  4.0/s  1m12s left`. here: how many of them ended in the `seconds` since this process began."""
    told = f"{done} of {size}"
    if not here or seconds <= 0:
        return told
    rate = here / seconds
    rest = format_duration(round((size - done) / rate)) if done < size else ""
    return f"{told}  {rate:.1f}/s{f'  {rest} left' if rest else ''}"


def _on_terminal() -> bool:
    return sys.stderr.isatty()


@dataclass(slots=True)
class Progress:
    """The line; `clear` it before anything else is printed."""

    size: int
    done: int
    monotonic: Callable[[], float]
    on: bool = field(default_factory=_on_terminal)
    what: str = ""
    """Said in front."""
    _began: float = field(init=False)
    _before: int = field(init=False)

    def __post_init__(self) -> None:
        self._began, self._before = self.monotonic(), self.done

    def draw(self) -> None:
        """Write it."""
        if self.on:
            line = self.what + words(self.done, self.size, self.done - self._before, self.monotonic() - self._began)
            sys.stderr.write(_ERASE + output.cut(line, output.width() - 1))
            sys.stderr.flush()

    def clear(self) -> None:
        """Take it away."""
        if self.on:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()

"""Lines that take more than one row of the screen, and are read at a glance all the same."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Hanging:
    """`head` and then `words`, which go on beneath themselves."""

    head: Text
    words: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Row by row."""
        beneath = Text(" " * self.head.cell_len)
        for number, row in enumerate(self.words.wrap(console, max(1, options.max_width - beneath.cell_len))):
            yield Text.assemble(beneath if number else self.head, row)

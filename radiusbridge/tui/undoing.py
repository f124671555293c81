"""What is asked before an operation is taken back."""

from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.tui.asking import which
from radiusbridge.tui.dialogs import Question
from radiusbridge.tui.language import _
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.undoing import UndoPlan


def undo_question(planned: "UndoPlan") -> Question:
    """What it would do, and what does not come back."""
    lines = [*which(planned.operation)]
    lines += [Text(f"  {_('does'):<10}{cell(each, 300)}") for each in planned.does]
    lines += [Text(f"  {_('lost'):<10}{cell(each, 300)}") for each in planned.lost]
    return Question("undo", _("this operation"), tuple(lines), _("It is taken back by an operation of its own."))

"""What is done to the terminal."""

from radiusbridge.tui.actions.kinds import Action

TERMINAL_ACTIONS = (
    Action("slow", "f8", "slow link", "Repaint seldom, or as usual again", line="radiusbridge tui --slow-link"),
)

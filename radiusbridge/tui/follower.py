"""Follows one operation after another: its evidence as it is committed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.tui.evidence import Shown

if TYPE_CHECKING:
    from radiusbridge.tui.desk import Desk


class Follower:
    """`changed` is called when more of the followed operation is known."""

    def __init__(self, desk: "Desk", changed: Callable[[], None]) -> None:
        self._desk = desk
        self._changed = changed
        self.followed: int | None = None
        self.shown: Shown | None = None

    def aim(self, operation_id: int | None) -> bool:
        """Follow that one from now on, or none; False: it is followed already."""
        if operation_id == self.followed:
            return False
        self.followed = operation_id
        self.shown = None
        return True

    async def run(self) -> None:
        """Follow to the end, or until another is aimed at."""
        operation_id = self.followed
        if operation_id is None:
            return
        async for news in self._desk.follow(operation_id):
            if operation_id != self.followed:
                return
            steps = self.shown.steps if self.shown is not None else ()
            self.shown = Shown(news.operation, (*steps, *news.steps))
            self._changed()

"""What happened in a run, in order, for whoever has to find out why a seed failed."""

import sqlite3
from datetime import datetime

from radiusbridge.simulator.world import World
from tests.sim.loop import START, VirtualClock


class Story:
    """Lines with their time. world: its routers' logs are told too; None: nothing is kept at all."""

    def __init__(self, clock: VirtualClock, world: World | None) -> None:
        self._clock = clock
        self._lines: list[tuple[float, str]] | None = None if world is None else []
        for name, router in ({} if world is None else world.routers).items():
            watchers = router.watchers.setdefault("/log", [])
            watchers.append(lambda row, name=name: self.tell(f"{name} logs: {row['message']}"))  # type: ignore[misc]

    def tell(self, words: str) -> None:
        """Keep a line."""
        if self._lines is not None:
            self._lines.append((self._clock.monotonic(), words))

    def steps(self, reader: sqlite3.Connection) -> None:
        """Add the evidence of all operations, and how they ended."""
        if self._lines is None:
            return
        statement = "select operation_id, name, outcome, text, started_at, duration from operation_step order by rowid"
        for number, name, outcome, text, started, duration in reader.execute(statement):
            self._lines.append(
                (_seconds(started), f"  operation {number}: {name}: {outcome} ({duration:.3f} s): {text}")
            )
        statement = "select id, status, verdict, reasons, finished_at from operation where finished_at is not null"
        for number, status, verdict, reasons, finished in reader.execute(statement):
            self._lines.append((_seconds(finished), f"  operation {number} ends {verdict or status}: {reasons}"))

    def told(self) -> list[tuple[float, str]]:
        """All lines in order."""
        return sorted(self._lines or (), key=lambda line: line[0])


def _seconds(text: str) -> float:
    return (datetime.fromisoformat(text) - START.replace(tzinfo=None)).total_seconds()

"""Who does what only one process may do at a time, and when each timer ran last."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from radiusbridge.db.agent_tables import duty, timer
from radiusbridge.db.transaction import Transaction

_d, _t = duty.c, timer.c
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Duty:
    """epoch: grows with every change of hands."""

    name: str
    owner: str
    epoch: int
    until: datetime


@dataclass(frozen=True, slots=True)
class TimerRun:
    """The last run of a timer. outcome: `running`, `ok`, or what it failed with."""

    name: str
    began_at: datetime
    ended_at: datetime | None
    outcome: str
    figures: Mapping[str, object]


class Duties:
    """Who writes is alone, so that what was read here stays true until the transaction ends."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def held(self, name: str) -> Duty | None:
        """Who has it, or had it last."""
        row = self._connection.execute(select(duty).where(_d.name == name)).mappings().one_or_none()
        return None if row is None else Duty(**row)

    def take(self, name: str, owner: str, now: datetime, seconds: float, dead: Container[str] = ()) -> Duty | None:
        """Take it, or keep it that long from now; None: another has it."""
        until = now + timedelta(seconds=seconds)
        held = self.held(name)
        if held is None:
            self._connection.execute(insert(duty).values(name=name, owner=owner, epoch=1, until=until))
            return Duty(name, owner, 1, until)
        if held.owner != owner and held.until > now and held.owner not in dead:
            return None
        epoch = held.epoch + (held.owner != owner)
        self._connection.execute(update(duty).where(_d.name == name).values(owner=owner, epoch=epoch, until=until))
        return Duty(name, owner, epoch, until)

    def leave(self, name: str, owner: str) -> None:
        """Let go of it, so that another may take it at once."""
        held = self.held(name)
        if held is not None and held.owner == owner:
            self._connection.execute(update(duty).where(_d.name == name).values(until=_LONG_AGO))

    def timers(self) -> dict[str, TimerRun]:
        """The last run of each timer."""
        rows = self._connection.execute(select(timer)).mappings()
        return {row["name"]: TimerRun(**row) for row in rows}

    def note(self, run: TimerRun) -> None:
        """Keep a run as the last one of its timer."""
        self._connection.execute(delete(timer).where(_t.name == run.name))
        self._connection.execute(
            insert(timer).values(
                name=run.name,
                began_at=run.began_at,
                ended_at=run.ended_at,
                outcome=run.outcome,
                figures=dict(run.figures),
            )
        )

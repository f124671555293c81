"""The journal: submitting, looking up, cancelling."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from radiusbridge.db.repositories.base import folded
from radiusbridge.db.repositories.leases import Leases, record_of
from radiusbridge.db.repositories.steps import Steps
from radiusbridge.db.tables import operation
from radiusbridge.domain.errors import AlreadyThere, UnknownName
from radiusbridge.domain.records import PROFILE_INTENTS, Intent, Operation, Step
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Status

ACCESS = (Intent.ISOLATE, Intent.ACTIVATE)
"""Intents of which the newest wins."""
_o = operation.c


class Operations(Leases):
    """Operations of all subjects.

    A subject is a customer on a server, a user name that no customer has, or a profile on a server.
    """

    def submit(self, record: Operation, now: datetime) -> Operation:
        """Put an operation at the end of its subject's queue; the same key again gives the operation that is there.

        One that isolates or activates supersedes the earlier ones that are queued or waiting, and asks a running one
        to stop (`superseded_by` lists them). AlreadyThere: the key belongs to an operation about something else.
        """
        if record.key:
            there = self.by_key(record.key)
            if there is not None:
                return _same(there, record)
        subject = _subject(record)
        of_subject = (_o.server_id == record.server_id, _o.subject == subject)
        last = self._connection.scalar(select(func.max(_o.sequence)).where(*of_subject)) or 0
        statement = insert(operation).values(
            intent=record.intent,
            server_id=record.server_id,
            customer_id=record.customer_id,
            username=record.username,
            subject=subject,
            wanted=record.wanted,
            key=record.key or None,
            sequence=last + 1,
            rows_before=record.rows_before,
            status=Status.QUEUED,
            reasons=list(record.reasons),
            lease_epoch=0,
            attempts=0,
            not_before=record.not_before,
            who=record.who,
            channel=record.channel,
            reason=record.reason,
            created_at=record.created_at or now,
            cancel_requested=False,
            step_count=0,
        )
        row = self._connection.execute(statement.returning(operation)).mappings().one()
        submitted = record_of(row)
        if submitted.intent in ACCESS and last:
            self._supersede(submitted, subject, now)
        return submitted

    def _supersede(self, newer: Operation, subject: str, now: datetime) -> None:
        earlier = (
            _o.server_id == newer.server_id,
            _o.subject == subject,
            _o.sequence < newer.sequence,
            _o.intent.in_(ACCESS),
            _o.finished_at.is_(None),
        )
        idle = update(operation).where(*earlier, _o.status != Status.RUNNING)
        self._connection.execute(
            idle.values(status=Status.SUPERSEDED, superseded_by=newer.id, finished_at=now, not_before=None)
        )
        self._connection.execute(update(operation).where(*earlier).values(superseded_by=newer.id))

    def superseded_by(self, operation_id: int) -> tuple[Operation, ...]:
        """The operations that this one superseded, and those that it asked to stop."""
        return self._some(_o.superseded_by == operation_id)

    def get(self, operation_id: int) -> Operation:
        """The operation of that id. UnknownName: none."""
        found = self._some(_o.id == operation_id)
        if not found:
            raise UnknownName("no such operation", target=str(operation_id), hint="see: radiusbridge op list")
        return found[0]

    def by_key(self, key: str) -> Operation | None:
        """The operation that was submitted under that external key."""
        found = self._some(_o.key == key)
        return found[0] if found else None

    def listed(
        self,
        *,
        status: Collection[Status] = (),
        customer_id: int | None = None,
        server_id: int | None = None,
        limit: int = 100,
        before_id: int | None = None,
    ) -> tuple[Operation, ...]:
        """Operations, newest first; `before_id` continues a list that ended there. No status: all of them."""
        conditions: list[Any] = []
        if status:
            conditions.append(_o.status.in_(list(status)))
            if not any(one.final for one in status):
                conditions.append(_o.finished_at.is_(None))
        if customer_id is not None:
            conditions.append(_o.customer_id == customer_id)
        if server_id is not None:
            conditions.append(_o.server_id == server_id)
        if before_id is not None:
            conditions.append(_o.id < before_id)
        return self._some(*conditions, limit=limit)

    def about_profile(self, server_id: int, name: str) -> Operation | None:
        """The newest operation about a profile on a server."""
        found = self._some(_o.server_id == server_id, _o.subject == _profile_subject(name), limit=1)
        return found[0] if found else None

    def cancel(self, operation_id: int, now: datetime) -> Operation:
        """Cancel what is queued or waiting at once; ask what is running to stop; leave what is finished alone.

        Returns the operation as it is then.
        """
        idle = (_o.id == operation_id, _o.finished_at.is_(None), _o.status != Status.RUNNING)
        self._connection.execute(
            update(operation).where(*idle).values(status=Status.CANCELLED, finished_at=now, not_before=None)
        )
        running = (_o.id == operation_id, _o.status == Status.RUNNING)
        self._connection.execute(update(operation).where(*running).values(cancel_requested=True))
        return self.get(operation_id)

    def hasten(self, operation_ids: Collection[int] | None = None) -> None:
        """Make what waits due at once: these operations, or all that wait."""
        waiting = [_o.status == Status.WAITING]
        if operation_ids is not None:
            waiting.append(_o.id.in_(list(operation_ids)))
        self._connection.execute(update(operation).where(*waiting).values(not_before=None))

    def steps(self, operation_id: int, after_sequence: int = 0) -> tuple[Step, ...]:
        """The evidence after a sequence number, in order."""
        return Steps(self._connection).after(operation_id, after_sequence)

    def append_steps(self, operation_id: int, epoch: int, steps: Sequence[Step]) -> int:
        """As `Steps.append`."""
        return Steps(self._connection).append(operation_id, epoch, steps)

    def _some(self, *conditions: Any, limit: int | None = None) -> tuple[Operation, ...]:
        statement = select(operation).where(*conditions).order_by(_o.id.desc()).limit(limit)
        return tuple(map(record_of, self._connection.execute(statement).mappings()))


def _profile_subject(name: str) -> str:
    return f"profile {folded(name)}"[:400]


def _subject(record: Operation) -> str:
    if record.intent in PROFILE_INTENTS:
        return _profile_subject(record.username)
    return f"customer {record.customer_id}" if record.customer_id else f"user {folded(record.username)}"[:400]


def _same(there: Operation, record: Operation) -> Operation:
    def about(one: Operation) -> tuple[Intent, int, int, str, Mapping[str, object]]:
        return one.intent, one.server_id, one.customer_id, one.username, dict(one.wanted)

    if about(there) != about(record):
        raise AlreadyThere(
            f"the key belongs to operation {there.id}, which is about something else", target=safe(record.key, 80)
        )
    return there

"""The journal: submitting, looking up, cancelling."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, update

from radiusbridge.db.repositories.leases import Leases, record_of
from radiusbridge.db.repositories.steps import Appended, Steps
from radiusbridge.db.tables import operation
from radiusbridge.domain.errors import AlreadyThere, UnknownName
from radiusbridge.domain.records import (
    PAIR_INTENTS,
    PROFILE_INTENTS,
    ROUTER_INTENTS,
    SERVER_INTENTS,
    Intent,
    Operation,
    Step,
)
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.verdict import Status, Verdict

_GIVEN = (
    "intent",
    "server_id",
    "customer_id",
    "username",
    "wanted",
    "rows_before",
    "not_before",
    "who",
    "channel",
    "reason",
)
ACCESS = (Intent.ISOLATE, Intent.ACTIVATE)
"""Intents of which the newest wins."""
_o = operation.c
_before = operation.alias("before").c
_LAST = select(func.coalesce(func.max(_before.sequence), 0) + 1).where(
    _before.server_id == bindparam("of_server"), _before.subject == bindparam("of_subject")
)
_SUBMIT = insert(operation).values(sequence=_LAST.scalar_subquery()).returning(operation)
_NEWEST_OF = select(operation).where(
    _o.id.in_(
        select(func.max(_before.id))
        .where(_before.customer_id.in_(bindparam("customers", expanding=True)))
        .group_by(_before.customer_id)
    )
)
_PAIR = "pair"
"""The subject of what is about a server and its standby."""
_AT_ONCE = 500
"""Values in one IN."""


@cache
def _listed(names: frozenset[str]) -> Select[Any]:
    """Operations, newest first, by those of these conditions that are named."""
    conditions = {
        "statuses": _o.status.in_(bindparam("statuses", expanding=True)),
        "unfinished": _o.finished_at.is_(None),
        "customer": _o.customer_id == bindparam("customer"),
        "server": _o.server_id == bindparam("server"),
        "before": _o.id < bindparam("before"),
        "id": _o.id == bindparam("id"),
        "key": _o.key == bindparam("key"),
    }
    chosen = [condition for name, condition in conditions.items() if name in names]
    return select(operation).where(*chosen).order_by(_o.id.desc()).limit(bindparam("most"))


class Operations(Leases):
    """Operations of all subjects.

    A subject is a customer on a server, a user name that no customer has, a profile on a server, or a router.
    """

    def record(self, record: Operation, now: datetime) -> Operation:
        """Enter an operation that concerns no server: it is over, and shown by the record itself."""
        over = {"status": Status.DONE, "verdict": Verdict.PROVEN, "finished_at": now}
        return record_of(self._connection.execute(_SUBMIT, _entry(record, now) | over).mappings().one())

    def submit(self, record: Operation, now: datetime) -> Operation:
        """Put an operation at the end of its subject's queue; the same key again gives the operation that is there.

        One that isolates or activates supersedes the earlier ones that are queued or waiting, and asks a running one
        to stop (`superseded_by` lists them). AlreadyThere: the key belongs to an operation about something else.
        """
        if record.key:
            there = self.by_key(record.key)
            if there is not None:
                return _same(there, record)
        values = _entry(record, now)
        submitted = record_of(self._connection.execute(_SUBMIT, values).mappings().one())
        if submitted.intent in ACCESS and submitted.sequence > 1:
            self._supersede(submitted, values["subject"], now)
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
        found = tuple(self._listed(1, id=operation_id))
        if not found:
            raise UnknownName("no such operation", target=str(operation_id), hint="see: radiusbridge op list")
        return found[0]

    def by_key(self, key: str) -> Operation | None:
        """The operation that was submitted under that external key."""
        return next(self._listed(1, key=key), None)

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
        statuses = list(status) or None
        unfinished = (bool(status) and not any(one.final for one in status)) or None
        found = self._listed(
            limit, statuses=statuses, unfinished=unfinished, customer=customer_id, server=server_id, before=before_id
        )
        return tuple(found)

    def earlier(self, operation: Operation, limit: int) -> Iterator[Operation]:
        """The operations of the same customer on the same server before that one, newest first, read as asked for."""
        return self._listed(limit, customer=operation.customer_id, server=operation.server_id, before=operation.id)

    def newest_of(self, customer_ids: Collection[int]) -> dict[int, Operation]:
        """The newest operation of each of these customers, for a list; customers without one are left out."""
        ids, found = sorted(set(customer_ids)), dict[int, Operation]()
        for start in range(0, len(ids), _AT_ONCE):
            rows = self._connection.execute(_NEWEST_OF, {"customers": ids[start : start + _AT_ONCE]}).mappings()
            found |= {row["customer_id"]: record_of(row) for row in rows}
        return found

    def about_profile(self, server_id: int, name: str) -> Operation | None:
        """The newest operation about a profile on a server."""
        found = self._some(_o.server_id == server_id, _o.subject == _profile_subject(name), limit=1)
        return found[0] if found else None

    def about_router(self, server_id: int, name: str) -> Operation | None:
        """The newest operation about a router itself. server_id: of the server whose NAS it is, or that it is."""
        found = self._some(_o.server_id == server_id, _o.subject == _router_subject(name), limit=1)
        return found[0] if found else None

    def about_pair(self, server_id: int) -> Operation | None:
        """The newest operation about a pair of servers. server_id: of the active one's record."""
        found = self._some(_o.server_id == server_id, _o.subject == _PAIR, limit=1)
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

    def explain(self, operation_id: int, reason: str) -> None:
        """Add to the reasons of an operation what came of it in the transaction of its end."""
        reasons = [*self.get(operation_id).reasons, reason]
        self._connection.execute(update(operation).where(_o.id == operation_id).values(reasons=reasons))

    def hasten(self, operation_ids: Collection[int] | None = None, server_id: int | None = None) -> None:
        """Make what waits due at once: these operations, those of that server, or all that wait."""
        waiting = [_o.status == Status.WAITING]
        if operation_ids is not None:
            waiting.append(_o.id.in_(list(operation_ids)))
        if server_id is not None:
            waiting.append(_o.server_id == server_id)
        self._connection.execute(update(operation).where(*waiting).values(not_before=None))

    def steps(self, operation_id: int, after_sequence: int = 0) -> tuple[Step, ...]:
        """The evidence after a sequence number, in order."""
        return Steps(self._transaction).after(operation_id, after_sequence)

    def append_steps(
        self, operation_id: int, epoch: int, steps: Sequence[Step], rows_before: Mapping[str, object] | None = None
    ) -> Appended:
        """As `Steps.append`."""
        return Steps(self._transaction).append(operation_id, epoch, steps, rows_before)

    def _listed(self, limit: int, **wanted: object) -> Iterator[Operation]:
        """By the conditions of `_listed` that are not None."""
        values = {name: value for name, value in wanted.items() if value is not None}
        rows = self._connection.execute(_listed(frozenset(values)), values | {"most": limit}).mappings()
        return map(record_of, rows)

    def _some(self, *conditions: Any, limit: int | None = None) -> tuple[Operation, ...]:
        statement = select(operation).where(*conditions).order_by(_o.id.desc()).limit(limit)
        return tuple(map(record_of, self._connection.execute(statement).mappings()))


def _entry(record: Operation, now: datetime) -> dict[str, Any]:
    subject = _subject(record)
    return {
        **{name: getattr(record, name) for name in _GIVEN},
        "subject": subject,
        "key": record.key or None,
        "status": Status.QUEUED,
        "reasons": list(record.reasons),
        "lease_epoch": 0,
        "attempts": 0,
        "created_at": record.created_at or now,
        "cancel_requested": False,
        "step_count": 0,
        "of_server": record.server_id,
        "of_subject": subject,
    }


def _profile_subject(name: str) -> str:
    return f"profile {folded(name)}"[:400]


def _router_subject(name: str) -> str:
    return f"router {folded(name)}"[:400]


def user_subject(name: str) -> str:
    """The subject of what is about a user name that no customer has, or about a batch of vouchers."""
    return f"user {folded(name)}"[:400]


def _subject(record: Operation) -> str:
    if record.intent in ROUTER_INTENTS:
        return _router_subject(record.username)
    if record.intent in PAIR_INTENTS:
        return _PAIR
    if record.intent in PROFILE_INTENTS or (record.intent is Intent.MIRROR and "profile_id" in record.wanted):
        return _profile_subject(record.username)
    if record.intent is Intent.IMPORT:
        return "import"
    if record.intent in SERVER_INTENTS:
        return "accounts"
    return f"customer {record.customer_id}" if record.customer_id else user_subject(record.username)


def _same(there: Operation, record: Operation) -> Operation:
    def about(one: Operation) -> tuple[Intent, int, int, str, Mapping[str, object]]:
        return one.intent, one.server_id, one.customer_id, one.username, dict(one.wanted)

    if about(there) != about(record):
        raise AlreadyThere(
            f"the key belongs to operation {there.id}, which is about something else", target=safe(record.key, 80)
        )
    return there

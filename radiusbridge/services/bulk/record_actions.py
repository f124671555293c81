"""Many customers edited, removed, unbound."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.days import start_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Operation
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE, Live
from radiusbridge.services.bulk.actions import Action, Turn
from radiusbridge.services.bulk.kinds import Recorded
from radiusbridge.services.context import Context
from radiusbridge.services.customer_changes import (
    Changed,
    Editing,
    checked,
    edited,
    enter_edit,
    enter_removal,
    enter_unbind,
)
from radiusbridge.services.foretelling import Foretold, changed_fields
from radiusbridge.services.kicking import check_deadline
from radiusbridge.services.provisioning import Handling

FOR_MANY = (
    "address",
    "area",
    "odp",
    "vlan",
    "note",
    "exempt",
    "grace_days",
    "paid_until",
    "promise_until",
    "test_account",
    "caller_id",
    "static_address",
)
"""Fields of a customer that many may be given alike; of the last two only what is nobody's own."""
_DAYS = ("paid_until", "promise_until")
_COMMON = {"caller_id": ("", "bind"), "static_address": ("",)}


@dataclass(frozen=True, slots=True)
class Edit(Action):
    """As `customers.edit`, of fields that many can have alike.

    values: field -> JSON value; days as `2026-12-31` or null, `caller_id` only `bind` or empty, `static_address` only
    empty. profile, server: names.
    """

    kind: ClassVar[str] = "edit"
    permission: ClassVar[str] = "customer.edit"
    values: Mapping[str, object] = field(default_factory=dict)
    profile: str | None = None
    server: str | None = None
    live: Live | None = None
    settle: float = SETTLE
    deadline: float = DEADLINE
    provisioned: bool = True
    adopt: bool = False

    @property
    def local(self) -> bool:
        """Whether only the record changes."""
        asked = {*self.values, *(["profile"] if self.profile else []), *(["server"] if self.server else [])}
        return not self.provisioned or not asked & {"profile", "server", "caller_id", "static_address"}

    def _editing(self, context: Context) -> Editing:
        values: dict[str, Any] = dict(self.values)
        for name in _DAYS:
            if values.get(name) is not None:
                values[name] = start_of(date.fromisoformat(values[name]), context.zone)

        def change(old: Customer) -> Customer:
            return replace(old, **values)

        return Editing(
            change, self.profile, self.server, self.live, self.settle, self.deadline, self.provisioned, self.adopt
        )

    def __post_init__(self) -> None:
        Handling(Live.KEEP, self.settle, self.deadline)
        if not self.values and self.profile is None and self.server is None:
            raise BadInput("nothing is to be changed", hint="say what, like --area NAME or --profile NAME")
        own = [name for name in self.values if name not in FOR_MANY]
        own += [name for name, common in _COMMON.items() if self.values.get(name, "") not in common]
        if own:
            names = ", ".join(name.replace("_", "-") for name in own)
            raise BadInput(f"{names} cannot be the same for many customers", hint="edit one customer at a time")
        if self.live is Live.KEEP and self.server is not None and self.provisioned:
            raise BadInput("a live session cannot stay when the server changes", hint="leave --live out")

    def check(self, unit: UnitOfWork, context: Context) -> None:
        """UnknownName: profile, server. BadInput: a value."""
        if self.profile is not None:
            unit.profiles.named(self.profile)
        if self.server is not None:
            unit.servers.named(self.server)
        checked(self._editing(context).change(Customer("", "anybody", 0, 0)))

    def passed_by(self, turn: Turn) -> str:
        """Whoever is as wanted."""
        return "is so already" if self._after(turn) == turn.customer else ""

    def _after(self, turn: Turn) -> Customer:
        how = self._editing(turn.context)
        return edited(turn.unit, turn.customer, how.change, how.profile, how.server)

    def foretold(self, turn: Turn) -> tuple[str, ...]:
        """What becomes of a live session."""
        if self.local:
            return ()
        after = self._after(turn)
        validity = turn.unit.profiles.get(after.profile_id).validity is not None
        told = Foretold(turn.customer, after, changed_fields(turn.customer, after), validity)
        return told.experience(self.live or Live.KEEP)

    def submit(self, turn: Turn) -> Operation | Recorded:
        """Store the change, and enter what the server has to know."""
        how = self._editing(turn.context)
        return _of(enter_edit(turn.unit, turn.context, turn.customer, how), "changed")


@dataclass(frozen=True, slots=True)
class Remove(Action):
    """As `customers.remove`."""

    kind: ClassVar[str] = "remove"
    permission: ClassVar[str] = "customer.remove"
    live: Live = Live.KICK
    settle: float = SETTLE
    deadline: float = DEADLINE
    provisioned: bool = True

    @property
    def local(self) -> bool:
        """Whether only the record goes."""
        return not self.provisioned

    def __post_init__(self) -> None:
        Handling(self.live, self.settle, self.deadline)

    def submit(self, turn: Turn) -> Operation | Recorded:
        """Enter the removal."""
        handling = Handling(self.live, self.settle, self.deadline)
        done = enter_removal(
            turn.unit, turn.context, turn.customer, reason=turn.reason, handling=handling, provisioned=self.provisioned
        )
        return _of(done, "the record is removed")


@dataclass(frozen=True, slots=True)
class Unbind(Action):
    """As `customers.unbind`."""

    kind: ClassVar[str] = "unbind"
    permission: ClassVar[str] = "customer.unbind"
    deadline: float = DEADLINE

    def __post_init__(self) -> None:
        check_deadline(self.deadline)

    def submit(self, turn: Turn) -> Operation | Recorded:
        """Enter the change of the account."""
        done = enter_unbind(turn.unit, turn.context, turn.customer, reason=turn.reason, deadline=self.deadline)
        return _of(done, "unbound")


def _of(done: Changed, words: str) -> Operation | Recorded:
    return done.operation or Recorded(words)

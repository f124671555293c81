"""What a bulk verb does to each customer: all of it in a run's `wanted`, so that the run resumes with the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, ClassVar, Self

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Hold, HoldKind, Operation, Policy
from radiusbridge.domain.sagas.plan import Live
from radiusbridge.services.bulk.kinds import Recorded
from radiusbridge.services.bulk.preview import LeftOut, Preview
from radiusbridge.services.bulk.subjects import Subjects, selected
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require

_READ: Mapping[str, Callable[[Any], object]] = {
    "policy": Policy,
    "hold": HoldKind,
    "live": Live,
    "until": date.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One customer's turn, in the transaction that it is looked at in."""

    unit: UnitOfWork
    context: Context
    customer: Customer
    holds: tuple[Hold, ...]
    """Open ones."""
    run_id: int = 0
    """0: it is only looked at."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One kind of bulk run. The fields of a kind are what its verb is given; None and the empty text are not kept.

    Made of what cannot be, it raises BadInput.
    """

    kind: ClassVar[str]
    permission: ClassVar[str]

    def wanted(self) -> dict[str, object]:
        """The fields as JSON values."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        values = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
        texts = {name: str(value) for name, value in values.items() if isinstance(value, str)}
        return {name: value for name, value in {**values, **texts}.items() if value not in (None, "")}

    @classmethod
    def of(cls, wanted: Mapping[str, object]) -> Self:
        """The action that a run was stored with. BadInput: by another version of this program."""
        known = {item.name for item in fields(cls)}
        if not known.issuperset(wanted):
            raise BadInput(
                f"a run of the kind {cls.kind} with {', '.join(sorted(set(wanted) - known))} is not known",
                hint="resume it with the program that began it",
            )
        read: dict[str, Any] = {name: _READ[name](value) for name, value in wanted.items() if name in _READ}
        return cls(**{**wanted, **read})

    @property
    def local(self) -> bool:
        """Whether nothing of it ever goes to a server: then no brakes are needed."""
        return False

    def check(self, unit: UnitOfWork, context: Context) -> None:
        """What is wrong with it now, whoever it is for. BadInput, UnknownName, Refused."""

    def passed_by(self, _turn: Turn) -> str:
        """Why it is not for this customer; empty: it is."""
        return ""

    def foretold(self, _turn: Turn) -> tuple[str, ...]:
        """What the customer will experience, one sentence each."""
        return ()

    def submit(self, turn: Turn) -> Operation | Recorded | str:
        """As `kinds.Submit`, of a customer who is not passed by."""
        raise NotImplementedError


async def preview_of(context: Context, action: Action, subjects: Subjects) -> Preview:
    """Whom the action hits, and whom it passes by. Errors as `subjects.selected`, and those of the action."""
    require(context, action.permission)
    await context.database.read(lambda unit: action.check(unit, context))
    found = await selected(context, subjects)

    def work(unit: UnitOfWork) -> Preview:
        holds = unit.holds.open_of(row.id for row in found.customers)
        turns = {row.id: Turn(unit, context, row, holds.get(row.id, ())) for row in found.customers}
        passed = {each: action.passed_by(turn) for each, turn in turns.items()}
        rows = tuple(row for row in found.customers if not passed[row.id])
        by = tuple(LeftOut(row, passed[row.id]) for row in found.customers if passed[row.id])
        names = {row.id: row.name for row in unit.servers.all()}
        told = action.foretold(turns[rows[0].id]) if rows else ()
        return Preview(action.kind, found.selection, action.wanted(), rows, (*found.left_out, *by), names, told)

    return await context.database.read(work)


def submit(
    kind: type[Action], unit: UnitOfWork, context: Context, run: BulkRun, customer: Customer
) -> Operation | Recorded | str:
    """Do to one customer what the run wants, looking again whether it is still for them."""
    require(context, kind.permission)
    action = kind.of(run.wanted)
    turn = Turn(unit, context, customer, unit.holds.open_holds(customer.id), run.id, run.reason)
    return action.passed_by(turn) or action.submit(turn)

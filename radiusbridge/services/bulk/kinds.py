"""What each kind of bulk run does to one customer. A new bulk verb is added here, so that its runs can be resumed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRow, BulkRun, Outcome
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.records import Customer, Operation
from radiusbridge.services.context import Context


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row that is over at once, since nothing of it goes to a server."""

    words: str
    outcome: Outcome = Outcome.RECORDED


Submit = Callable[[UnitOfWork, Context, BulkRun, Customer], Operation | Recorded | str]
"""Submit one row inside the runner's transaction: the operation, or that it was only recorded, or in words why the
customer is passed by after all.

It looks again: between the preview and its turn the customer may have paid.
"""
RowSubmit = Callable[[UnitOfWork, Context, BulkRun, BulkRow], Operation | Recorded | str]
"""The same for rows that say themselves what is done, and need be no customer's."""
DUE, PLAN, SESSIONS_KICK = "due", "plan", "kick-sessions"
PROFILE_ACCOUNTS, PROFILE_NOW, PROFILE_KICK = "profile-accounts", "profile-now", "profile-kick"
LIVE = frozenset({"kick", "isolate", SESSIONS_KICK})
"""What puts people out who then dial again all together."""
FOLLOWING = (PROFILE_ACCOUNTS, PROFILE_NOW, PROFILE_KICK)
"""What follows once a changed profile is on its server."""
ACTIONS = {
    "isolate": "access_actions:Isolate",
    "activate": "access_actions:Activate",
    "kick": "access_actions:Kick",
    "renew": "access_actions:Renew",
    "edit": "record_actions:Edit",
    "remove": "record_actions:Remove",
    "unbind": "record_actions:Unbind",
}
"""Kinds whose runs are a verb on many customers: where in this package their class of `actions.Action` stands."""
DRIFT = "drift-"
"""What kinds of runs that repair drift begin with."""


def for_customers(submit: Submit) -> RowSubmit:
    """A row's customer as the database has it now, for a function on customers."""

    def of_row(unit: UnitOfWork, context: Context, run: BulkRun, row: BulkRow) -> Operation | Recorded | str:
        try:
            customer = unit.customers.get(row.customer_id)
        except UnknownName:
            return "the customer was removed"
        return submit(unit, context, run, customer)

    return of_row


def submit_of(kind: str) -> RowSubmit:
    """The function of a kind. BadInput: this program does not know it."""
    if kind == DUE:
        from radiusbridge.services.due import isolate_row

        return for_customers(isolate_row)
    if kind == PLAN:
        from radiusbridge.services.planning.applying import submit_row

        return submit_row
    if kind == SESSIONS_KICK:
        from radiusbridge.services.bulk.session_kick import submit_row as kick_row

        return kick_row
    if kind in FOLLOWING:
        from radiusbridge.services.profile_live import submit_of_kind

        return for_customers(submit_of_kind(kind))
    if kind in ACTIONS:
        from radiusbridge.services.bulk.actions import submit

        module, _, name = ACTIONS[kind].partition(":")
        return for_customers(partial(submit, getattr(import_module(f"{__package__}.{module}"), name)))
    if kind.startswith(DRIFT):
        from radiusbridge.services.drift.rows import submit_of_kind as drift_of_kind

        return for_customers(drift_of_kind(kind))
    raise BadInput(f"bulk runs of the kind {kind} are not known", hint="resume it with the program that began it")

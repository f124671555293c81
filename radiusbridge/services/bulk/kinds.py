"""What each kind of bulk run does to one customer. A new bulk verb is added here, so that its runs can be resumed."""

from collections.abc import Callable

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRow, BulkRun
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.records import Customer, Operation
from radiusbridge.services.context import Context

Submit = Callable[[UnitOfWork, Context, BulkRun, Customer], Operation | str]
"""Submit one row inside the runner's transaction: the operation, or in words why the customer is passed by after all.

It looks again: between the preview and its turn the customer may have paid.
"""
RowSubmit = Callable[[UnitOfWork, Context, BulkRun, BulkRow], Operation | str]
"""The same for rows that say themselves what is done, and need be no customer's."""
DUE, PLAN = "due", "plan"
PROFILE_ACCOUNTS, PROFILE_NOW, PROFILE_KICK = "profile-accounts", "profile-now", "profile-kick"
FOLLOWING = (PROFILE_ACCOUNTS, PROFILE_NOW, PROFILE_KICK)
"""What follows once a changed profile is on its server."""


def for_customers(submit: Submit) -> RowSubmit:
    """A row's customer as the database has it now, for a function on customers."""

    def of_row(unit: UnitOfWork, context: Context, run: BulkRun, row: BulkRow) -> Operation | str:
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
    if kind in FOLLOWING:
        from radiusbridge.services.profile_live import submit_of_kind

        return for_customers(submit_of_kind(kind))
    raise BadInput(f"bulk runs of the kind {kind} are not known", hint="resume it with the program that began it")

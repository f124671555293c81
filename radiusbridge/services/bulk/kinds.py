"""What each kind of bulk run does to one customer. A new bulk verb is added here, so that its runs can be resumed."""

from collections.abc import Callable

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRun
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Operation
from radiusbridge.services.context import Context

Submit = Callable[[UnitOfWork, Context, BulkRun, Customer], Operation | str]
"""Submit one row inside the runner's transaction: the operation, or in words why the customer is passed by after all.

It looks again: between the preview and its turn the customer may have paid.
"""
DUE = "due"
PROFILE_ACCOUNTS, PROFILE_NOW, PROFILE_KICK = "profile-accounts", "profile-now", "profile-kick"
FOLLOWING = (PROFILE_ACCOUNTS, PROFILE_NOW, PROFILE_KICK)
"""What follows once a changed profile is on its server."""


def submit_of(kind: str) -> Submit:
    """The function of a kind. BadInput: this program does not know it."""
    if kind == DUE:
        from radiusbridge.services.due import isolate_row

        return isolate_row
    if kind in FOLLOWING:
        from radiusbridge.services.profile_live import submit_of_kind

        return submit_of_kind(kind)
    raise BadInput(f"bulk runs of the kind {kind} are not known", hint="resume it with the program that began it")

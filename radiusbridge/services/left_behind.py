"""Accounts that the journal does not show to be gone, although an operation was to take them away from a customer."""

from collections.abc import Iterator

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Customer, Intent, Operation
from radiusbridge.domain.sagas.plan import Live
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services.moving import former_of, turned_to_former

_LOOKED_BACK = 200
Account = tuple[int, str]
"""(server's id, user name)."""


def left_behind(unit: UnitOfWork, customer: Customer, before: int | None = None) -> tuple[int, Account] | None:
    """(operation, account) of the newest such; None: there is none. before: only earlier operations count.

    It is over with once a later operation that looked there is PROVEN, or once nobody knows a NAS there any more.
    """
    own = (customer.server_id, customer.username)
    for number, account in _unproven(unit, customer.id, before):
        if account != own and unit.customers.by_username(*account) is None and unit.nases.of_server(account[0]):
            return number, account
    return None


def looks_there(operation: Operation) -> bool:
    """Whether an operation says something that a session left behind would contradict."""
    wanted = operation.wanted
    match operation.intent:
        case Intent.ISOLATE | Intent.ACTIVATE | Intent.REMOVE:
            return True
        case Intent.KICK:
            return not wanted.get("session_ids")
        case Intent.PROVISION:
            return wanted.get("live") == Live.KICK and former_of(operation) is None
        case _:
            return False


def _unproven(unit: UnitOfWork, customer_id: int, before: int | None) -> Iterator[tuple[int, Account]]:
    shown: set[Account] = set()
    for row in unit.operations.listed(customer_id=customer_id, limit=_LOOKED_BACK, before_id=before):
        account = _taken_away(row)
        if row.verdict is Verdict.PROVEN:
            if account is not None:
                shown.add(account)
            if looks_there(row) and row.intent is not Intent.ACTIVATE:
                return
        elif account is not None and account not in shown and _may_be_left(unit, row):
            yield row.id, account


def _taken_away(operation: Operation) -> Account | None:
    if operation.intent is Intent.REMOVE:
        return operation.server_id, operation.username
    return former_of(operation)


def _may_be_left(unit: UnitOfWork, operation: Operation) -> bool:
    """A removal, or a move that turned to the former account; else that one is the customer's still."""
    if operation.intent is Intent.REMOVE or operation.verdict is Verdict.UNPROVEN:
        return True
    return operation.status.final and turned_to_former(unit, operation)

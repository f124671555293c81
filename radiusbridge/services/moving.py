"""Another user name or server: what the journal keeps of the account that was before, and the way back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import Access, AccessChange
from radiusbridge.domain.observations import WriteBegan
from radiusbridge.domain.records import Customer, Intent, Nas, Operation
from radiusbridge.domain.sagas.plan import DEADLINE, SETTLE, Live
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.services.intents import written

UNFINISHED = tuple(status for status in Status if not status.final)


def former_value(customer: Customer) -> dict[str, object]:
    """What the journal keeps of the account as it was."""
    return {"server_id": customer.server_id, "username": customer.username}


def former_of(operation: Operation) -> tuple[int, str] | None:
    """(server's id, user name) of the account that this operation takes another in the place of."""
    value = operation.wanted.get("former")
    if not isinstance(value, Mapping):
        return None
    return int(str(value["server_id"])), str(value["username"])


def redials(
    operation: Operation, nases: Iterable[Nas], hold: AccessChange | None, former: Iterable[Nas], username: str
) -> frozenset[str]:
    """The former server's NASes that are the new one's, too: the CPE dials in again there, under the same name, unless
    it is kept out. username: the former one."""
    shut = hold is not None and hold.access is Access.REJECT
    if shut or folded(username) != folded(operation.username):
        return frozenset()
    places = {place for nas in nases for place in _places(nas)}
    return frozenset(nas.name for nas in former if places & _places(nas))


def _places(nas: Nas) -> set[tuple[str, str, int]]:
    """Where a NAS is reached: two records of one router have one of them in common."""
    found = {("api", nas.api.host, nas.api.port)} if nas.api else set()
    return found | ({("dae", nas.dae.host, nas.dae.port)} if nas.dae else set())


def never_stood(operation: Operation) -> bool:
    """Whether the account that the operation was to make may be somebody else's: it was not shown to be made."""
    return operation.status is Status.CANCELLED or operation.verdict is Verdict.FAILED


def take_back_move(unit: UnitOfWork, operation: Operation, who: str, channel: str) -> tuple[str, ...]:
    """In the transaction of the end of a move that did not come to its own: no account is left behind.

    Where the new account never stood, the record says again what it said before, what was asked under the new name
    meanwhile goes on under the former one, and what may have been made of the new account is removed by an operation
    of its own. Cancelled after it turned to the former account, that one is removed so. What was done is added to the
    operation's reasons and returned.
    """
    former = former_of(operation)
    if former is None:
        return ()
    ended = unit.operations.get(operation.id)
    customer = unit.customers.by_username(operation.server_id, operation.username)
    theirs = customer is not None and customer.id == operation.customer_id
    if customer is None or not theirs or not never_stood(ended) or unit.customers.by_username(*former) is not None:
        return ()
    by = _By(unit, operation, who, channel)
    if not turned_to_former(unit, operation):
        _take_back(by, customer, former)
    elif ended.status is Status.CANCELLED:
        by.remove(former, "the new account stands; the former one")
    return unit.operations.get(operation.id).reasons[len(ended.reasons) :]


def _take_back(by: "_By", customer: Customer, former: tuple[int, str]) -> None:
    unit, new = by.unit, (by.move.server_id, by.move.username)
    _put_back(by, customer, former)
    for each in unit.operations.listed(status=UNFINISHED, customer_id=customer.id)[::-1]:
        if (each.server_id, each.username) == new:
            by.carry_over(each, former)
    if not _wrote(unit, by.move, former=False):
        return
    if by.move.wanted.get("adopt"):
        words = f"account {safe(new[1], 80)} on {by.server(new[0])}: stays; it may have been there before"
        unit.operations.explain(by.move.id, words)
    else:
        by.remove(new, "the new account, if it was made,")


def _put_back(by: "_By", customer: Customer, former: tuple[int, str]) -> None:
    from radiusbridge.services.standby.mirroring import mirror

    server_id, username = former
    back = replace(customer, server_id=server_id, username=username)
    by.unit.customers.change(back)
    by.unit.note(
        "customer.edit",
        username,
        who=by.who,
        channel=by.channel,
        before=customer,
        after=back,
        reason="taken back: the new account was not made",
        operation_id=by.move.id,
    )
    mirror(by.unit, by.move)
    by.unit.operations.explain(by.move.id, f"record: says {safe(username, 80)} on {by.server(server_id)} again")


@dataclass(frozen=True, slots=True)
class _By:
    """Who ends which move, and what is submitted because of that."""

    unit: UnitOfWork
    move: Operation
    who: str
    channel: str

    def remove(self, account: tuple[int, str], what: str) -> None:
        """Have an account removed that no customer's record names any more."""
        server_id, username = account
        wanted: dict[str, object] = {"live": str(Live.KICK), "settle": SETTLE, "deadline": DEADLINE}
        wanted |= {name: self.move.wanted[name] for name in ("settle", "deadline") if name in self.move.wanted}
        reason = f"left behind by operation {self.move.id}"
        made = self._submit(Operation(Intent.REMOVE, server_id, self.move.customer_id, username, wanted, reason=reason))
        words = f"{what} is removed by operation {made.id}: {safe(username, 80)} on {self.server(server_id)}"
        self.unit.operations.explain(self.move.id, words)

    def carry_over(self, asked: Operation, to: tuple[int, str]) -> None:
        """Have what was asked under the new name done under the former one."""
        server_id, username = to
        again = self._submit(
            Operation(asked.intent, server_id, asked.customer_id, username, asked.wanted, reason=asked.reason)
        )
        if not self.unit.operations.get(asked.id).status.final:
            self.unit.operations.cancel(asked.id, self.unit.now)
        self.unit.operations.explain(asked.id, f"goes on as operation {again.id}, under {safe(username, 80)}")

    def server(self, server_id: int) -> str:
        """A server's name."""
        return self.unit.servers.get(server_id).name

    def _submit(self, wanted: Operation) -> Operation:
        return written(self.unit, replace(wanted, who=self.who, channel=self.channel))


def turned_to_former(unit: UnitOfWork, operation: Operation) -> bool:
    """Whether a write to the former account may have gone out."""
    return _wrote(unit, operation, former=True)


def _wrote(unit: UnitOfWork, operation: Operation, *, former: bool) -> bool:
    return any(
        step.detail.get("kind") == WriteBegan.__name__ and bool(step.detail.get("former")) is former
        for step in unit.operations.steps(operation.id)
    )

"""What a customer will experience when their account changes: said before anything is done."""

from collections.abc import Callable
from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Customer
from radiusbridge.domain.sagas.plan import Live
from radiusbridge.services.context import Context

FIELDS = {
    "username": "user name",
    "server_id": "server",
    "password": "password",
    "profile_id": "profile",
    "static_address": "static address",
    "caller_id": "caller-id",
}
"""What the server holds too, by the record's field, in words."""
MOVING = ("username", "server_id")
"""Fields that an account cannot change: another account takes its place."""

_KEEP = {
    "password": "the live session goes on; at the next dial a CPE with the old password is refused",
    "profile_id": "the live session keeps the old rate until the next dial",
    "static_address": "the live session keeps its address until the next dial",
    "caller_id": "the live session goes on; from the next dial on the new lock counts",
}
_KICK = {
    "username": "the live session ends; a CPE with the old user name is refused until it has the new one",
    "server_id": "the live session ends; the CPE comes back only where the NAS asks the new server",
    "password": "the live session ends; a CPE with the old password is refused until it has the new one",
    "profile_id": "the live session ends; the CPE dials again and has the new rate",
    "static_address": "the live session ends; the CPE dials again and has the new address",
    "caller_id": "the live session ends; the CPE dials again if the new lock lets it",
}


@dataclass(frozen=True, slots=True)
class Foretold:
    """A change before it is made. changed: names of fields that the server holds too."""

    before: Customer
    after: Customer
    changed: tuple[str, ...]
    validity: bool
    """The plan has a validity, which begins anew with a new account."""

    @property
    def moves(self) -> bool:
        """Whether another account takes the place of this one; then the live session cannot stay."""
        return any(name in MOVING for name in self.changed)

    def experience(self, live: Live) -> tuple[str, ...]:
        """What the customer will experience, one sentence a changed field. Another account always kicks."""
        words = _KICK if live is Live.KICK or self.moves else _KEEP
        told = [f"{FIELDS[name]}: {words[name]}" for name in self.changed]
        if self.moves and self.validity:
            told.append("profile: its validity begins anew on the server, with the new account")
        return tuple(told)


def changed_fields(before: Customer, after: Customer) -> tuple[str, ...]:
    """The fields of which the server has to know."""
    return tuple(name for name in FIELDS if getattr(before, name) != getattr(after, name))


async def foretell(context: Context, who: str, change: Callable[[UnitOfWork, Customer], Customer]) -> Foretold:
    """Make the change on paper only. Errors as the change itself, and UnknownName."""

    def work(unit: UnitOfWork) -> Foretold:
        before = unit.customers.find(who)
        after = change(unit, before)
        validity = unit.profiles.get(after.profile_id).validity is not None
        return Foretold(before, after, changed_fields(before, after), validity)

    return await context.database.read(work)

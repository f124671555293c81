"""What an operation changed in the database: enough to take it back."""

from dataclasses import dataclass, fields

from radiusbridge.domain.records import Customer, Hold, HoldKind, Profile


@dataclass(frozen=True, slots=True)
class Change:
    """The records of an operation's subject before and after it was submitted. None: there was, or is, none."""

    before: Customer | None = None
    after: Customer | None = None
    holds_before: tuple[Hold, ...] = ()
    """Open ones."""
    holds_after: tuple[Hold, ...] = ()
    profile_before: Profile | None = None
    profile_after: Profile | None = None
    undoes: int | None = None
    """The operation that this one takes back."""
    operation_id: int = 0

    @property
    def nothing(self) -> bool:
        """Whether the database said the same before and after."""
        holds = {hold.kind for hold in self.holds_before} == {hold.kind for hold in self.holds_after}
        return holds and self.before == self.after and self.profile_before == self.profile_after

    @property
    def fields(self) -> tuple[str, ...]:
        """The customer's fields that were changed; none where the customer came or went."""
        return changed(self.before, self.after)

    @property
    def profile_fields(self) -> tuple[str, ...]:
        """The same for the profile."""
        return changed(self.profile_before, self.profile_after)

    @property
    def closed(self) -> tuple[Hold, ...]:
        """Holds that were open before and are not after."""
        return _without(self.holds_before, self.holds_after)

    @property
    def opened(self) -> tuple[Hold, ...]:
        """Holds that were opened."""
        return _without(self.holds_after, self.holds_before)


def changed(before: Customer | Profile | None, after: Customer | Profile | None) -> tuple[str, ...]:
    """The names of the fields in which two records of one kind differ; none where one is missing."""
    if before is None or after is None:
        return ()
    return tuple(one.name for one in fields(before) if getattr(before, one.name) != getattr(after, one.name))


def _without(some: tuple[Hold, ...], others: tuple[Hold, ...]) -> tuple[Hold, ...]:
    kinds: set[HoldKind] = {hold.kind for hold in others}
    return tuple(hold for hold in some if hold.kind not in kinds)

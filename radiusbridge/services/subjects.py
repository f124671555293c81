"""The records that an operation is about, as they are when it is claimed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from radiusbridge.domain.accounts import AccessChange
from radiusbridge.domain.records import Customer, Nas, Profile, Server
from radiusbridge.domain.sagas.plan import EarlierLogin
from radiusbridge.gateways.accounts.generation import Generation
from radiusbridge.services.readings.states import RouterHome

if TYPE_CHECKING:
    from radiusbridge.services.standby.turning import PairSubject


@dataclass(frozen=True, slots=True)
class Former:
    """The account that the customer had before, under another name or on another server; it is to go."""

    server: Server
    nases: tuple[Nas, ...]
    username: str
    known: bool = False
    """The new name was this customer's before, so that an account of that name is theirs."""
    left_by: int = 0
    """The operation that was to take it away, and did not show it to be gone."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The records that an operation is about, as they are when it is claimed."""

    server: Server
    nases: tuple[Nas, ...]
    customer: Customer | None
    profile: Profile | None
    rows_before_walled: Mapping[str, object] | None = None
    """What the account was before it was last walled."""
    former: Former | None = None
    left: Former | None = None
    """What an earlier move has left behind."""
    hold: AccessChange | None = None
    """How the customer is kept out, where a new account takes the place of the former one."""
    hold_if_made: AccessChange | None = None
    """How a held customer is kept out, should there be no account any more and one be made."""
    earlier_control: str = ""
    """Which operation saw the login accepted before the account was disabled, where it is disabled already."""
    earlier_login: EarlierLogin | None = None
    """The newest login that was accepted on this server, if nothing of it was edited since."""
    looked_at: bytes | None = field(default=None, repr=False)
    """What the database says of the account, where the operation rests on a fingerprint of that. It holds the
    password."""
    changed_here: bool = False
    """Whether that is not what it was when it was looked at."""
    has_profile: frozenset[str] = frozenset()
    """User names of the customers who have the profile on this server, where the operation is about a profile."""
    doubts: Mapping[str, str] = field(default_factory=dict)
    """NAS -> why it takes no Disconnect-Requests, by its capability card, and of when that is."""
    router: RouterHome | None = None
    """The router, where the operation is about that."""
    forbidden: str = ""
    """Why it must not be begun any more."""
    generation: Generation | None = None
    """Which User Manager the server is, by its capability card."""
    keeper: Nas | None = None
    """The NAS whose own hotspot has the account; None: the server has it."""
    pair: "PairSubject | None" = None
    """The pair of servers, where the operation is about that."""
    epoch: int = 0
    """Of the pair that the server is of; 0: of none."""
    label: str = ""
    """Of a voucher's batch: what the comment of its row begins with."""
    account: str = ""
    """The account's name, where it is another than what the operation is called; of a voucher: its code."""

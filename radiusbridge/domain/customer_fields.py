"""What customers can be filtered by: one vocabulary for verbs and screens."""

from typing import TYPE_CHECKING

from radiusbridge.domain.record_words import HoldKind, Service
from radiusbridge.domain.vocabulary import Field, Kind, Vocabulary

if TYPE_CHECKING:
    from radiusbridge.domain.filters import Node

STATES = ("live", "offline", "walled", "unknown", "held", "isolated", "open")
"""`held`, `isolated` (the same) and `open` are the database's; the others are what the NASes' lists show."""
_HELD = frozenset({"held", "isolated"})
_ACCESS = Field("access", Kind.CHOICE, ("open", "held"), "whether a hold is open")

CUSTOMERS = Vocabulary.of(
    Field("number", help="the customer's number"),
    Field("user", help="the user name that is dialled with"),
    Field("name", help="the customer's name"),
    Field("phone", help="the telephone number"),
    Field("address", help="where they live"),
    Field("area", help="part of the network or town"),
    Field("odp", help="the optical distribution point"),
    Field("vlan", help="the VLAN"),
    Field("note", help="what was noted"),
    Field("static", help="the fixed address"),
    Field("caller", help="the device that the account is locked to"),
    Field("service", Kind.CHOICE, tuple(Service), "what is dialled"),
    Field("profile", help="the bandwidth profile"),
    Field("server", help="the RADIUS server"),
    Field("paid", Kind.DAY, help="the last paid day"),
    Field("promise", Kind.DAY, help="the last day of a promise to pay"),
    Field("exempt", help="why no due run isolates"),
    Field("hold", Kind.CHOICE, tuple(HoldKind), "kinds of the open holds"),
    _ACCESS,
    Field("state", Kind.CHOICE, STATES, "what the lists show; `held`, `isolated`, `open`: whether a hold is open"),
    Field("up", Kind.DURATION, help="how long the session is up"),
    Field("ip", help="the session's address"),
    Field("mac", help="the session's caller"),
    Field("nas", help="the NAS of the session"),
)
LIVE = frozenset({"state", "up", "ip", "mac", "nas"})
"""Fields that only the NASes' lists can tell."""


def in_database(name: str) -> bool:
    """Whether the database can tell this field; `""` stands for words."""
    return name not in LIVE


def plain(node: "Node") -> "Node":
    """The same filter, with states that the database knows written as `access`."""
    from radiusbridge.domain.filters import All, Either, Not, Op, Term, Word

    match node:
        case Term(field, _, values) if field.name == "state":
            texts = {str(value) for value in values}
            if texts <= _HELD:
                return Term(_ACCESS, Op.HOLDS, ("held",))
            return Term(_ACCESS, Op.HOLDS, ("open",)) if texts == {"open"} else node
        case Not(inner):
            return Not(plain(inner))
        case All(nodes):
            return All(tuple(map(plain, nodes)))
        case Either(nodes):
            return Either(tuple(map(plain, nodes)))
        case Word() | Term():
            return node

"""What both generations of User Manager have in common about rows: booleans, queries, comparing values."""

from collections.abc import Mapping

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.profiles import NONE, Difference
from radiusbridge.gateways.ports import AccountDifferences, Comparison, WantedAccount
from radiusbridge.routeros.attributes import AttributeList
from radiusbridge.routeros.commands import Value
from radiusbridge.routeros.schema import Kind, Menu

Row = Mapping[str, str]
Properties = Mapping[str, Value]


NO = frozenset({"false", "no"})
"""A boolean that is not so, as print shows it."""


def is_yes(value: str | None) -> bool:
    """A boolean as print shows it, `true` or `yes`."""
    return value in {"true", "yes"}


ACTIVE = ("?active=true", "?active=yes", "?#|")
"""The query for active sessions; how print spells booleans differs between programs that work."""


def shared_users(row: Row, default: int = 1) -> int | None:
    """How many sessions at a time; None: unlimited."""
    shared = row.get("shared-users", "")
    return None if shared == "unlimited" else int(shared) if shared.isdecimal() else default


def shows_password(have: str | None, want: str) -> bool:
    """Whether print shows this very password. It may hide it, as nothing or as stars: then nothing is known."""
    return bool(have) and have == want and bool(want.strip("*"))


def first_password(wanted: WantedAccount, target: str) -> str:
    """The password that a new account is made with. BadInput: none is known."""
    if wanted.password is None or not wanted.password:
        raise BadInput(
            f"the account {wanted.username} would be made without a password",
            target=target,
            hint="give the customer a password first: anybody could log in with an empty one",
        )
    return wanted.password.reveal()


def comparison(changes: Properties, shown: str | None) -> Comparison:
    """What would be written, as names. shown: the password as print has it; hidden, it tells nothing."""
    unknown = "password" in changes and not (shown or "").strip("*")
    names = [name for name in changes if not (unknown and name == "password")]
    return Comparison(tuple(sorted(names)), ("password",) if unknown else ())


FIELD_OF = {
    "password": "password",
    "shared-users": "shared_users",
    "caller-id": "caller_id",
    "caller-id-bind-on-first-use": "caller_id",
    "ip-address": "static_address",
    "remote-address": "static_address",
    "routes": "routes",
    "Framed-IP-Address": "static_address",
    "Framed-Pool": "pool",
    "Mikrotik-Address-List": "address_list",
    "comment": "set_aside",
}
"""What the database calls the properties and attributes that we know."""


def made_by_hand(attributes: str) -> tuple[str, ...]:
    """The names of an account's attributes that are none of ours."""
    if not attributes:
        return ()
    names = (name for name, _ in AttributeList.parse(attributes).pairs())
    return tuple(dict.fromkeys(name for name in names if name not in FIELD_OF))


def account_differences(row: Row, changes: Properties) -> AccountDifferences:
    """What would be written to a row, field by field. A password is never told, only that it is another."""
    hidden = comparison(changes, row.get("password")).hidden
    found: dict[str, Difference] = {}
    for name, value in changes.items():
        if name == "attributes":
            ours, theirs = AttributeList.parse(str(value)), AttributeList.parse(row.get(name, ""))
            names = [attribute for attribute, _ in (*ours.pairs(), *theirs.pairs())]
            pairs = [(each, ours.get(each) or "", theirs.get(each) or "") for each in dict.fromkeys(names)]
        else:
            pairs = [(name, _text(value), row.get(name, ""))]
        for each, want, have in pairs:
            field = FIELD_OF.get(each, each)
            if field in hidden or field in found or want == have:
                continue
            told = ("another", "another") if field == "password" else (want or NONE, have or NONE)
            found[field] = Difference(field, *told)
    return AccountDifferences(tuple(found.values()), hidden)


def same_device(have: str, want: str) -> bool:
    """Whether the lock is as wanted; `bind` is, too, once the router has put a device's address there."""
    return have.casefold() == want.casefold() or (want == "bind" and bool(have))


def differing(menu: Menu, have: Row, wanted: Properties) -> dict[str, Value]:
    """What of the wanted properties has to be written, whichever form print shows the values in."""
    return {
        name: value
        for name, value in wanted.items()
        if _meaning(menu, name, have.get(name, "")) != _meaning(menu, name, _text(value))
    }


def _text(value: Value) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _meaning(menu: Menu, name: str, text: str) -> object:
    """The typed value; nothing, 0 and `unlimited` are one where numbers and durations are meant."""
    known = menu.properties.get(name)
    if known is None or known.kind in {Kind.TEXT, Kind.ATTRIBUTES}:
        return text
    if text in {"", "unlimited"}:
        return 0
    try:
        return menu.parse(name, text)
    except BadInput:
        return text

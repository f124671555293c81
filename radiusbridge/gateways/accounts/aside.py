"""A user's own attributes that would override the isolation's: set aside in the comment while the customer is walled.

There they survive a crash on our side, and whoever looks at the user sees where they went.
"""

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, unquote

from radiusbridge.routeros.attributes import AttributeList

STATIC_ADDRESS = "Framed-IP-Address"
PLAN = "Profile"
"""The names under which a static address and the own plan of a walled customer are set aside, where neither is an
attribute."""
_ASIDE = re.compile(r"\s?\[radiusbridge keeps (.*)\]\Z", re.DOTALL)


def split(attributes: AttributeList, names: Collection[str]) -> tuple[AttributeList, AttributeList]:
    """(the entries of other names, the entries of these names), in their order and as written."""
    chosen = [name in names for name, _ in attributes.pairs()]
    entries = list(zip(attributes.entries, chosen, strict=True))
    return (
        AttributeList(tuple(entry for entry, taken in entries if not taken)),
        AttributeList(tuple(entry for entry, taken in entries if taken)),
    )


def joined(first: AttributeList, second: AttributeList) -> AttributeList:
    """The first, and what of the second has no entry of its name there."""
    names = {name for name, _ in first.pairs()}
    return AttributeList(
        (
            *first.entries,
            *(entry for entry, (name, _) in zip(second.entries, second.pairs(), strict=True) if name not in names),
        )
    )


def read(comment: str) -> tuple[str, AttributeList]:
    """(the comment as it was, what was set aside in it)."""
    match = _ASIDE.search(comment)
    return (comment[: match.start()], AttributeList.parse(match[1])) if match else (comment, AttributeList())


def written(comment: str, kept: AttributeList) -> str:
    """The comment with these attributes set aside in it, in the place of others."""
    plain, _ = read(comment)
    return f"{plain} [radiusbridge keeps {kept}]".lstrip() if kept.entries else plain


def kept_plan(kept: AttributeList) -> str:
    """The plan that was set aside; '' for none."""
    return unlisted(kept.get(PLAN))


def noted(comment: str, changes: Mapping[str, str | None]) -> str:
    """The comment with plans and an address (by the names above) noted in it; None takes one out."""
    _, before = read(comment)
    now = before.merged(
        {name: value if value is None or name == STATIC_ADDRESS else _listed(value) for name, value in changes.items()}
    )
    return comment if now == before else written(comment, now)


def unlisted(value: str | None) -> str:
    """A name that was noted."""
    return unquote(value or "", errors="surrogateescape")


def _listed(name: str) -> str:
    """A name that an attribute list can carry, readable where it can be."""
    return "".join(
        letter if letter.isprintable() and letter not in "%," else quote(letter, safe="", errors="surrogateescape")
        for letter in name
    )

"""A user's own attributes that would override the isolation's: set aside in the comment while the customer is walled.

There they survive a crash on our side, and whoever looks at the user sees where they went.
"""

import re
from collections.abc import Collection

from radiusbridge.routeros.attributes import AttributeList

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

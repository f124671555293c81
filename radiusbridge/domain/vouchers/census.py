"""The codes on a router held against those in the database: what is not ours, what vanished, what was changed. Pure.

Not every user of a hotspot is a voucher. One is called foreign only where it claims to be of a batch of ours, or is of
a profile that vouchers are sold of, and the database does not know it; or, on a User Manager, where customers are too,
if it looks like a code of ours. Where Mikhmon works beside us, and some of its vouchers were imported, its rows come,
change and go as it likes: the next import tells. The list is read before the database: what is made meanwhile is in the
database first.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.alphabets import UNIFORM
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import LABEL_SIGNS

_LABEL = "rb-"
_MIKHMONS = re.compile(r"\s*(?:vc-|up-|[a-z]{3}/[0-9]{2}/[0-9]{4} |[0-9]{4}-[0-9]{2}-[0-9]{2} )")


@dataclass(frozen=True, slots=True)
class Counted:
    """A user of a router's list. profile: empty: the list does not tell. Limits: seconds, octets; None: not told."""

    name: str
    comment: str
    profile: str = ""
    time_limit: int | None = None
    data_limit: int | None = None
    disabled: bool = False

    @property
    def key(self) -> str:
        """As codes are told apart."""
        return folded(self.name)


@dataclass(frozen=True, slots=True)
class Expected:
    """A voucher that is to be on the router. since: when it was read back there first; None: not yet."""

    code: str
    batch_id: int
    since: datetime | None
    row: int = 0


@dataclass(frozen=True, slots=True)
class OwnBatch:
    """A batch of the router. Limits as a batch has them; told: whether the router's list says profile and limits."""

    id: int
    label: str
    profile: str
    form: CodeForm
    time_limit: int | None
    data_limit: int | None
    origin: Origin
    told: bool


@dataclass(frozen=True, slots=True)
class Books:
    """What the database says of a router. expected: vouchers that can be used, by key; known: those keys of its list
    that were ever drawn for it, or are names of customers."""

    batches: Mapping[int, OwnBatch]
    expected: Mapping[str, Expected]
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class Census:
    """What differs. gone, altered: by batch, its vouchers by their places. altered: (place, what)."""

    foreign: tuple[Counted, ...]
    gone: Mapping[int, tuple[int, ...]]
    altered: Mapping[int, tuple[tuple[int, str], ...]]


def census(counted: Iterable[Counted], books: Books, began: datetime) -> Census:
    """Hold a list, whose reading began then, against the books."""
    rows = {row.key: row for row in counted}
    foreign = tuple(row for key, row in rows.items() if key not in books.known and _claims(row, books))
    gone: dict[int, list[int]] = {}
    altered: dict[int, list[tuple[int, str]]] = {}
    for key, voucher in books.expected.items():
        row, batch = rows.get(key), books.batches.get(voucher.batch_id)
        if batch is None or batch.origin is not Origin.HERE or voucher.since is None or voucher.since >= began:
            continue
        if row is None:
            gone.setdefault(batch.id, []).append(voucher.row)
        elif what := _altered(row, batch):
            altered.setdefault(batch.id, []).append((voucher.row, what))
    return Census(
        foreign,
        {batch: tuple(rows) for batch, rows in gone.items()},
        {batch: tuple(changes) for batch, changes in altered.items()},
    )


def _claims(row: Counted, books: Books) -> bool:
    """Whether a user that nobody knows passes for a voucher."""
    if _MIKHMONS.match(row.comment) and any(batch.origin is Origin.MIKHMON for batch in books.batches.values()):
        return False
    word = row.comment.partition(" ")[0]
    if word.startswith(_LABEL) and len(word) == len(_LABEL) + LABEL_SIGNS:
        return True
    if row.profile:
        return any(batch.profile == row.profile for batch in books.batches.values())
    forms = {batch.form for batch in books.batches.values() if batch.origin is Origin.HERE}
    return any(_looks_like(row.name, form) for form in forms)


def _looks_like(name: str, form: CodeForm) -> bool:
    """Whether it is a code of that form; of letters alone, or without a check sign and a prefix, many a name is."""
    signs = UNIFORM.get(form.alphabet)
    if signs is None or not (form.prefix or form.check or any(sign.isdecimal() for sign in name)):
        return False
    drawn = name.removeprefix(form.prefix)
    whole = len(name) == len(form.prefix) + form.length + form.check and name.startswith(form.prefix)
    return whole and all(sign in signs for sign in drawn) and not form.misread(name)


def _altered(row: Counted, batch: OwnBatch) -> str:
    """What of a row is not as it was written."""
    differs = ["disabled"] if row.disabled else []
    if not row.comment.startswith(batch.label):
        differs.append("comment")
    if batch.told:
        differs += ["profile"] if row.profile != batch.profile else []
        differs += ["limit-uptime"] if (row.time_limit or None) != batch.time_limit else []
        differs += ["limit-bytes-total"] if (row.data_limit or None) != batch.data_limit else []
    return ", ".join(differs)

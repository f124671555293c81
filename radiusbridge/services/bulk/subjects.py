"""Who a bulk verb is for: customers named one by one, in a file, by a filter, or everybody who was said to be meant."""

from collections.abc import Iterable
from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, Refused, UnknownName
from radiusbridge.domain.records import Customer
from radiusbridge.domain.text import safe
from radiusbridge.services.bulk.preview import LeftOut
from radiusbridge.services.bulk.selection import Selection
from radiusbridge.services.context import Context
from radiusbridge.services.filtering import AT_ONCE, Filtered, filtered

SHOWN = 5
"""Lines that an error names; the others are not looked at."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file that names a customer, counted from 1."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Subjects:
    """What was given. Names and lines name customers; a filter then narrows them, or chooses among all.

    filter: None: none was given. ignore_unread: whose lists could not be read is left out.
    """

    names: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    source: str = ""
    """Where the lines came from; empty: no file was given."""
    filter: str | None = None
    everybody: bool = False
    ignore_unread: bool = False
    ids: tuple[int, ...] = ()
    """Customers who were marked in a list; who is gone meanwhile is passed over."""

    def selection(self) -> Selection:
        """As the run keeps it."""
        return Selection(self.filter or "", self.names, len(self.lines) + len(self.ids), self.everybody)


@dataclass(frozen=True, slots=True)
class Selected:
    """The customers, each once: as they were named, else by number."""

    customers: tuple[Customer, ...]
    left_out: tuple[LeftOut, ...]
    """Those who hang on lists that could not be read."""
    selection: Selection


async def selected(context: Context, subjects: Subjects) -> Selected:
    """Find them.

    BadInput: nobody is named or fits, or lines that name nobody. Refused: everybody is hit and that was not said, or it
    hangs on lists that could not be read.
    """
    one_by_one = bool(subjects.names or subjects.source or subjects.ids)
    if not (one_by_one or subjects.everybody) and subjects.filter is None:
        raise BadInput("no customers are named", hint="name them, --filter, --from-file or --everybody; see --help")
    everything = one_by_one and subjects.filter is None
    fitting = Filtered(()) if everything else await filtered(context, subjects.filter or "")

    def work(unit: UnitOfWork) -> Selected:
        undecided, fits = dict(fitting.undecided), frozenset(fitting.ids)
        if one_by_one:
            named = _named(unit, subjects)
        else:
            there = unit.customers.by_ids([*fitting.ids, *undecided])
            named = {each: there[each] for each in (*fitting.ids, *undecided) if each in there}
        customers = tuple(row for row in named.values() if everything or row.id in fits)
        left_out = tuple(LeftOut(row, undecided[row.id]) for row in named.values() if row.id in undecided)
        found = Selected(customers, left_out, subjects.selection())
        _check(subjects, found, fitting, unit.customers.count())
        return found

    return await context.database.read(work)


def _check(subjects: Subjects, found: Selected, fitting: Filtered, everybody: int) -> None:
    if found.left_out and not subjects.ignore_unread:
        dark = [f"{safe(one.nas, 60)}: {one.error}" for one in fitting.unread]
        raise Refused(
            f"whether the filter fits {len(found.left_out)} customers cannot be told, since {found.left_out[0].why}"
            + (f" ({'; '.join(dark[:SHOWN])})" if dark else ""),
            target="--filter",
            hint="try again, or --ignore-unread leaves them out; nothing was done",
        )
    if not found.customers and not found.left_out:
        raise BadInput("the selection fits nobody; nothing was done", target=_origin(subjects))
    chosen = subjects.filter is not None or subjects.source
    if chosen and not subjects.everybody and len(found.customers) == everybody:
        raise Refused(
            f"the selection is everybody ({everybody} customers); nothing was done",
            target=_origin(subjects),
            hint="if that is meant, say --everybody",
        )


def _origin(subjects: Subjects) -> str:
    return "--filter" if subjects.filter is not None else safe(subjects.source, 80)


def _named(unit: UnitOfWork, subjects: Subjects) -> dict[int, Customer]:
    """The customers that are named one by one, by id."""
    found = [unit.customers.find(name) for name in subjects.names]
    marked: dict[int, Customer] = {}
    for start in range(0, len(subjects.ids), AT_ONCE):
        marked |= unit.customers.by_ids(subjects.ids[start : start + AT_ONCE])
    chosen = [marked[each] for each in subjects.ids if each in marked]
    return {row.id: row for row in (*found, *_of_lines(unit, subjects), *chosen)}


def _of_lines(unit: UnitOfWork, subjects: Subjects) -> Iterable[Customer]:
    found, wrong = [], list[str]()
    for line in subjects.lines:
        try:
            found.append(unit.customers.find(line.text))
        except UnknownName as error:
            wrong.append(f"line {line.at} “{safe(line.text, 40)}” names no customer ({error.hint})")
        except RadiusbridgeError as error:
            wrong.append(f"line {line.at} “{safe(line.text, 40)}”: {error.summary}")
        if len(wrong) == SHOWN:
            break
    if wrong:
        more = "" if len(wrong) < SHOWN else "; there may be more"
        raise BadInput(f"{'; '.join(wrong)}{more}; nothing was done", target=safe(subjects.source, 80))
    return found

"""One menu with rows: look-up, add, set, remove, and the traps on the way."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.properties import ARGUMENT, MISSING, Prop, TrapError, boolean, text

if TYPE_CHECKING:
    from radiusbridge.simulator.api.call import Call
    from radiusbridge.simulator.router import Router

Row = dict[str, str]

PRINT = frozenset(
    [
        "append",
        "as-value",
        "count-only",
        "detail",
        "file",
        "follow",
        "follow-only",
        "from",
        "interval",
        "proplist",
        "show-ids",
        "terse",
        "value-list",
        "where",
        "without-paging",
    ]
)
PRINT_SINGLE = frozenset({"as-value", "file", "interval", "without-paging"})
MONITOR = frozenset(["append", "as-value", "do", "duration", "file", "interval", "numbers", "once", "without-paging"])
COMMENT = {"comment": Prop(text)}
DISABLED = {"disabled": Prop(boolean, "false")}


def monitor_arguments(router: "Router") -> frozenset[str]:
    """What a command that monitors takes."""
    return MONITOR | {"freeze-frame-interval", "proplist"} if router.version_number >= (7, 21) else MONITOR


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Rows in the order in which they were made, and print shows them."""
    return sorted(rows, key=lambda row: int(row[".id"][1:], 16))


def no_such_item() -> TrapError:
    """The trap for a stale id."""
    return TrapError("no such item", MISSING)


class Menu:
    """A menu whose rows are stored as print shows them, `.id` first.

    The verbs that a menu has are those of `verbs`, and the commands of its own in `commands`, each with its arguments.
    """

    path = ""
    single = False
    listens = True
    """Whether it tells of changes; not established for every menu of real devices."""
    indexed = True
    """Whether every row is stored, so that the key finds it."""
    key: str | None = "name"
    """The property that is unique and finds a row."""
    duplicate = "failure: already have such entry"
    verbs = frozenset({"print", "add", "set", "remove", "enable", "disable", "comment"})
    print_extra: frozenset[str] = frozenset({"brief"})
    read_only: frozenset[str] = frozenset()
    write_policy = "write"
    first_id = 1

    def __init__(self, router: "Router", properties: Mapping[str, Prop]) -> None:
        self.router = router
        self.properties = {name: prop for name, prop in properties.items() if prop.since <= router.version_number}
        self.secrets = frozenset(name for name, prop in self.properties.items() if prop.secret)
        self.table: dict[str, Row] = {}
        self.commands: dict[str, tuple[frozenset[str], Callable[[Call], None]]] = {}
        self._by_key: dict[str, Row] = {}
        self._next = self.first_id
        if self.key is not None and self.key not in self.properties:
            self.key = None

    # -- what print shows

    def rows(self) -> Iterable[Row]:
        """Every row, stored; overridden where rows are made from what happens."""
        return self.table.values()

    def among(self, bound: Mapping[str, Collection[str]]) -> Iterable[Row] | None:
        """Rows among which are all, in print's order, of which one of these properties has one of its values.

        None: the menu cannot tell them from the others without looking at each.
        """
        known = bound.keys() & (self.properties.keys() | self.read_only)
        if not self.indexed or known != {self.key}:
            return None
        found = (self._by_key.get(value) for value in bound[self.key or ""])
        return in_order(row for row in found if row is not None)

    def view(self, row: Row) -> Row:
        """A row as print shows it now."""
        return row

    def get(self, identifier: str) -> Row | None:
        """The row with that `.id`."""
        return self.table.get(identifier)

    def find(self, reference: str) -> Row | None:
        """The row with that name, else with that `.id`."""
        return self._by_key.get(reference) or self.get(reference)

    def named(self, name: str) -> Row | None:
        """The row whose key property has that value."""
        return self._by_key.get(name)

    def lookup(self, identifier: str) -> Row:
        """The row that `.id` or `numbers` means; TrapError when there is none."""
        row = self.get(identifier)
        if row is None and self.router.switches.name_finds_row:
            row = self.find(identifier)
        if row is None:
            raise no_such_item()
        return row

    # -- writing

    def add(self, given: Mapping[str, str]) -> str:
        """Add a row from values as received and return its `.id`; TrapError when a check fails."""
        row = self.build(given)
        self.check(row, None)
        self.insert(row)
        self.added(row)
        return row[".id"]

    def build(self, given: Mapping[str, str]) -> Row:
        """The row that these values make, with defaults; nothing is stored."""
        self._refuse_unknown(given)
        parsed = self.parse(given)
        row: Row = {".id": ""}
        missing = [name for name, prop in self.properties.items() if prop.required and not given.get(name)]
        if missing:
            raise TrapError(f"missing value(s) of argument(s) {' '.join(missing)}", ARGUMENT)
        for name, prop in self.properties.items():
            value = parsed.get(name, prop.default)
            if value is not None:
                row[name] = value
        return row

    def insert(self, row: Row) -> None:
        """Store a row under the next `.id`."""
        row[".id"] = f"*{self._next:X}"
        self._next += 1
        self.table[row[".id"]] = row
        if self.key is not None:
            self._by_key[row[self.key]] = row
        self.router.changed(self.path, row)

    def set(self, row: Row, given: Mapping[str, str]) -> None:
        """Change a row; nothing is changed when one value is bad."""
        self._refuse_unknown(given)
        changes = self.parse(given)
        if row.get("dynamic") == "true":
            raise TrapError("failure: can not change dynamic entry")
        before = dict(row)
        after = {**row, **changes}
        self.check(after, row)
        row.update(changes)
        if self.key is not None and before[self.key] != row[self.key]:
            del self._by_key[before[self.key]]
            self._by_key[row[self.key]] = row
            self.router.renamed(self.path, before[self.key], row[self.key])
        self.router.changed(self.path, row)
        self.updated(row, before)

    def place(self, row: Row, before: str | None) -> None:
        """Move a row to before the one with that `.id`; None: to the end. The order of a menu is that of its table."""
        if before is not None:
            self.lookup(before)
        others = [other for other in self.table.values() if other is not row]
        at = next((count for count, other in enumerate(others) if other[".id"] == before), len(others))
        self.table = {other[".id"]: other for other in [*others[:at], row, *others[at:]]}

    def unset(self, row: Row, name: str) -> None:
        """Take a value back to its default."""
        prop = self.properties.get(name)
        if prop is None:
            raise TrapError(f"unknown parameter {name}", ARGUMENT)
        row.pop(name, None)
        if prop.default is not None:
            row[name] = prop.default
        self.router.changed(self.path, row)

    def remove(self, row: Row) -> None:
        """Remove a row; TrapError while something refers to it."""
        if row.get("dynamic") == "true":
            raise TrapError("failure: can not remove dynamic entry")
        if row.get("default") == "true" or row.get("default-name"):
            raise TrapError("failure: can not remove default entry")
        self.removing(row)
        self.discard(row)
        self.removed(row)

    def discard(self, row: Row) -> None:
        """Take a row out, without any check."""
        del self.table[row[".id"]]
        if self.key is not None:
            self._by_key.pop(row[self.key], None)
        self.router.dead(self.path, row[".id"])

    def parse(self, given: Mapping[str, str]) -> dict[str, str]:
        """The values as they are stored."""
        return {name: self.properties[name].parse(self.router, name, value) for name, value in given.items()}

    def _refuse_unknown(self, given: Mapping[str, str]) -> None:
        for name in given:
            if name not in self.properties:
                raise TrapError(f"unknown parameter {name}", ARGUMENT)

    # -- what menus override

    def check(self, row: Row, before: Row | None) -> None:
        """Refuse a new row, or a changed one; `before` is None for a new one."""
        if self.key is not None:
            other = self._by_key.get(row[self.key])
            if other is not None and other is not before:
                raise TrapError(self.duplicate)

    def added(self, row: Row) -> None:
        """What happens after a row was added."""

    def updated(self, row: Row, before: Row) -> None:
        """What happens after a row was changed."""

    def removing(self, row: Row) -> None:
        """Refuse to remove a row that other rows name."""
        if self.key is None:
            return
        for menu in self.router.menus.values():
            for name, prop in menu.properties.items():
                if prop.reference == self.path and any(other.get(name) == row[self.key] for other in menu.rows()):
                    raise TrapError(f"failure: in use by {menu.path.rpartition('/')[2]}")

    def removed(self, row: Row) -> None:
        """What happens after a row was removed."""


class Settings(Menu):
    """A menu of a single row without `.id`."""

    single = True
    key = None
    verbs = frozenset({"print", "set"})
    print_extra = frozenset()

    def __init__(self, router: "Router", properties: Mapping[str, Prop]) -> None:
        super().__init__(router, properties)
        self.values: Row = {name: prop.default for name, prop in self.properties.items() if prop.default is not None}

    def rows(self) -> Iterable[Row]:
        """The one row."""
        return (self.values,)

    def set(self, row: Row, given: Mapping[str, str]) -> None:
        """Change the settings."""
        self._refuse_unknown(given)
        before = dict(self.values)
        self.values.update(self.parse(given))
        self.router.changed(self.path, row)
        self.updated(self.values, before)

    def __getitem__(self, name: str) -> str:
        return self.values[name]


class Computed(Menu):
    """A menu whose rows are made from what happens, and can only be read."""

    key = None
    indexed = False
    verbs = frozenset({"print"})

    def __init__(self, router: "Router", properties: Mapping[str, Prop] | None = None) -> None:
        super().__init__(router, properties or {})

    def get(self, identifier: str) -> Row | None:
        """The row with that `.id`."""
        return next((row for row in self.rows() if row[".id"] == identifier), None)

    def find(self, reference: str) -> Row | None:
        """The row with that `.id` or name."""
        return next((row for row in self.rows() if reference in (row[".id"], row.get("name"))), None)

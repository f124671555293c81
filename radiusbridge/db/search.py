"""The index of `customer.haystack` by trigrams. Derived: without it every search gives the same, from the rows.

SQLite: FTS5 with its trigram tokenizer (3.34). Triggers note which customers the index does not know as they are, in
`customer_search_due`; searches look at those rows themselves, and `catch_up` brings many of them in at once, since FTS5
writes a segment for each statement of a trigger. A text of one or two characters is looked up by the trigrams that
begin with it, which are few where few hold it. PostgreSQL: a GIN index of `pg_trgm`, which LIKE uses by itself.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from weakref import WeakSet

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    column,
    event,
    func,
    select,
    table,
    text,
    true,
    union_all,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from radiusbridge.db.tables import customer

ESCAPE = "/"
SHORTEST = 3
"""Characters of a text that has a trigram."""
RARE = 5_000
"""Customers up to whom the index finds a page faster than looking through the rows in the order that is asked for."""
FEW_TO_COUNT = 20_000
"""Customers up to whom the index counts faster than looking at all rows."""
MANY = 200
"""Customers that the index may lack before they are brought in."""
BEGINNINGS = 64
"""Trigrams that are looked up together for a shorter text; one with more begins most customers' words."""
AFTER = "\n\n"
"""What a haystack ends with, so that a trigram begins with each of its characters."""
_UNLIMITED = -1
_OLDEST = (3, 34, 0)
_INDEX = "ix_customer_haystack_trigrams"
_indexed: WeakSet[Dialect] = WeakSet()

_search = table("customer_search", column("rowid"), column("customer_search"))
_terms = table("customer_search_terms", column("term"), column("doc"))
_due = table("customer_search_due", column("id"), column("was"))
_schema = table("sqlite_master", column("name"))
_changed = customer.alias("changed")
_MATCH = _search.c.customer_search.op("MATCH", is_comparison=True)
_FILL = ("INSERT INTO customer_search (customer_search) VALUES ('rebuild')", "DELETE FROM customer_search_due")
_MAKE = (
    "CREATE TABLE IF NOT EXISTS customer_search_due (id INTEGER NOT NULL PRIMARY KEY, was TEXT)",
    (
        "CREATE TRIGGER IF NOT EXISTS customer_search_insert AFTER INSERT ON customer "
        "BEGIN INSERT OR IGNORE INTO customer_search_due VALUES (new.id, NULL); END"
    ),
    (
        "CREATE TRIGGER IF NOT EXISTS customer_search_update AFTER UPDATE OF haystack ON customer "
        "WHEN old.haystack <> new.haystack "
        "BEGIN INSERT OR IGNORE INTO customer_search_due VALUES (old.id, old.haystack); END"
    ),
    (
        "CREATE TRIGGER IF NOT EXISTS customer_search_delete AFTER DELETE ON customer "
        "BEGIN INSERT OR IGNORE INTO customer_search_due VALUES (old.id, old.haystack); END"
    ),
    (
        "CREATE VIRTUAL TABLE IF NOT EXISTS customer_search USING fts5(haystack, content='customer', "
        "content_rowid='id', tokenize='trigram case_sensitive 1', columnsize=0)"
    ),
    "CREATE VIRTUAL TABLE IF NOT EXISTS customer_search_terms USING fts5vocab('customer_search', 'row')",
    *_FILL,
)
_CATCH_UP = (
    (
        "INSERT INTO customer_search (customer_search, rowid, haystack) "
        "SELECT 'delete', id, was FROM customer_search_due WHERE was IS NOT NULL"
    ),
    (
        "INSERT INTO customer_search (rowid, haystack) "
        "SELECT customer.id, customer.haystack FROM customer_search_due JOIN customer USING (id)"
    ),
    "DELETE FROM customer_search_due",
)
_LACKING = select(func.count()).select_from(_due)
_INDEX_HOLDS = select(_search.c.rowid).where(_MATCH(bindparam("words")), _search.c.rowid.not_in(select(_due.c.id)))
_UP_TO = select(func.count()).select_from(_INDEX_HOLDS.limit(bindparam("most")).subquery())
_BEGUN_WITH = select(_terms.c.term, _terms.c.doc).where(
    _terms.c.term >= bindparam("text"), _terms.c.term <= bindparam("last")
)
_LAST = "\U0010ffff"
_READ_AS = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
_NOBODY = '""'
_PARTS = ("customer_search", *(f"customer_search_{each}" for each in ("due", "terms", "insert", "update", "delete")))
_SQLITE_PARTS = select(func.count()).select_from(_schema).where(_schema.c.name.in_(_PARTS))
_SOME = 20
"""Customers from each end that a look at the index samples."""
_FOUND = select(_search.c.rowid).where(_search.c.rowid == bindparam("of"), _MATCH(bindparam("words")))
_PG_VALID = text("SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = to_regclass(:name)")
_PG_INDEX = text("SELECT 1 FROM pg_indexes WHERE schemaname = current_schema() AND indexname = :name")


def capable(connection: Connection) -> bool:
    """Whether this SQLite has FTS5 and its trigrams."""
    modules = text("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'")
    return sqlite3.sqlite_version_info >= _OLDEST and connection.scalar(modules) is not None


def prepare(connection: Connection) -> None:
    """Make what is missing of the index, and fill it. Where that cannot be, or is not allowed: nothing."""
    if connection.dialect.name == "sqlite":
        if not whole(connection) and capable(connection):
            for statement in _MAKE:
                connection.exec_driver_sql(statement)
    elif not whole(connection):
        try:
            with connection.begin_nested():
                connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                connection.exec_driver_sql(f"CREATE INDEX {_INDEX} ON customer USING gin (haystack gin_trgm_ops)")
        except DBAPIError as error:
            if error.connection_invalidated:
                raise


def rebuild(connection: Connection) -> bool:
    """Fill SQLite's index anew from the rows; False: there is none."""
    there = whole(connection) and capable(connection)
    for statement in _FILL if there else ():
        connection.exec_driver_sql(statement)
    return there


def whole(connection: Connection) -> bool:
    """Whether the index is there with all that keeps it."""
    if connection.dialect.name != "sqlite":
        return connection.scalar(_PG_INDEX, {"name": _INDEX}) is not None
    return bool(connection.scalar(_SQLITE_PARTS) == len(_PARTS))


def lacking(connection: Connection) -> int:
    """Customers that SQLite's index does not know as they are; PostgreSQL keeps its own up to date."""
    return connection.scalar(_LACKING) or 0 if connection.dialect.name == "sqlite" else 0


def sound(connection: Connection) -> bool:
    """Whether the index, which is `whole`, finds the oldest and the newest customers that it should know."""
    if connection.dialect.name != "sqlite":
        return bool(connection.scalar(_PG_VALID, {"name": _INDEX}))
    known = select(customer.c.id, customer.c.haystack).where(customer.c.id.not_in(select(_due.c.id))).limit(_SOME)
    some = [row for order in (customer.c.id, customer.c.id.desc()) for row in connection.execute(known.order_by(order))]
    words = ((of, [each for each in haystack.split("\n") if indexable(each)]) for of, haystack in some)
    return all(connection.scalar(_FOUND, {"of": of, "words": _phrases(wanted)}) for of, wanted in words if wanted)


def use(connection: Connection, *dialects: Dialect) -> bool:
    """Whether the index can be used; if so, the engines that own these dialect objects will."""
    usable = whole(connection) and (connection.dialect.name != "sqlite" or capable(connection))
    if usable:
        _indexed.update(dialects)
    return usable


def _by_fts(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite" and connection.dialect in _indexed


def catch_up(connection: Connection) -> None:
    """Bring the changed customers into SQLite's index, if they are many."""
    if _by_fts(connection) and (connection.scalar(_LACKING) or 0) >= MANY:
        for statement in _CATCH_UP:
            connection.exec_driver_sql(statement)


def indexable(wanted: str) -> bool:
    """Whether the index has trigrams of a text."""
    return len(wanted) >= SHORTEST


def together(texts: Iterable[str]) -> tuple[str, ...]:
    """Which of texts that have to occur together are looked up together: those with trigrams, else the shorter ones."""
    wanted = sorted(filter(None, texts))
    return tuple(filter(indexable, wanted)) or tuple(each for each in wanted if "\n" not in each)


def found_by(connection: Connection, wanted: Sequence[str], up_to: int = RARE) -> str | None:
    """How texts of `together` are looked up in the index: what `by_index` wants. None: they are not, since it is not
    SQLite's, or more than `up_to` customers may hold them all."""
    if not _by_fts(connection):
        return None
    if not all(map(indexable, wanted)):
        begun = [_begun_with(connection, each, up_to) for each in wanted]
        return None if None in begun else " AND ".join(filter(None, begun))
    words = _phrases(wanted)
    return words if (connection.scalar(_UP_TO, {"words": words, "most": up_to + 1}) or 0) <= up_to else None


def _begun_with(connection: Connection, wanted: str, up_to: int) -> str | None:
    """A text without trigrams in FTS5's language: any of those that begin with it. None: too many hold it."""
    if indexable(wanted):
        return _phrases([wanted])
    text, found = _clean(wanted).translate(_READ_AS), list[str]()
    for term, customers in connection.execute(_BEGUN_WITH, {"text": text, "last": text + _LAST}):
        found.append(term)
        up_to -= customers
        if up_to < 0 or len(found) > BEGINNINGS:
            return None
    return "(" + " OR ".join(_phrases([each]) for each in found) + ")" if found else _NOBODY


def count(connection: Connection, wanted: Sequence[str], most: int | None = None) -> int | None:
    """How many hold all the texts, all `indexable`, without looking at the rows; counting may end at `most`. None: the
    index cannot tell."""
    if not _by_fts(connection):
        return None
    limit = _UNLIMITED if most is None else most
    changed = select(func.count()).select_from(_changed).where(*_in_changed(wanted))
    return (connection.scalar(_UP_TO, {"words": _phrases(wanted), "most": limit}) or 0) + (
        connection.scalar(changed) or 0
    )


def by_index(wanted: Sequence[str], words: str) -> ColumnElement[bool]:
    """The customers who hold all the texts, from SQLite's index. words: as `found_by` told."""
    found = _search.c.rowid.not_in(select(_due.c.id))
    known: Select[tuple[int]] = select(_search.c.rowid).where(_MATCH(words), found)
    return customer.c.id.in_(union_all(known, select(_changed.c.id).where(*_in_changed(wanted))))


def by_rows(wanted: Sequence[str]) -> ColumnElement[bool]:
    """The same customers, from the rows (on PostgreSQL the planner takes the index by itself)."""
    return and_(true(), *(_like(customer.c.haystack, each) for each in wanted))


def _in_changed(wanted: Sequence[str]) -> list[ColumnElement[bool]]:
    return [_changed.c.id.in_(select(_due.c.id)), *(_like(_changed.c.haystack, each) for each in wanted)]


def _like(where: ColumnElement[str], wanted: str) -> ColumnElement[bool]:
    return where.like(f"%{escaped(wanted)}%", escape=ESCAPE)


def escaped(wanted: str) -> str:
    """A text in a LIKE pattern: as it is, with `ESCAPE`."""
    for sign in (ESCAPE, "%", "_"):
        wanted = wanted.replace(sign, ESCAPE + sign)
    return _clean(wanted)


def _phrases(wanted: Sequence[str]) -> str:
    """Texts in FTS5's language: quoted, so that nothing in them is an operator; every one has to occur."""
    return " ".join('"' + _clean(each).replace('"', '""') + '"' for each in wanted)


def _clean(wanted: str) -> str:
    return wanted.replace("\0", "\ufffd")


def _attach(_table: Table, connection: Connection, **_: object) -> None:
    prepare(connection)


event.listen(customer, "after_create", _attach)

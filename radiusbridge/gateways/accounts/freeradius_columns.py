"""The columns of FreeRADIUS's own tables: what is needed of them, and which are there."""

from collections.abc import Mapping

from sqlalchemy import ARRAY, Connection, Text, TextClause, bindparam, text

from radiusbridge.gateways.accounts.freeradius_rows import (
    CHECK,
    GROUP_CHECK,
    GROUP_REPLY,
    MEMBERS,
    REPLY,
    SESSIONS,
)

PAIR = ("attribute", "op", "value")
NEEDED: Mapping[str, tuple[str, ...]] = {
    CHECK: ("username", *PAIR),
    REPLY: ("username", *PAIR),
    GROUP_CHECK: ("groupname", *PAIR),
    GROUP_REPLY: ("groupname", *PAIR),
    MEMBERS: ("username", "groupname", "priority"),
    SESSIONS: ("acctsessionid", "username", "nasipaddress", "acctstoptime"),
}
"""Columns without which nothing works."""
USED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((CHECK, REPLY, GROUP_CHECK, GROUP_REPLY), ("id",)),
    MEMBERS: ("id",),
    SESSIONS: ("radacctid", "framedipaddress", "callingstationid"),
}
"""Columns that are used where they are there."""
TEXTS = ARRAY(Text)

Columns = Mapping[str, frozenset[str]]


def columns_there() -> TextClause:
    """Reads (table, column) of our tables where the search path has them."""
    return text(
        "SELECT c.relname, a.attname FROM unnest(:names) n JOIN pg_class c ON c.oid = to_regclass(n)"
        " JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.attnum > 0 AND NOT a.attisdropped"
    ).bindparams(bindparam("names", list(NEEDED), TEXTS))


def read_columns(connection: Connection) -> Columns:
    """The columns that are there, by table."""
    found: dict[str, set[str]] = {}
    for name, each in connection.execute(columns_there()):
        found.setdefault(name, set()).add(each)
    return {name: frozenset(names) for name, names in found.items()}

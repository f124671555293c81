"""What `server test` asks a FreeRADIUS's database about itself."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from radiusbridge.gateways.accounts.freeradius_columns import NEEDED, USED, read_columns
from radiusbridge.gateways.accounts.freeradius_rows import (
    CHECK,
    GROUP_CHECK,
    GROUP_REPLY,
    MEMBERS,
    REPLY,
    SESSIONS,
)

_STOCK = {
    SESSIONS: """radacctid acctsessionid acctuniqueid username realm nasipaddress nasportid nasporttype acctstarttime
        acctupdatetime acctstoptime acctinterval acctsessiontime acctauthentic connectinfo_start connectinfo_stop
        acctinputoctets acctoutputoctets calledstationid callingstationid acctterminatecause servicetype framedprotocol
        framedipaddress framedipv6address framedipv6prefix framedinterfaceid delegatedipv6prefix class"""
}
"""Columns of FreeRADIUS's own schema besides those that are used."""
_WRITTEN = (CHECK, REPLY, MEMBERS, GROUP_CHECK, GROUP_REPLY)
_INDEXED = {CHECK: "username", REPLY: "username", MEMBERS: "username", SESSIONS: "username"}
_INDEXED |= {GROUP_CHECK: "groupname", GROUP_REPLY: "groupname"}
SILENT = timedelta(hours=1)


def server(connection: Connection) -> tuple[str, bool, bool]:
    """(version, whether the connection is encrypted, whether it is a replica)."""
    row = connection.execute(
        text(
            "SELECT current_setting('server_version'), pg_is_in_recovery(),"
            " coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)"
        )
    ).one()
    return str(row[0]), bool(row[2]), bool(row[1])


def columns(connection: Connection) -> tuple[list[str], list[str]]:
    """(columns of somebody's own, columns that are used and are not there), as `table.column`."""
    extra, lacking = [], []
    for name, there in read_columns(connection).items():
        known = {*NEEDED[name], *USED[name], *_STOCK.get(name, "").split()}
        extra += [f"{name}.{each}" for each in sorted(there - known)]
        lacking += [f"{name}.{each}" for each in USED[name] if each not in there]
    return extra, lacking


def rights_lacking(connection: Connection) -> list[tuple[str, str]]:
    """(right, what gives it) for each that is not there; `{who}` stands for the role."""
    wanted = [(name, right) for name in _WRITTEN for right in ("SELECT", "INSERT", "UPDATE", "DELETE")]
    found = [
        (f"{right} on {name}", f'GRANT {right} ON {name} TO "{{who}}"')
        for name, right in [*wanted, (SESSIONS, "SELECT")]
        if not connection.scalar(text("SELECT has_table_privilege(:name, :right)"), {"name": name, "right": right})
    ]
    for name in _WRITTEN:
        sequence = connection.scalar(
            text(
                "SELECT CASE WHEN :column IN (SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:name))"
                " THEN pg_get_serial_sequence(:name, :column) END"
            ),
            {"name": name, "column": "id"},
        )
        if sequence is not None and not connection.scalar(
            text("SELECT has_sequence_privilege(:name, 'USAGE')"), {"name": sequence}
        ):
            found.append((f"USAGE on {sequence}", f'GRANT USAGE ON SEQUENCE {sequence} TO "{{who}}"'))
    return found


def indexes_lacking(connection: Connection) -> list[tuple[str, str, str]]:
    """(table, column, what makes the index) for each table whose column begins no index."""
    found = []
    for name, each in _INDEXED.items():
        there = connection.scalar(
            text(
                "SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
                " AND a.attnum = i.indkey[0] WHERE i.indrelid = to_regclass(:name) AND i.indisvalid"
                " AND lower(a.attname) = :column"
                " AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ILIKE '%acctstoptime IS NULL%')"
            ),
            {"name": name, "column": each},
        )
        if not there:
            only = " WHERE acctstoptime IS NULL" if name == SESSIONS else ""
            made = f"CREATE INDEX CONCURRENTLY {name}_{each}_open ON {name} ({each}){only}"
            found.append((name, each, made if only else made.replace("_open", "")))
    return found


def sessions(connection: Connection, now: datetime) -> tuple[int, int]:
    """(sessions without a stop, those of them that nothing was heard of for long)."""
    there = read_columns(connection)[SESSIONS]
    heard = "coalesce(acctupdatetime, acctstarttime)" if {"acctupdatetime", "acctstarttime"} <= there else "NULL"
    row = connection.execute(
        text(
            f"SELECT count(*), count(*) FILTER (WHERE {heard} < :since) FROM {SESSIONS}"  # noqa: S608 - our own names
            " WHERE acctstoptime IS NULL"
        ),
        {"since": now - SILENT},
    ).one()
    return int(row[0]), int(row[1])


def clients(connection: Connection) -> list[tuple[str, str]] | None:
    """(short name, address) of each RADIUS client; None: they cannot be read."""
    try:
        return [
            (str(row[0] or ""), str(row[1])) for row in connection.execute(text("SELECT shortname, nasname FROM nas"))
        ]
    except ProgrammingError:
        return None

"""FreeRADIUS's own tables in SQLAlchemy Core: what is read and written, with the columns that are really there.

Only the columns that FreeRADIUS's queries.conf needs are named; others may be there, and stay as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from json import dumps
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    CTE,
    JSON,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    collate,
    column,
    delete,
    func,
    insert,
    literal,
    not_,
    null,
    select,
    table,
    union_all,
    update,
)
from sqlalchemy import Connection as Connection
from sqlalchemy import Row as Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.selectable import CompoundSelect, TableClause

from radiusbridge.domain.accounts import ServerSession
from radiusbridge.domain.errors import NotSuchPeer
from radiusbridge.gateways.accounts.freeradius_columns import NEEDED, PAIR, TEXTS, USED, Columns
from radiusbridge.gateways.accounts.freeradius_edits import Drop, Edit, Join, Move, Put
from radiusbridge.gateways.accounts.freeradius_reading import groups, user, users, whose
from radiusbridge.gateways.accounts.freeradius_rows import (
    ADDRESS,
    ASIDE,
    CALLER,
    CHECK,
    GROUP_CHECK,
    GROUP_REPLY,
    MEMBERS,
    PASSWORD,
    REPLY,
    SESSIONS,
    Group,
    UserRows,
    aside,
)

_LOCK = "radiusbridge "
_EVERYBODY = func.hashtextextended("radiusbridge", 0)
"""The lock that is shared by those who write some accounts, and held alone by who writes thousands."""
COPIED = 100
"""So many new rows of a table and more go in by COPY."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The statements for one database. columns: those that are there, by table."""

    columns: Columns
    _known: dict[str, TableClause] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for name, needed in NEEDED.items():
            there = self.columns.get(name, frozenset())
            lacking = [each for each in needed if each not in there]
            if lacking:
                what = f"{name} lacks the column {lacking[0]}" if there else f"the table {name} is missing"
                hint = "FreeRADIUS's own tables are in mods-config/sql/main/postgresql/schema.sql"
                raise NotSuchPeer(f"it is no FreeRADIUS's database: {what}", hint=hint)
            names = [*needed, *(each for each in USED[name] if each in there)]
            self._known[name] = table(name, *(column(each) for each in names))

    def _column(self, name: str, which: str, otherwise: ColumnElement[Any]) -> ColumnElement[Any]:
        known: ColumnElement[Any] | None = self._known[name].c.get(which)
        return otherwise if known is None else known

    # -- reading

    def _pairs(self, name: str, owners: ColumnElement[bool] | None = None) -> Select[Any]:
        known = self._known[name]
        owner = known.c.groupname if name in {GROUP_CHECK, GROUP_REPLY} else known.c.username
        order = cast(self._column(name, "id", literal(0)), BigInteger)
        found = select(
            literal(name).label("part"), owner.label("owner"), *(known.c[each] for each in PAIR), order.label("n")
        )
        return found if owners is None else found.where(owners)

    def _members(self) -> Select[Any]:
        known = self._known[MEMBERS]
        return select(
            literal(MEMBERS).label("part"),
            known.c.username.label("owner"),
            known.c.groupname.label("attribute"),
            literal("").label("op"),
            cast(known.c.priority, Text).label("value"),
            cast(self._column(MEMBERS, "id", literal(0)), BigInteger).label("n"),
        )

    def _open_sessions(self) -> Select[Any]:
        known, nothing = self._known[SESSIONS], cast(null(), Text)
        return select(
            literal(SESSIONS).label("part"),
            known.c.username.label("owner"),
            known.c.acctsessionid.label("attribute"),
            _plain(known.c.nasipaddress).label("op"),
            (
                func.coalesce(_plain(self._column(SESSIONS, "framedipaddress", nothing)), "")
                + "\n"
                + func.coalesce(self._column(SESSIONS, "callingstationid", nothing), "")
            ).label("value"),
            cast(self._column(SESSIONS, "radacctid", literal(0)), BigInteger).label("n"),
        ).where(known.c.acctstoptime.is_(None))

    def _group_pairs(self, groups: Select[Any] | None = None) -> list[Select[Any]]:
        return [
            self._pairs(name, None if groups is None else self._known[name].c.groupname.in_(groups))
            for name in (GROUP_CHECK, GROUP_REPLY)
        ]

    def user(self, connection: Connection, username: str) -> tuple[UserRows, dict[str, Group]]:
        """A user's rows and what is said of their groups, in one statement."""
        known = self._known
        names = (username, aside(username))
        own = select(known[MEMBERS].c.groupname).where(known[MEMBERS].c.username == username)
        statement = union_all(
            *(self._pairs(name, known[name].c.username.in_(names)) for name in (CHECK, REPLY)),
            self._members().where(known[MEMBERS].c.username == username),
            *self._group_pairs(own),
            self._open_sessions().where(known[SESSIONS].c.username == username),
        )
        rows = connection.execute(statement).all()
        return user(username, rows), groups(rows)

    def locked(self, connection: Connection, usernames: Sequence[str]) -> tuple[dict[str, UserRows], dict[str, Group]]:
        """The rows of users, locked until the transaction ends; without sessions. Others of ours wait even where no
        row is there to lock."""
        self._lock(connection, usernames)
        known = self._known
        names = bindparam("names", [*usernames, *map(aside, usernames)], TEXTS)

        def held(found: Select[Any], name: str) -> CTE:
            return found.where(known[name].c.username == any_(names)).with_for_update().cte(f"held_{name}")

        parts = [held(self._pairs(name), name) for name in (CHECK, REPLY)] + [held(self._members(), MEMBERS)]
        own = select(known[MEMBERS].c.groupname).where(known[MEMBERS].c.username == any_(names))
        statement = union_all(*(select(part) for part in parts), *self._group_pairs(own))
        rows = connection.execute(statement).all()
        return {each.username: each for each in users(rows, usernames)}, groups(rows)

    def locked_many(self, connection: Connection, usernames: Sequence[str]) -> dict[str, UserRows]:
        """The same for many, of whom hardly anybody has a row: only those who do. Meanwhile nobody else of ours writes
        any account: a lock for each of thousands would take longer, and PostgreSQL has room for some thousands in all.
        """
        connection.execute(select(func.pg_advisory_xact_lock(_EVERYBODY)))
        # one text: an array would be put together name by name
        listed = cast(bindparam("names", dumps(usernames, ensure_ascii=False), Text), JSON)
        name = select(func.json_array_elements_text(listed).column_valued("name")).cte("names").c.name
        own = [(CHECK, name), (CHECK, ASIDE + name), (REPLY, name), (REPLY, ASIDE + name)]
        own.append((MEMBERS, name))  # nobody is a member under a name that was set aside
        owners = ((self._known[table].c.username, wanted) for table, wanted in own)
        rows = connection.scalars(union_all(*(select(owner).where(owner == wanted) for owner, wanted in owners)))
        said = {whose(owner) for owner in rows}
        return self.locked(connection, sorted(said))[0] if said else {}

    @staticmethod
    def _lock(connection: Connection, usernames: Sequence[str]) -> None:
        keys = func.unnest(bindparam("keys", sorted(_LOCK + name for name in usernames), TEXTS)).column_valued("key")
        own = func.pg_advisory_xact_lock(func.hashtextextended(keys, 0))
        connection.execute(select(func.pg_advisory_xact_lock_shared(_EVERYBODY), own))

    def everybody(self) -> CompoundSelect[Any]:
        """The rows of all users, those of one together."""
        every = union_all(self._pairs(CHECK), self._pairs(REPLY), self._members()).subquery()
        owner = every.c.owner
        return select(every).where(owner.is_not(None)).order_by(_whose(owner))  # type: ignore[return-value]

    def plainly(self) -> Select[Any]:
        """Every user in one row: name, password as stored, plan, lock and address, the last two mostly NULL. The
        password is NULL where anything else is said as well: what the account is then only all its rows tell."""
        nothing = cast(null(), Text)

        def said(name: str, **columns: ColumnElement[Any]) -> Select[Any]:
            own = columns | {each: nothing for each in ("secret", "plan", "lock", "address") if each not in columns}
            owner = cast(self._known[name].c.username, Text).label("owner")
            return select(owner, *(own[each].label(each) for each in ("secret", "plan", "lock", "address")))

        def value(name: str, attribute: str, op: str) -> ColumnElement[Any]:
            known = self._known[name].c
            return case((and_(known.attribute == attribute, known.op == op), cast(known.value, Text)))

        row = union_all(
            said(CHECK, secret=value(CHECK, PASSWORD, ":="), lock=value(CHECK, CALLER, "==")),
            said(REPLY, address=value(REPLY, ADDRESS, ":=")),
            said(MEMBERS, plan=cast(self._known[MEMBERS].c.groupname, Text)),
        ).subquery().c  # fmt: skip
        user = collate(_whose(row.owner), "C")
        others = func.count() - func.count(row.lock) - func.count(row.address)
        plain = and_(
            others == 2,  # which is the password and the plan, where both are there
            func.count(row.lock) < 2,
            func.count(row.address) < 2,
            not_(func.bool_or(func.starts_with(row.owner, ASIDE))),
        )
        secret, *rest = (func.max(collate(each, "C")) for each in (row.secret, row.plan, row.lock, row.address))
        chosen = select(user.label("username"), case((plain, secret)), *rest)
        return chosen.where(row.owner.is_not(None)).group_by(user).order_by(user)

    def named(self, connection: Connection, usernames: Sequence[str]) -> list[UserRows]:
        """All rows of these users but sessions."""
        known = self._known
        names = bindparam("names", [*usernames, *map(aside, usernames)], TEXTS)
        parts = ((name, self._pairs(name)) for name in (CHECK, REPLY))
        own = [part.where(known[name].c.username == any_(names)) for name, part in (*parts, (MEMBERS, self._members()))]
        return [*users(connection.execute(union_all(*own)).all(), usernames)]

    def sessions(self) -> Select[Any]:
        """All open sessions."""
        return self._open_sessions()

    def groups(self, connection: Connection, *names: str) -> dict[str, Group]:
        """What is said of these groups, of all without any; also of those that only have members."""
        known = self._known
        chosen = (lambda name: known[name].c.groupname.in_(names)) if names else (lambda _name: None)
        rows = connection.execute(
            union_all(*(self._pairs(name, chosen(name)) for name in (GROUP_CHECK, GROUP_REPLY)))
        ).all()
        return groups(rows)

    def group_names(self, connection: Connection) -> list[str]:
        """Every group that has a row or a member."""
        own = (select(self._known[name].c.groupname) for name in (GROUP_CHECK, GROUP_REPLY, MEMBERS))
        return sorted(set(connection.scalars(own_union(own))))

    def members(self, connection: Connection, group: str) -> list[str]:
        """Who is in a group."""
        known = self._known[MEMBERS]
        return sorted(set(connection.scalars(select(known.c.username).where(known.c.groupname == group))))

    # -- writing

    def apply(self, connection: Connection, edits: Iterable[Edit]) -> bool:
        """Write it; whether there was anything to write. What is new goes in together, table by table."""
        new: dict[str, list[dict[str, Any]]] = {}
        found = False
        for edit in edits:
            found = True
            if isinstance(edit, Put) and edit.there != 1:
                if edit.there:
                    self._drop(connection, edit.table, edit.owner, edit.attribute, None)
                own = {"attribute": edit.attribute, "op": edit.op, "value": edit.value}
                new.setdefault(edit.table, []).append({self._owner(edit.table): edit.owner, **own})
            elif isinstance(edit, Join) and not edit.there:
                values = {"username": edit.owner, "groupname": edit.group, "priority": edit.priority}
                new.setdefault(MEMBERS, []).append(values)
            else:
                self._change(connection, edit)
        for name, rows in new.items():
            if len(rows) < COPIED:
                connection.execute(insert(self._known[name]), rows)
            else:
                copy_in(connection, name, rows)
        return found

    def _change(self, connection: Connection, edit: Edit) -> None:
        members = self._known[MEMBERS]
        if isinstance(edit, Put):
            changed = update(self._known[edit.table]).where(*self._of(edit.table, edit.owner, edit.attribute))
            connection.execute(changed.values(attribute=edit.attribute, op=edit.op, value=edit.value))
        elif isinstance(edit, Drop):
            self._drop(connection, edit.table, edit.owner, edit.attribute, edit.value)
        elif isinstance(edit, Move):
            moved = update(self._known[edit.table]).where(*self._of(edit.table, edit.owner, edit.attribute))
            connection.execute(moved.values(username=edit.to))
        elif isinstance(edit, Join):
            own = (members.c.username == edit.owner, members.c.groupname == edit.group)
            connection.execute(update(members).where(*own).values(priority=edit.priority))
        else:
            connection.execute(
                delete(members).where(members.c.username == edit.owner, members.c.groupname == edit.group)
            )

    def remove_user(self, connection: Connection, username: str) -> None:
        """Take all of a user's rows away; their sessions stay, they are history."""
        for name in (CHECK, REPLY, MEMBERS):
            known = self._known[name]
            connection.execute(delete(known).where(known.c.username.in_((username, aside(username)))))

    def end_session(self, connection: Connection, username: str, session: ServerSession) -> None:
        """Give an open row of radacct a stop."""
        known = self._known[SESSIONS]
        own = (known.c.username == username, known.c.acctsessionid == session.session_id)
        there = (_plain(known.c.nasipaddress) == session.nas_address, known.c.acctstoptime.is_(None))
        connection.execute(update(known).where(*own, *there).values(acctstoptime=func.now()))

    def remove_group(self, connection: Connection, group: str) -> None:
        """Take all that is said of a group away."""
        for name in (GROUP_CHECK, GROUP_REPLY):
            known = self._known[name]
            connection.execute(delete(known).where(known.c.groupname == group))

    def _drop(self, connection: Connection, name: str, owner: str, attribute: str, value: str | None) -> None:
        gone = delete(self._known[name]).where(*self._of(name, owner, attribute))
        connection.execute(gone if value is None else gone.where(self._known[name].c.value == value))

    def _of(self, name: str, owner: str, attribute: str) -> tuple[ColumnElement[bool], ...]:
        known = self._known[name]
        return known.c[self._owner(name)] == owner, func.lower(known.c.attribute) == attribute.lower()

    @staticmethod
    def _owner(name: str) -> str:
        return "groupname" if name in {GROUP_CHECK, GROUP_REPLY} else "username"


def copy_in(connection: Connection, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many new rows of a table by COPY, which takes a fraction of the time of as many INSERTs."""
    from psycopg import Error, sql  # only where SqlDatabase has connected by it

    columns = list(rows[0])
    values = itemgetter(*columns)
    driver = connection.connection.driver_connection
    assert driver is not None
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), names)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(values(row))
    except Error as error:
        raise DBAPIError(f"COPY {name}", None, error, hide_parameters=True) from error


def own_union(parts: Iterable[Select[Any]]) -> CompoundSelect[Any]:
    """All of them in one statement."""
    return union_all(*parts)


def _whose(owner: ColumnElement[Any]) -> ColumnElement[Any]:
    """The user whom a row is of."""
    return case((func.starts_with(owner, ASIDE), func.substr(owner, len(ASIDE) + 1)), else_=owner)


def _plain(address: ColumnElement[Any]) -> ColumnElement[str]:
    """An address without its mask, whether the column is inet or text."""
    return func.split_part(cast(address, Text), "/", 1, type_=Text)

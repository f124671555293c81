"""What tables are made of: the metadata, column types, shorthands, and the refusal of changes."""

from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Column, Connection, MetaData, Table, event

from radiusbridge.db.types import NAME_LIMIT, WIDE, JsonText, OneOf, PlainText, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NAME = PlainText(NAME_LIMIT)
TEXT = PlainText()
TIME = UtcTime()
JSON = JsonText()
FLAG = Boolean(create_constraint=False)


def id_column() -> Column[int]:
    """The primary key `id`."""
    return Column("id", WIDE, primary_key=True)


def chosen(
    name: str, kind: type[StrEnum], *, nullable: bool = False, default: StrEnum | None = None
) -> tuple[Column[StrEnum], CheckConstraint]:
    """A column that holds a member of an enumeration, and the check that it does. default: what a row has that says
    nothing of it."""
    values = ", ".join(f"'{member.value}'" for member in kind)
    column: Column[StrEnum] = Column(name, OneOf(kind), nullable=nullable, server_default=default)
    return column, CheckConstraint(f"{name} IN ({values})", name=name)


def port_check(name: str) -> CheckConstraint:
    """The check that a column holds a port."""
    return CheckConstraint(f"{name} BETWEEN 1 AND 65535", name=name)


def append_only(*tables: Table) -> None:
    """Make tables refuse UPDATE and DELETE from their creation on."""
    for table in tables:
        event.listen(table, "after_create", _refuse_changes)


def _refuse_changes(table: Table, connection: Connection, **_: object) -> None:
    """Make a new table refuse UPDATE and DELETE."""
    name = table.name
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            refusal = f"SELECT RAISE(ABORT, '{name} is append-only')"
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} BEGIN {refusal}; END"
            )
        return
    refusal = f"RAISE EXCEPTION '{name} is append-only' USING ERRCODE = 'restrict_violation'"
    connection.exec_driver_sql(
        f"CREATE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refusal}; END $$"
    )
    for trigger, verbs, scope in (("no_change", "UPDATE OR DELETE", "ROW"), ("no_truncate", "TRUNCATE", "STATEMENT")):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name}_{trigger} BEFORE {verbs} ON {name} "
            f"FOR EACH {scope} EXECUTE FUNCTION {name}_refuse()"
        )

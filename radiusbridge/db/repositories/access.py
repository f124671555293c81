"""Columns of the ways to reach a router, shared by servers and NASes, and to a FreeRADIUS's database."""

from typing import Any

from sqlalchemy.engine import RowMapping

from radiusbridge.domain.records import ApiAccess, SqlAccess


def api_columns(api: ApiAccess | None) -> dict[str, Any]:
    """The `api_…` columns."""
    return {
        "api_host": api and api.host,
        "api_port": api and api.port,
        "api_user": api and api.user,
        "api_password": None if api is None else api.password,
        "api_tls": api and api.tls,
        "api_fingerprint": api and api.fingerprint,
        "api_ca_file": api and api.ca_file,
    }


def api_of(row: RowMapping) -> ApiAccess | None:
    """The access that the `api_…` columns hold."""
    if row["api_host"] is None:
        return None
    return ApiAccess(
        row["api_host"],
        row["api_port"],
        row["api_user"],
        row["api_password"],
        row["api_tls"],
        row["api_fingerprint"],
        row["api_ca_file"],
    )


def sql_columns(sql: SqlAccess | None) -> dict[str, Any]:
    """The `sql_…` columns."""
    return {
        "sql_host": sql and sql.host,
        "sql_port": sql and sql.port,
        "sql_user": sql and sql.user,
        "sql_password": None if sql is None else sql.password,
        "sql_database": sql and sql.database,
        "sql_tls": sql and sql.tls,
        "sql_ca_file": sql and sql.ca_file,
    }


def sql_of(row: RowMapping) -> SqlAccess | None:
    """The access that the `sql_…` columns hold."""
    if row["sql_host"] is None:
        return None
    return SqlAccess(
        row["sql_host"],
        row["sql_port"],
        row["sql_user"],
        row["sql_password"],
        row["sql_database"],
        row["sql_tls"],
        row["sql_ca_file"],
    )

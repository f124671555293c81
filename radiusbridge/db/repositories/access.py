"""Columns of the ways to reach a router, shared by servers and NASes."""

from typing import Any

from sqlalchemy.engine import RowMapping

from radiusbridge.domain.records import ApiAccess


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

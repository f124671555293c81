"""Servers."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import or_
from sqlalchemy.engine import RowMapping

from radiusbridge.db.repositories.access import api_columns, api_of, sql_columns, sql_of
from radiusbridge.db.repositories.base import NamedRepository
from radiusbridge.db.standby_tables import standby_pair
from radiusbridge.db.tables import customer, nas, operation, server
from radiusbridge.domain.errors import Damaged
from radiusbridge.domain.records import RadiusAccess, Server
from radiusbridge.domain.text import folded

_SAME = (
    "name",
    "kind",
    "isolation_policy",
    "isolation_name",
    "isolation_rate",
    "isolation_pool",
    "owner",
    "method",
    "priority",
    "standby",
)


class Servers(NamedRepository[Server]):
    """The RADIUS servers that we provision."""

    table = server
    noun = "server"
    few = True

    def _values(self, record: Server) -> dict[str, Any]:
        radius = record.radius
        return {
            **{name: getattr(record, name) for name in _SAME},
            **api_columns(record.api),
            **sql_columns(record.sql),
            "name_key": folded(record.name),
            "radius_host": radius and radius.host,
            "radius_port": radius and radius.port,
            "radius_secret": None if radius is None else radius.secret,
            "radius_source": radius and radius.source,
            "radius_signing": radius and radius.signing,
            "radius_signed_once": radius and radius.signed_once,
        }

    def _record(self, row: RowMapping) -> Server:
        api, sql = api_of(row), sql_of(row)
        if (api is None) == (sql is None):
            raise Damaged("a server has lost how it is reached", target=row["name"])
        radius = None
        if row["radius_host"] is not None:
            radius = RadiusAccess(
                row["radius_host"],
                row["radius_port"],
                row["radius_secret"],
                row["radius_source"],
                row["radius_signing"],
                row["radius_signed_once"],
            )
        return Server(id=row["id"], api=api, sql=sql, radius=radius, **{name: row[name] for name in _SAME})

    def _users(self, record_id: int) -> Iterable[tuple[str, Sequence[str], int]]:
        yield "customers", *self._sample(customer.c.username, customer.c.server_id == record_id)
        yield "NASes", *self._sample(nas.c.name, nas.c.server_id == record_id)
        pairs = or_(standby_pair.c.server_id == record_id, standby_pair.c.standby_id == record_id)
        yield "pairs of server and standby", *self._sample(standby_pair.c.server_id, pairs)
        unfinished = (operation.c.server_id == record_id, operation.c.finished_at.is_(None))
        yield "unfinished operations", *self._sample(operation.c.id, *unfinished)

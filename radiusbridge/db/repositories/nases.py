"""NASes."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import RowMapping

from radiusbridge.db.repositories.access import api_columns, api_of
from radiusbridge.db.repositories.base import NamedRepository
from radiusbridge.db.tables import nas
from radiusbridge.domain.records import DaeAccess, Nas
from radiusbridge.domain.text import folded

_OF_SERVER = select(nas).where(nas.c.server_id == bindparam("wanted_id")).order_by(nas.c.name_key)


class Nases(NamedRepository[Nas]):
    """The routers where sessions live."""

    table = nas
    noun = "NAS"
    few = True

    def _values(self, record: Nas) -> dict[str, Any]:
        dae = record.dae
        return {
            **api_columns(record.api),
            "name": record.name,
            "name_key": folded(record.name),
            "server_id": record.server_id,
            "dae_host": dae and dae.host,
            "dae_port": dae and dae.port,
            "dae_secret": None if dae is None else dae.secret,
            "dae_source": dae and dae.source,
            "dae_nas_address": dae and dae.nas_address,
        }

    def _record(self, row: RowMapping) -> Nas:
        dae = None
        if row["dae_host"] is not None:
            dae = DaeAccess(
                row["dae_host"], row["dae_port"], row["dae_secret"], row["dae_source"], row["dae_nas_address"]
            )
        return Nas(row["name"], row["server_id"], row["id"], dae, api_of(row))

    def _users(self, _record_id: int) -> Iterable[tuple[str, Sequence[str], int]]:
        return ()

    def of_server(self, server_id: int) -> tuple[Nas, ...]:
        """The NASes of a server, by name."""
        return self._kept(("server", server_id), lambda _: self._rows(_OF_SERVER, wanted_id=server_id))

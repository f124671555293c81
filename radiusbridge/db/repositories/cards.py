"""Capability cards: what devices answered, one card each."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.engine import RowMapping

from radiusbridge.db.device_tables import device_card
from radiusbridge.db.tables import nas
from radiusbridge.db.transaction import Transaction, insert_into
from radiusbridge.domain.capabilities import Card

_NASES = select(nas.c.id).where(nas.c.server_id == bindparam("server"))
_OF_SERVER = select(device_card).where(
    or_(device_card.c.server_id == bindparam("server"), device_card.c.nas_id.in_(_NASES))
)
_ONE = {
    kind: select(device_card).where(column == bindparam("device"))
    for kind, column in (("server", device_card.c.server_id), ("nas", device_card.c.nas_id))
}
_OUT = {
    kind: delete(device_card).where(column == bindparam("device"))
    for kind, column in (("server", device_card.c.server_id), ("nas", device_card.c.nas_id))
}


class Cards:
    """The cards of all devices; they go with their devices."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def put(self, card: Card) -> None:
        """Keep a card in place of the device's former one."""
        self._transaction.forget(device_card)
        self._connection.execute(_OUT[card.kind], {"device": card.device_id})
        values: dict[str, Any] = {"server_id": None, "nas_id": None, f"{card.kind}_id": card.device_id}
        values |= {"endpoint": card.endpoint, "read_at": card.read_at, "body": _body(card)}
        self._connection.execute(insert_into(device_card), values)

    def of(self, kind: str, device_id: int) -> Card | None:
        """The card of a device; None: it was never read."""
        row = self._connection.execute(_ONE[kind], {"device": device_id}).mappings().one_or_none()
        return None if row is None else _card(row)

    def around(self, server_id: int) -> tuple[Card, ...]:
        """The cards of a server and its NASes."""
        known = self._transaction.known(device_card)
        if server_id not in known:
            rows = self._connection.execute(_OF_SERVER, {"server": server_id}).mappings()
            known[server_id] = tuple(map(_card, rows))
        found: tuple[Card, ...] = known[server_id]
        return found


def _body(card: Card) -> dict[str, Any]:
    return {
        "version": card.version,
        "board": card.board,
        "licence": card.licence,
        "generation": card.generation,
        "menus": list(card.menus),
        "missing": list(card.missing),
        "lacks": dict(card.lacks),
        "signs": card.signs,
        "limits": dict(card.limits),
        "started_at": None if card.started_at is None else card.started_at.isoformat(),
    }


def _card(row: RowMapping) -> Card:
    body: dict[str, Any] = dict(row["body"])
    started = body.pop("started_at")
    return Card(
        "server" if row["nas_id"] is None else "nas",
        row["server_id"] or row["nas_id"],
        row["endpoint"],
        body.pop("version"),
        row["read_at"],
        menus=tuple(body.pop("menus")),
        missing=tuple(body.pop("missing")),
        started_at=None if started is None else datetime.fromisoformat(started),
        **body,
    )

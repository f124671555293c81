"""Capability cards: read from the devices, kept in the database, and believed for some hours."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.capabilities import Card
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.records import ApiAccess, Nas, Server
from radiusbridge.gateways.accounts.generation import Generation
from radiusbridge.services.context import Context


@dataclass(frozen=True, slots=True)
class Device:
    """A server, or a NAS of one. nases: those of the server. card: the one that is kept, whatever its age."""

    server: Server
    nas: Nas | None = None
    nases: tuple[Nas, ...] = ()
    card: Card | None = None
    server_card: Card | None = None

    @property
    def kind(self) -> str:
        """`server` or `nas`."""
        return "server" if self.nas is None else "nas"

    @property
    def name(self) -> str:
        """Its own."""
        return self.server.name if self.nas is None else self.nas.name

    @property
    def api(self) -> ApiAccess | None:
        """How its API is reached; None: it is not."""
        return self.server.api if self.nas is None else self.nas.api

    @property
    def server_signs(self) -> bool | None:
        """Whether its server signs its answers, as far as is known."""
        radius = self.server.radius
        known = self.server_card.signs if self.server_card is not None else None
        return True if known is None and radius is not None and radius.signed_once else known


def endpoint(api: ApiAccess) -> str:
    """As cards name where they were read."""
    return f"{api.host}:{api.port}"


def server_device(unit: UnitOfWork, server: Server) -> Device:
    """A server with its NASes and its card."""
    card = unit.cards.of("server", server.id)
    return Device(server, None, tuple(unit.nases.of_server(server.id)), card, card)


def nas_device(unit: UnitOfWork, nas: Nas) -> Device:
    """A NAS with its server and its card."""
    server = unit.servers.get(nas.server_id)
    return Device(server, nas, (), unit.cards.of("nas", nas.id), unit.cards.of("server", server.id))


def all_devices(unit: UnitOfWork) -> tuple[Device, ...]:
    """Every server, then every NAS, by name."""
    servers = [server_device(unit, server) for server in unit.servers.all()]
    return (*servers, *(nas_device(unit, nas) for nas in unit.nases.all()))


def doubts(cards: Sequence[Card], nases: Sequence[Nas], now: datetime) -> dict[str, str]:
    """NAS -> why it takes no Disconnect-Requests, and since when that is known; by fresh cards alone."""
    found: dict[str, str] = {}
    by_id = {card.device_id: card for card in cards if card.kind == "nas"}
    for nas in nases:
        card = by_id.get(nas.id)
        if card is None or nas.api is None or not card.fresh(now, endpoint(nas.api)):
            continue
        why = card.lacks.get(Rung.DISCONNECT)
        if why:
            found[nas.name] = f"{why}, as read on {card.read_at:%Y-%m-%d %H:%M} UTC"
    return found


def generation(cards: Sequence[Card], server: Server, now: datetime) -> Generation | None:
    """Which User Manager the server was when its card was read, if that counts still."""
    card = next((card for card in cards if card.kind == "server"), None)
    if server.api is None or card is None or not card.generation or not card.fresh(now, endpoint(server.api)):
        return None
    return Generation(card.generation, card.version)


async def keep(context: Context, card: Card | None) -> None:
    """Keep a card that was just read, unless its device is gone meanwhile."""
    if card is None:
        return

    def work(unit: UnitOfWork) -> None:
        records = unit.servers.all() if card.kind == "server" else unit.nases.all()
        if any(record.id == card.device_id for record in records):
            unit.cards.put(card)

    await context.database.write(work)


async def refresh(context: Context, device: Device, *, signs: bool | None = None) -> Card | None:
    """Read a device's card and keep it; nothing is sent by RADIUS. signs: whether it was just seen to sign, which the
    former card knows otherwise. None: it did not answer, or has no API access."""
    if device.api is None:
        return None
    if device.nas is None:
        examined = await context.gateways.examine_server(device.server, device.nases, card_only=True)
    else:
        examined = await context.gateways.examine_nas(device.nas, device.server, device.server_signs, card_only=True)
    card = examined.card
    if card is not None and device.nas is None and signs is not None:
        card = replace(card, signs=signs)
    await keep(context, card)
    return card


async def refresh_stale(context: Context) -> int:
    """Read the cards that are missing, too old, or of another router's life: it was updated or started since. How many
    were read; a dark device delays no other and keeps its old card."""
    devices = await context.database.read(all_devices)
    read = await asyncio.gather(*(_renewed(context, device) for device in devices))
    return sum(read)


async def _renewed(context: Context, device: Device) -> bool:
    api, card = device.api, device.card
    if api is None:
        return False
    if card is not None and card.fresh(context.clock.now(), endpoint(api)):
        try:
            version, started_at = await context.gateways.life(device.name, api)
        except RadiusbridgeError:
            return False
        if card.same_life(version, started_at):
            return False
    signs = card.signs if card is not None and device.nas is None else None
    return await refresh(context, device, signs=signs) is not None

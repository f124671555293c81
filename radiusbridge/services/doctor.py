"""`doctor`: examine servers and NASes side by side, and keep what they can do."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from radiusbridge.db.repositories.base import listed, nearest
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.capabilities import Card
from radiusbridge.domain.doctor import Diagnosis, Severity, gravest
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.text import safe
from radiusbridge.services import capabilities, signing
from radiusbridge.services.capabilities import Device
from radiusbridge.services.context import Context


@dataclass(frozen=True, slots=True)
class Report:
    """What was found at one device, the gravest first as the checks have it. reached: it answered."""

    kind: str
    name: str
    findings: tuple[Diagnosis, ...]
    seconds: float
    reached: bool = True
    card: Card | None = None

    @property
    def severity(self) -> Severity:
        """Of the gravest finding."""
        return gravest(self.findings)


async def examine(context: Context, names: Sequence[str]) -> AsyncIterator[Report]:
    """The reports of the servers and NASes of these names, of all without any, as each is ready: one that is dark
    delays nobody. A name that a server and a NAS have means both. UnknownName."""
    devices = await context.database.read(lambda unit: _chosen(unit, names))
    zone = context.zone or machine_zone()
    tasks = [asyncio.create_task(_examine(context, device, zone)) for device in devices]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def exit_status(reports: Sequence[Report]) -> int:
    """0: no fault; 1: a fault at one that answered; 3: one did not answer, and the others have no fault."""
    if any(report.reached and report.severity is Severity.FAULT for report in reports):
        return 1
    return 0 if all(report.reached for report in reports) else 3


def _chosen(unit: UnitOfWork, names: Sequence[str]) -> tuple[Device, ...]:
    devices = capabilities.all_devices(unit)
    if not names:
        return devices
    chosen: dict[tuple[str, str], Device] = {}
    for name in names:
        found = [device for device in devices if device.name.casefold() == name.casefold()]
        if not found:
            raise UnknownName("no such server or NAS", target=safe(name, 80), hint=_known(name, devices))
        chosen |= {(device.kind, device.name): device for device in found}
    return tuple(chosen.values())


def _known(name: str, devices: Sequence[Device]) -> str:
    names = sorted({device.name for device in devices})
    if not names:
        return "there is none yet; add one with: radiusbridge server add"
    return nearest(name, names) or f"known: {listed(names, len(names))}"


async def _examine(context: Context, device: Device, zone: tzinfo | None) -> Report:
    began = context.clock.monotonic()

    def took() -> float:
        return context.clock.monotonic() - began

    if device.nas is None:
        examined = await context.gateways.examine_server(device.server, device.nases, zone=zone)
        card, radius = examined.card, device.server.radius
        if card is not None and card.signs and radius is not None:
            await signing.remember(context, device.server.id, radius.host)
    elif device.nas.api is None:
        words = "no API access is stored, so nothing of its settings can be seen"
        why = "without its session list nothing is PROVEN there"
        mend = (f"radiusbridge nas edit {device.nas.name} --api HOST",)
        return Report("nas", device.name, (Diagnosis("reach", Severity.UNKNOWN, words, why, mend),), took())
    else:
        signs = device.server_signs
        examined = await context.gateways.examine_nas(device.nas, device.server, signs, zone=zone)
    await capabilities.keep(context, examined.card)
    return Report(device.kind, device.name, examined.findings, took(), examined.reached, examined.card)


def machine_zone() -> tzinfo | None:
    """The machine's zone by its name (tz database), where it tells one; None: only the offset is known."""
    name = os.environ.get("TZ", "").removeprefix(":")
    if not name:
        _, mark, name = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
        if not mark:
            return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None

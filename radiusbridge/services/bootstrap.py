"""Wire a process together: settings in, a context out. The only place that chooses implementations."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.gateways.factory import Gateways
from radiusbridge.gateways.packet_ring import PacketRing
from radiusbridge.services.context import Context
from radiusbridge.services.process import this_process
from radiusbridge.services.settings import Settings, home
from radiusbridge.services.system import SystemClock, SystemEntropy

if TYPE_CHECKING:
    from radiusbridge.gateways.recorder import Recorder


def open_context(settings: Settings, channel: str) -> Context:
    """The context of this process. Blocks while the database opens: call it before the event loop runs."""
    clock, entropy = SystemClock(), SystemEntropy()
    database = _open(settings, clock, upgrade=False)
    gateways = Gateways(clock, entropy, trace=settings.trace_file, recorder=_recorder_of(settings, clock))
    return Context(database, gateways, clock, entropy, this_process(), settings.who, channel)


def _recorder_of(settings: Settings, clock: SystemClock) -> "Callable[[], Recorder] | None":
    if settings.packets is None or not settings.packets_size:
        return None
    ring = PacketRing(settings.packets, settings.packets_size)

    def make() -> "Recorder":
        from radiusbridge.gateways.recorder import Recorder

        return Recorder(ring, clock, asyncio.to_thread)

    return make


def upgrade_database(settings: Settings) -> Database:
    """The database, opened after its tables were made or migrated; also a shared one. Blocks."""
    return _open(settings, SystemClock(), upgrade=True)


def _open(settings: Settings, clock: SystemClock, *, upgrade: bool) -> Database:
    _check_folder(settings.database)
    return Database.open(settings.database, key=KeyFile(settings.key_file), clock=clock, upgrade=upgrade)


def _check_folder(database: str) -> None:
    """Only our own folder is made: one that was named may be a typing error. BadInput."""
    if "://" in database:
        return
    folder = Path(database).expanduser().absolute().parent
    if folder != home().absolute() and not folder.is_dir():
        raise BadInput(
            "there is no such folder for the database", target=safe(str(folder)), hint="check the path, or make it"
        )

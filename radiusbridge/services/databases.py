"""The database as a thing of its own: how it stands, and a copy of it. Everything here blocks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from radiusbridge.db.keys import KeyFile
from radiusbridge.services.process import Process, this_process
from radiusbridge.services.settings import Settings
from radiusbridge.services.system import SystemClock

if TYPE_CHECKING:
    from radiusbridge.db.copying.run import Copied, Told
    from radiusbridge.db.holders import Holder
    from radiusbridge.db.status import Standing


class LeaseState(StrEnum):
    """Whether somebody still works under a lease: on another host nothing but its end tells."""

    HELD = "held"
    OVER = "over"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Status:
    """leases: each with how it stands. wrong: what has to be mended before the database serves, in words."""

    standing: "Standing"
    leases: "tuple[tuple[Holder, LeaseState], ...]"
    wrong: tuple[str, ...]


def status(settings: Settings) -> Status:
    """How the database of the settings stands. Errors: BadInput, Unreachable, LoginRefused, Damaged."""
    from radiusbridge.db.status import look

    standing = look(settings.database, KeyFile(settings.key_file))
    process, now = this_process(), SystemClock().now()
    leases = tuple((each, _state(each, process, now)) for each in standing.holders)
    return Status(standing, leases, tuple(_wrong(standing)))


def _state(holder: "Holder", process: Process, now: datetime) -> LeaseState:
    if holder.until <= now:
        return LeaseState.OVER
    return LeaseState.DEAD if process.dead([holder.owner]) else LeaseState.HELD


def _wrong(standing: "Standing") -> list[str]:
    told = list(standing.read_only)
    if not standing.current:
        told.append("it has no tables yet" if standing.revision is None else "its schema is not this program's")
    if standing.revision is not None and standing.key:
        told.append(standing.key)
    if standing.index is not None and standing.index.sound is False:
        told.append("the index of customers does not find them")
    return told


def copy_database(settings: Settings, to: str, told: "Told") -> "Copied":
    """Copy the database of the settings to a file that is not there yet, or a PostgreSQL database that is empty, and
    compare both. The key is the same for both.

    Errors: Refused: somebody works on it; AlreadyThere, BadInput, Damaged, Busy, Unreachable.
    """
    from radiusbridge.db.copying.run import copy

    key, process = KeyFile(settings.key_file).load(), this_process()
    return copy(settings.database, to, key, SystemClock().now(), process.dead, told)


def names_password(database: str) -> bool:
    """Whether a URL holds a password. BadInput: it is no address of a database."""
    from radiusbridge.db.engines import parsed

    return parsed(database).password is not None

"""Which process holds a lease, and whether it still lives."""

import os
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


def _host() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{socket.gethostname()}~{boot.read_text().strip()[:8]}" if boot.exists() else socket.gethostname()


def _started(pid: int) -> str:
    try:
        # field 22 of proc(5) stat; the command name before it may hold blanks and parentheses
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _alive(owner: str) -> bool:
    _, pid, started = owner.rsplit("/", 2)
    if found := _started(int(pid)):
        return found == started
    try:  # proc(5) may hide others' processes (hidepid, ProtectProc=), and a hidden one is not dead
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@dataclass(frozen=True, slots=True)
class Process:
    """A process as leases name it: `host/pid/start`, so that a pid that was given out again is told apart."""

    owner: str
    alive: Callable[[str], bool] = _alive
    """Whether an owner on this host still lives."""

    def beside(self, owner: str) -> bool:
        """Whether an owner lives or lived on this host, since it was started last."""
        return owner.startswith(f"{self.owner.split('/')[0]}/")

    def dead(self, owners: Iterable[str]) -> frozenset[str]:
        """Those of the owners that lived on this host and do not any more. Of other hosts nothing is known."""
        others = (owner for owner in owners if owner != self.owner and self.beside(owner))
        return frozenset(owner for owner in others if not self.alive(owner))


def this_process() -> Process:
    """The running process."""
    pid = os.getpid()
    return Process(f"{_host()}/{pid}/{_started(pid)}")

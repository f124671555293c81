"""OpenSSH as a peer: an sshd on loopback with keys and configuration of its own, and a client with a terminal."""

import getpass
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.programs import end, require, running, unavailable, until
from tests.peers.verbs import ROOT
from tests.ports import free_ports
from tests.tui.terminals import Pty

PRIVILEGE_SEPARATION = Path("/run/sshd")
CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin forced-commands-only
StrictModes no
UsePAM no
PrintMotd no
"""


@dataclass(frozen=True)
class OpenSsh:
    """A running sshd that lets one key do one thing."""

    folder: Path
    port: int
    forced: str

    def client(self, *words: str) -> list[str]:
        """The client's command line; `words` is what the user would like to run."""
        options = (
            *("-F", "none", "-i", str(self.folder / "user"), "-p", str(self.port), "-o", "IdentitiesOnly=yes"),
            *("-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR"),
        )
        return [require("ssh"), *options, f"{getpass.getuser()}@127.0.0.1", *words]

    @contextmanager
    def terminal(self, *words: str, size: tuple[int, int] = (80, 24), **environment: str) -> Iterator[Pty]:
        """The forced command on a terminal: `ssh -tt`."""
        command = self.client(*words)
        shown = Pty([command[0], "-tt", *command[1:]], environment, size)
        try:
            yield shown
        finally:
            shown.close()
            end(shown.process)

    @property
    def dashboards(self) -> list[int]:
        """Processes that the forced command has left, by the folder that is in their environment."""
        mark = f"RADIUSBRIDGE_SSH_TEST={self.folder}".encode()
        found = []
        for each in Path("/proc").iterdir():
            try:
                if each.name.isdecimal() and mark in (each / "environ").read_bytes().split(b"\0"):
                    words = (each / "cmdline").read_bytes().split(b"\0")
                    found += [int(each.name)] if b"tui" in words else []
            except OSError:
                continue
        return found


@contextmanager
def openssh(folder: Path, verb: tuple[str, ...], environment: Mapping[str, str], options: str) -> Iterator[OpenSsh]:
    """An sshd whose `authorized_keys` forces `radiusbridge VERB` in that environment, with those options."""
    program, maker = require("sshd"), require("ssh-keygen")
    require("ssh")
    _may_separate_privileges()
    folder.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run([maker, "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    settings = {**environment, "PYTHONPATH": str(ROOT), "RADIUSBRIDGE_SSH_TEST": str(folder)}
    named = [f"{name}={value}" for name, value in settings.items()]
    forced = shlex.join(["exec", "env", *named, sys.executable, "-m", "radiusbridge", *verb])
    public = (folder / "user.pub").read_text()
    (folder / "authorized_keys").write_text(f'command="{forced}",{options} {public}')
    (port,) = free_ports(1, socket.SOCK_STREAM)
    host = " ".join((folder / "host.pub").read_text().split()[:2])
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host}\n")
    (folder / "sshd_config").write_text(CONFIG.format(port=port, folder=folder))
    with running([program, "-D", "-e", "-f", str(folder / "sshd_config")], folder / "log"):
        until(lambda: "listening on" in (folder / "log").read_text(), "sshd listening")
        yield OpenSsh(folder, port, forced)


def _may_separate_privileges() -> None:
    """As root, sshd gives its privileges up in a folder that the system makes where the service runs."""
    if os.geteuid() == 0 and not PRIVILEGE_SEPARATION.is_dir():
        try:
            PRIVILEGE_SEPARATION.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError as error:
            unavailable(f"sshd as root needs {PRIVILEGE_SEPARATION}: {error.strerror}")

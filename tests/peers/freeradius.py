"""FreeRADIUS as a peer: started on free loopback ports from a configuration of its own, ended by its pid.

with FreeRadiusAuth(tmp_path) as server: server.host, server.ports["auth"], server.secret, server.secret_file
"""

import socket
import subprocess
import threading
from pathlib import Path
from typing import Self

from tests.peers.freeradius_config import AUTH, COMMON, EAP, USERS
from tests.peers.freeradius_dae_config import DAE
from tests.peers.programs import PATIENCE, find
from tests.ports import free_ports

READY = "Ready to process requests"
STARTS = 5


def plain_outcome(outcome: str) -> str:
    """That outcome; the same for a session that is not known, whether or not a slow server had to be asked again."""
    return "nak-503" if outcome == "gone-after-retransmit" else outcome


class NotStarted(RuntimeError):
    """The server ended before it was ready; carries its last lines."""


class FreeRadius:
    """One real server. Everything it reads and writes is below `directory`.

    prefix: a command that ends by becoming the server, such as `ip netns exec NAME`.
    """

    names: tuple[str, ...] = ()
    common = COMMON

    def __init__(
        self,
        directory: Path,
        secret: str = "peer-secret-0123456789",
        *,
        host: str = "127.0.0.1",
        prefix: tuple[str, ...] = (),
    ) -> None:
        self.directory = directory
        self.host = host
        self.prefix = prefix
        self.secret = secret
        self.secret_file = directory / "secret"
        self.ports: dict[str, int] = {}
        self.pid = 0
        self._process: subprocess.Popen[str] | None = None
        self._lines: list[str] = []
        self._reader: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def log(self) -> str:
        """What the server has said so far."""
        return "".join(self._lines)

    def start(self) -> None:
        """Start it and wait until it is ready; on other ports where somebody was faster at taking one."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.secret_file.write_text(self.secret + "\n")
        self.secret_file.chmod(0o600)
        for attempt in range(STARTS):
            self.ports = dict(zip(self.names, free_ports(len(self.names), socket.SOCK_DGRAM), strict=True))
            self._write()
            try:
                self._launch()
            except NotStarted as error:
                if "ddress already in use" not in str(error) or attempt == STARTS - 1:
                    raise
            else:
                return

    def stop(self) -> None:
        """End the process that was started here."""
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._reader is not None:
            self._reader.join()
        if process.stdout is not None:
            process.stdout.close()
        self._process = None

    def config(self) -> str:
        """The part of radiusd.conf that makes this server what it is."""
        raise NotImplementedError

    def files(self) -> dict[str, str]:
        """Further files, by name."""
        return {}

    def accounting(self) -> list[dict[str, str]]:
        """The Accounting-Requests so far."""
        detail = self.directory / "acct" / "detail"
        text = detail.read_text() if detail.exists() else ""
        found = []
        for block in text.split("\n\n")[:-1]:  # a record that is still being written has no blank line after it
            pairs = (line.strip().partition(" = ") for line in block.splitlines())
            found.append({name: value.strip('"') for name, equals, value in pairs if equals})
        return found

    def records(self, session_id: str, status: str) -> list[dict[str, str]]:
        """Those of a session with that Acct-Status-Type."""
        wanted = (session_id, status)
        return [one for one in self.accounting() if (one.get("Acct-Session-Id"), one.get("Acct-Status-Type")) == wanted]

    def _write(self) -> None:
        for name in ("run", "log", "acct"):
            (self.directory / name).mkdir(exist_ok=True)
        # below /dev, where a directory in memory is, it opens files that are there, and makes none
        (self.directory / "acct" / "detail").touch(mode=0o600)
        (self.directory / "dictionary").write_text("")
        (self.directory / "radiusd.conf").write_text(self.common.format(directory=self.directory) + self.config())
        for name, text in self.files().items():
            (self.directory / name).write_text(text)

    def _launch(self) -> None:
        program = find("freeradius")
        assert program is not None
        self._lines = []
        ready = threading.Event()
        process = subprocess.Popen(
            [*self.prefix, program, "-f", "-l", "stdout", "-d", str(self.directory), "-n", "radiusd"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                self._lines.append(line)
                if READY in line:
                    ready.set()
            ready.set()

        self._process = process
        self.pid = process.pid
        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()
        ready.wait(PATIENCE)
        if READY not in self.log():
            self.stop()
            raise NotStarted("".join(self._lines[-25:]))


class FreeRadiusAuth(FreeRadius):
    """Test logins. Port `auth` demands and makes Message-Authenticators, `legacy` does neither (as shipped by 3.2.1).
    Port `acct` stores what it gets (`records()`), except for the user unstored. Status-Server is known to `auth` and
    `acct`; `legacy` rejects it.

    alice / alice-pw-1 is accepted, bob / bob-pw-1 rejected with "account suspended", carol / carol-pw-1 accepted with
    MikroTik attributes, żaneta / zażółć-gęślą in UTF-8, hashed / hashed-pw-1 known by its NT hash only, otp / any
    challenged (otp-pw-1 answers it), silent / any never answered.
    """

    names = ("auth", "legacy", "acct")

    def config(self) -> str:
        return AUTH.format(secret=self.secret, directory=self.directory, host=self.host, **self.ports)

    def files(self) -> dict[str, str]:
        return {"users": USERS}


class FreeRadiusDae(FreeRadius):
    """A NAS's Dynamic Authorization Server: NAS-Identifier `lab-nas`, NAS-IP-Address 192.0.2.1.

    The session is told by Acct-Session-Id, else User-Name: `static-…` and `0x8130AbCd` are always known, so is
    `noframed-…` unless Framed-IP-Address comes with it (401), `err-NNN` is refused with that Error-Cause, `bare-…`
    without one, `mute-…` never answered, everything else refused with 503. Port `strict` is silent to what lacks
    Event-Timestamp or Message-Authenticator; `missigned` signs its replies as 3.2.1 does: wrongly.
    """

    names = ("dae", "strict", "missigned")

    def config(self) -> str:
        return DAE.format(secret=self.secret, **self.ports)


class FreeRadiusEap(FreeRadius):
    """Authentication (EAP-MD5) and accounting of one NAS: alice / alice-pw-1, carol / carol-pw-1.

    Records stand in `records()`.
    """

    names = ("auth", "acct")

    def __init__(self, directory: Path, *, host: str, nas: str, prefix: tuple[str, ...]) -> None:
        super().__init__(directory, host=host, prefix=prefix)
        self._nas = nas

    def config(self) -> str:
        return EAP.format(secret=self.secret, directory=self.directory, host=self.host, nas=self._nas, **self.ports)

    def files(self) -> dict[str, str]:
        return {"users": USERS}

"""Network namespaces of the tests' own: named by this process's id, gone at the end."""

import itertools
import os
import subprocess
from typing import Self

from tests.peers.programs import PATIENCE, find, require, unavailable

_numbers = itertools.count(1)


def run(*command: str) -> str:
    """What a program prints; AssertionError with its complaint where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}"
    return done.stdout


def require_namespaces(*, locked_ports: bool = False) -> None:
    """Skip the test with the reason where no namespaces, or no locked bridge ports, can be had; fail where CI=true."""
    require("ip")
    if os.geteuid() != 0:
        unavailable("network namespaces need root")
    try:
        with Namespace("try") as place:
            place.ip("link add p0 type veth peer name p1")
            if locked_ports:
                place.ip("link add br0 type bridge")
                place.ip("link set p0 master br0")
                place.run("bridge", "link", "set", "dev", "p0", "locked", "on")
    except AssertionError as error:
        unavailable(f"network namespaces cannot be had: {error}")


class Namespace:
    """One namespace, with its loopback up."""

    def __init__(self, role: str) -> None:
        self.name = f"radiusbridge-{os.getpid()}-{next(_numbers)}-{role}"

    def __enter__(self) -> Self:
        run(require("ip"), "netns", "add", self.name)
        try:
            self.ip("link set lo up")
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Take it away with all its interfaces. Programs inside it must have ended."""
        run(require("ip"), "netns", "del", self.name)

    def ip(self, line: str) -> str:
        """`ip` in this namespace; the line's words are its arguments."""
        return run(require("ip"), "-n", self.name, *line.split())

    @property
    def prefix(self) -> tuple[str, ...]:
        """What to put before a command so that it runs in here; the process keeps its id."""
        return (require("ip"), "netns", "exec", self.name)

    def run(self, program: str, *arguments: str) -> str:
        """Run a program in here; what it prints."""
        return run(*self.prefix, find(program) or program, *arguments)

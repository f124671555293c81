"""A simulated ISP on loopback that can be broken, and a database that knows it."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.cli.conftest import Cli, Result, RunningIsp, adopt, connect
from tests.cli.conftest import cli as cli

ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Town:
    """Verbs, and the world that they are about."""

    cli: Cli
    isp: RunningIsp

    @property
    def user(self) -> str:
        return self.isp.names[0]

    def __call__(self, *arguments: str) -> Result:
        """Run a verb: whatever happens, no fault of the program and nothing that acts on a terminal."""
        result = self.cli(*arguments)
        assert result.status != 70, result
        assert not ACTING.search(result.out + result.err), result
        return result

    def isolate(self, *more: str, user: str | None = None) -> Result:
        return self("isolate", "--settle", "0.5s", *more, "--", user or self.user)

    def turn(self, router: str, **knobs: object) -> None:
        self.isp.call(lambda world: world.faults(router).turn(**knobs))

    def set(self, router: str, menu: str, name: str | None = None, **values: str) -> None:
        """Change a router's settings, or the row of that name, behind everybody's back."""

        def work(isp: SimulatedIsp) -> None:
            found = isp.router(router).menus[menu]
            row = found.named(name) if name else next(iter(found.rows()))
            assert row is not None
            found.set(row, {key.replace("_", "-"): value for key, value in values.items()})

        self.isp.call(work)

    def rows(self, menu: str, router: str = "um1") -> list[dict[str, str]]:
        return self.isp.call(lambda isp: [dict(row) for row in isp.router(router).menus[menu].rows()])

    def passes(self, user: str | None = None) -> bool:
        return self.isp.call(lambda isp: isp.oracle.can_pass_traffic(user or self.user))

    def would_enter(self, user: str | None = None) -> bool:
        name = user or self.user
        return self.isp.call(lambda isp: isp.oracle.would_accept(name, isp.customers[name].password))

    def live(self, user: str | None = None) -> int:
        """Sessions of that name that are really alive."""
        return self.isp.call(lambda isp: len(isp.oracle.sessions_really(user or self.user)))

    def out(self, user: str | None = None) -> bool:
        return not self.passes(user) and not self.would_enter(user)

    def kicks(self, operation: int = 1) -> list[dict[str, Any]]:
        """The kicks among an operation's evidence."""
        steps = self("op", "show", str(operation), "--json").json["steps"]
        return [step["detail"] for step in steps if step["detail"]["kind"] == "Kicked"]


Found = Callable[..., AbstractContextManager[Town]]


@pytest.fixture
def found(cli: Cli) -> Found:
    """`with found(nases=2) as town`: an ISP with these knobs."""

    @contextmanager
    def made(**knobs: Any) -> Iterator[Town]:
        with RunningIsp(**{"customers": 2, "redial": (0.2, 0.4), "shared_users": "2", **knobs}) as isp:
            connect(cli, isp)
            adopt(cli, isp, isp.names[0])
            yield Town(cli, isp)

    return made


@pytest.fixture
def town(found: Found) -> Iterator[Town]:
    with found() as made:
        yield made


def one_clear_line(result: Result, status: int, whom: str, what: str) -> None:
    """One line of talk that says what, to whom, and after a semicolon what next."""
    assert (result.status, len(result.err.splitlines())) == (status, 1), result
    assert result.err.startswith(f"radiusbridge: {whom}"), result.err
    assert what in result.err
    assert "; " in result.err, result.err

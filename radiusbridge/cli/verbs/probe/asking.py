"""What the probes share: their options, where TARGET leads, running one and showing it."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import HOST_PORT, SECONDS, Parsed, in_words, json_option, record_option, stacked
from radiusbridge.cli.secrets import read_secret
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.endpoints import DaeAccess, LoginMethod, RadiusAccess
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.probes import ALLOWED, TIMEOUT, Expect, Probe, ProbeKind, ProbeResult
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.values import parse_address

if TYPE_CHECKING:
    from radiusbridge.domain.clock import Clock, Entropy
    from radiusbridge.domain.records import Server
    from radiusbridge.radius.frames import Tap
    from radiusbridge.radius.sockets import DatagramSockets
    from radiusbridge.services.context import Context

F = TypeVar("F", bound=Callable[..., Any])
PORTS = {ProbeKind.AUTH: 1812, ProbeKind.ACCT: 1813, ProbeKind.STATUS: 1812}
DAE_PORT = 3799
SECRET_VARIABLE = "RADIUSBRIDGE_SECRET"  # noqa: S105 - the name of an environment variable


def _attribute(text: str) -> tuple[str, str]:
    from radiusbridge.gateways.attributes import parse_attribute  # reads the dictionary

    return parse_attribute(text)


def _expectation(text: str) -> object:
    from radiusbridge.services.probes.expectations import parse_expectation

    return parse_expectation(text)


target_options = stacked(
    click.argument("target"),
    click.option("--secret-file", metavar="FILE", help="TARGET is HOST[:PORT]; its secret. - is standard input."),
    click.option("--port", type=click.IntRange(1, 65535), help="Another port than the target's."),
    click.option("--source", metavar="IP", help="Our source address; the peer picks the secret by it."),
)
attribute_option = click.option(
    "--attr",
    "attributes",
    type=Parsed("name=value", _attribute),
    multiple=True,
    metavar="NAME=VALUE",
    help="An attribute to send, also in the place of a usual one; repeatable.",
)


def probe_options(kind: ProbeKind) -> Callable[[F], F]:
    """TARGET, and the options that every kind of probe has."""
    return stacked(
        target_options,
        attribute_option,
        click.option("--expect", type=click.Choice([str(one) for one in ALLOWED[kind]]), help="What has to come."),
        click.option(
            "--expect-attr",
            "expect_attributes",
            type=Parsed("name[=value|~regex]", _expectation),
            multiple=True,
            metavar="NAME[=VALUE|~REGEX]",
            help="What the reply has to carry; repeatable.",
        ),
        click.option("--max-time", type=SECONDS, metavar="TIME", help="How late the answer may be, e.g. 200ms."),
        click.option(
            "--timeout", type=SECONDS, default=in_words(TIMEOUT), show_default=True, help="How long to wait in all."
        ),
        click.option("--retries", type=click.IntRange(0, 20), help="How often to send again; up to 4."),
        record_option,
        json_option,
        click.option("--database", metavar="URL", help="A file or postgresql://…; default RADIUSBRIDGE_DATABASE."),
    )


@dataclass(frozen=True, slots=True)
class Target:
    """Where TARGET leads. name: empty for an address. password: of the test account that the database knows."""

    access: RadiusAccess | DaeAccess
    name: str = ""
    method: LoginMethod = LoginMethod.PAP
    password: Secret | None = None


Build = Callable[[Target], Probe]


def common(options: dict[str, Any]) -> dict[str, Any]:
    """The options that stand in a `Probe` as they are."""
    names = ("attributes", "expect", "expect_attributes", "max_time", "timeout", "retries")
    values = {name: options[name] for name in names}
    return values | {"expect": Expect(options["expect"]) if options["expect"] else None}


@dataclass(frozen=True, slots=True)
class Tools:
    """What carries a probe out."""

    clock: "Clock"
    entropy: "Entropy"
    sockets: "DatagramSockets | None"
    tap: "Tap | None"


@dataclass(frozen=True, slots=True)
class Way:
    """What is done with a probe, and how its end is told (result, as JSON -> exit status).

    recorded: into the ring beside the database, where there is one, without being asked for.
    """

    carry: Callable[[Probe, Tools], Coroutine[Any, Any, Any]]
    tell: Callable[[Any, bool], int]
    recorded: bool = True


async def _once(probe: Probe, tools: Tools) -> ProbeResult:
    from radiusbridge.services.probes.run import run_probe

    return await run_probe(probe, clock=tools.clock, entropy=tools.entropy, sockets=tools.sockets, tap=tools.tap)


def _told(result: ProbeResult, as_json: bool) -> int:
    from radiusbridge.cli.probe_views import probe_view, show

    if as_json:
        output.json_value(probe_view(result))
    else:
        show(result)
    return result.exit_status


ONCE = Way(_once, _told)


def ask(kind: ProbeKind, options: dict[str, Any], build: Build, *, user: str = "", way: Way = ONCE) -> int:
    """Run the probe that `build` makes of its target, show how it ended, and return the exit status."""
    if is_address(options["target"], options["secret_file"]):
        return _directly(build(_addressed(kind, options)), options, way)
    found = _through_database(kind=kind, options=options, build=build, user=user, way=way, database=options["database"])
    return found or 0


def is_address(target: str, secret_file: str | None) -> bool:
    """Whether TARGET is HOST[:PORT] and no name: with a secret, or where no name looks so."""
    if secret_file is not None or ":" in target or (SECRET_VARIABLE in os.environ and "." in target):
        return True
    try:
        ip_address(target)
    except ValueError:
        return False
    return True


def _addressed(kind: ProbeKind, options: dict[str, Any]) -> Target:
    host, port = HOST_PORT.convert(options["target"], None, None)
    secret = read_secret(
        options["secret_file"], what="shared secret", option="--secret-file", environment=SECRET_VARIABLE
    )
    source = parse_address(options["source"]) if options["source"] else None
    if kind in PORTS:
        signing = options.get("signing") or "prefer"
        return Target(RadiusAccess(host, options["port"] or port or PORTS[kind], secret, source, signing))
    return Target(DaeAccess(host, options["port"] or port or DAE_PORT, secret, source))


def _directly(probe: Probe, options: dict[str, Any], way: Way) -> int:
    from radiusbridge.services.system import SystemClock, SystemEntropy

    clock = SystemClock()

    async def carried() -> Any:
        async with recorded(options["record"], clock) as tap:
            return await way.carry(probe, Tools(clock, SystemEntropy(), None, tap))

    return way.tell(asyncio.run(carried()), options["as_json"])


def recorded(record: Path | None, clock: "Clock") -> AbstractAsyncContextManager["Tap | None"]:
    """A frame tap that records there; None where nothing is to be recorded."""
    if record is None:
        return nullcontext()
    from radiusbridge.services.packets import recording  # not needed otherwise, and slow to load

    return recording(record, clock, asyncio.to_thread)


async def _by_name(
    context: "Context", kind: ProbeKind, options: dict[str, Any], build: Build, user: str, way: Way
) -> int:
    from radiusbridge.services.probes import targets

    found = await targets.find(context, kind, options["target"], options["port"])
    changes: dict[str, Any] = {"source": parse_address(options["source"])} if options["source"] else {}
    if options.get("signing"):
        changes["signing"] = options["signing"]
    password = await targets.known_password(context, found, user) if user else None
    access = replace(found.access, **changes)
    probe = build(Target(access, options["target"], found.method, password))
    await targets.guard(context, found, probe)
    sockets, tap = context.gateways.wires
    async with recorded(options["record"], context.clock) as asked_for:
        tap = asked_for or (tap if way.recorded else None)
        result = await way.carry(probe, Tools(context.clock, context.entropy, sockets, tap))
    if isinstance(result, ProbeResult):
        await targets.remember(context, found, result)
        await _keep(context, found.server, result)
    return way.tell(result, options["as_json"])


async def _keep(context: "Context", server: "Server", result: ProbeResult) -> None:
    """Where it asked about a customer; how it ended is told in any case."""
    from radiusbridge.services.probes import history

    try:
        await history.keep_single(context, server, result)
    except RadiusbridgeError as error:
        note("", f"the result is not kept: {error.line()}")


_through_database = database_verb(_by_name)

"""`agent`: the daemon."""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import PROGRAM, talk
from radiusbridge.cli.options import SECONDS, Parsed
from radiusbridge.cli.root import DATABASE
from radiusbridge.domain.errors import RadiusbridgeError

if TYPE_CHECKING:
    from radiusbridge.agent.config import Config
    from radiusbridge.agent.daemon import Agent


def _listen(text: str) -> object:
    from radiusbridge.agent.config import METRICS_PORT, parse_listen

    return parse_listen(METRICS_PORT)(text) or ()


def _syslog(text: str) -> object:
    from radiusbridge.agent.config import SYSLOG_PORT, parse_listen

    return parse_listen(SYSLOG_PORT)(text) or ()


_UNANSWERED = 3
_LISTEN = Parsed("host:port", _listen)
_SYSLOG = Parsed("host:port", _syslog)


@click.command()
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="A TOML file (docs/howto/agent.md).")
@click.option("--metrics", type=_LISTEN, metavar="HOST:PORT", help="Health and metrics; default 127.0.0.1:9817; off.")
@click.option("--insecure-metrics", is_flag=True, default=None, help="Serve them on an address that others reach, too.")
@click.option("--drift", type=SECONDS, metavar="TIME", help="Between two drift patrols; default 15m.")
@click.option("--syslog", type=_SYSLOG, metavar="HOST:PORT", help="Take routers' syslog (UDP); default: no.")
@click.option("--stop-within", type=SECONDS, metavar="TIME", help="What runs has so long to end; default 10s.")
@click.option("--executor/--no-executor", default=None, help="Carry out what is queued; default: yes.")
@click.option("--timers/--no-timers", default=None, help="Drift patrol and probes; default: yes.")
@click.option("--follow/--no-follow", default=None, help="Follow routers' logs and sessions; default: yes.")
@click.option("--check", is_flag=True, help="Only check the configuration.")
@click.option("--database", metavar="URL", help="A file or postgresql://…; default RADIUSBRIDGE_DATABASE.")
@click.pass_context
def agent(ctx: click.Context, /, config: Path | None, check: bool, database: str | None, **options: Any) -> int:
    """Carry out what waits, patrol, probe, follow routers' logs, and serve health and metrics, until stopped.

    SIGTERM: what runs is ended or handed over, exit status 0; a second one is faster. SIGHUP: the configuration is read
    again. Several agents may share a database: one keeps the timers. Exit status: 0, 2 the configuration is wrong, 3
    the database hung at the end.
    """
    from radiusbridge.agent.config import Config, checked, read_config

    def load() -> "Config":
        read = Config() if config is None else read_config(config)
        given: dict[str, Any] = {
            name: None if value == () else value for name, value in options.items() if value is not None
        }
        return checked(replace(read, **given))

    try:
        read = load()
    except RadiusbridgeError as error:
        problems = getattr(error, "problems", ())
        for problem in problems:
            talk(f"{PROGRAM}: {problem}")
        if not problems:
            raise
        return 2
    if check:
        output.line("the configuration is good")
        return 0
    return _run(read, load, database or ctx.meta.get(DATABASE))


def _run(config: "Config", load: "Callable[[], Config]", database: str | None) -> int:
    from radiusbridge.agent.daemon import Agent, released
    from radiusbridge.agent.notify import Notifier
    from radiusbridge.services.bootstrap import open_context
    from radiusbridge.services.settings import settings

    context = open_context(settings(database), "agent")
    notifier = Notifier.of(os.environ, os.getpid())

    async def main() -> int:
        try:
            daemon = Agent(context, config, notifier, load)
            _catch(daemon)
            return await daemon.run()
        finally:
            if not await released(context):
                talk(f"{PROGRAM}: the database does not answer: what ran is taken over when its lease is over")
                os._exit(_UNANSWERED)

    return asyncio.run(main())


def _catch(daemon: "Agent") -> None:
    loop = asyncio.get_running_loop()
    stops = 0

    def stop() -> None:
        nonlocal stops
        stops += 1
        if stops > 2:
            os._exit(128 + signal.SIGTERM)  # what runs is handed over by its leases
        daemon.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, daemon.reload)

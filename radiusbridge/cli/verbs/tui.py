"""`tui`: the dashboard, begun where one wants to be."""

import gc
import os
import sys
from pathlib import Path

import click

from radiusbridge.cli import output
from radiusbridge.cli.root import DATABASE

_KEYS = "keys"
SCREENS = (
    "overview",
    "customers",
    "customer",
    "sessions",
    "operations",
    "devices",
    "profiles",
    "audit",
    "packets",
    "plan",
    "probes",
    "log",
    "history",
    "losses",
    "runs",
    "alerts",
    "hotspot",
    "vouchers",
    _KEYS,
)


@click.command()
@click.argument("screen", type=click.Choice(SCREENS), default=None, metavar="[SCREEN]")
@click.argument("who", default="")
@click.option("--filter", "query", default="", metavar="WORDS", help="Begin with this filter; see docs/filters.md.")
@click.option("--fresh", is_flag=True, help="Not as the last run ended: every list as it is made.")
@click.option("--read-only", is_flag=True, help="Refuse every change, in the services themselves.")
@click.option("--slow-link/--fast-link", "slow", default=None, help="Repaint seldom, in 16 colours.")
@click.option("--ascii/--no-ascii", "ascii_", default=None, help="Borders and signs of ASCII, or not.")
@click.option("--mouse/--no-mouse", default=None, help="Leave the mouse to the terminal, or not.")
@click.option(
    "--probes",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A file of probes for the screen probes; repeatable. Default: RADIUSBRIDGE_PROBES.",
)
@click.option("--language", default="", metavar="LANG", help="id or en; default RADIUSBRIDGE_LANGUAGE, the locale.")
@click.option("--database", metavar="URL", help="A file, postgresql://… or :memory:; default RADIUSBRIDGE_DATABASE.")
@click.pass_context
def tui(
    ctx: click.Context,
    screen: str | None,
    who: str,
    query: str,
    fresh: bool,
    read_only: bool,
    files: tuple[Path, ...],
    slow: bool | None,
    ascii_: bool | None,
    mouse: bool | None,
    language: str,
    database: str | None,
) -> int | None:
    """Open the dashboard at SCREEN, or as the last run ended.

    SCREEN: overview, customers, customer WHO, sessions, operations, devices, profiles, audit, packets, plan, probes,
    log, history, losses, runs, alerts, hotspot, vouchers. `tui keys` prints the key sheet instead, with the keys in
    force.
    """
    if screen == _KEYS:
        from radiusbridge.tui import keysheet, start

        output.line(keysheet.sheet(start.keymap_of()).rstrip("\n"))
        return None
    if (screen == "customer") != bool(who):
        raise click.UsageError("`tui customer WHO` needs a customer, and no other screen takes one", ctx)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the dashboard needs a terminal, which the verbs of radiusbridge --help do not", ctx)
    # Loading modules makes much and leaves no garbage: the dashboard switches this on again after its first rows.
    gc.disable()
    from radiusbridge.services.settings import scratch, settings, settings_in
    from radiusbridge.tui.manners import manners_of
    from radiusbridge.tui.remembered import file_of
    from radiusbridge.tui.running import run_dashboard
    from radiusbridge.tui.start import WANTS_DEMO, Start, probe_files

    named_screen = screen is not None
    if screen == "customer":
        screen, query = "customers", f'{query} "{who}"'.strip()
    named = database or ctx.meta.get(DATABASE) or os.environ.get("RADIUSBRIDGE_DATABASE") or ""
    with scratch(named) as folder:
        chosen = settings(named or None) if folder is None else settings_in(folder)
        begin = Start(
            screen or "customers",
            query,
            read_only,
            named=named_screen,
            kept=file_of(chosen) if folder is None else None,
            fresh=fresh,
            guide=True,
            fleeting=folder is not None,
            probes=probe_files(files),
            language=language,
            manners=manners_of(os.environ, slow_link=slow, ascii=ascii_, mouse=mouse),
        )
        ended = run_dashboard(chosen, start=begin)
    if ended != WANTS_DEMO:
        return ended
    from radiusbridge.cli.demo import run_demo

    return run_demo(False, language=language)

"""The root of all verbs."""

import sys

import click

from radiusbridge import __version__
from radiusbridge.cli.lazy import LazyGroup

_V = "radiusbridge.cli.verbs"
VERBS = {
    "isolate": (f"{_V}.access:isolate", "Keep a customer out, at once, and prove it."),
    "activate": (f"{_V}.access:activate", "Let a customer in again, and prove it."),
    "renew": (f"{_V}.renew:renew", "A customer has paid: let them in again."),
    "undo": (f"{_V}.undo:undo", "Take an operation back."),
    "kick": (f"{_V}.kick:kick", "End a customer's live sessions."),
    "speed": (f"{_V}.speed:speed", "Another speed for a live session, for a while."),
    "qos": (f"{_V}.qos:qos", "How good a line is: delay, jitter, loss, a grade."),
    "overview": (f"{_V}.overview:overview", "Routers, totals, what waits and failed, at a glance."),
    "sessions": (f"{_V}.sessions:sessions", "Show live sessions as the NASes list them."),
    "losses": (f"{_V}.losses:losses", "Show which sessions were lost together."),
    "probe": (f"{_V}.probe:probe", "Ask a RADIUS server or a NAS directly."),
    "customer": (f"{_V}.customer:customer", "Customers and their accounts."),
    "profile": (f"{_V}.profile:profile", "Bandwidth profiles."),
    "server": (f"{_V}.server:server", "RADIUS servers that are provisioned."),
    "standby": (f"{_V}.standby:standby", "A second server, kept in step; fail over, back."),
    "hotspot": (f"{_V}.hotspot:hotspot", "Hotspots: users, profiles, guests, cookies, bindings."),
    "voucher": (f"{_V}.voucher:voucher", "Vouchers: draw, write, read back, sell."),
    "nas": (f"{_V}.nas:nas", "NASes, where sessions live."),
    "router": (f"{_V}.router:router", "One router: look, watch, keep, start anew."),
    "doctor": (f"{_V}.doctor:doctor", "What is wrong with the routers, and what mends it."),
    "why": (f"{_V}.why:why", "Why a customer cannot get online, and what mends it."),
    "due": (f"{_V}.due:due", "Who has not paid, and their isolation."),
    "bulk": (f"{_V}.bulk:bulk", "Actions on many customers: show, stop, resume."),
    "plan": (f"{_V}.plan:plan", "What differs between servers and the database."),
    "apply": (f"{_V}.apply:apply", "Carry out a plan."),
    "import": (f"{_V}.imports:imports", "Customers from CSV, XLSX, routers, databases."),
    "drift": (f"{_V}.drift:drift", "Where database, servers and NASes disagree; repair it."),
    "alert": (f"{_V}.alert:alert", "What is wrong; who is told: email, webhook."),
    "agent": (f"{_V}.agent:agent", "The daemon: executor, patrol, probes, metrics."),
    "log": (f"{_V}.log:log", "What the routers log; go on as it comes."),
    "op": (f"{_V}.op:op", "Operations: the journal."),
    "packets": (f"{_V}.packets:packets", "RADIUS packets that were sent and received."),
    "audit": (f"{_V}.audit:audit", "Who changed what."),
    "db": (f"{_V}.db:db", "The database itself."),
    "simulate": (f"{_V}.simulate:simulate", "Run a simulated ISP on loopback."),
    "tui": (f"{_V}.tui:tui", "The dashboard, begun where one wants to be."),
    "demo": (f"{_V}.demo:demo", "See it work against a simulated ISP."),
}

DATABASE = "radiusbridge.database"
"""Where the root's --database is kept in the context."""


@click.group(
    cls=LazyGroup,
    verbs=VERBS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, message="radiusbridge %(version)s")
@click.option("--database", metavar="URL", help="A file or postgresql://…; default RADIUSBRIDGE_DATABASE.")
@click.pass_context
def root(ctx: click.Context, database: str | None) -> int | None:
    """Run an ISP on MikroTik from a terminal, and prove what was done.

    Without a verb, on a terminal: the dashboard. Exit status: 0 PROVEN or yes, 1 FAILED or no, 2 wrong usage or bad
    input, 3 waiting or unreachable, 4 refused, 5 UNPROVEN.
    """
    ctx.meta[DATABASE] = database
    if ctx.invoked_subcommand is not None:
        return None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("a verb is needed where there is no terminal for the dashboard", ctx)
    from radiusbridge.cli.verbs.tui import tui

    with tui.make_context("tui", [], parent=ctx) as within:
        ended: int | None = tui.invoke(within)
    return ended

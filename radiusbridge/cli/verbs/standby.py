"""`standby`: a second server that is kept in step; failing over to it, and back."""

import sys
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import SECONDS, json_option, key_option, reason_option, stacked
from radiusbridge.cli.session import database_verb
from radiusbridge.cli.standby_views import pair_view, show_pair
from radiusbridge.domain.errors import Refused
from radiusbridge.domain.standby import WAIT_DIAL
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_name = click.argument("server", required=False)
_turning = stacked(
    _name,
    click.option("--nas", "nases", multiple=True, metavar="NAS", help="Only this one; may be repeated."),
    click.option("--wait-dial", type=SECONDS, metavar="TIME", help=f"For somebody to dial in; {WAIT_DIAL:.0f}s."),
    click.option("--accept-differences", "accept", is_flag=True, help="Although it is not in step."),
    click.option("--yes", is_flag=True, help="Do not ask."),
    reason_option,
    key_option,
    click.option("--no-wait", is_flag=True, help="Print the operation's id; another process carries it out."),
    json_option,
)


@click.group()
def standby() -> None:
    """A second server, kept in step by the journal, that NASes can be turned to.

    SERVER is either one of a pair; it may be left out where there is only one pair. Made with: radiusbridge server
    standby NAME --of SERVER.
    """


@standby.command()
@_name
@json_option
@database_verb
async def status(context: "Context", server: str | None, as_json: bool) -> None:
    """Show who is active, and whether the standby is in step. No router is asked."""
    from radiusbridge.services.standby.status import state, states

    found = await states(context) if server is None else (await state(context, server),)
    if as_json:
        output.json_value([pair_view(each) for each in found])
        return
    for at, each in enumerate(found):
        if at:
            output.line()
        show_pair(each)
    if not found:
        note("standby", "no server has one; radiusbridge server standby NAME --of SERVER")


@standby.command()
@_name
@click.option("--quick", is_flag=True, help="Leave the standby's accounts out.")
@json_option
@database_verb
async def check(context: "Context", server: str | None, quick: bool, as_json: bool) -> int:
    """Ask both servers and every NAS, and hold the standby against the database.

    Exit status: 0 all is well, 1 something is not, 3 a server does not work.
    """
    from radiusbridge.services.standby import checking
    from radiusbridge.services.standby.status import check_lines, state

    before = await state(context, server)
    seen = await checking.check(context, server, compare=not quick)
    lines = check_lines(before.active, before.standby, seen)
    lines = [line for line in lines if not (quick and line[0] == "accounts")]
    bad = [line for line in lines if not line[1]]
    if as_json:
        output.json_value({**pair_view(await state(context, server)), "well": not bad})
    else:
        for what, well, words in lines:
            mark = "ok" if well else "!"
            first, *more = output.wrapped(safe(words, 600), max(30, output.width() - 22))
            output.line(f"{mark:<4}{safe(what, 16):<18}{first}")
            for part in more:
                output.line(" " * 22 + part)
    return 3 if seen.active[1] or seen.standby[1] else 1 if bad else 0


@standby.command()
@_name
@click.option("--dry-run", is_flag=True, help="Only show what differs.")
@reason_option
@json_option
@database_verb
async def fill(context: "Context", server: str | None, dry_run: bool, reason: str, as_json: bool) -> int:
    """Bring the standby in step: an operation for each account, profile and batch of vouchers that differs.

    The first time that is all of them. Accounts that are no customer's are told, and stay. Exit status: 0 in step;
    1 it differs still, or with --dry-run; 3 something waits.
    """
    from radiusbridge.services.standby import filling
    from radiusbridge.services.standby.carrying import carry_mirrors

    if dry_run:
        compared, left = await filling.compare(context, server), 0
    else:
        filled = await filling.fill(context, server, reason=reason)
        left = await carry_mirrors(context, server)
        compared = await filling.compare(context, server) if filled.entered and not left else filled.compared
    if as_json:
        view = {"same": compared.same, "differs": compared.count, "differences": list(compared.told()), "waiting": left}
        output.json_value({**view, "strangers": len(compared.strangers), "vouchers": compared.vouchers.stored()})
    else:
        for words in compared.told():
            output.line(safe(words, 400))
        output.line(f"{compared.same_words} as the database says; {compared.words}")
    if left:
        note("standby", f"{left} operations wait; radiusbridge op run --watch")
        return 3
    return 1 if compared.count else 0


@standby.command()
@click.argument("wanted", type=click.Choice(["on", "off"]))
@_name
@json_option
@database_verb
async def auto(context: "Context", server: str | None, wanted: str, as_json: bool) -> None:
    """Let the agent fail over by itself, or not.

    It does after three failed checks in a row, where a NAS says as well that it gets no answer, and at most every ten
    minutes.
    """
    from radiusbridge.services.standby.pairs import set_auto
    from radiusbridge.services.standby.status import state

    await set_auto(context, server, auto=wanted == "on")
    found = await state(context, server)
    if as_json:
        output.json_value(pair_view(found))
    else:
        output.line(f"{safe(found.active, 60)} and {safe(found.standby, 60)}: by itself {wanted}")


@standby.command()
@_turning
@database_verb
async def failover(context: "Context", **options: Any) -> int:
    """Have the NASes ask the standby, which is the active server from then on.

    The rows of /radius are moved, read back, and proved by somebody who dials in. Exit status: 0 PROVEN, 1 FAILED,
    3 a NAS does not answer yet, 4 not confirmed or not in step, 5 UNPROVEN: nobody dialled in.
    """
    return await _turn(context, back=False, **options)


@standby.command()
@_turning
@database_verb
async def failback(context: "Context", **options: Any) -> int:
    """Have the NASes ask the server again that was active before. As failover."""
    return await _turn(context, back=True, **options)


async def _turn(
    context: "Context",
    *,
    back: bool,
    server: str | None,
    nases: tuple[str, ...],
    wait_dial: float | None,
    accept: bool,
    yes: bool,
    reason: str,
    key: str,
    no_wait: bool,
    as_json: bool,
) -> int:
    from radiusbridge.cli.operations import settle
    from radiusbridge.services.standby.status import ghost_words, state, turn
    from radiusbridge.services.standby.turning import Turning

    how = Turning(nases, WAIT_DIAL if wait_dial is None else wait_dial, accept)
    before = await state(context, server)
    target, other = (before.standby, before.active) if before.pair.turned is back else (before.active, before.standby)
    if target == before.active:
        note(safe(target, 60), "is the active server already; its NASes are looked at, and turned where they are not")
    _confirm(other, target, yes=yes)
    seen, operation = await turn(context, server, how, back=back, reason=reason, key=key)
    if seen is not None and seen.ghosts:
        note("standby", safe(ghost_words(target, seen.ghosts), 200))
    return await settle(context, operation, number="", no_wait=no_wait, as_json=as_json)


def _confirm(other: str, target: str, *, yes: bool) -> None:
    """Everybody who dials in from then on is asked for elsewhere, so the name is typed."""
    if yes:
        return
    if sys.stdin.isatty() and sys.stderr.isatty():
        typed: str = click.prompt(f"Type {safe(target, 60)} to turn to it", err=True, default="", show_default=False)
        if typed.strip().casefold() == target.casefold():
            return
    words = f"NASes would ask {safe(target, 60)} in place of {safe(other, 60)}; not confirmed, nothing was done"
    raise Refused(words, target=safe(target, 60), hint="look at: radiusbridge standby check; then add --yes")

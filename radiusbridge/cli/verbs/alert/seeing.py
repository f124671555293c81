"""Alerts as operators see to them: list, acknowledge, mute, rules."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from radiusbridge.cli import alert_views as views
from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, exported, show_list
from radiusbridge.cli.options import SECONDS, json_option, reason_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.alerts.rules import DEFAULTS, Kind, Rule, Severity, parse_level
from radiusbridge.domain.errors import BadInput

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

KIND = click.Choice([str(kind) for kind in Kind])
SEVERITY = click.Choice([str(severity) for severity in Severity])
_DAY = 86_400.0


@click.command("list")
@click.option("--all", "every", is_flag=True, help="Those that were resolved in the last day, too.")
@click.option("--since", type=SECONDS, metavar="TIME", help="Those that were resolved in so long a time, up to 30d.")
@export_option
@json_option
@database_verb
async def list_(context: "Context", every: bool, since: float | None, file: str | None, as_json: bool) -> None:
    """Show what is wrong now, the gravest first, and what is muted.

    The agent watches; where none does, what is shown is as old as its last look, which is said.
    """
    from radiusbridge.services.alerts import keeping
    from radiusbridge.services.alerts.board import board as look

    back = since if since is not None else _DAY if every else None
    board = await look(context, None if back is None else timedelta(seconds=back))
    mutes = await keeping.mutes(context)
    if exported(file, [views.episode_view(each.episode, muted=each.muted) for each in board.alerts], ("id", "kind")):
        pass
    elif as_json:
        output.json_value(views.board_view(board, mutes))
    else:
        views.show_board(board, mutes)
    if not board.watched:
        note("", f"nobody watches: {views.watched_words(board)}; radiusbridge agent")


@click.command()
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@json_option
@database_verb
async def ack(context: "Context", ids: tuple[int, ...], as_json: bool) -> None:
    """Say that somebody sees to an alert: no reminder comes any more.

    It is told once more when it is resolved.
    """
    from radiusbridge.services.alerts import keeping

    done = await keeping.acknowledge(context, *ids)
    if as_json:
        output.json_value([views.episode_view(each) for each in done])
        return
    for each in done:
        output.line(f"acknowledged {views.title(each)}")


_about = (
    click.option("--kind", type=KIND, metavar="KIND", help="Of one kind; see: alert rules."),
    click.option("--subject", metavar="NAME", help="Of one subject, as the list names it."),
)


@click.command()
@click.argument("alert_id", type=int, required=False, metavar="[ID]")
@_about[0]
@_about[1]
@click.option("--for", "during", type=SECONDS, metavar="TIME", help="How long, e.g. 2h; default: until unmuted.")
@reason_option
@json_option
@database_verb
async def mute(
    context: "Context",
    alert_id: int | None,
    kind: str | None,
    subject: str | None,
    during: float | None,
    reason: str,
    as_json: bool,
) -> None:
    """Tell nothing of the alert ID, of a kind, a subject, or a kind of a subject.

    It is still watched and listed. What is still wrong when the mute is over is told then.
    """
    from radiusbridge.services.alerts import keeping

    about = await _subject(context, alert_id, kind, subject)
    made = await keeping.mute(context, *about, None if during is None else timedelta(seconds=during), reason)
    if as_json:
        output.json_value(views.mute_view(made))
        return
    output.line(f"muted {views.mute_words(made)}")


@click.command()
@click.argument("alert_id", type=int, required=False, metavar="[ID]")
@_about[0]
@_about[1]
@click.option("--all", "every", is_flag=True, help="All that is muted.")
@json_option
@database_verb
async def unmute(
    context: "Context", alert_id: int | None, kind: str | None, subject: str | None, every: bool, as_json: bool
) -> None:
    """Tell of it again: say what was muted in the same words, or --all."""
    from radiusbridge.services.alerts import keeping

    about = await _subject(context, alert_id, kind, subject)
    if every == (about != (None, None)):
        raise BadInput("say what is told again", hint="ID, --kind and --subject, or --all")
    done = await keeping.unmute(context, *about)
    if as_json:
        output.json_value([views.mute_view(each) for each in done])
        return
    for each in done:
        output.line(f"told again: {views.mute_words(each)}")


async def _subject(
    context: "Context", alert_id: int | None, kind: str | None, subject: str | None
) -> tuple[Kind | None, str | None]:
    if alert_id is None:
        return None if kind is None else Kind(kind), subject
    if kind is not None or subject is not None:
        raise BadInput("an alert's ID says kind and subject already", target=str(alert_id))
    episode = await context.database.read(lambda unit: unit.alerts.get(alert_id))
    return episode.kind, episode.subject


@click.command()
@click.argument("kind", type=KIND, required=False, metavar="[KIND]")
@click.option("--above", metavar="LEVEL", help="Bad from there on: 90%, or seconds of a clock.")
@click.option("--below", metavar="LEVEL", help="Good below there.")
@click.option("--for", "hold", type=SECONDS, metavar="TIME", help="How long it has to be bad.")
@click.option("--clear", type=SECONDS, metavar="TIME", help="How long it has to be good.")
@click.option("--severity", type=SEVERITY, help="critical is told in quiet hours, too.")
@click.option("--on/--off", "on", default=None, help="Whether it is watched.")
@click.option("--reset", is_flag=True, help="As it was in the beginning.")
@export_option
@json_option
@database_verb
async def rules(
    context: "Context",
    kind: str | None,
    above: str | None,
    below: str | None,
    hold: float | None,
    clear: float | None,
    severity: str | None,
    on: bool | None,
    reset: bool,
    file: str | None,
    as_json: bool,
) -> None:
    """Show when something is an alert, or change the rule of one KIND."""
    from radiusbridge.services.alerts import keeping

    wanted: dict[str, object] = {
        "hold": None if hold is None else timedelta(seconds=hold),
        "clear": None if clear is None else timedelta(seconds=clear),
        "severity": None if severity is None else Severity(severity),
        "on": on,
    }
    if kind is not None:
        known = Kind(kind)
        wanted |= {name: parse_level(known, text) for name, text in (("above", above), ("below", below)) if text}
    given = {name: value for name, value in wanted.items() if value is not None}
    if kind is None and (given or above or below or reset):
        raise BadInput("say whose rule is changed", hint="radiusbridge alert rules KIND …")

    def change(rule: Rule) -> Rule:
        return replace(DEFAULTS[rule.kind] if reset else rule, **given)  # type: ignore[arg-type]

    if kind is not None and (given or reset):
        await keeping.set_rule(context, Kind(kind), change)
    found = [views.rule_view(rule) for rule in await keeping.rules(context) if kind in {None, str(rule.kind)}]
    show_list(found, views.RULES, as_json=as_json, file=file)

"""What operators do with alerts: acknowledge, mute, and set the rules."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.alerts.episodes import Episode, Mute
from radiusbridge.domain.alerts.rules import Kind, Rule, checked
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.text import safe
from radiusbridge.services.permissions import require

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


async def acknowledge(context: "Context", *ids: int) -> tuple[Episode, ...]:
    """Somebody sees to them: no reminder comes. UnknownName; BadInput: one is resolved already."""
    require(context, "alert.ack")

    def work(unit: UnitOfWork) -> tuple[Episode, ...]:
        return tuple(_acknowledged(unit, context, each) for each in dict.fromkeys(ids))

    return await context.database.write(work)


def _acknowledged(unit: UnitOfWork, context: "Context", episode_id: int) -> Episode:
    episode = unit.alerts.get(episode_id)
    if not episode.raised:
        raise BadInput("that is no alert any more", target=f"id {episode_id}")
    if episode.acked_at is not None:
        return episode
    after = replace(episode, acked_at=unit.now, acked_by=context.who)
    unit.alerts.change(after)
    unit.note(
        "alert.ack", _title(episode), who=context.who, channel=context.channel, body={"alert": episode.id},
        after={"alert": episode.id, "words": episode.words},
    )  # fmt: skip
    return after


def _title(episode: Episode) -> str:
    return f"{episode.kind} {episode.subject}"


async def mute(
    context: "Context", kind: Kind | None, subject: str | None, during: timedelta | None, reason: str = ""
) -> Mute:
    """Tell nothing of a kind, a subject or both; during: None: until it is taken back. BadInput."""
    require(context, "alert.mute")
    if kind is None and subject is None:
        raise BadInput("say what is muted", hint="a kind, a subject, or both")

    def work(unit: UnitOfWork) -> Mute:
        until = None if during is None else unit.now + during
        made = unit.alerts.mute(Mute(kind, subject, until, context.who, safe(reason, 300)))
        unit.note("alert.mute", _about(made), who=context.who, channel=context.channel, after=made, reason=reason)
        return made

    return await context.database.write(work)


def _about(mute: Mute) -> str:
    return " ".join(filter(None, (mute.kind and str(mute.kind), mute.subject)))


async def unmute(context: "Context", kind: Kind | None, subject: str | None) -> tuple[Mute, ...]:
    """Take mutes back: the one of exactly that, or of neither: all. UnknownName: there is none."""
    require(context, "alert.unmute")

    def work(unit: UnitOfWork) -> tuple[Mute, ...]:
        every = kind is None and subject is None
        found = tuple(each for each in unit.alerts.mutes() if every or (each.kind, each.subject) == (kind, subject))
        if not found:
            hint = "see `radiusbridge alert list`"
            raise UnknownName("nothing like that is muted", target=safe(subject or str(kind or ""), 80), hint=hint)
        return _taken_back(unit, context, found)

    return await context.database.write(work)


async def unmute_alert(context: "Context", episode: Episode) -> tuple[Mute, ...]:
    """Take back every mute that covers an alert, whatever else it covers."""
    require(context, "alert.unmute")

    def work(unit: UnitOfWork) -> tuple[Mute, ...]:
        found = tuple(each for each in unit.alerts.mutes() if each.covers(episode.kind, episode.subject, unit.now))
        return _taken_back(unit, context, found)

    return await context.database.write(work)


def _taken_back(unit: UnitOfWork, context: "Context", found: tuple[Mute, ...]) -> tuple[Mute, ...]:
    for each in found:
        unit.alerts.unmute(each.id)
        unit.note("alert.unmute", _about(each), who=context.who, channel=context.channel, before=each)
    return found


async def mutes(context: "Context") -> tuple[Mute, ...]:
    """Those in force."""

    def work(unit: UnitOfWork) -> tuple[Mute, ...]:
        return tuple(each for each in unit.alerts.mutes() if each.until is None or unit.now < each.until)

    return await context.database.read(work)


async def rules(context: "Context") -> tuple[Rule, ...]:
    """All."""
    return await context.database.read(lambda unit: tuple(unit.alerts.rules().values()))


async def set_rule(context: "Context", kind: Kind, change: Callable[[Rule], Rule]) -> Rule:
    """Keep to what `change` makes of a rule. BadInput."""
    require(context, "alert.rule")

    def work(unit: UnitOfWork) -> Rule:
        before = unit.alerts.rules()[kind]
        after = checked(change(before))
        if after != before:
            unit.alerts.set_rule(after)
            unit.note(
                "alert.rule",
                str(kind),
                who=context.who,
                channel=context.channel,
                before=_view(before),
                after=_view(after),
            )
        return after

    return await context.database.write(work)


def _view(rule: Rule) -> dict[str, object]:
    """All of a rule, for the audit log."""
    return {item.name: getattr(rule, item.name) for item in fields(rule)}

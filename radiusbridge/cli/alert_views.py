"""Alerts, rules and channels as the verbs show them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.output import View
from radiusbridge.domain.alerts.channels import Channel, Mail
from radiusbridge.domain.alerts.episodes import Episode, Mute
from radiusbridge.domain.alerts.rules import Kind, Rule, duration_text, level_text
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from datetime import datetime

    from radiusbridge.services.alerts.board import Board
    from radiusbridge.services.alerts.channels import Standing


def _iso(moment: "datetime | None") -> str | None:
    return None if moment is None else moment.isoformat()


def episode_view(episode: Episode, *, muted: bool = False) -> View:
    """An alert."""
    return {
        "alert": episode.id,
        "kind": str(episode.kind),
        "subject": episode.subject,
        "severity": str(episode.severity),
        "words": episode.words,
        "level": episode.level,
        "began": _iso(episode.began_at),
        "raised": _iso(episode.raised_at),
        "resolved": _iso(episode.resolved_at),
        "told": _iso(episode.told_at),
        "acknowledged": _iso(episode.acked_at),
        "acknowledged_by": episode.acked_by or None,
        "muted": muted,
    }


def title(episode: Episode) -> str:
    """For one line."""
    return f"{episode.id}: {episode.kind} {safe(episode.subject, 80)}"


def mute_view(mute: Mute) -> View:
    """What is not told."""
    kind = None if mute.kind is None else str(mute.kind)
    return {
        "kind": kind,
        "subject": mute.subject,
        "until": _iso(mute.until),
        "who": mute.who,
        "reason": mute.reason or None,
    }


def mute_words(mute: Mute) -> str:
    """The same in a line."""
    about = " of ".join(filter(None, (mute.kind and str(mute.kind), mute.subject and safe(mute.subject, 80))))
    until = "until it is unmuted" if mute.until is None else f"until {output.local_time(mute.until)}"
    return f"{about} {until}, by {safe(mute.who, 40)}{f': {safe(mute.reason, 200)}' if mute.reason else ''}"


def board_view(board: "Board", mutes: Sequence[Mute]) -> View:
    """All of it."""
    return {
        "at": board.at.isoformat(),
        "watched": board.watched,
        "looked": _iso(board.looked_at),
        "alerts": [episode_view(each.episode, muted=each.muted) for each in board.alerts],
        "mutes": [mute_view(each) for each in mutes],
    }


def watched_words(board: "Board") -> str:
    """When somebody looked last."""
    return "no agent has looked yet" if board.looked_at is None else f"last {output.local_time(board.looked_at)}"


def show_board(board: "Board", mutes: Sequence[Mute]) -> None:
    """For people."""
    rows = [episode_view(each.episode, muted=each.muted) for each in board.alerts]
    if rows:
        output.table(rows, _ALERTS)
    elif board.watched:
        output.line("nothing is wrong")
    for each in mutes:
        output.line(f"muted: {mute_words(each)}")


def _state(row: output.Row) -> str:
    if row["resolved"] is not None:
        return "resolved"
    if row["muted"]:
        return "muted"
    return "seen to" if row["acknowledged"] is not None else str(row["severity"])


_ALERTS = (
    output.column("ID", "alert"),
    ("STATE", _state),
    output.column("KIND", "kind"),
    output.column("SUBJECT", "subject"),
    ("SINCE", lambda row: output.short_time(row["began"])),
    output.column("WHAT", "words"),
)


def rule_view(rule: Rule) -> View:
    """A rule."""
    return {
        "kind": str(rule.kind),
        "on": rule.on,
        "severity": str(rule.severity),
        "above": rule.above,
        "below": rule.below,
        "for_seconds": int(rule.hold.total_seconds()),
        "clear_seconds": int(rule.clear.total_seconds()),
    }


def _level(heading: str, key: str) -> output.Column:
    def show(row: output.Row) -> str:
        level = row[key]
        assert isinstance(level, float | int)
        return level_text(Kind(str(row["kind"])), level) or "-"

    return heading, show


def _time(heading: str, key: str) -> output.Column:
    def show(row: output.Row) -> str:
        seconds = row[key]
        assert isinstance(seconds, int)
        return duration_text(timedelta(seconds=seconds))

    return heading, show


RULES = (
    output.column("KIND", "kind"),
    output.column("ON", "on"),
    output.column("SEVERITY", "severity"),
    _level("BAD FROM", "above"),
    _time("FOR", "for_seconds"),
    _level("GOOD BELOW", "below"),
    _time("FOR", "clear_seconds"),
)


def channel_view(channel: Channel) -> View:
    """A channel; no password, no secret, and of a URL its host only."""
    way = channel.way
    mail = way if isinstance(way, Mail) else None
    return {
        "channel": channel.name,
        "kind": str(channel.kind),
        "where": channel.where,
        "on": channel.on,
        "least": str(channel.least),
        "quiet": None if channel.quiet is None else str(channel.quiet),
        "remind_seconds": None if channel.remind is None else int(channel.remind.total_seconds()),
        "smtp": mail and f"{mail.host}:{mail.port}",
        "tls": mail and str(mail.tls),
        "from": mail and mail.sender,
        "user": mail and mail.user,
        "ca_file": way.ca_file,
    }


def standing_view(standing: "Standing") -> View:
    """A channel, and how it stands."""
    return {
        **channel_view(standing.channel),
        "waiting": standing.waiting,
        "sent": _iso(standing.sent_at),
        "error": standing.error or None,
    }


CHANNELS = (
    output.column("NAME", "channel"),
    output.column("KIND", "kind"),
    output.column("ON", "on"),
    output.column("LEAST", "least"),
    output.column("QUIET", "quiet"),
    output.column("WAITING", "waiting"),
    ("SENT", lambda row: output.short_time(row["sent"])),
    output.column("WHERE", "where"),
    output.column("ERROR", "error"),
)

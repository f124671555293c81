"""Notices in the words of an email, and as the JSON of a webhook. Pure; what routers are called is data here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from radiusbridge.domain.alerts.channels import Notice
from radiusbridge.domain.alerts.episodes import News
from radiusbridge.domain.text import safe

FORMAT = 1
"""Of the JSON; higher where a field changes its meaning."""
_SUBJECT = 120
_MOST = 200
"""Notices that are spelled out in one email."""


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out at once. token: the same each time that it is tried."""

    token: str
    title: str
    text: str
    body: Mapping[str, object]


def message(notices: Sequence[Notice], zone: tzinfo | None, *, test: bool = False) -> Message:
    """One message of one notice or of several, oldest first."""
    title = _title(notices, test=test)
    lines = [line for notice in notices[:_MOST] for line in _lines(notice, zone)]
    if len(notices) > _MOST:
        lines.append(f"and {len(notices) - _MOST} more: radiusbridge alert list")
    body = {
        "format": FORMAT,
        "id": notices[0].token,
        "test": test,
        "title": title,
        "alerts": [_json(notice) for notice in notices],
    }
    return Message(notices[0].token, title, "\n".join([*lines, "", "radiusbridge alert list", ""]), body)


def _title(notices: Sequence[Notice], *, test: bool) -> str:
    first = notices[0]
    if test:
        return "[radiusbridge] test: alerts arrive here"
    if len(notices) == 1:
        return safe(f"[radiusbridge] {first.severity} {first.news}: {first.kind} {safe(first.subject, 60)}", _SUBJECT)
    raised = sum(notice.news is News.RAISED for notice in notices)
    resolved = sum(notice.news is News.RESOLVED for notice in notices)
    rest = len(notices) - raised - resolved
    parts = [(raised, "raised"), (resolved, "resolved"), (rest, "still there")]
    return f"[radiusbridge] {', '.join(f'{count} {what}' for count, what in parts if count)}"


def _lines(notice: Notice, zone: tzinfo | None) -> list[str]:
    head = f"{notice.severity.upper()} {notice.news}: {notice.kind} {safe(notice.subject, 120)}"
    return [head, f"  {safe(notice.words, 600)}", f"  {_time(notice.at, zone)}, since {_time(notice.since, zone)}", ""]


def _time(moment: datetime, zone: tzinfo | None) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def _json(notice: Notice) -> dict[str, object]:
    return {
        "id": notice.token,
        "alert": notice.episode_id,
        "news": str(notice.news),
        "kind": str(notice.kind),
        "subject": safe(notice.subject),
        "severity": str(notice.severity),
        "words": safe(notice.words, 600),
        "at": notice.at.isoformat(),
        "since": notice.since.isoformat(),
    }

"""What a form makes of a channel or a rule, and what it shows of one. A secret is never shown: empty leaves it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from radiusbridge.domain.alerts.channels import MAIL_PORTS, Channel, ChannelKind, Hook, Mail, MailTls, checked
from radiusbridge.domain.alerts.quiet import parse_quiet
from radiusbridge.domain.alerts.rules import (
    DEFAULTS,
    SHARES,
    YES_OR_NO,
    Rule,
    Severity,
    level_text,
    parse_level,
)
from radiusbridge.domain.alerts.rules import checked as checked_rule
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.values import format_duration, parse_endpoint, parse_label, parse_seconds
from radiusbridge.tui.form import Entry, Values
from radiusbridge.tui.form_checks import any_text, empty_or, one_of
from radiusbridge.tui.language import _
from radiusbridge.tui.text import cell

YES, NO = "yes", "no"
_SEVERITIES = [str(each) for each in Severity]


def entries(kind: ChannelKind, old: Channel | None) -> list[Entry]:
    """The fields of a channel; old: what is known of it."""
    name = "" if old is None else cell(old.name, 100)
    ways = _of_mail(old) if kind is ChannelKind.EMAIL else _of_hook(old)
    quiet = None if old is None else old.quiet
    hours = "" if quiet is None else f"{quiet.start:%H:%M}-{quiet.end:%H:%M}"
    remind = "" if old is None or old.remind is None else format_duration(int(old.remind.total_seconds()))
    return [
        Entry("name", _("name"), lambda text: parse_label(text.strip(), "channel's name"), name),
        *ways,
        Entry("least", _("least"), one_of("severity", _SEVERITIES), str(old.least if old else Severity.WARNING),
              ", ".join(_SEVERITIES)),
        Entry("quiet", _("quiet hours"), any_text, hours, _("like 22:00-06:00: only critical ones then; empty: none")),
        Entry("zone", _("zone"), any_text, "" if quiet is None else quiet.zone, _("whose clocks, like Asia/Jakarta")),
        Entry("remind", _("remind"), empty_or(parse_seconds), remind, _("again until acknowledged, like 4h")),
        Entry("on", _("on"), one_of("answer", [YES, NO]), YES if old is None or old.on else NO, f"{YES}, {NO}"),
    ]  # fmt: skip


def _of_mail(old: Channel | None) -> list[Entry]:
    way = old.way if old is not None and isinstance(old.way, Mail) else None
    server = "" if way is None else f"{way.host}:{way.port}"
    kept = _("empty: as it is") if way is not None and way.password is not None else _("where it asks for one")
    return [
        Entry("to", _("to"), _needed, "" if way is None else ", ".join(way.to), _("mailboxes, with commas between")),
        Entry("smtp", _("mail server"), parse_endpoint, server, _("host, or host:port")),
        Entry("tls", "TLS", one_of("TLS", list(map(str, MailTls))), str(way.tls if way else MailTls.STARTTLS),
              ", ".join(map(str, MailTls))),
        Entry("sender", _("from"), _needed, "" if way is None else way.sender, "radiusbridge@example.net"),
        Entry("user", _("user"), any_text, (way.user or "") if way else "", _("empty: no login")),
        Entry("password", _("password"), any_text, "", kept, secret=True),
        Entry("ca", _("authority"), any_text, (way.ca_file or "") if way else "", _("a file; empty: the system's")),
    ]  # fmt: skip


def _of_hook(old: Channel | None) -> list[Entry]:
    way = old.way if old is not None and isinstance(old.way, Hook) else None
    known = old is not None
    where = _("empty: as it is, {where}").format(where=cell(old.where, 60)) if old is not None else "https://…"
    kept = _("empty: as it is") if known else _("16 characters at least; posts are signed with it")
    needed = any_text if known else _needed
    return [
        Entry("url", "URL", needed, "", where, secret=True),
        Entry("secret", _("secret"), needed, "", kept, secret=True),
        Entry("ca", _("authority"), any_text, (way.ca_file or "") if way else "", _("a file; empty: the system's")),
    ]


def _needed(text: str) -> str:
    if not text.strip():
        raise BadInput(_("this is needed"))
    return text


def made(kind: ChannelKind, values: Values, old: Channel | None) -> Channel:
    """The channel that was typed. BadInput."""
    way = _mail(values, old) if kind is ChannelKind.EMAIL else _hook(values, old)
    base = Channel(values["name"].strip(), way) if old is None else replace(old, name=values["name"].strip(), way=way)
    quiet, zone = values["quiet"].strip(), values["zone"].strip()
    if quiet and not zone:
        raise BadInput(_("quiet hours need a time zone"), hint="Asia/Jakarta")
    if zone and not quiet:
        raise BadInput(_("a time zone goes with quiet hours"), hint="22:00-06:00")
    remind = values["remind"].strip()
    return checked(
        replace(
            base,
            least=Severity(values["least"].strip().lower()),
            quiet=parse_quiet(quiet, zone) if quiet else None,
            remind=timedelta(seconds=parse_seconds(remind)) if remind else None,
            on=values["on"].strip().lower() == YES,
        )
    )


def _mail(values: Values, old: Channel | None) -> Mail:
    known = old.way if old is not None and isinstance(old.way, Mail) else None
    tls = MailTls(values["tls"].strip().lower())
    host, port = parse_endpoint(values["smtp"].strip())
    user: str | None = values["user"].strip() or None
    password = Secret(values["password"]) if values["password"] else known.password if known else None
    return Mail(
        host,
        port or MAIL_PORTS[tls],
        values["sender"].strip(),
        _addresses(values["to"]),
        tls,
        user,
        password if user else None,
        values["ca"].strip() or None,
    )


def _addresses(text: str) -> tuple[str, ...]:
    found: Sequence[str] = [each.strip() for each in text.split(",")]
    return tuple(each for each in found if each)


def _hook(values: Values, old: Channel | None) -> Hook:
    known = old.way if old is not None and isinstance(old.way, Hook) else None
    url = Secret(values["url"].strip()) if values["url"].strip() or known is None else known.url
    secret = Secret(values["secret"]) if values["secret"] or known is None else known.secret
    return Hook(url, secret, values["ca"].strip() or None)


def rule_entries(rule: Rule) -> list[Entry]:
    """The fields of a rule."""
    levels = []
    if rule.kind not in YES_OR_NO:
        hint = "90%" if rule.kind in SHARES else "60"

        def check(text: str) -> float:
            return parse_level(rule.kind, text)

        levels = [
            Entry("above", _("bad from"), check, _level(rule, rule.above), hint),
            Entry("below", _("good below"), check, _level(rule, rule.below), hint),
        ]
    return [
        *levels,
        Entry("hold", _("bad for"), _time, _shown(rule.hold), _("until it is raised, like 1m30s")),
        Entry("clear", _("good for"), _time, _shown(rule.clear), _("until it is resolved")),
        Entry("severity", _("severity"), one_of("severity", _SEVERITIES), str(rule.severity), ", ".join(_SEVERITIES)),
        Entry("on", _("on"), one_of("answer", [YES, NO]), YES if rule.on else NO, f"{YES}, {NO}"),
        Entry("reset", _("reset"), one_of("answer", [YES, NO]), NO, _("yes: as it was in the beginning")),
    ]


def _time(text: str) -> timedelta:
    return timedelta(seconds=parse_seconds(text))


def _shown(time: timedelta) -> str:
    return format_duration(int(time.total_seconds()))


def _level(rule: Rule, level: float) -> str:
    return level_text(rule.kind, level).removesuffix(" s")


def rule_made(rule: Rule, values: Values) -> Rule:
    """The rule that was typed. BadInput."""
    if values["reset"].strip().lower() == YES:
        return DEFAULTS[rule.kind]
    above, below = (parse_level(rule.kind, values[name]) if name in values else 1.0 for name in ("above", "below"))
    return checked_rule(
        replace(
            rule,
            hold=_time(values["hold"]),
            clear=_time(values["clear"]),
            severity=Severity(values["severity"].strip().lower()),
            on=values["on"].strip().lower() == YES,
            above=above,
            below=below,
        )
    )

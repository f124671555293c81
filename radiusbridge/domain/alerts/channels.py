"""Whom alerts are told, and how: by email or webhook. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from radiusbridge.domain.alerts.episodes import News
from radiusbridge.domain.alerts.quiet import Quiet
from radiusbridge.domain.alerts.rules import Kind, Severity
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_label

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SHORTEST_REMINDER = timedelta(minutes=5)
_LONGEST_ADDRESS = 254


class ChannelKind(StrEnum):
    """How it is told."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class MailTls(StrEnum):
    """How a connection to a mail server is protected. The certificate is always checked."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


MAIL_PORTS = {MailTls.STARTTLS: 587, MailTls.TLS: 465, MailTls.NONE: 25}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server, and whom it is sent to. ca_file: the authority that its certificate is checked by; None: the
    system's."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    tls: MailTls = MailTls.STARTTLS
    user: str | None = None
    password: Secret | None = None
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """A URL that JSON is posted to, signed with a secret that both sides know. The URL is a secret as well: many
    receivers take whoever knows it for a friend."""

    url: Secret
    secret: Secret
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """least: alerts that are less grave are not told. quiet: none but critical ones are told then, the others at its
    end. remind: how often it is told again of what nobody has acknowledged; None: once."""

    name: str
    way: Mail | Hook
    least: Severity = Severity.WARNING
    quiet: Quiet | None = None
    remind: timedelta | None = None
    on: bool = True
    id: int = 0

    @property
    def kind(self) -> ChannelKind:
        """How it is told."""
        return ChannelKind.EMAIL if isinstance(self.way, Mail) else ChannelKind.WEBHOOK

    @property
    def where(self) -> str:
        """What may be shown of where it goes: no path and no query of a URL."""
        if isinstance(self.way, Mail):
            return ", ".join(self.way.to)
        parts = urlsplit(self.way.url.reveal())
        return f"{parts.scheme}://{parts.hostname}{'' if parts.port is None else f':{parts.port}'}/…"

    def wants(self, severity: Severity) -> bool:
        """Whether an alert of that severity is told here."""
        return self.on and severity.rank >= self.least.rank

    def held_until(self, severity: Severity, now: datetime) -> datetime | None:
        """Until when it is not told of; None: it is told at once."""
        return None if self.quiet is None or severity is Severity.CRITICAL else self.quiet.until(now)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a channel is told, as it was when it happened. token: the same each time that it is tried."""

    channel_id: int
    episode_id: int
    news: News
    kind: Kind
    subject: str
    severity: Severity
    words: str
    at: datetime
    since: datetime
    token: str
    not_before: datetime
    held: bool = False
    """Whether it waits for the end of quiet hours."""
    tries: int = 0
    sent_at: datetime | None = None
    given_up_at: datetime | None = None
    error: str = ""
    id: int = 0


def checked(channel: Channel) -> Channel:
    """The channel, which can be used. BadInput."""
    parse_label(channel.name, "channel's name")
    if channel.remind is not None and channel.remind < SHORTEST_REMINDER:
        raise BadInput("reminders come every five minutes at most", target=channel.name, hint="--remind 1h")
    if isinstance(channel.way, Mail):
        _check_mail(channel.way)
    else:
        _check_hook(channel.way)
    return channel


def _check_mail(mail: Mail) -> None:
    if not mail.to:
        raise BadInput("an email goes to somebody", hint="--to ADDRESS")
    for address in (mail.sender, *mail.to):
        _check_address(address)
    if (mail.user is None) != (mail.password is None):
        raise BadInput("a mail server takes user and password, or neither", target=mail.host)
    if mail.password is not None and mail.tls is MailTls.NONE and mail.host not in LOOPBACK:
        raise BadInput("a password is not sent without TLS", target=mail.host, hint="--tls starttls")


def _check_address(address: str) -> None:
    name, at, domain = address.rpartition("@")
    good = at and name and domain and address.isascii() and address.isprintable() and len(address) <= _LONGEST_ADDRESS
    if not good or any(char in address for char in ' ,;<>"()[]:\\') or name.count("@"):
        raise BadInput("that is no address of a mailbox", target=safe(address, 80), hint="noc@example.net")


def _check_hook(hook: Hook) -> None:
    url = hook.url.reveal()
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= 2_000
    # what stands in a URL may be a secret, so that none of it is told
    if not host or not plain or parts.scheme not in {"http", "https"} or parts.username is not None:
        raise BadInput("that is no URL to post to", hint="https://HOST/PATH, without user and password")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise BadInput("alerts leave this machine by https only", target=safe(host, 80))
    if len(hook.secret.octets()) < 16:
        raise BadInput("a secret to sign with has 16 characters at least", target=safe(host, 80))

"""Whom alerts are told: channels, and their test."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import alert_views as views
from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, show_list
from radiusbridge.cli.options import HOST_PORT, Parsed, json_option, stacked
from radiusbridge.cli.secrets import read_optional, read_secret
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.alerts.channels import MAIL_PORTS, Channel, Hook, Mail, MailTls
from radiusbridge.domain.alerts.quiet import Quiet, parse_quiet
from radiusbridge.domain.alerts.rules import Severity
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, exit_status
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

_NONE = "none"


def _none_or_seconds(text: str) -> object:
    from radiusbridge.domain.values import parse_seconds

    return _NONE if text == _NONE else timedelta(seconds=parse_seconds(text))


_ways = stacked(
    click.option(
        "--email", "to", multiple=True, metavar="ADDRESS", help="Send to this mailbox; several times: to all."
    ),
    click.option("--smtp", type=HOST_PORT, help="The mail server; port 587, with --tls tls 465."),
    click.option("--tls", type=click.Choice([str(tls) for tls in MailTls]), help="Default: starttls."),
    click.option("--from", "sender", metavar="ADDRESS", help="The sender's address."),
    click.option("--user", metavar="NAME", help="Log in to the mail server; none: not."),
    click.option("--password-file", metavar="FILE", help="Of that user; - is standard input."),
    click.option("--url", metavar="URL", help="Post to this URL (shown in ps: rather --url-file)."),
    click.option("--url-file", metavar="FILE", help="A file that holds the URL; - is standard input."),
    click.option("--secret-file", metavar="FILE", help="What posts are signed with, 16 characters at least."),
    click.option("--ca-file", metavar="FILE", help="Authorities to check against; none: the system's."),
)
_manners = stacked(
    click.option("--least", type=click.Choice([str(each) for each in Severity]), help="Only as grave; warning."),
    click.option("--quiet", metavar="FROM-TO", help="Only critical ones then, e.g. 22:00-06:00; none: ends it."),
    click.option("--zone", metavar="ZONE", help="By the clocks of this time zone, e.g. Asia/Jakarta."),
    click.option(
        "--remind",
        type=Parsed("time", _none_or_seconds),
        metavar="TIME",
        help="Again, until acknowledged; none: ends it.",
    ),
    click.option("--on/--off", "on", default=None, help="Whether it is told."),
)


@click.group()
def channel() -> None:
    """Whom alerts are told: mailboxes and webhooks."""


@channel.command()
@click.argument("name")
@_ways
@_manners
@json_option
@database_verb
async def add(context: "Context", name: str, as_json: bool, **options: Any) -> None:
    """Add the channel NAME: --email with --smtp and --from, or --url with --secret-file."""
    from radiusbridge.services.alerts import channels

    to, url = options["to"], _url(options)
    if bool(to) == (url is not None):
        raise BadInput("a channel is an email or a webhook", hint="--email ADDRESS, or --url-file FILE")
    way = _mail(options, None) if to else _hook(options, url, None)
    _told("added", await channels.add(context, _mannered(Channel(name, way), options)), as_json)


@channel.command()
@click.argument("name")
@click.option("--rename", metavar="NAME", help="A new name.")
@_ways
@_manners
@json_option
@database_verb
async def edit(context: "Context", name: str, rename: str | None, as_json: bool, **options: Any) -> None:
    """Change the channel NAME; what is not given stays."""
    from radiusbridge.services.alerts import channels

    url = _url(options)

    def change(old: Channel) -> Channel:
        way = _mail(options, old.way) if isinstance(old.way, Mail) else _hook(options, url, old.way)
        return _mannered(replace(old, name=rename or old.name, way=way), options)

    _told("changed", await channels.edit(context, name, change), as_json)


@channel.command()
@click.argument("name")
@json_option
@database_verb
async def remove(context: "Context", name: str, as_json: bool) -> None:
    """Forget the channel NAME, and what it was still to be told."""
    from radiusbridge.services.alerts import channels

    _told("removed", await channels.remove(context, name), as_json)


@channel.command("list")
@export_option
@json_option
@database_verb
async def list_(context: "Context", file: str | None, as_json: bool) -> None:
    """Show all channels, what waits, and what could not be sent."""
    from radiusbridge.services.alerts import channels

    found = [views.standing_view(each) for each in await channels.listed(context)]
    show_list(found, views.CHANNELS, as_json=as_json, file=file)


@click.command()
@click.argument("name", required=False)
@json_option
@database_verb
async def test(context: "Context", name: str | None, as_json: bool) -> int:
    """Send a test message to the channel NAME, or to all, now.

    Exit status: 0 all were taken; 1 one was refused; 3 nobody answered.
    """
    from radiusbridge.services.alerts import channels

    names = [name] if name is not None else [each.channel.name for each in await channels.listed(context)]
    if not names:
        raise BadInput("there is no channel", hint="radiusbridge alert channel add --help")
    worst, told = 0, []
    for each in names:
        said, status = "", 0
        try:
            _channel, said = await channels.test(context, each)
        except RadiusbridgeError as error:
            if name is not None and isinstance(error, BadInput):
                raise
            said, status = error.line(), exit_status(error)
        worst = max(worst, status)
        told.append({"channel": each, "ok": status == 0, "words": safe(said, 300)})
        if not as_json and status:
            note(each, safe(said, 300))
        elif not as_json:
            output.line(f"taken by {safe(each, 60)}: {safe(said, 200)}")
    if as_json:
        output.json_value(told)
    return worst


def _url(options: dict[str, Any]) -> Secret | None:
    if options["url"] is not None:
        return Secret(options["url"])
    return read_optional(options["url_file"], what="URL", option="--url-file", environment="RADIUSBRIDGE_WEBHOOK_URL")


def _hook(options: dict[str, Any], url: Secret | None, old: Hook | None) -> Hook:
    _refuse(options, "a webhook", "to", "smtp", "tls", "sender", "user", "password_file")
    ask = {"what": "secret to sign with", "option": "--secret-file", "environment": "RADIUSBRIDGE_WEBHOOK_SECRET"}
    if old is None:
        assert url is not None
        return Hook(url, read_secret(options["secret_file"], **ask), _ca(options, None))
    secret = read_optional(options["secret_file"], **ask)
    return Hook(url or old.url, secret or old.secret, _ca(options, old.ca_file))


def _mail(options: dict[str, Any], old: Mail | None) -> Mail:
    _refuse(options, "an email", "url", "url_file", "secret_file")
    if old is None and (options["smtp"] is None or options["sender"] is None):
        raise BadInput("an email needs a mail server and a sender", hint="--smtp HOST --from ADDRESS")
    known = old or Mail("", 0, "", ())
    tls = known.tls if options["tls"] is None else MailTls(options["tls"])
    host, port = options["smtp"] or (known.host, known.port)
    user = known.user if options["user"] is None else options["user"]
    ask = {
        "what": "password of the mail server",
        "option": "--password-file",
        "environment": "RADIUSBRIDGE_SMTP_PASSWORD",
    }
    password = known.password
    if user == _NONE:
        user = password = None
    elif options["password_file"] is not None or (user is not None and password is None):
        password = read_secret(options["password_file"], **ask)
    return Mail(
        host,
        port or MAIL_PORTS[tls],
        options["sender"] or known.sender,
        tuple(options["to"]) or known.to,
        tls,
        user,
        password,
        _ca(options, known.ca_file),
    )


def _refuse(options: dict[str, Any], what: str, *names: str) -> None:
    shown = {"to": "email", "sender": "from"}
    for name in names:
        if options[name]:
            option = f"--{shown.get(name, name).replace('_', '-')}"
            raise BadInput(f"{what} has nothing like that", target=option)


def _ca(options: dict[str, Any], old: str | None) -> str | None:
    given: str | None = options["ca_file"]
    return old if given is None else None if given == _NONE else given


def _mannered(made: Channel, options: dict[str, Any]) -> Channel:
    quiet: str | None = options["quiet"]
    zone: str | None = options["zone"]
    hours: Quiet | None = made.quiet
    if quiet == _NONE:
        hours = None
    elif quiet is not None:
        if zone is None and hours is not None:
            zone = hours.zone
        if zone is None:
            raise BadInput("quiet hours need a time zone", target="--quiet", hint="--zone Asia/Jakarta")
        hours = parse_quiet(quiet, zone)
    elif zone is not None:
        if hours is None:
            raise BadInput("a time zone goes with quiet hours", target="--zone", hint="--quiet 22:00-06:00")
        hours = parse_quiet(f"{hours.start:%H:%M}-{hours.end:%H:%M}", zone)
    remind = options["remind"]
    return replace(
        made,
        quiet=hours,
        least=made.least if options["least"] is None else Severity(options["least"]),
        remind=made.remind if remind is None else None if remind == _NONE else remind,
        on=made.on if options["on"] is None else options["on"],
    )


def _told(what: str, stored: Channel, as_json: bool) -> None:
    if as_json:
        output.json_value(views.channel_view(stored))
    else:
        output.line(f"{what} channel {safe(stored.name)}: {stored.kind} to {safe(stored.where)}")

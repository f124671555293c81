"""Whom alerts are told, in the dashboard: the channels, a form for each, its test and its end."""

from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.alerts.channels import Channel, ChannelKind
from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers, Confirm, Question
from radiusbridge.tui.form import Form, Values, Ways
from radiusbridge.tui.language import _
from radiusbridge.tui.lines import Lines
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.alerts.channels import Standing
    from radiusbridge.tui.app import Dashboard

KEYS = "123456789abcdefghijklnoprstuvxyz"
"""For the channels; `m` and `w` make new ones."""
_NEW = {"m": ChannelKind.EMAIL, "w": ChannelKind.WEBHOOK}


def manage(app: "Dashboard") -> None:
    """Which one, or a new one."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.alerts import channels

        found = dict(zip(KEYS, await channels.listed(desk.context), strict=False))
        lines = [(key, _words(standing)) for key, standing in found.items()]
        lines += [("m", _("new: an email")), ("w", _("new: a webhook"))]

        def picked(key: str | None) -> None:
            if key in _NEW:
                _form(app, _NEW[key], None)
            elif key is not None:
                _one(app, found[key].channel)

        app.push_screen(Lines(lines, _("Whom are alerts told?"), pick=True), picked)

    app.acting.opening("channels", work)


def _words(standing: "Standing") -> str:
    channel = standing.channel
    parts = [f"{cell(channel.name, 40)}: {term(str(channel.kind))} {cell(channel.where, 60)}"]
    if not channel.on:
        parts.append(_("off"))
    if channel.quiet is not None:
        parts.append(_("quiet {hours}").format(hours=channel.quiet))
    if standing.error:
        parts.append(f"✖ {cell(standing.error, 80)}")
    return ", ".join(parts)


def _one(app: "Dashboard", channel: Channel) -> None:
    lines = [("e", _("change it")), ("t", _("send a test message now")), ("D", _("remove it"))]

    def picked(key: str | None) -> None:
        if key == "e":
            _form(app, channel.kind, channel)
        elif key == "t":
            _test(app, channel.name)
        elif key == "D":
            _remove(app, channel)

    app.push_screen(Lines(lines, f"{cell(channel.name, 60)}: {cell(channel.where, 80)}", pick=True), picked)


def _form(app: "Dashboard", kind: ChannelKind, old: Channel | None) -> None:
    from radiusbridge.tui.alert_form import entries, made

    async def save(values: Values) -> None:
        from radiusbridge.services.alerts import channels

        assert app.desk is not None
        context = app.desk.context
        if old is None:
            stored = await channels.add(context, made(kind, values, None))
        else:
            stored = await channels.edit(context, old.name, lambda now: made(kind, values, now))
        app.notify(cell(stored.where, 100), title=_("kept: channel {name}").format(name=cell(stored.name, 60)))

    title = _("New {kind}").format(kind=term(str(kind))) if old is None else cell(old.name, 60)
    ways = Ways(lambda values: made(kind, values, old), save=save)
    app.push_screen(Form(title, entries(kind, old), ways), lambda _values: None)


def _test(app: "Dashboard", name: str) -> None:
    async def work(desk: Desk) -> None:
        from radiusbridge.services.alerts import channels

        title = _("test of {name}").format(name=cell(name, 60))
        try:
            _channel, said = await channels.test(desk.context, name)
        except BadInput:
            raise
        except RadiusbridgeError as error:
            app.notify(cell(error.line(), 300), title=f"✖ {title}", severity="error", timeout=12.0)
        else:
            app.notify(_("taken: {words}").format(words=cell(said, 200)), title=f"✔ {title}")

    app.acting.beside("channels", work)


def _remove(app: "Dashboard", channel: Channel) -> None:
    whom = (Text(f"  {cell(channel.name, 60)}", "bold"), Text(f"  {cell(channel.where, 80)}"))
    question = Question("remove", _("this channel"), whom, _("What it was still to be told is forgotten."))

    def answered(answers: Answers | None) -> None:
        if answers is not None:
            app.acting.beside("channels", work)

    async def work(desk: Desk) -> None:
        from radiusbridge.services.alerts import channels

        removed = await channels.remove(desk.context, channel.name)
        app.notify(cell(removed.where, 100), title=_("removed: channel {name}").format(name=cell(removed.name, 60)))

    line = f"radiusbridge alert channel remove {channel.name}"
    app.push_screen(Confirm(question, None, lambda _answers: line), answered)

"""Adding, changing and removing servers and NASes by forms that test what is typed before it is saved."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.text import Text

from radiusbridge.domain.records import Nas, Server
from radiusbridge.tui.desk import Began, Desk
from radiusbridge.tui.dialogs import Question
from radiusbridge.tui.form import Form, Values, Ways
from radiusbridge.tui.language import _
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.gateways.ports import Finding
    from radiusbridge.tui.app import Dashboard

Saved = Callable[[], object]


def _nothing() -> None:
    """Nobody waits for it."""


async def server_form(desk: Desk, name: str = "") -> Form:
    """The form of a new server, or of the one of that name. Saves by itself. UnknownName."""
    from radiusbridge.gateways.factory import KINDS
    from radiusbridge.services import servers, testing
    from radiusbridge.tui import device_form
    from radiusbridge.tui.device_form import Filled

    context = desk.context
    before: Server | None = await servers.show(context, name) if name else None
    lines = device_form.server_entries(before, KINDS)
    shown = {each.name: each.value for each in lines}

    async def test(typed: Values) -> "AsyncIterator[Finding]":
        made = device_form.server_of(before, Filled(shown, typed), await device_form.secrets_of(typed))
        async for finding in testing.inspect_server(context, replace(made, id=0)):
            yield finding

    async def save(typed: Values) -> None:
        filled, secrets = Filled(shown, typed), await device_form.secrets_of(typed)
        if before is None:
            await servers.add(context, device_form.server_of(None, filled, secrets))
        else:
            await servers.edit(context, before.name, lambda now: device_form.server_of(now, filled, secrets))

    title = _("New server") if before is None else _("Server {name}").format(name=cell(before.name, 60))
    return Form(title, lines, Ways(lambda typed: device_form.check_server(before, Filled(shown, typed)), test, save))


async def nas_form(desk: Desk, name: str = "") -> Form:
    """The form of a new NAS, or of the one of that name. Saves by itself. UnknownName."""
    from radiusbridge.services import nases, servers, testing
    from radiusbridge.tui import device_form
    from radiusbridge.tui.device_form import Filled

    context = desk.context
    homes = {each.name.casefold(): each for each in await servers.listed(context)}
    placed = await nases.show(context, name) if name else None
    before: Nas | None = None if placed is None else placed.nas
    lines = device_form.nas_entries(before, [each.name for each in homes.values()])
    shown = {each.name: each.value for each in lines}

    def home(typed: Values) -> Server:
        return placed.server if placed is not None else homes[typed["server"].strip().casefold()]

    async def test(typed: Values) -> "AsyncIterator[Finding]":
        made = device_form.nas_of(before, Filled(shown, typed), await device_form.secrets_of(typed))
        async for finding in testing.inspect_nas(context, replace(made, id=0), home(typed)):
            yield finding

    async def save(typed: Values) -> None:
        filled, secrets = Filled(shown, typed), await device_form.secrets_of(typed)
        if before is None:
            await nases.add(context, device_form.nas_of(None, filled, secrets), home(typed).name)
        else:
            await nases.edit(context, before.name, lambda now: device_form.nas_of(now, filled, secrets))

    title = _("New NAS") if before is None else _("NAS {name}").format(name=cell(before.name, 60))
    return Form(title, lines, Ways(lambda typed: device_form.check_nas(before, Filled(shown, typed)), test, save))


def fill(app: "Dashboard", kind: str, name: str = "", saved: Saved = _nothing) -> None:
    """Open the form; `saved` is called once what was typed is stored."""

    async def work(desk: Desk) -> None:
        form = await (server_form if kind == "server" else nas_form)(desk, name)

        def ended(values: Values | None) -> None:
            if values is None:
                return
            words = _("changed") if name else _("added")
            app.notify(f"{_(kind)} {cell(values['name'], 60)}", title=words)
            app.list_screen.renew()
            saved()

        app.push_screen(form, ended)

    app.acting.opening(_("form"), work)


def remove(app: "Dashboard", kind: str, name: str) -> None:
    """Ask; the service refuses while somebody uses it, and says who."""
    lines = (Text(f"  {_(kind):<9} {cell(name, 60)}", "bold"),)
    what = _("this server") if kind == "server" else _("this NAS")
    question = Question("remove", what, lines, _("It is forgotten here; nothing is done on the router."))

    async def act(desk: Desk) -> Began:
        from radiusbridge.services import nases, servers

        removed: Any = await (servers if kind == "server" else nases).remove(desk.context, name)
        return Began(None, _("{name} is forgotten here").format(name=cell(removed.name, 60)))

    app.acting.ask("device_remove", question, lambda _answers: act)

"""What is done to a router from its page: start it anew, keep its settings."""

import asyncio
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.secret import Secret
from radiusbridge.domain.sizes import size_text
from radiusbridge.gateways.desk_files import What
from radiusbridge.services.router_desk.keeping import Wanted, keep
from radiusbridge.services.router_desk.looking import home_of
from radiusbridge.services.router_desk.rebooting import Foretold, foretell, submit
from radiusbridge.services.settings import home as data_home
from radiusbridge.tui import formats
from radiusbridge.tui.asking import Act
from radiusbridge.tui.desk import Began, Desk
from radiusbridge.tui.dialogs import Answers, Question
from radiusbridge.tui.evidence import Shown
from radiusbridge.tui.follower import Follower
from radiusbridge.tui.form import Entry, Form, Values
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.pane import Detail, EvidencePage
from radiusbridge.tui.text import cell
from radiusbridge.tui.told import told
from radiusbridge.tui.typed_count import Asked, Hit, TypedCount

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard


def ask_reboot(app: "Dashboard", name: str) -> None:
    """Count what drops, and ask for that number; where nothing drops, for one deliberate key."""

    async def work(desk: Desk) -> None:
        foretold = await foretell(desk.context, name)
        if not foretold.count:
            whom = tuple(Text(f"  {cell(told(words), 200)}") for words in foretold.effects)
            question = Question(
                "reboot", cell(name, 60), whom, _("Nothing is on line there; it is watched coming back.")
            )
            app.acting.ask("router_reboot", question, lambda _answers: _act(app, foretold))
            return

        async def look(_answers: Answers) -> Hit[Foretold]:
            return _hit(await foretell(desk.context, name))

        def typed(hit: Hit[Foretold] | None) -> None:
            if hit is not None:
                reboot(app, hit.found)

        effects = (_("It is watched until everything is back, whoever leaves; the operation tells the verdict."),)
        count_asked = TypedCount(Asked(lambda count: _title(name, count), look, effects), _hit(foretold))
        app.acting.offer("reboot", count_asked, typed)

    app.acting.opening("reboot", work)


def _title(name: str, count: int) -> str:
    words = ngettext("Reboot {name}: {n} session drops", "Reboot {name}: {n} sessions drop", count)
    return words.format(name=cell(name, 40), n=formats.number(count))


def _hit(foretold: Foretold) -> Hit[Foretold]:
    lines = tuple(Text(f"  {cell(told(words), 200)}") for words in foretold.effects)
    name = foretold.home.name
    line = f"radiusbridge router reboot {name} --yes-count {foretold.count}" if name.isalnum() or "-" in name else ""
    return Hit(foretold.count, foretold, lines, line)


def _act(app: "Dashboard", foretold: Foretold) -> Act:
    async def act(desk: Desk) -> Began:
        return await _begun(app, desk, foretold)

    return act


def reboot(app: "Dashboard", foretold: Foretold) -> None:
    """Have it done, and show its evidence; the page may be left, the verdict is told wherever one is."""
    app.acting.submit("reboot", _act(app, foretold))


async def _begun(app: "Dashboard", desk: Desk, foretold: Foretold) -> Began:
    began = desk.begin(await submit(desk.context, foretold, foretold.count))
    assert began.operation is not None
    page = EvidencePage()
    follower = Follower(desk, lambda: page.show(Detail(shown=_news(follower.shown)), desk.context.clock.now()))
    follower.aim(began.operation.id)
    app.push_screen(page)
    page.run_worker(follower.run(), group="follow")
    return began


def _news(shown: Shown | None) -> Shown | None:
    """Of looks that see the same, one after the other, only the newest."""
    if shown is None:
        return None
    pairs = zip_longest(shown.steps, shown.steps[1:])
    steps = tuple(
        one for one, after in pairs if after is None or (one.name, one.outcome) != (after.name, after.outcome)
    )
    return Shown(shown.operation, steps)


def ask_backup(app: "Dashboard", name: str) -> None:
    """With which password."""
    entry = Entry("password", _("password"), lambda _text: None, hint=_("empty: it is not encrypted"), secret=True)

    def typed(values: Values | None) -> None:
        if values is not None:
            keep_file(app, name, "backup", values["password"])

    app.push_screen(Form(_("Backup of {name}").format(name=cell(name, 60)), [entry]), typed)


def keep_file(app: "Dashboard", name: str, what: str, password: str = "") -> None:
    """Beside; where it is told at the end."""
    folder = _folder(app)

    async def work(desk: Desk) -> None:
        app.notify(_("the router writes it …"), title=_(what))
        wanted = Wanted(What(what), folder, password=Secret(password) if password else None)
        kept = await keep(desk.context, await home_of(desk.context, name), wanted, asyncio.to_thread)
        if kept.path is None:
            app.notify(f"{kept.why}\n{kept.line}", title=_("it stays on the router"), severity="warning", timeout=20.0)
        else:
            app.notify(str(kept.path), title=_("{what}: {size} kept").format(what=_(what), size=size_text(kept.octets)))

    app.acting.beside(what, work)


def _folder(app: "Dashboard") -> Path:
    """Beside an embedded database, else beside the data."""
    database = "" if app.settings is None else app.settings.database
    here = data_home() if not database or "://" in database else Path(database).expanduser().absolute().parent
    return here / "routers"

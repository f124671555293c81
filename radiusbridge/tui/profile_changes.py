"""Adding, changing and removing profiles; what becomes of live sessions is asked, as `profile edit` does."""

import shlex
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.profiles import limits_of
from radiusbridge.domain.records import Profile
from radiusbridge.tui.bulk_asking import BRAKES, SHOWN
from radiusbridge.tui.desk import Began, Desk
from radiusbridge.tui.dialogs import Answers, Choice, Question
from radiusbridge.tui.form import Form, Values, Ways
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell
from radiusbridge.tui.typed_count import Asked, Hit, shortened

if TYPE_CHECKING:
    from radiusbridge.services.bulk.preview import Preview
    from radiusbridge.tui.app import Dashboard

REDIAL, NOW, KICK = "redial", "now", "kick"


def add(app: "Dashboard") -> None:
    """A form."""
    from radiusbridge.tui import profile_form

    desk = app.desk
    assert desk is not None
    lines = profile_form.entries(None)
    shown = {each.name: each.value for each in lines}

    async def save(typed: Values) -> None:
        from radiusbridge.services import profiles

        await profiles.add(desk.context, profile_form.changed(profile_form.NEW, shown, typed))

    def added(values: Values | None) -> None:
        if values is not None:
            app.notify(_("servers get it with the first customer who has it"), title=f"{cell(values['name'], 60)} +")
            app.list_screen.renew()

    ways = Ways(lambda typed: profile_form.changed(profile_form.NEW, shown, typed), save=save)
    app.push_screen(Form(_("New profile"), lines, ways), added)


def edit(app: "Dashboard", before: Profile) -> None:
    """The same with what is known; then what becomes of live sessions, where there can be any."""
    from radiusbridge.tui import profile_form

    lines = profile_form.entries(before)
    shown = {each.name: each.value for each in lines}

    def typed_(values: Values | None) -> None:
        if values is None:
            return
        after = profile_form.changed(before, shown, values)

        async def work(desk: Desk) -> None:
            from radiusbridge.services.profile_live import preview

            found = await preview(desk.context, before.name)
            if limits_of(before) == limits_of(after) or not found.rows:
                _submit(app, before, shown, values, REDIAL)
            else:
                _ask_live(app, before, shown, values, found)

        app.acting.opening(_("form"), work)

    ways = Ways(lambda typed: profile_form.changed(before, shown, typed))
    app.push_screen(Form(_("Profile {name}").format(name=cell(before.name, 60)), lines, ways), typed_)


def _ask_live(app: "Dashboard", before: Profile, shown: Values, typed: Values, found: "Preview") -> None:
    count = len(found.rows)
    many = ngettext("{n} customer has it", "{n} customers have it", count).format(n=count)
    whom = (Text(f"  {term('profile'):<10}{cell(before.name, 60)}", "bold"), Text(f"            {many}"))
    choices = {
        "r": (REDIAL, _("as they are, until they dial again")),
        "n": (NOW, _("changed without a drop")),
        "k": (KICK, _("ended; you type how many")),
    }
    effect = _("The servers get the change; live sessions keep the old rate by themselves.")
    question = Question("change", _("this profile"), whom, effect, {"live": Choice(_("live"), choices, REDIAL)})

    async def act(desk: Desk, answers: Answers) -> Began:
        if answers["live"] != KICK:
            return await _edited(app, desk, before, shown, typed, answers["live"])
        _count(app, before, shown, typed, found)
        return Began(None, _("not before the number is typed"))

    app.acting.ask("profile_edit", question, lambda answers: lambda desk: act(desk, answers))


def _count(app: "Dashboard", before: Profile, shown: Values, typed: Values, found: "Preview") -> None:
    """Many take the typed count."""
    names = [Text(f"  {cell(row.number, 20)} {cell(row.username, 60)}") for row in found.rows[:SHOWN]]
    more = len(found.rows) - SHOWN
    lines = (*names, *([Text("  " + _("and {count} more").format(count=more))] if more > 0 else []))
    line = f"radiusbridge profile edit {shlex.quote(before.name)} --live kick"

    def title(count: int) -> str:
        words = ngettext("Change the profile, kick {n} customer?", "Change the profile, kick {n} customers?", count)
        return words.format(n=count)

    async def look(_answers: Answers) -> "Hit[Preview]":
        return Hit(len(found.rows), found, tuple(map(shortened, lines)), line)

    async def ask(_desk: Desk) -> "Asked[Preview]":
        return Asked(title, look, (_(BRAKES),))

    async def begin(_desk: Desk, _hit: "Hit[Preview]") -> None:
        _submit(app, before, shown, typed, KICK)

    app.acting.bulk.count("edit", ask, begin)


def _submit(app: "Dashboard", before: Profile, shown: Values, typed: Values, live: str) -> None:
    app.acting.submit("edit", lambda desk: _edited(app, desk, before, shown, typed, live))


async def _edited(app: "Dashboard", desk: Desk, before: Profile, shown: Values, typed: Values, live: str) -> Began:
    from radiusbridge.services import profiles
    from radiusbridge.tui import profile_form

    done = await profiles.edit(
        desk.context, before.name, lambda now: profile_form.changed(now, shown, typed), live=live
    )
    if not done.operations:
        return Began(None, _("changed; no server has to know"))
    for operation in done.operations:
        desk.begin(operation)
        _follow(app, operation.id)
    return Began(done.operations[0])


def _follow(app: "Dashboard", operation_id: int) -> None:
    """Once a server has the profile: its accounts, and what was chosen for live sessions."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.bulk import runs
        from radiusbridge.services.profile_live import following

        async for _news in desk.follow(operation_id):
            pass
        for run_id in await following(desk.context, operation_id):
            desk.works.carry((await runs.get(desk.context, run_id)).run)

    app.acting.beside(f"follow {operation_id}", work)


def remove(app: "Dashboard", profile: Profile) -> None:
    """Ask; the service refuses while somebody has it, and says who."""
    whom = (Text(f"  {term('profile'):<10}{cell(profile.name, 60)}", "bold"),)
    effect = _("It is taken from every server, and forgotten once that is proven.")

    async def act(desk: Desk) -> Began:
        from radiusbridge.services import profiles

        done = await profiles.remove(desk.context, profile.name)
        for operation in done.operations:
            desk.begin(operation)
        return Began(done.operations[0]) if done.operations else Began(None, _("removed"))

    app.acting.ask("profile_remove", Question("remove", _("this profile"), whom, effect), lambda _answers: act)

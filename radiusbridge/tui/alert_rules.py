"""When something is an alert, in the dashboard: the rules, and a form for each."""

from typing import TYPE_CHECKING

from radiusbridge.domain.alerts.rules import Rule, duration_text, level_text
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.form import Form, Values, Ways
from radiusbridge.tui.language import _
from radiusbridge.tui.lines import Lines
from radiusbridge.tui.terms import term

if TYPE_CHECKING:
    from radiusbridge.tui.app import Dashboard

KEYS = "abcdefghijklmnoprstuvwxyz"


def manage(app: "Dashboard") -> None:
    """Which one."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services.alerts import keeping

        found = dict(zip(KEYS, await keeping.rules(desk.context), strict=False))

        def picked(key: str | None) -> None:
            if key is not None:
                _form(app, found[key])

        lines = [(key, _words(rule)) for key, rule in found.items()]
        app.push_screen(Lines(lines, _("Which rule?"), pick=True), picked)

    app.acting.opening("rules", work)


def _words(rule: Rule) -> str:
    told = f"{rule.kind}: {term(str(rule.severity)) if rule.on else _('off')}"
    level = level_text(rule.kind, rule.above)
    return f"{told}, {f'{level}, ' if level else ''}{duration_text(rule.hold)}"


def _form(app: "Dashboard", rule: Rule) -> None:
    from radiusbridge.tui.alert_form import rule_entries, rule_made

    async def save(values: Values) -> None:
        from radiusbridge.services.alerts import keeping

        assert app.desk is not None
        kept = await keeping.set_rule(app.desk.context, rule.kind, lambda now: rule_made(now, values))
        app.notify(_words(kept), title=_("kept: rule"))

    ways = Ways(lambda values: rule_made(rule, values), save=save)
    app.push_screen(Form(f"{rule.kind}", rule_entries(rule), ways), lambda _values: None)

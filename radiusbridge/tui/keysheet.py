"""The key sheet of the docs, made from the action table."""

from radiusbridge.tui.actions.kinds import Action, Danger, Need
from radiusbridge.tui.actions.legend import MOVES, SIGNS
from radiusbridge.tui.actions.table import ACTIONS, PAGES, SCREENS
from radiusbridge.tui.actions.verbs import EVERYWHERE, places
from radiusbridge.tui.keymap import Keymap, shown

_INTRODUCTION = """\
# Keys of the dashboard

Made by `radiusbridge tui keys`. `?` shows the keys of a screen, `:` finds every action by name, and `y` shows and
copies the headless line of what can be done to what is selected.

To change keys, write `keys.toml` into the config folder (beside the key of the database):

```toml
[keys]
isolate = "f2"
kick = ["f3", "delete"]
```

A name that is no action, or a key that two actions of one screen would have, is refused with the reason.
With `--read-only` every action that is marked “changes” is refused, by the services themselves.
"""

_OF_VERBS = """\
## Verbs

Where the dashboard has what a verb does: the screen that shows it, or the key that does it there. Verbs that are not
here have no screen: they are for scripts, files and services (docs/verbs.md).
"""


def sheet(keymap: Keymap) -> str:
    """Markdown."""
    lines = [_INTRODUCTION]
    everywhere = [action for action in ACTIONS if not action.screens]
    _section(lines, "On every screen", everywhere, keymap)
    for name, title in (*((name, title) for name, title, _ in SCREENS), *PAGES):
        own = [action for action in ACTIONS if name in action.screens]
        if own:
            _section(lines, title, own, keymap)
    for title, rows in (("In a list", MOVES), ("Signs", SIGNS)):
        lines += [f"## {title}", "", "| | |", "| --- | --- |"]
        lines += [f"| {left} | {words} |" for left, words in rows]
        lines.append("")
    _verbs(lines, keymap)
    return "\n".join(lines).rstrip() + "\n"


def _verbs(lines: list[str], keymap: Keymap) -> None:
    """Where each verb is."""
    titles = {**{name: title for name, title, _ in SCREENS}, **dict(PAGES), EVERYWHERE: "Every screen"}
    by_id = {action.id: action for action in ACTIONS}
    lines += [_OF_VERBS, "| verb | where |", "| --- | --- |"]
    for verb, found in places().items():
        where = (f"{titles[screen]}{f' {_keys(by_id[name], keymap)}' if name else ''}" for screen, name in found)
        lines.append(f"| `{verb}` | {', '.join(dict.fromkeys(where))} |")
    lines.append("")


def _section(lines: list[str], title: str, actions: list[Action], keymap: Keymap) -> None:
    lines += [f"## {title}", "", "| key | action | what it does | | headless |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(action, keymap) for action in actions]
    lines.append("")


def _keys(action: Action, keymap: Keymap) -> str:
    return " ".join("`" + shown(key).replace("|", "\\|") + "`" for key in keymap.keys(action).split(","))


def _row(action: Action, keymap: Keymap) -> str:
    keys = _keys(action, keymap)
    marks = ["changes"] * (Need.WRITING in action.needs) + ["asks"] * (action.danger is not Danger.NONE)
    line = action.line.replace("{", "").replace("}", "").replace("|", "\\|")
    return f"| {keys} | {action.title} (`{action.id}`) | {action.help} | {', '.join(marks)} | {line and f'`{line}`'} |"

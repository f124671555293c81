"""Which keys do what: the table's own, and what the operator's `keys.toml` makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from textual.keys import Keys, key_to_character

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.tui.actions.kinds import Action, Danger
from radiusbridge.tui.actions.legend import MOVING_KEYS
from radiusbridge.tui.actions.table import ACTIONS, PAGES, SCREENS, actions_of
from radiusbridge.tui.language import N_, _

FILE = "keys.toml"
"""In the config folder: `[keys]`, then `isolate = "f2"` or `isolate = ["f2", "i"]`."""
RESERVED = {"ctrl+c": N_("quit"), "ctrl+q": N_("quit"), "ctrl+z": N_("stop")}
"""Keys that belong to the terminal."""
YES = "y"
"""The key that says yes in a dialog."""
_SHOWN = {
    "slash": "/",
    "question_mark": "?",
    "enter": "⏎",
    "escape": "esc",
    "colon": ":",
    "space": "space",
    "delete": "del",
    "pageup": "pgup",
    "pagedown": "pgdn",
}
_NAMED = frozenset(key.value for key in Keys)


@dataclass(frozen=True, slots=True)
class Keymap:
    """changed: action id -> keys, for those that are not the table's own. ascii: no sign for a key."""

    changed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ascii: bool = False

    def keys(self, action: Action) -> str:
        """The keys of an action, as Textual names them, separated by commas."""
        return self.changed.get(action.id, action.keys)

    def shown(self, action: Action) -> str:
        """The first of them, as a screen names it."""
        key = self.keys(action).partition(",")[0]
        return key if self.ascii and not shown(key).isascii() else shown(key)


def shown(key: str) -> str:
    """A key as screens and docs name it."""
    if key in _SHOWN:
        return _SHOWN[key]
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    return key_to_character(key) or key


def read(file: Path) -> Keymap:
    """The keys in force; without a file the table's own. Blocks. BadInput, naming the file: it cannot be used."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Keymap()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(_("the file of keys cannot be read"), target=safe(str(file))) from error
    try:
        return parse(text)
    except BadInput as error:
        raise BadInput(error.summary, target=safe(str(file)), hint=error.hint) from error


def parse(text: str) -> Keymap:
    """From the text of the file. BadInput: no TOML, no such action, no such key, or two actions on one key."""
    import difflib
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(_("it is no TOML: {words}").format(words=safe(str(error), 120))) from error
    others = [name for name in document if name != "keys"]
    given = document.get("keys", {})
    if others or not isinstance(given, dict):
        told = _("it has “{name}”").format(name=safe(str((others or ["keys"])[0]), 40))
        raise BadInput(told, hint=_('write [keys], then isolate = "f2"'))
    known = {action.id: action for action in ACTIONS}
    changed = {}
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            nearest = _("nearest: {names}").format(names=", ".join(near))
            told = _("there is no action “{name}”").format(name=safe(name, 40))
            raise BadInput(told, hint=nearest if near else _("see ?"))
        changed[name] = ",".join(_key(each) for each in (value if isinstance(value, list) else [value]))
        if not changed[name]:
            told = _("“{name}” has no key").format(name=name)
            raise BadInput(told, hint=_("an action keeps its key when it is left out"))
    found = Keymap(changed)
    _check(found)
    return found


def _key(value: object) -> str:
    if isinstance(value, str):
        for key, sign in _SHOWN.items():
            if value == sign:
                return key
        plain = value.rpartition("+")[2]
        if (len(value) == 1 and value.isprintable()) or plain in _NAMED or (len(plain) == 1 and plain != value):
            return value
    told = _("“{text}” is no key").format(text=safe(str(value), 30))
    raise BadInput(told, hint=_("like i, I, f2, ctrl+e, delete"))


def _check(keymap: Keymap) -> None:
    """Two actions of one screen on one key, or a key that a list needs for itself."""
    pages = [(title, [each for each in ACTIONS if name in each.screens]) for name, title in PAGES]
    for title, actions in (*((title, actions_of(screen)) for screen, title, _key_of in SCREENS), *pages):
        taken: dict[str, str] = dict.fromkeys(MOVING_KEYS, _("moving in a list"))
        taken |= {key: _(words) for key, words in RESERVED.items()}
        for action in actions:
            for key in keymap.keys(action).split(","):
                if key == YES and action.danger is not Danger.NONE:
                    told = _("“{key}” says yes, and {action} asks").format(key=YES, action=action.id)
                    raise BadInput(told, hint=_("held down it would answer its own question"))
                if key in taken:
                    told = _("“{key}” is {one} and {other} on the screen {screen}")
                    told = told.format(key=shown(key), one=taken[key], other=action.id, screen=_(title))
                    raise BadInput(told, hint=_("give one of them another key"))
                taken[key] = action.id

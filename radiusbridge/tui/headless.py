"""The headless line that does what an action does: shown, copied, and good to paste into a shell."""

import base64
import shlex
from collections.abc import Mapping
from string import Formatter

from radiusbridge.tui.actions.kinds import Action, State

MOST = 74_000
"""Octets of base64 that terminals take in one OSC 52; more is cut off by some and drops the lot in others."""
_SERVERS = "{servers}"
"""Stands for as many as are meant, and for nothing where all are."""
_SCREEN_CHUNK = 250
"""Octets that GNU screen passes on in one device control string."""


def fields(state: State) -> dict[str, str]:
    """What the state gives a line to name; what it has not is left out."""
    found: dict[str, str] = {}
    if state.customer is not None:
        found |= {"customer": state.customer.number, "user": state.customer.username}
    if state.operation is not None:
        found["operation"] = str(state.operation.id)
    if state.device is not None:
        found["device"], found["name"] = state.device
    if state.session_id:
        found["session"] = state.session_id
    if state.name and "name" not in found:
        found["name"] = state.name
    if state.file:
        found["file"] = state.file
    if state.kind:
        found["kind"] = state.kind
    if state.nas:
        found["nas"] = state.nas
    if state.row:
        found["row"] = state.row
    return found


def line_of(action: Action, state: State, answers: Mapping[str, str] | None = None) -> str:
    """The line, each value quoted for a shell; empty: there is none, or nothing is selected.

    An option whose value is not known, like a policy that was not chosen yet, is left out with its name.
    """
    known = fields(state) | dict(answers or {})
    words: list[str] = []
    for word in action.line.split():
        if word == _SERVERS:
            words += map(shlex.quote, state.servers)
            continue
        names = [name for _, name, _, _ in Formatter().parse(word) if name]
        missing = [name for name in names if name not in known]
        if not missing:
            filled = word.format(**{name: known[name] for name in names})
            words.append(shlex.quote(filled) if names else filled)
        elif words and words[-1].startswith("--"):
            words.pop()
        else:
            return ""
    return " ".join(words)


def osc52(text: str, environment: Mapping[str, str]) -> str:
    """What makes a terminal put the text on its clipboard, through tmux and screen too; empty: too long.

    Inside tmux it is sent twice, wrapped (`allow-passthrough`) and plain (`set-clipboard on`): either may be allowed.
    """
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode()
    if len(encoded) > MOST:
        return ""
    plain = f"\x1b]52;c;{encoded}\x07"
    if "TMUX" in environment:
        doubled = plain.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\{plain}"
    if "STY" in environment:
        chunks = [plain[at : at + _SCREEN_CHUNK] for at in range(0, len(plain), _SCREEN_CHUNK)]
        return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
    return plain

"""Checks that the fields of several forms share. Each raises BadInput for a text that cannot be."""

import difflib
from collections.abc import Callable, Sequence

from radiusbridge.domain.errors import BadInput
from radiusbridge.tui.language import _


def any_text(text: str) -> str:
    """Whatever it is."""
    return text


def empty_or(check: Callable[[str], object]) -> Callable[[str], object]:
    """That check, where something is typed."""
    return lambda text: check(text) if text.strip() else None


def only(names: Sequence[str]) -> str:
    """What stands there from the start: the one that there is."""
    return names[0] if len(names) == 1 else ""


def one_of(what: str, names: Sequence[str]) -> Callable[[str], object]:
    """One of the names, however its letters are written; what: the noun of the verb that adds one."""
    known = {name.casefold() for name in names}

    def check(text: str) -> None:
        if text.strip().casefold() in known:
            return
        near = difflib.get_close_matches(text, names, n=3, cutoff=0.3) or list(names[:5])
        absent = _("there is no {what} “{name}”").format(what=_(what), name=text[:30])
        told = _("nearest: {names}") if text else _("one of: {names}")
        hint = told.format(names=", ".join(near)) if near else _("add one: radiusbridge {what} add").format(what=what)
        raise BadInput(absent if text else _("this is needed"), hint=hint)

    return check


def yes_or_no(text: str) -> bool:
    """Whether it says yes, in English or the operator's language; empty: no."""
    word = text.strip().casefold()
    if word in {"y", "yes", _("yes").casefold()}:
        return True
    if word in {"", "n", "no", _("no").casefold()}:
        return False
    raise BadInput(_("yes or no"))


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A number between the two."""

    def check(text: str) -> int:
        plain = text.strip()
        if not (plain.isascii() and plain.isdigit()) or not least <= int(plain) <= most:
            raise BadInput(
                _("“{text}” is no number from {least} to {most}").format(text=text[:20], least=least, most=most)
            )
        return int(plain)

    return check

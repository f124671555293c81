"""The dashboard's language: every text that it shows goes through `_` (or `ngettext` where a number decides)."""

import gettext
from collections.abc import Mapping
from pathlib import Path

from radiusbridge.domain.errors import BadInput

DOMAIN = "radiusbridge"
"""The name of the catalogues: `locale/<language>/LC_MESSAGES/radiusbridge.mo`."""
LOCALE = Path(__file__).parent / "locale"
Noun = tuple[str, str]
"""One, and many of them."""
ENGLISH = "en"
"""What the texts in the code are written in."""
VARIABLE = "RADIUSBRIDGE_LANGUAGE"
_OF_THE_SYSTEM = ("LC_ALL", "LC_MESSAGES", "LANG")

_translations: gettext.NullTranslations = gettext.NullTranslations()
_current = ENGLISH


def _(text: str) -> str:
    """That text in the operator's language. Put fields in by name: `_("{name} is dark").format(name=name)`."""
    return _translations.gettext(text) if text else ""


def ngettext(one: str, many: str, number: int) -> str:
    """The one that the number asks for: `ngettext("{n} row", "{n} rows", n).format(n=n)`."""
    return _translations.ngettext(one, many, number)


def ngettext_noop(one: str, many: str) -> Noun:
    """Marks a noun of a table for translation; `ngettext(*noun, number)` translates it where it is shown."""
    return one, many


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's own tools look for
    """Marks a text of a table for translation; it is translated by `_` where it is shown."""
    return text


def languages() -> tuple[str, ...]:
    """The languages that there are: English, and those with a catalogue. Blocks."""
    return (ENGLISH, *sorted(file.parts[-3] for file in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def choose(asked: str, environment: Mapping[str, str]) -> str:
    """What was asked for, else RADIUSBRIDGE_LANGUAGE, else what the system speaks if we do, else English. Blocks.

    BadInput: one that was asked for by name is not there.
    """
    known = languages()
    for name, where in ((asked, "--language"), (environment.get(VARIABLE, ""), VARIABLE)):
        if name:
            if _plain(name) not in known:
                told = _("there is no language “{name}”").format(name=name[:20])
                raise BadInput(told, target=where, hint=_("there are {names}").format(names=", ".join(known)))
            return _plain(name)
    named = next((environment[each] for each in _OF_THE_SYSTEM if environment.get(each)), "")
    return _plain(named) if _plain(named) in known else ENGLISH


def use(language: str) -> None:
    """Speak it from now on; one of `languages()`. Blocks."""
    global _translations, _current  # noqa: PLW0603 - as gettext's own install: one language for a process
    if language == ENGLISH:
        _translations = gettext.NullTranslations()
    else:
        _translations = gettext.translation(DOMAIN, LOCALE, [language])
    _current = language


def current() -> str:
    """The language that is spoken."""
    return _current


def _plain(name: str) -> str:
    """`id` of `id_ID.UTF-8`; `in` is what Indonesian was called before 1989, and Java still calls it."""
    plain = name.partition(".")[0].partition("@")[0].partition("_")[0].partition("-")[0].lower()
    return "id" if plain == "in" else plain

"""The dashboard's language: every text that it shows goes through `_` (or `ngettext` where a number decides)."""

import gettext

_translations: gettext.NullTranslations = gettext.NullTranslations()


def _(text: str) -> str:
    """That text in the operator's language. Put fields in by name: `_("{name} is dark").format(name=name)`."""
    return _translations.gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """The one that the number asks for: `ngettext("{n} row", "{n} rows", n).format(n=n)`."""
    return _translations.ngettext(one, many, number)


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's own tools look for
    """Marks a text of a table for translation; it is translated by `_` where it is shown."""
    return text

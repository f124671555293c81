import gettext
import io
import string

import pytest

from radiusbridge.tui import language
from tests.tui.language import catalogue
from tests.tui.language.catalogue import MENDING, Id

NAMES = sorted(file.parts[-3] for file in language.LOCALE.glob(f"*/LC_MESSAGES/{language.DOMAIN}.po"))


def _told(texts: dict[Id, str]) -> str:
    return "\n".join(f"  {where}: {text!r}" for text, where in texts.items())


def fields(text: str) -> set[str]:
    return {f"{{{name}}}" for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def blanks(text: str) -> tuple[str, str]:
    """At the beginning and at the end: they make columns, or part two texts."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def test_indonesian_is_there() -> None:
    assert "id" in NAMES
    assert language.languages() == ("en", *NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_text_of_the_dashboard_is_translated(name: str) -> None:
    wanted = catalogue.wanted()
    assert len(wanted) > 300, "the texts are not found"
    known = catalogue.entries(catalogue.read(name))
    empty = set(catalogue.untranslated(catalogue.read(name)))
    missing = {text: where for text, where in wanted.items() if text not in known or text in empty}
    assert not missing, f"{name} does not have these texts:\n{_told(missing)}\nTo mend it: {MENDING}."


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_translated_that_the_dashboard_does_not_say(name: str) -> None:
    wanted = catalogue.wanted()
    obsolete = {text: "nowhere" for text in catalogue.entries(catalogue.read(name)) if text not in wanted}
    assert not obsolete, f"{name} has these texts for nothing:\n{_told(obsolete)}\nTo mend it: {MENDING}."


@pytest.mark.parametrize("name", NAMES)
def test_translations_have_the_fields_and_the_edges_of_their_texts(name: str) -> None:
    wrong = []
    for message in catalogue.entries(catalogue.read(name)).values():
        english = catalogue.texts(message.id)
        for each in filter(None, catalogue.texts(message.string)):
            named = fields(each) == set[str]().union(*map(fields, english))
            if not named or blanks(each) != blanks(english[-1]):
                wrong.append(f"  {english[0]!r}: {each!r}")
    told = "\n".join(wrong)
    assert not wrong, f"other {{fields}}, or other blanks at the edges, than in English, in {name}:\n{told}"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_compiled_is_what_is_written(name: str) -> None:
    file = catalogue.file_of(name)
    read = catalogue.read(name)
    assert file.with_suffix(".mo").read_bytes() == catalogue.compiled(read), "run `make language`"
    assert file.read_text(encoding="utf-8") == catalogue.as_text(catalogue.updated(name), name), "run `make language`"
    spoken = gettext.GNUTranslations(io.BytesIO(catalogue.compiled(read)))
    assert spoken.gettext("Customers") == "Pelanggan" or name != "id"


def test_a_text_that_nobody_translated_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = catalogue.wanted()
    monkeypatch.setattr(catalogue, "wanted", lambda: {**real, "a text of tomorrow": "tomorrow.py"})
    with pytest.raises(AssertionError, match=r"(?s)tomorrow\.py: 'a text of tomorrow'\n.*make language"):
        test_every_text_of_the_dashboard_is_translated("id")
    assert "a text of tomorrow" in catalogue.untranslated(catalogue.updated("id"))

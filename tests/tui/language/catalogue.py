"""The catalogues: what has to be in them, writing the missing entries, compiling. `make language` runs it."""

import ast
import importlib
import io
import pkgutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.plural import to_gettext

from radiusbridge import domain, tui
from radiusbridge.domain.filters import Vocabulary
from radiusbridge.tui import language
from radiusbridge.tui.actions.table import ACTIONS, SCREENS

PACKAGE = Path(tui.__file__).parent
KEYWORDS = {"_": (0,), "N_": (0,), "ngettext": (0, 1), "Col": (1,), "ngettext_noop": (0, 1), "one_of": (0,)}
"""Which arguments are texts: those of the marks, the titles of columns and the nouns of what is chosen,
which are translated where they are shown."""
MENDING = "run `make language`, which writes the missing entries and takes the obsolete ones out, then translate them"
WIDTH = 110
_HEADER = """\
# The dashboard's texts in {name}. Entries are written by `make language`; translate what is empty, and run it again.
msgid ""
msgstr ""
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: {language}\\n"
"Plural-Forms: {forms}\\n"

"""

Id = str | tuple[str, str]


def wanted() -> dict[Id, str]:
    """Every text that the dashboard can show -> where it comes from."""
    found: dict[Id, str] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        for text in marked(ast.parse(file.read_text(encoding="utf-8"))):
            found.setdefault(text, str(file.relative_to(PACKAGE)))
    for text, where in (*_of_actions(), *_of_filters()):
        if text:
            found.setdefault(text, where)
    return _without_singulars(found)


def marked(tree: ast.AST) -> Iterator[Id]:
    """Its texts. Those within f-strings too, which extractors that read tokens do not see."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            given = [node.args[at] for at in KEYWORDS[node.func.id] if at < len(node.args)]
            texts = [str(each.value) for each in given if isinstance(each, ast.Constant) and each.value]
            if len(texts) == 2:
                yield texts[0], texts[1]
            elif texts:
                yield texts[0]


def _of_actions() -> Iterator[tuple[str, str]]:
    for name, title, _key in SCREENS:
        yield title, f"the screen {name}"
    for action in ACTIONS:
        yield action.title, f"the action {action.id}"
        yield action.help, f"the action {action.id}"


def _of_filters() -> Iterator[tuple[str, str]]:
    for module in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}."):
        if module.name.endswith("_fields"):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, Vocabulary):
                    yield from ((field.help, module.name) for field in value.fields.values())


def _without_singulars(found: dict[Id, str]) -> dict[Id, str]:
    """A catalogue has one entry for a text: where it has a plural too, that one serves both."""
    plurals = {each[0] for each in found if isinstance(each, tuple)}
    return {each: where for each, where in found.items() if isinstance(each, tuple) or each not in plurals}


def file_of(name: str) -> Path:
    """The texts of a language; beside them, compiled, with the ending `.mo`."""
    return language.LOCALE / name / "LC_MESSAGES" / f"{language.DOMAIN}.po"


def read(name: str) -> Catalog:
    """As they stand in the file."""
    return read_po(io.BytesIO(file_of(name).read_bytes()), locale=name, abort_invalid=True)


def key(message: Message) -> Id:
    """What makes it the entry that it is."""
    return (message.id[0], message.id[1]) if isinstance(message.id, tuple | list) else str(message.id)


def entries(catalogue: Catalog) -> dict[Id, Message]:
    """Without the header."""
    return {key(message): message for message in catalogue if message.id}


def updated(name: str) -> Catalog:
    """As it should be: what is translated already, and what is missing, empty."""
    made = Catalog(locale=name, domain=language.DOMAIN, fuzzy=False)
    made.mime_headers = [("Plural-Forms", to_gettext(Locale(name).plural_form))]
    known = entries(read(name)) if file_of(name).exists() else {}
    for each in wanted():
        before = known.get(each)
        made.add(each, before.string if before is not None else None)
    return made


def as_text(catalogue: Catalog, name: str) -> str:
    """The file, without dates and line numbers: two branches that add texts do not meet in them."""
    body = io.BytesIO()
    write_po(body, catalogue, width=WIDTH, omit_header=True, no_location=True, sort_output=True, ignore_obsolete=True)
    locale = Locale(name)
    header = _HEADER.format(name=locale.english_name, language=name, forms=to_gettext(locale.plural_form))
    return header + body.getvalue().decode().strip() + "\n"


class _Compiled(Catalog):
    """Whose header has neither dates nor versions: the same texts make the same file."""

    def __init__(self, catalogue: Catalog) -> None:
        super().__init__(locale=catalogue.locale, fuzzy=False)
        self._of = catalogue

    def __iter__(self) -> Iterator[Message]:
        forms = to_gettext(Locale(str(self.locale)).plural_form)
        yield Message("", f"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: {forms}\n")
        yield from entries(self._of).values()


def compiled(catalogue: Catalog) -> bytes:
    """What gettext reads; what is not translated is left out."""
    body = io.BytesIO()
    write_mo(body, _Compiled(catalogue))
    return body.getvalue()


def untranslated(catalogue: Catalog) -> list[Id]:
    """Entries without a text."""
    return [each for each, message in entries(catalogue).items() if not all(texts(message.string))]


def texts(of: str | Sequence[str] | None) -> tuple[str, ...]:
    """One text, or one for each plural form."""
    return (of or "",) if of is None or isinstance(of, str) else tuple(of)

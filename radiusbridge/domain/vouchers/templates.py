"""Templates of printed cards: data, never code. What a placeholder may name is fixed; all else is text."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

FIELDS = (
    "code", "password", "profile", "time_limit", "data_limit", "validity", "expires", "price", "outlet", "router",
    "batch", "number",
)  # fmt: skip
"""What a card may show, and what a placeholder `{name}` may name."""
SECRETS = frozenset({"code", "password"})
"""Not in a text of the card, only where they are meant to stand: in their own fields and in the QR code."""
BORDERS = ("line", "dashed", "none")
QR = ("login", "code", "none")
"""What the QR code holds: the login link with user and password, the code alone, or there is none."""
AUTO = "auto"
"""The language of whoever prints."""
LANGUAGES = (AUTO, "en", "id")
MOST_COLUMNS = 8
_LIMITS = {"brand": 40, "subtitle": 80, "login": 120, "note": 240}
_PLACE = re.compile(r"\{([^{}]*)\}")
_TEXTS = ("brand", "subtitle", "login", "note")
_CHOICES = {"qr": QR, "border": BORDERS, "language": LANGUAGES}
_SIZES = 10_000


@dataclass(frozen=True, slots=True)
class Template:
    """How a card looks. brand, subtitle, note: texts with placeholders. login: the hotspot's login page, http or https;
    a QR code that opens it needs it. columns: cards beside each other on A4. fields: of `FIELDS`, in their order.
    language: of the labels; `auto`: the operator's. BadInput: it makes no sense."""

    brand: str = "WiFi"
    subtitle: str = "{profile}"
    login: str = ""
    note: str = ""
    columns: int = 3
    border: str = "line"
    fields: tuple[str, ...] = ("code", "password", "time_limit", "data_limit", "validity", "price", "number")
    qr: str = "login"
    language: str = AUTO

    def __post_init__(self) -> None:
        for name in _TEXTS:
            _check_text(name, getattr(self, name))
        _check_link(self.login)
        _known("the field list", self.fields, FIELDS)
        if len(set(self.fields)) != len(self.fields):
            raise BadInput("a field is there twice", target=", ".join(self.fields))
        if "code" not in self.fields:
            raise BadInput("a card without its code is of no use", hint="put code into the fields")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                told = f"{name} “{safe(str(getattr(self, name)), 20)}”"
                raise BadInput(f"there is no {told}", hint=f"one of {', '.join(choices)}")
        if not 1 <= self.columns <= MOST_COLUMNS:
            raise BadInput(f"there are 1 to {MOST_COLUMNS} columns", target=f"columns {self.columns}")

    def filled(self, text: str, values: Mapping[str, str]) -> str:
        """A text of this template with the placeholders replaced, in one pass: a value is never read as a text."""
        return _PLACE.sub(lambda found: values.get(found[1], ""), text)


def spoken(template: Template, asked: str, operator: str) -> Template:
    """The template with labels in the language that was asked for, else in its own, else in the operator's."""
    known = operator if operator in LANGUAGES else "en"
    return replace(template, language=asked or (known if template.language == AUTO else template.language))


def parsed(text: str, base: Template | None = None) -> Template:
    """A template of a TOML text, what is not there as in the base. BadInput: with the line, key or field."""
    if len(text) > _SIZES:
        raise BadInput(f"a template has up to {_SIZES:,} characters")
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"this is no TOML: {safe(str(error), 120)}") from error
    plain = Template()
    _known("the template", found, tuple(item.name for item in fields(Template)))
    values: dict[str, Any] = {}
    for name, value in found.items():
        kind = list if name == "fields" else type(getattr(plain, name))
        if type(value) is not kind or (kind is list and not all(isinstance(each, str) for each in value)):
            told = {str: "a text", int: "a whole number", list: "a list of texts"}[kind]
            raise BadInput(f"{name} is {told}", target=safe(str(value), 40))
        values[name] = tuple(value) if kind is list else value
    return replace(base or Template(), **values)


def written(template: Template) -> str:
    """The same as a TOML text."""
    lines = []
    for item in fields(Template):
        value = getattr(template, item.name)
        plain = list(value) if isinstance(value, tuple) else value
        lines.append(f"{item.name} = {json.dumps(plain, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _check_text(name: str, text: str) -> None:
    if len(text) > _LIMITS[name] or not text.isprintable():
        raise BadInput(f"{name} is up to {_LIMITS[name]} printable characters", target=safe(text, 40))
    places = _PLACE.findall(text)
    _known(name, places, FIELDS)
    if secret := SECRETS.intersection(places):
        told = ", ".join(sorted(secret))
        raise BadInput(f"{name} cannot hold {told}", hint="put it into the fields; a QR code holds it: qr = “login”")
    if set(_PLACE.sub("", text)) & set("{}"):
        raise BadInput(f"a brace in {name} stands for a field", target=safe(text, 40), hint="{profile}, for one")


def _check_link(login: str) -> None:
    if not login:
        return
    try:
        link = urlsplit(login)
    except ValueError:
        link = urlsplit("")
    plain = login.isascii() and " " not in login
    if link.scheme not in {"http", "https"} or not link.hostname or not plain or "#" in login:
        raise BadInput("login is no link", target=safe(login, 60), hint="like http://hotspot.lan/login")


def _known(where: str, names: Iterable[str], known: tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            raise BadInput(f"{where} has the unknown field “{safe(name, 30)}”", hint=f"known: {', '.join(known)}")


BUILT_IN: Mapping[str, Template] = MappingProxyType(
    {
        "default": Template(),
        "small": Template(columns=5, qr="none", fields=("code", "password", "time_limit", "validity", "price")),
        "thermal": Template(columns=1, border="none", note="{outlet}", fields=(*Template().fields, "expires")),
        "bawaan": Template(language="id"),
        "termal": Template(language="id", columns=1, border="none", fields=(*Template().fields, "expires")),
    }
)
"""What an installation has without setting anything; a stored template of the same name stands before it."""

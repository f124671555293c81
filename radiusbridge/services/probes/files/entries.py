"""One `[[probe]]` of a file, and the defaults that hold where it says nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from radiusbridge.domain.endpoints import LoginMethod
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.probe_runs import State
from radiusbridge.domain.probes import Accounting, AttributeExpectation, Expect, ProbeKind
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_username
from radiusbridge.gateways.attributes import parse_attribute
from radiusbridge.services.probes.expectations import parse_expectation
from radiusbridge.services.probes.files.document import Document, nearest
from radiusbridge.services.probes.files.fields import Fields, chosen, parse_probe_name
from radiusbridge.services.probes.files.targets import Secrets

T = TypeVar("T")

AUTH = frozenset({ProbeKind.AUTH})
ONLY: dict[str, frozenset[ProbeKind]] = {
    "method": AUTH,
    "password_file": AUTH,
    "password_env": AUTH,
    "answer_file": AUTH,
    "answer_env": AUTH,
    "accounting": frozenset({ProbeKind.ACCT}),
    "user": frozenset(ProbeKind) - {ProbeKind.STATUS},
}
"""Keys that only some kinds of probe have; among the defaults they count for these, but for the user: nobody's session
is cut, and nobody is billed, by a default."""

_SHARED = (
    *("timeout", "retries", "max_time", "warn_time", "severity", "labels"),
    *("method", "user", "password_file", "password_env"),
)
_OWN = (
    *("name", "kind", "target", "port", "attributes", "expect", "expect_attributes"),
    *("answer_file", "answer_env", "accounting"),
)
_OF_ANSWERS = ("max_time", "warn_time")
_SEVERITIES = {"critical": State.CRITICAL, "warning": State.WARNING}


@dataclass(frozen=True, slots=True)
class Shared:
    """What may stand among the defaults. values: only what was given."""

    values: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def under(self, own: "Shared", kind: ProbeKind, expect: Expect | None) -> dict[str, Any]:
        """The values of a probe: its own, else these, as far as its kind has them."""
        beside = {
            key: value
            for key, value in self.values.items()
            if kind in (AUTH if key == "user" else ONLY.get(key, ProbeKind))
            and not (expect is Expect.TIMEOUT and key in _OF_ANSWERS)
        }
        return {**beside, **own.values}


@dataclass(frozen=True, slots=True)
class Entry:
    """One probe as it stands in the file, before its targets and methods are multiplied out."""

    fields: Fields
    name: str
    kind: ProbeKind
    targets: tuple[str, ...]
    values: dict[str, Any]
    """The shared ones."""
    labels: dict[str, str]
    port: int | None
    expect: Expect | None
    attributes: tuple[tuple[str, str], ...]
    expect_attributes: tuple[AttributeExpectation, ...]
    accounting: Accounting
    answer: Secret | None


class Entries:
    """Reads the probes of one file."""

    def __init__(self, document: Document, secrets: Secrets, targets: Callable[[], list[str]]) -> None:
        self._document = document
        self._secrets = secrets
        self._targets = targets
        self._attribute = _remembered(parse_attribute)
        self._expectation = _remembered(parse_expectation)
        self._lines: dict[str, int] = {}

    def defaults(self) -> Shared:
        """The table `defaults`."""
        table = self._document.data.get("defaults", {})
        return self._shared(Fields(self._document, ("defaults",), table, _SHARED, "the table of defaults"))

    def entry(self, index: int, table: object, defaults: Shared) -> Entry | None:
        """A probe; None: what is wrong with it was noted."""
        fields = Fields(self._document, ("probe", index), table, (*_OWN, *_SHARED), "a probe")
        if not isinstance(table, dict):
            return None
        for key in ("name", "kind", "target"):
            if key not in fields:
                fields.wrong(None, f"this probe has no {key}")
        name = self._name(fields, index)
        kind = fields.choice("kind", ProbeKind)
        targets = fields.several("target", self._target)
        expect = fields.choice("expect", Expect)
        own = self._shared(fields)
        attributes = fields.several("attributes", self._attribute) or ()
        expectations = fields.several("expect_attributes", self._expectation) or ()
        accounting = fields.choice("accounting", Accounting) or Accounting.TRIPLE
        answer = self._secrets.given(fields, "answer", "answer to the challenge")
        port = fields.number("port", 1, 65535)
        if name is None or kind is None or not targets:
            return None
        for key, kinds in ONLY.items():
            if key in fields and kind not in kinds:
                fields.wrong(key, f"a probe of the kind {kind} has no {key}")
        values = defaults.under(own, kind, expect)
        if not set(_OF_ANSWERS) <= own.values.keys() and not _in_order(values):
            fields.wrong(None, "warn_time is not below max_time", "one of them stands among the defaults")
        targets = tuple(dict.fromkeys(targets))
        return Entry(
            *(fields, name, kind, targets, values, own.labels, port),
            *(expect, attributes, expectations, accounting, answer),
        )

    def _shared(self, fields: Fields) -> Shared:
        found: dict[str, Any] = {key: fields.seconds(key) for key in ("timeout", *_OF_ANSWERS)}
        found["retries"] = fields.number("retries", 0, 20)
        found["severity"] = fields.parsed("severity", _severity)
        found["method"] = fields.several("method", _method)
        found["user"] = fields.parsed("user", parse_username)
        found["password_file"] = self._secrets.given(fields, "password", "password")
        given = {key: value for key, value in found.items() if value is not None}
        if not _in_order(given):
            fields.wrong("warn_time", "warn_time is not below max_time")
        return Shared(given, fields.labels())

    def _name(self, fields: Fields, index: int) -> str | None:
        name = fields.parsed("name", parse_probe_name)
        if name is None:
            return None
        first = self._lines.setdefault(name, index)
        if first != index:
            fields.wrong("name", f"there are two probes with the name {name!r}", f"the other is number {first + 1}")
        return name

    def _target(self, name: str) -> str:
        names = self._targets()
        if name not in names:
            hint = nearest(name, names) or "write [targets.NAME] with a host"
            raise BadInput(f"there is no target {safe(name, 60)!r}", hint=hint)
        return name


def _in_order(values: dict[str, Any]) -> bool:
    warn: float = values.get("warn_time", 0.0)
    most: float = values.get("max_time", float("inf"))
    return warn < most


def _method(text: str) -> LoginMethod:
    return chosen(text, LoginMethod, "method")


def _severity(text: str) -> State:
    if text not in _SEVERITIES:
        raise BadInput(f"severity cannot be {safe(text, 60)!r}", hint=nearest(text, _SEVERITIES))
    return _SEVERITIES[text]


def _remembered(parse: Callable[[str], T]) -> Callable[[str], T]:
    """The same, looked up once for each text: thousands of probes expect the same, and may misspell the same."""

    @cache
    def kept(text: str) -> T | BadInput:
        try:
            return parse(text)
        except BadInput as error:
            return error

    def parsed(text: str) -> T:
        found = kept(text)
        if isinstance(found, BadInput):
            raise found
        return found

    return parsed

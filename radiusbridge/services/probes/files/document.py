"""A file of probes as text: read, and what is wrong with it collected to be told all at once."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.text import safe
from radiusbridge.services.probes.files.lines import Path as Keys
from radiusbridge.services.probes.files.lines import line_of, locate

LARGEST = 16 << 20
"""Octets of a file; ten thousand probes take two million."""
MOST_PROBLEMS = 100
"""After so many nothing more is looked for."""

_TOML_ERROR = re.compile(r"(?P<what>.*?) \((?:at line (?P<line>[0-9]+), column [0-9]+|at end of document)\)")
_LONG_NUMBER = re.compile("[0-9_]{1000,}")


class BadProbes(BadInput):
    """What is wrong with a file of probes: `problems` has one sentence for each, with file and line, in their order."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class TooMany(Exception):
    """So much is wrong that nothing more is looked for."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at the place `keys`."""

    keys: Keys
    words: str
    hint: str = ""


class Document:
    """A TOML file: its tables, and what was found wrong with them."""

    def __init__(self, file: Path, text: str, data: dict[str, Any]) -> None:
        self.file = file
        self.data = data
        self._text = text
        self._problems: list[Problem] = []

    @property
    def folder(self) -> Path:
        """What relative names of files in it are relative to."""
        return self.file.absolute().parent

    def wrong(self, keys: Keys, words: str, hint: str = "") -> None:
        """Note something. Raises TooMany once that is of no use any more."""
        self._problems.append(Problem(keys, words, hint))
        if len(self._problems) >= MOST_PROBLEMS:
            raise TooMany

    def refused(self, keys: Keys, error: RadiusbridgeError) -> None:
        """Note what an error says."""
        self.wrong(keys, f"{error.target}: {error.summary}" if error.target else error.summary, error.hint)

    def check(self) -> None:
        """Raise BadProbes if anything was noted."""
        if not self._problems:
            return
        found = locate(self._text)
        told = sorted(
            ((line_of(found, one.keys), _words(one)) for one in self._problems), key=lambda problem: problem[0]
        )
        problems = [_told(self.file, line, words) for line, words in dict.fromkeys(told)]
        if len(self._problems) >= MOST_PROBLEMS:
            problems.append(f"{safe(str(self.file))}: so much is wrong that the rest was not looked at")
        raise BadProbes(tuple(problems))


def load(file: Path) -> Document:
    """Read a file. BadInput: it cannot be read; BadProbes: it is no TOML, or nothing is in it."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or "that is no file name"
        raise BadInput(f"the file of probes cannot be read: {told}", target=safe(str(file))) from error
    if len(content) > LARGEST:
        raise BadInput(f"a file of probes has at most {LARGEST >> 20} MiB", target=safe(str(file)))
    return parse(file, content)


def parse(file: Path, content: bytes) -> Document:
    """The same from octets that were read. BadProbes."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadProbes((_told(file, line, "this is not UTF-8"),)) from error
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        line, words = _syntax(text, error)
        raise BadProbes((_told(file, line, words),)) from error
    if not data:
        hint = "docs/monitoring.md has an example"
        raise BadProbes((_told(file, 1, f"there is nothing in this file; {hint}"),))
    return Document(file, text, data)


def nearest(typed: str, names: Iterable[str]) -> str:
    """A hint with the names that resemble what was typed; empty if none does."""
    known = list(names)
    near = get_close_matches(typed[:80], known, n=2, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(safe(name, 60) for name in near)}?"
    return f"one of {', '.join(safe(name, 60) for name in known[:30])}" if known else ""


def _told(file: Path, line: int, words: str) -> str:
    return f"{safe(str(file))}:{line}: {words}"


def _words(problem: Problem) -> str:
    return safe(f"{problem.words}; {problem.hint}" if problem.hint else problem.words, 500)


def _syntax(text: str, error: Exception) -> tuple[int, str]:
    """The line and the words of what the parser refuses."""
    if isinstance(error, RecursionError):
        return _too_deep(text), "this is nested too deeply"
    last = text.count("\n") + 1
    match = _TOML_ERROR.fullmatch(str(error))
    if match is not None:
        what = match["what"][:1].lower() + match["what"][1:]
        return int(match["line"] or last), f"this is no TOML: {safe(what, 200)}"
    number = _LONG_NUMBER.search(text)
    line = text.count("\n", 0, number.start()) + 1 if number else 1
    return line, "a number in it is too long" if number else "this is no TOML"


def _too_deep(text: str) -> int:
    """The line with the most opening brackets."""
    lines = text.split("\n")
    return max(range(len(lines)), key=lambda at: lines[at].count("[") + lines[at].count("{")) + 1

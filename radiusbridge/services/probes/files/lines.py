"""Where in a TOML text its keys stand: `tomllib` reads values and keeps no places (docs/decisions/0012)."""

import re
import tomllib
from bisect import bisect_right
from contextlib import suppress

Path = tuple[str | int, ...]
"""Keys from the top down; an element of an array by its index."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACES = re.compile(r"[ \t]*")
_REST = re.compile(r"[^\n]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = re.compile(r"'[^'\n]*'|\"(?:\\.|[^\"\\\n])*\"")
_STRING = re.compile(
    r"'''.*?'''(?:'{0,2})"
    r'|"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'[^'\n]*'"
    r'|"(?:\\.|[^"\\\n])*"',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def locate(text: str) -> dict[Path, int]:
    """The line, from 1, of every key and every element of an array. text: one that `tomllib` takes."""
    finder = _Finder(text.replace("\r\n", "\n"))
    with suppress(RecursionError):  # what was found until there is still so
        finder.read()
    return finder.found


def line_of(found: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it; 1 for the file as a whole."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


class _Finder:
    """Walks a valid text once. `at` is where it stands."""

    def __init__(self, text: str) -> None:
        self.found: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._arrays: dict[Path, int] = {}

    def read(self) -> None:
        """Note every key."""
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_REST)
            self._skip(_BLANK)

    def _header(self) -> Path:
        begun = self._at
        array = self._text.startswith("[[", begun)
        self._at += 2 if array else 1
        keys = self._keys()
        self._at += 2 if array else 1
        path = self._note((), keys[:-1], begun)
        path = (*path, keys[-1])
        if array:
            self._arrays[path] = self._arrays.get(path, 0) + 1
            self.found.setdefault(path, self._line(begun))
            path = (*path, self._arrays[path] - 1)
        self.found.setdefault(path, self._line(begun))
        return path

    def _note(self, path: Path, keys: list[str], place: int) -> Path:
        """The path below `path`, each step noted; an array of tables is entered at its last one."""
        for key in keys:
            path = (*path, key)
            self.found.setdefault(path, self._line(place))
            if path in self._arrays:
                path = (*path, self._arrays[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        begun = self._at
        path = self._note(table, self._keys(), begun)
        self._at += 1
        self._skip(_SPACES)
        self._value(path)

    def _keys(self) -> list[str]:
        """A dotted key; stands at its `=` or `]` afterwards."""
        keys: list[str] = []
        while True:
            self._skip(_SPACES)
            quoted = _QUOTED.match(self._text, self._at)
            match = quoted or _BARE.match(self._text, self._at)
            if match is None:
                return [*keys, ""]
            keys.append(next(iter(tomllib.loads(f"{match[0]}=0"))) if quoted else match[0])
            self._at = match.end()
            self._skip(_SPACES)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        first = self._text[self._at : self._at + 1]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        else:
            self._skip(_STRING if first in {"'", '"'} else _SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        self._skip(_BLANK)
        while self._at < len(self._text) and self._text[self._at] != "]":
            self.found[*path, index] = self._line(self._at)
            self._value((*path, index))
            index += 1
            self._comma()
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        self._skip(_BLANK)
        while self._at < len(self._text) and self._text[self._at] != "}":
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self._text.startswith(",", self._at):
            self._at += 1
            self._skip(_BLANK)

    def _skip(self, what: re.Pattern[str]) -> None:
        match = what.match(self._text, self._at)
        if match is not None:
            self._at = match.end()

    def _line(self, place: int) -> int:
        return bisect_right(self._breaks, place - 1) + 1

"""One line of radclient's input: `Name = value` pairs with commas between them, and the way back.

Measured against radclient 3.2.1. In values `\\n`, `\\r`, `\\t`, `\\\\`, the quote itself and three octal digits after
`\\` are escapes, in bare words too; any other backslash is one.
"""

import re
from typing import NamedTuple

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

ASSIGNING = frozenset({"=", ":=", "+=", "=="})
"""In a request they all mean the same: the attribute is sent, beside others of its name."""

_PAIR = re.compile(
    rb"[ \t]*(?P<name>[A-Za-z0-9_./-]+)[ \t]*(?P<operator>:=|\+=|==|!=|<=|>=|=~|!~|=\*|!\*|=|<|>)[ \t]*"
    rb"(?:\"(?P<double>(?:[^\"\\]|\\.)*)\"|'(?P<single>(?:[^'\\]|\\.)*)'|`(?P<back>(?:[^`\\]|\\.)*)`"
    rb"|(?P<bare>[^\s,#\"'`][^\s,#]*))"
    rb"[ \t\r]*(?:,[ \t\r]*|(?=#|\Z))"
)
_NAME = re.compile(rb"[ \t]*[A-Za-z0-9_./-]+")
_OPERATOR = re.compile(rb"[ \t]*(?::=|\+=|==|!=|<=|>=|=~|!~|=\*|!\*|=|<|>)[ \t]*")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_MEANT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\"}
_QUOTES = {"double": b'"', "single": b"'", "back": b"`", "bare": b""}
_SHOWN = {0x22: b'\\"', 0x5C: b"\\\\", 0x0A: b"\\n", 0x0D: b"\\r", 0x09: b"\\t"}


class Pair(NamedTuple):
    """One pair as it stands there. value: its escapes resolved; `written`: as between the quotes."""

    name: str
    operator: str
    value: bytes
    written: bytes

    @property
    def text(self) -> str | bytes:
        """The value as text; octets where they are no UTF-8."""
        try:
            return self.value.decode()
        except UnicodeDecodeError:
            return self.value


def parse_line(line: bytes) -> tuple[Pair, ...]:
    """The pairs of a line; none of an empty one or a comment. BadInput, which does not show the value."""
    found = []
    line = line.strip()
    at, end = 0, len(line)
    while at < end and line[at : at + 1] != b"#":
        match = _PAIR.match(line, at)
        if match is None:
            raise _wrong(line, at)
        kind = match.lastgroup or ""
        written = match[kind]
        value = _resolved(written, _QUOTES[kind]) if b"\\" in written else written
        found.append(Pair(match["name"].decode(), match["operator"].decode(), value, written))
        at = match.end()
    return tuple(found)


def format_pair(pair: Pair) -> bytes:
    """The pair as a line that `parse_line` reads as the same."""
    value = b"".join(_SHOWN.get(octet) or _octet(octet) for octet in pair.value)
    return f"{pair.name} {pair.operator} ".encode() + b'"' + value + b'"'


def _octet(octet: int) -> bytes:
    return bytes((octet,)) if 0x20 <= octet != 0x7F else b"\\%03o" % octet


def _resolved(written: bytes, quote: bytes) -> bytes:
    def meaning(match: re.Match[bytes]) -> bytes:
        escaped = match[1]
        if len(escaped) == 3:
            return bytes((int(escaped, 8) & 0xFF,))
        return quote if quote and escaped == quote else _MEANT.get(escaped, match[0])

    return _ESCAPE.sub(meaning, written)


def _wrong(line: bytes, at: int) -> BadInput:
    name = _NAME.match(line, at)
    if name is None:
        shown = safe(line[at : at + 20].decode(errors="replace").strip(), 20)
        return BadInput(f"an attribute's name is missing before “{shown}”", hint="write it like User-Name = alice")
    where = safe(name[0].decode().strip(), 60)
    operator = _OPERATOR.match(line, name.end())
    if operator is None:
        return BadInput(f"no operator follows {where}", hint="write it like User-Name = alice")
    rest = line[operator.end() :]
    if not rest.strip() or rest[:1] in {b",", b"#"}:
        return BadInput(f"{where} has no value", hint='an empty one is ""')
    if rest[:1] in {b'"', b"'", b"`"} and not re.match(rb"(.)(?:(?!\1)[^\\]|\\.)*\1", rest):
        return BadInput(f"the quote around the value of {where} is not closed")
    return BadInput(f"something follows the value of {where}", hint="a comma or a new line goes between attributes")

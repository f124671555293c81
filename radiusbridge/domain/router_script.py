"""Lines for a router's terminal (RouterOS scripting: paths, values in quotes with escapes)."""

import re

PLACEHOLDER = "PUT-THE-SECRET-HERE"
"""Stands in lines in place of a secret."""

_BARE = re.compile(r"[A-Za-z0-9_.,:/!*+-]+")
_ESCAPED = {'"': r"\"", "\\": r"\\", "$": r"\$", "?": r"\?", "\n": r"\n", "\r": r"\r", "\t": r"\t"}


def quoted(value: str) -> str:
    """A value as the terminal takes it: bare where it is plain, else in quotes, other bytes as `\\XX`."""
    if _BARE.fullmatch(value):
        return value
    return f'"{"".join(map(_escape, value))}"'


def _escape(char: str) -> str:
    if char in _ESCAPED:
        return _ESCAPED[char]
    if " " <= char <= "~":
        return char
    return "".join(f"\\{octet:02X}" for octet in char.encode("utf-8", "surrogateescape"))


def by_name(name: str) -> str:
    """The row of that name, as a line names it."""
    return f"[find name={quoted(name)}]"


class Script:
    """Writes lines as that major version's terminal takes them: RouterOS 6 knows paths with blanks only."""

    def __init__(self, major: int) -> None:
        self._major = major

    def path(self, menu: str) -> str:
        """The menu's path."""
        return menu if self._major >= 7 else "/" + menu.removeprefix("/").replace("/", " ")

    def line(self, menu: str, verb: str, target: str = "", **values: str) -> str:
        """`/menu verb target name=value …`; underscores in names stand for hyphens."""
        pairs = [f"{name.replace('_', '-')}={quoted(value)}" for name, value in values.items()]
        return " ".join(part for part in (self.path(menu), verb, target, *pairs) if part)

    def set(self, menu: str, target: str = "", **values: str) -> str:
        """`/menu set …`; without a target for menus of a single row."""
        return self.line(menu, "set", target, **values)

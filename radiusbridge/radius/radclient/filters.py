"""Filters: what the reply to a request has to hold (`radclient -f FILE:FILTER`).

As in radclient a filter lists the whole reply: an attribute that it does not list, or lists more or fewer times, does
not pass. Message-Authenticator, which is verified anyway, counts only where it is listed; `!*` passes where there is
none. A filter of Packet-Type alone says nothing of attributes.
"""

import re
from collections.abc import Callable
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.radius import dictionary
from radiusbridge.radius.packet import MESSAGE_AUTHENTICATOR, Key, Packet
from radiusbridge.radius.radclient.lines import Pair
from radiusbridge.radius.radclient.names import code_of, encode, key_of
from radiusbridge.radius.radclient.reader import Listed, at_line

_COMPARED: dict[str, Callable[[bytes, bytes], bool]] = {"==": eq, "!=": ne, "<": lt, ">": gt, "<=": le, ">=": ge}
_ASSIGNING = frozenset({"=", ":=", "+="})


class _Test(NamedTuple):
    key: Key
    words: str
    passes: Callable[[bytes], bool] | None
    """None: there must be none."""


class Filter:
    """One filter. expected: the reply's code that it names, or None. BadInput with file and line."""

    def __init__(self, name: str, listed: Listed) -> None:
        self.line = listed.line
        self.expected: int | None = None
        self._tests: dict[Key, list[_Test]] = {}
        for line, pair in listed.pairs:
            try:
                self._add(pair)
            except BadInput as error:
                raise at_line(error, name, line) from None

    def _add(self, pair: Pair) -> None:
        if pair.name.lower() in {"packet-type", "response-packet-type"}:
            self.expected = code_of(pair)
        else:
            test = _test(pair)
            self._tests.setdefault(test.key, []).append(test)

    def failure(self, reply: Packet) -> str:
        """Why the reply does not pass, fit for a terminal; empty: it does. Its code is not looked at."""
        if not self._tests:
            return ""
        there: dict[Key, list[bytes]] = {}
        for key, octets in reply.attributes:
            there.setdefault(key, []).append(octets)
        for key, tests in self._tests.items():
            found = _failure(tests, there.pop(key, []))
            if found:
                return found
        there.pop(MESSAGE_AUTHENTICATOR, None)
        if there:
            return f"the filter does not list {dictionary.decode(next(iter(there)), b'')[0]}"
        return ""


def _failure(tests: list[_Test], values: list[bytes]) -> str:
    wanted = [test for test in tests if test.passes is not None]
    if len(wanted) < len(tests) and values:
        return f"{tests[0].words} is there"
    for test, value in zip(wanted, values, strict=False):
        assert test.passes is not None
        if not test.passes(value):
            return f"{dictionary.describe(((test.key, value),))[0][1]} does not pass {test.words}"
    if len(values) != len(wanted):
        name = dictionary.decode(tests[0].key, b"")[0]
        return f"{name} is there {_times(len(values))}, and {_times(len(wanted))} in the filter"
    return ""


def _times(count: int) -> str:
    return {0: "not at all", 1: "once"}.get(count, f"{count} times")


def _test(pair: Pair) -> _Test:
    operator = pair.operator
    shown = "" if operator in {"=*", "!*"} else safe(pair.written.decode(errors="replace"), 60)
    key = key_of(pair.name)
    words = f"{pair.name} {operator} {'***' if shown and dictionary.is_masked(key) else shown or 'ANY'}"
    if operator == "!*":
        return _Test(key, words, None)
    if operator == "=*":
        return _Test(key, words, lambda _: True)
    if operator in {"=~", "!~"}:
        return _Test(key, words, _matching(pair, key))
    if operator in _ASSIGNING:
        raise BadInput(
            f"{pair.name}: {operator} compares nothing in a filter, and radclient never lets it pass", hint="=="
        )
    compare, octets = _COMPARED[operator], encode(pair)[1]
    return _Test(key, words, lambda value: compare(value, octets))


def _matching(pair: Pair, key: Key) -> Callable[[bytes], bool]:
    if dictionary.is_masked(key):
        raise BadInput(f"{pair.name} is hidden in the reply", hint="write =* ANY")
    try:
        pattern = re.compile(pair.written.decode())
    except (ValueError, re.error, OverflowError, RecursionError) as error:
        raise BadInput(f"{pair.name}: that is no regular expression", hint=safe(str(error), 120)) from error
    wanted = pair.operator == "=~"
    return lambda value: (pattern.search(str(dictionary.decode(key, value)[1])) is not None) is wanted

"""Attributes by name, as operators write them and expect them."""

import re

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.probes import AttributeExpectation
from radiusbridge.domain.text import safe
from radiusbridge.radius import dictionary
from radiusbridge.radius.packet import Packet


def parse_attribute(text: str) -> tuple[str, str]:
    """(name, value) from `NAME=VALUE`; the value is checked against the attribute's type.

    UnknownName with the nearest names, BadInput with the type that is wanted.
    """
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals or not name:
        raise BadInput(f"“{safe(text, 80)}” is no NAME=VALUE", hint="write it like Framed-Pool=active")
    dictionary.encode(name, value)
    return name, value


def check_expectation(expectation: AttributeExpectation) -> None:
    """Whether the expectation can be met at all. UnknownName, BadInput."""
    key = dictionary.key_of(expectation.name)
    if expectation.value is None and expectation.pattern is None:
        return
    if dictionary.is_masked(key):
        raise BadInput(f"{expectation.name} is hidden in the reply", hint="expect it by its name alone")
    if expectation.value is not None:
        dictionary.encode(expectation.name, expectation.value)
    if expectation.pattern is not None:
        try:
            re.compile(expectation.pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise BadInput(f"“{safe(expectation.pattern, 80)}” is no regular expression", hint=str(error)) from error


def carries(reply: Packet, expectation: AttributeExpectation) -> bool:
    """Whether the reply has the attribute, with the value or a value that fits the pattern where one is given."""
    key = dictionary.key_of(expectation.name)
    values = reply.values(key)
    if expectation.value is not None:
        return dictionary.encode(expectation.name, expectation.value)[1] in values
    if expectation.pattern is not None:
        pattern = re.compile(expectation.pattern)
        return any(pattern.search(str(dictionary.decode(key, octets)[1])) for octets in values)
    return bool(values)

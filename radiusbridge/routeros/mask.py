"""Secrets out of words, before any tap, trace or error sees them."""

import re
from collections.abc import Sequence

STARS = "***"
_SECRET_NAMES = frozenset({"password", "secret", "psk", "passphrase", "response"})
_CHALLENGE = re.compile(r"[0-9a-fA-F]{32}")


def _is_secret(name: str, value: str) -> bool:
    if name == "ret":
        return _CHALLENGE.fullmatch(value) is not None
    return name.rpartition("-")[2] in _SECRET_NAMES


def masked(word: str) -> str:
    """The word, its value replaced by stars where the name says password, secret, response, or it is a login challenge.

    Covers attributes (`=shared-secret=…`) and queries (`?password=…`, `?=password=…`) alike.
    """
    if word[:1] not in {"=", "?"}:
        return word
    head = word[: len(word) - len(word.lstrip("=?<>-#"))]
    name, separator, value = word[len(head) :].partition("=")
    return f"{head}{name}={STARS}" if separator and _is_secret(name, value) else word


def masked_words(words: Sequence[str]) -> list[str]:
    """The sentence with every secret masked."""
    return [masked(word) for word in words]

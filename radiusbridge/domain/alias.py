"""Another name for an account whose own is worth money: evidence is kept under it, and read back by it."""

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Alias:
    """name: what the account is called on its server. label: what it goes by here."""

    name: str
    label: str

    def hide(self, value: Any) -> Any:
        """JSON values with the label wherever the name stands as a word."""
        return _put(value, _word(self.name), self.label)

    def show(self, value: Any) -> Any:
        """What `hide` was given."""
        return _put(value, _word(self.label), self.name)


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")


def _put(value: Any, word: re.Pattern[str], instead: str) -> Any:
    if isinstance(value, str):
        return word.sub(lambda _found: instead, value)
    if isinstance(value, list | tuple):
        return [_put(item, word, instead) for item in value]
    if isinstance(value, dict):
        return {name: _put(item, word, instead) for name, item in value.items()}
    return value

"""How the customers of a bulk run were chosen, as the run keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Selection:
    """What was given; all of it had to hold. The customers themselves are the run's rows."""

    filter: str = ""
    """In the filter language."""
    numbers: tuple[str, ...] = ()
    """Numbers, user names or names, one by one."""
    listed: int = 0
    """How many a file or standard input named."""
    everybody: bool = False
    """It was said that everybody may be hit."""
    profile: str = ""
    server: str = ""
    sessions: str = ""
    """Whose live sessions fit, in the filter language of sessions."""
    due: date | None = None
    """Due on that day."""

    def as_json(self) -> dict[str, object]:
        """What is given, as JSON values."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        values["numbers"] = list(self.numbers)
        values["due"] = self.due.isoformat() if self.due else ""
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Selection":
        """The selection that a run was stored with."""
        known = {item.name: values[item.name] for item in fields(cls) if item.name in values}
        known["numbers"] = tuple(values.get("numbers", ()))
        known["due"] = date.fromisoformat(values["due"]) if values.get("due") else None
        return cls(**known)

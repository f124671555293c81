"""What a patrol told, in one list: what it can be filtered by."""

from dataclasses import dataclass

from radiusbridge.domain.drift.finding import Action, Finding, Hidden, InHand, Severity, Unread
from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary

Item = Finding | InHand | Unread | Hidden

UNKNOWN, IN_HAND, HIDDEN = "unknown", "in-hand", "hidden"

DRIFT = Vocabulary.of(
    Field("severity", Kind.CHOICE, (*Severity, UNKNOWN, IN_HAND, HIDDEN), "how bad; unknown: it could not be read"),
    Field("kind", help="what disagrees, like held-accepted"),
    Field("customer", help="the customer's number"),
    Field("user", help="the user name"),
    Field("server", help="the server"),
    Field("nas", help="the NAS, where it is about one"),
    Field("repair", Kind.CHOICE, tuple(Action), "the verb that mends it"),
    Field("mark", Kind.CHOICE, ("yes",), "whether it is marked"),
    Field("words", help="what was found"),
)


@dataclass(frozen=True, slots=True)
class DriftLine:
    """One item."""

    item: Item

    @property
    def finding(self) -> Finding | None:
        """What can be repaired."""
        return self.item if isinstance(self.item, Finding) else None

    @property
    def of_row(self) -> tuple[object, ...]:
        """What makes it the same line again, and what is marked."""
        item = self.item
        match item:
            case Finding():
                return item.server, *item.key
            case InHand():
                return IN_HAND, item.operation_id, item.finding.server, *item.finding.key
            case Unread():
                return UNKNOWN, item.server, item.where, item.place
        return HIDDEN, item.server, item.field

    key = of_row


def look(line: DriftLine, name: str) -> object:
    """A field of `DRIFT`, but for the mark; under `""` its words."""
    item = line.item
    if not name:
        return " ".join(str(look(line, each) or "") for each in ("kind", "customer", "user", "server", "nas", "words"))
    if isinstance(item, Finding):
        return _of_finding(item, name)
    if isinstance(item, InHand):
        own: dict[str, object] = {"severity": IN_HAND, "words": f"operation {item.operation_id}: {item.words}"}
        return own[name] if name in own else None if name == "repair" else _of_finding(item.finding, name)
    if isinstance(item, Unread):
        unread: dict[str, object] = {"severity": UNKNOWN, "kind": str(item.place), "nas": item.where}
        return {**unread, "server": item.server, "words": item.error}.get(name)
    words = f"the {item.field} of {item.accounts} accounts is not shown there: a change cannot be seen"
    return {"severity": HIDDEN, "kind": item.field, "server": item.server, "words": words}.get(name)


def _of_finding(finding: Finding, name: str) -> object:
    match name:
        case "severity" | "kind":
            return str(getattr(finding, name))
        case "customer":
            return finding.number
        case "user":
            return finding.username
        case "repair":
            return str(finding.action) if finding.action is not None else None
        case "server" | "nas" | "words":
            value: object = getattr(finding, name)
            return value
    return None

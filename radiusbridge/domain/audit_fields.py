"""What the audit log can be filtered by, and an entry's fields."""

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary
from radiusbridge.domain.records import AuditEntry

AUDIT = Vocabulary.of(
    Field("at", Kind.DAY, help="the day of the entry"),
    Field("who", help="the operator"),
    Field("channel", help="cli, tui, …"),
    Field("action", help="what was done, like customer.edit"),
    Field("subject", help="to whom or what"),
    Field("operation", Kind.NUMBER, help="the operation that it belongs to"),
    Field("reason", help="why, as the operator said"),
    Field("id", Kind.NUMBER, help="the entry's number"),
)


def look(entry: AuditEntry, name: str) -> object:
    """A field of `AUDIT`; under `""` its words."""
    match name:
        case "at":
            return entry.at.date()
        case "operation":
            return entry.operation_id
        case "":
            return " ".join((entry.who, entry.channel, entry.action, entry.subject, entry.reason))
    value: object = getattr(entry, name)
    return value

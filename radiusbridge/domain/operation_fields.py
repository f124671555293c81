"""What operations can be filtered by, and an operation's fields."""

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary
from radiusbridge.domain.records import Intent, Operation
from radiusbridge.domain.verdict import Status, Verdict

OPERATIONS = Vocabulary.of(
    Field("id", Kind.NUMBER, help="the operation's number"),
    Field("intent", Kind.CHOICE, tuple(Intent), "what it is for"),
    Field("user", help="the user name, or the profile, that it is about"),
    Field("status", Kind.CHOICE, (*Status, "unfinished"), "how it stands; unfinished: queued, running or waiting"),
    Field("verdict", Kind.CHOICE, tuple(str(each).lower() for each in Verdict), "its verdict"),
    Field("who", help="the operator"),
    Field("channel", help="cli, tui, …"),
    Field("attempts", Kind.NUMBER, help="how often it was begun"),
    Field("created", Kind.DAY, help="the day it was submitted"),
    Field("why", help="its reasons, and the operator's"),
)


def look(operation: Operation, name: str) -> object:
    """A field of `OPERATIONS`; under `""` its words."""
    match name:
        case "id" | "intent" | "who" | "channel" | "attempts":
            value: object = getattr(operation, name)
            return str(value) if name == "intent" else value
        case "user":
            return operation.username
        case "status":
            return (str(operation.status),) if operation.status.final else (str(operation.status), "unfinished")
        case "verdict":
            return None if operation.verdict is None else str(operation.verdict).lower()
        case "created":
            return None if operation.created_at is None else operation.created_at.date()
        case "why":
            return " ".join((*operation.reasons, operation.reason))
    words = (
        operation.id,
        operation.intent,
        operation.username,
        operation.status,
        operation.who,
        look(operation, "why"),
    )
    return " ".join(map(str, words))

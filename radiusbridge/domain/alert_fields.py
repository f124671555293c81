"""What the list of alerts can be filtered by."""

from radiusbridge.domain import filter_values as values
from radiusbridge.domain.alerts.rules import Kind
from radiusbridge.domain.filters import Field, Vocabulary

STATES = ("critical", "warning", "seen-to", "muted", "resolved")
"""How it stands with an alert, the gravest first."""

ALERTS = Vocabulary.of(
    Field("state", values.Kind.CHOICE, STATES, "how it stands; seen-to: somebody has acknowledged it"),
    Field("kind", values.Kind.CHOICE, tuple(Kind), "what is wrong"),
    Field("subject", help="of what: a router, a pool, a probe"),
    Field("words", help="the newest reading in words"),
    Field("since", values.Kind.DAY, help="the day on which it began"),
    Field("id", values.Kind.NUMBER, help="its number, as alert ack takes it"),
)

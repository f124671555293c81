"""What the lines of the overview can be filtered by."""

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary

OVERVIEW = Vocabulary.of(
    Field(
        "what",
        Kind.CHOICE,
        ("total", "customers", "operations", "alerts", "vouchers", "probes", "router"),
        "what a line is about",
    ),
    Field("name", help="of a router: its name; else which line it is"),
    Field("state", Kind.CHOICE, ("up", "slow", "dark", "refused", "unknown"), "of a router: how the contact is"),
    Field("version", help="of a router: RouterOS's version"),
    Field("cpu", Kind.NUMBER, help="of a router: percent"),
    Field("sessions", Kind.NUMBER, help="of a router: in its own list"),
    Field("words", help="what the line says; of a router: why it does not answer"),
)

"""What recorded packets can be filtered by."""

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary

PACKETS = Vocabulary.of(
    Field("at", Kind.DAY, help="the day it was seen"),
    Field("way", Kind.CHOICE, ("sent", "received"), "sent or received"),
    Field("code", help="the packet type, like Disconnect-ACK"),
    Field("peer", help="the other side's address and port"),
    Field("user", help="the User-Name"),
    Field("customer", help="the customer's number"),
    Field("operation", Kind.NUMBER, help="the operation that it belongs to"),
    Field("outcome", help="what became of it: ack, nak-503, silence"),
    Field("ms", Kind.NUMBER, help="the round trip in milliseconds"),
    Field("id", help="its place in the recording"),
)

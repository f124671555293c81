"""What sessions of the past, and what was lost together, can be filtered by; and a row's fields."""

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary
from radiusbridge.domain.losses import By, Loss, Span

HISTORY = Vocabulary.of(
    Field("user", help="the user name that dialled"),
    Field("nas", help="the NAS of the session"),
    Field("interface", help="interface or VLAN under which the NAS had it"),
    Field("ip", help="the session's address"),
    Field("mac", help="the caller"),
    Field("id", help="Acct-Session-Id"),
    Field("state", Kind.CHOICE, ("live", "ended"), "whether its end was seen"),
    Field("lasted", Kind.DURATION, help="from its begin to its end"),
    Field("began", Kind.DAY, help="the day of its begin"),
    Field("ended", Kind.DAY, help="the day of its end"),
)
LOSSES = Vocabulary.of(
    Field("by", Kind.CHOICE, tuple(By), "what kind of place"),
    Field("place", help="the NAS, interface, VLAN, ODP or area"),
    Field("nas", help="the NAS of an interface"),
    Field("lost", Kind.NUMBER, help="sessions that ended together"),
    Field("of", Kind.NUMBER, help="sessions that were there before"),
    Field("back", Kind.NUMBER, help="names that had a session later"),
    Field("missing", Kind.NUMBER, help="names that had none later"),
    Field("at", Kind.DAY, help="the day"),
    Field("user", help="a user name that was lost"),
)


def look(span: Span, name: str) -> object:
    """A field of `HISTORY`; under `""` its words."""
    match name:
        case "user":
            return span.username
        case "nas" | "interface":
            return getattr(span, name)
        case "ip":
            return span.address
        case "mac":
            return span.caller_id
        case "id":
            return span.session_id
        case "state":
            return "live" if span.ended_at is None else "ended"
        case "lasted":
            return None if span.ended_at is None else int((span.ended_at - span.began_at).total_seconds())
        case "began":
            return span.began_at.date()
        case "ended":
            return None if span.ended_at is None else span.ended_at.date()
    return " ".join((span.username, span.nas, span.interface, span.address, span.caller_id, span.session_id))


def look_lost(loss: Loss, name: str) -> object:
    """A field of `LOSSES`; under `""` its words."""
    match name:
        case "by":
            return str(loss.place.by)
        case "place":
            return loss.place.name
        case "nas":
            return loss.place.nas or (loss.place.name if loss.place.by is By.NAS else "")
        case "missing":
            return loss.lost - loss.back
        case "at":
            return loss.began_at.date()
        case "user":
            return loss.usernames
        case "":
            return " ".join((loss.place.name, loss.place.nas, *loss.usernames))
    value: object = getattr(loss, name)
    return value

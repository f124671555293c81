"""Who may do what. Every change asks here first, so that roles can come later without moving anything."""

from radiusbridge.domain.errors import Refused
from radiusbridge.services.context import Context


def require(context: Context, action: str) -> None:
    """Let the operator go on, or raise Refused. action: as the audit log names it, e.g. `customer.add`.

    In a context that only reads nothing is changed. Whoever changes something has to have a name that the audit log can
    keep.
    """
    if context.read_only:
        raise Refused(f"{action} is refused: read-only", target=context.channel, hint="go without --read-only")
    if not context.who.strip() or not context.who.isprintable():
        raise Refused(
            f"{action} needs an operator with a name",
            target=context.channel,
            hint="set RADIUSBRIDGE_OPERATOR",
        )

"""Blast-RADIUS (CVE-2024-3596): which peer signs its answers, and what RouterOS of 7.15 or later takes of them."""

from collections.abc import Sequence

from radiusbridge.domain.endpoints import RadiusAccess
from radiusbridge.gateways.ports import Finding, LoginReply, Mark
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.steps import found
from radiusbridge.radius.outcome import Outcome
from radiusbridge.radius.packet import MESSAGE_AUTHENTICATOR

UNSIGNED = "without Message-Authenticator"
"""Stands in the words about an answer that was not believed because it is unsigned."""
_REQUIRED = "yes-for-request-resp"


def of_server(reply: LoginReply, access: RadiusAccess, unsigned_hint: str) -> Sequence[Finding]:
    """Whether the server signs its answers, what the NASes make of that, and which policy is in force here."""
    if reply.signed:
        policy = "signatures are not required here (--signing off)"
        if access.signing != "off":
            policy = "from now on they have to"
        words = f"its answers carry a Message-Authenticator, so RouterOS 7.15 and later takes them; {policy}"
        return found("signing", Mark.OK, words)
    words = (
        "its answers carry no Message-Authenticator: NASes of RouterOS 7.15 and later drop them by default "
        "(require-message-auth)"
    )
    return found("signing", Mark.WARN, words, unsigned_hint)


async def of_nas(router: Router, outcome: Outcome | None) -> Sequence[Finding]:
    """Whether the NAS takes unsigned answers of its RADIUS servers, and whether it signs its own.

    outcome: of a Disconnect-Request, where one was answered. Its answers need no signature (RFC 5176 section 3.4).
    """
    own = ""
    if outcome is not None and outcome.answered and outcome.reply is not None:
        signs = outcome.reply.first(MESSAGE_AUTHENTICATOR) is not None
        own = f"; its answers to us are {'signed' if signs else 'unsigned, which RFC 5176 leaves it free to do'}"
    rows = await router.read("/radius/print", proplist=("service", "disabled", "require-message-auth"))
    rows = [row for row in rows if row.get("disabled") != "true" and "ppp" in row.get("service", "").split(",")]
    if not rows:
        return found("signing", Mark.SKIPPED, f"no enabled /radius row has service ppp{own}")
    policies = {row.get("require-message-auth", "") for row in rows}
    if policies == {_REQUIRED}:
        words = (
            "it drops answers of RADIUS servers that carry no Message-Authenticator, as 7.15 and later do by default"
        )
        return found("signing", Mark.OK, words + own)
    if "" in policies:
        words = "it is older than RouterOS 7.15 and takes unsigned answers of RADIUS servers (Blast-RADIUS)"
        return found(
            "signing", Mark.WARN, words + own, "update RouterOS where the network to the server is not trusted"
        )
    words = "it takes unsigned answers of RADIUS servers (require-message-auth=no), though its version need not"
    hint = f'/radius set [find service~"ppp"] require-message-auth={_REQUIRED} once the server signs'
    return found("signing", Mark.WARN, words + own, hint)

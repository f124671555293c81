"""What an outcome means and what to do next, in plain words, for every Error-Cause (RFC 5176 3.5) and every kind."""

from dataclasses import dataclass

from radiusbridge.radius.outcome import Kind, Outcome


@dataclass(frozen=True, slots=True)
class Advice:
    """A plain sentence and the next step; `next_step` is empty where nothing is to be done."""

    sentence: str
    next_step: str = ""


ERROR_CAUSES: dict[int, Advice] = {
    201: Advice("the session was already down; the NAS removed what was left of it"),
    202: Advice("the NAS speaks of an EAP packet that it ignored", "log it; no NAS should send this any more"),
    401: Advice(
        "the NAS does not take one of the attributes in this kind of request",
        "send fewer attributes: leave out Framed-IP-Address first, then NAS-IP-Address",
    ),
    402: Advice(
        "the NAS misses an attribute that names the session or itself",
        "add Acct-Session-Id, User-Name and Framed-IP-Address; some NASes also want Event-Timestamp",
    ),
    403: Advice(
        "the NAS says that NAS-IP-Address or NAS-Identifier is not its own",
        "leave both out, or correct them in the NAS's entry; the packet may have reached another NAS",
    ),
    404: Advice("the NAS cannot make sense of the request", "keep the trace of this exchange and report it"),
    405: Advice("the NAS does not offer this service", "use a Disconnect-Request, without Service-Type"),
    406: Advice(
        "the NAS, or a proxy before it, does not do this kind of request",
        "switch incoming RADIUS on (/radius incoming set accept=yes) and check its port",
    ),
    407: Advice(
        "the NAS does not understand the value of an attribute",
        "check the form of rates, pools and MAC addresses that were sent",
    ),
    501: Advice("the NAS is told not to allow this", "allow it in the NAS's own configuration"),
    502: Advice("a RADIUS proxy does not know the way to the NAS", "check realm and routing on the proxy"),
    503: Advice(
        "the NAS knows no such session",
        "read the NAS's list: the session may be gone, on another NAS, or under another id",
    ),
    504: Advice(
        "the NAS found the session and cannot remove it",
        "try again, then remove it through the NAS's API or console",
    ),
    505: Advice("a RADIUS proxy failed in between", "look at the proxy's log"),
    506: Advice("the NAS has no resources for this now", "try again later and at a lower rate"),
    507: Advice("the NAS asks its RADIUS server again first", "not an error: watch for its Access-Request"),
    508: Advice(
        "the request fits several sessions and the NAS takes one at a time",
        "add Acct-Session-Id and send one request for each session",
    ),
}

_SILENCE = (
    "check in this order: the address and port, our address among the peer's clients (/radius on RouterOS), "
    "the shared secret, a firewall, the peer's clock"
)
_COMPARE = "compare the shared secret on both sides; if it is right, somebody else answers in the peer's name"

_KINDS: dict[Kind, Advice] = {
    Kind.ACK: Advice("the NAS did it"),
    Kind.ACK_201: ERROR_CAUSES[201],
    Kind.NAK_NO_CAUSE: Advice(
        "the NAS refused and gave no reason", "read the NAS's list: most often it knows no such session"
    ),
    Kind.GONE_AFTER_RETRANSMIT: Advice(
        "the session is gone: the first copy of the request did it, its answer was lost"
    ),
    Kind.ACCEPT: Advice("the login was accepted"),
    Kind.REJECT: Advice(
        "the login was rejected", "check user name, password and method, and whether the account is disabled"
    ),
    Kind.CHALLENGE: Advice(
        "the server is alive and asks for a second factor", "use an account that logs in with a password alone"
    ),
    Kind.RESPONSE: Advice("the accounting port answered"),
    Kind.SILENCE: Advice("no answer", _SILENCE),
    Kind.REFUSED: Advice(
        "nothing listens on that port",
        "check the port, and that the service is switched on (/user-manager on a server, /radius incoming on a NAS)",
    ),
    Kind.UNREACHABLE: Advice("there is no way to that address", "check the address, routes and VPN"),
    Kind.NOT_SENT: Advice("the request could not be sent", "check host name, source address and network"),
    Kind.UNSIGNED: Advice(
        "the server answered without Message-Authenticator, which is required of it",
        "update the server (Blast-RADIUS, CVE-2024-3596), or set signing to prefer for it",
    ),
    Kind.PROXY_STATE_INJECTED: Advice(
        "the answer carries the mark of a Blast-RADIUS attack and was not believed",
        "look for a man in the middle, and require Message-Authenticator on this path",
    ),
    Kind.BAD_RESPONSE_AUTHENTICATOR: Advice("an answer came that was not made with our shared secret", _COMPARE),
    Kind.BAD_MESSAGE_AUTHENTICATOR: Advice(
        "the answer's Message-Authenticator does not verify though the shared secret is right",
        "FreeRADIUS before 3.2.4 signs CoA and Disconnect answers wrongly: update it, or have it not sign them",
    ),
    Kind.WRONG_CODE: Advice(
        "the peer answered with a packet that is no answer to this request", "check that the port is the right one"
    ),
    Kind.STALE_REPLY_TIMESTAMP: Advice(
        "the answer is stamped more than five minutes off our clock", "set both clocks by NTP"
    ),
    Kind.WRONG_SOURCE: Advice(
        "a good answer came, but from another address or port than was asked, so that a NAS would drop it",
        "have the peer answer from the address that is asked: bind it there, or mend its routes or NAT",
    ),
    Kind.MALFORMED: Advice("what came back is no RADIUS packet", "check that the port is the right one"),
}


def advice_for_cause(error_cause: int) -> Advice:
    """The advice for an Error-Cause; one for a number that no RFC knows, too."""
    known = ERROR_CAUSES.get(error_cause)
    if known is not None:
        return known
    blame = {4: ": the fault is in the request", 5: ": the fault is with the NAS or a proxy"}.get(
        error_cause // 100, ""
    )
    return Advice(
        f"the NAS refused with Error-Cause {error_cause}, which no standard names{blame}",
        "look the number up in the manual of the NAS",
    )


def explain(outcome: Outcome) -> Advice:
    """What an outcome means and what to do next; a NAK by its Error-Cause."""
    if outcome.kind is Kind.NAK and outcome.error_cause is not None:
        return advice_for_cause(outcome.error_cause)
    return _KINDS[outcome.kind]

"""Requests as values: what is asked, before an identifier, an authenticator and a time are given to it."""

from collections.abc import Iterable
from typing import NamedTuple

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius import dictionary
from radiusbridge.radius.auth import CHAP_CHALLENGE, CHAP_PASSWORD, USER_PASSWORD, Credentials, Method
from radiusbridge.radius.dictionary import Value
from radiusbridge.radius.mschap import MS_CHAP2_RESPONSE, MS_CHAP_CHALLENGE, MS_CHAP_RESPONSE, Attempt
from radiusbridge.radius.packet import MAXIMUM, MESSAGE_AUTHENTICATOR, MINIMUM, Attributes, Code, encode_attributes
from radiusbridge.radius.sign import SIGNATURE_OCTETS

Pairs = Iterable[tuple[str, Value]]

EVENT_TIMESTAMP = 55
ACCT_DELAY_TIME = 41
_STAMP_OCTETS = 6
_PASSWORD_OCTETS = 130
_PROXY_STATE = 33
_NAS_IDENTITY = frozenset({"NAS-IP-Address", "NAS-IPv6-Address", "NAS-Identifier"})
_MADE_HERE = frozenset(
    {
        MESSAGE_AUTHENTICATOR,
        USER_PASSWORD,
        CHAP_PASSWORD,
        CHAP_CHALLENGE,
        MS_CHAP_RESPONSE,
        MS_CHAP_CHALLENGE,
        MS_CHAP2_RESPONSE,
    }
)


_LOOKED_AT = _MADE_HERE | {_PROXY_STATE, EVENT_TIMESTAMP}


class Request(NamedTuple):
    """One request. `body` is `attributes` as octets; `stamped` adds the Event-Timestamp of the first sending.

    `signed`: with Message-Authenticator; Access-Request and Status-Server always have one.
    """

    code: Code
    attributes: Attributes
    body: bytes
    credentials: Credentials | None = None
    stamped: bool = False
    signed: bool = True

    @property
    def renewed(self) -> bool:
        """Whether each further sending is a packet of its own, with another identifier and authenticator.

        So it is where Acct-Delay-Time changes what is sent (RFC 2866 section 4.1), and always for Status-Server,
        which must not be retransmitted (RFC 5997 section 4.1).
        """
        if self.code == Code.ACCOUNTING_REQUEST:
            return any(key == ACCT_DELAY_TIME for key, _ in self.attributes)
        return self.code == Code.STATUS_SERVER

    def delayed(self, seconds: int) -> bytes:
        """`body`, its Acct-Delay-Time higher by so many seconds (RFC 2866 section 5.2)."""
        return encode_attributes(
            (key, _later(value, seconds)) if key == ACCT_DELAY_TIME and len(value) == 4 else (key, value)
            for key, value in self.attributes
        )


def access_request(
    user_name: str,
    password: Secret,
    method: Method = Method.PAP,
    *,
    nas_ip_address: str | None = None,
    nas_identifier: str | None = None,
    service_type: Value | None = "Framed-User",
    framed_protocol: Value | None = "PPP",
    nas_port_type: Value | None = "Ethernet",
    calling_station_id: str | None = None,
    extra: Pairs = (),
    attempt: Attempt | None = None,
) -> Request:
    """An Access-Request as a PPPoE NAS sends it (RFC 2865 section 4.1).

    attempt: the challenges and response of an MS-CHAP-V2 login (`mschap.attempt`), which has no other credentials.
    Raises BadInput without a user name, without NAS-IP-Address and NAS-Identifier, or for a value that does not fit.
    """
    if not user_name:
        raise BadInput("an Access-Request needs a user name")
    extra = list(extra)
    if not nas_ip_address and not nas_identifier and not _NAS_IDENTITY & {name for name, _ in extra}:
        raise BadInput("an Access-Request needs NAS-IP-Address or NAS-Identifier", hint="RFC 2865 section 4.1")
    given: tuple[tuple[str, Value | None], ...] = (
        ("User-Name", user_name),
        ("NAS-IP-Address", nas_ip_address or None),
        ("NAS-Identifier", nas_identifier or None),
        ("Service-Type", service_type),
        ("Framed-Protocol", framed_protocol),
        ("NAS-Port-Type", nas_port_type),
        ("Calling-Station-Id", calling_station_id),
    )
    pairs = [(name, value) for name, value in given if value is not None]
    pairs += extra
    return _request(Code.ACCESS_REQUEST, pairs, Credentials(password, method, attempt))


def disconnect_request(attributes: Pairs, *, stamped: bool = True) -> Request:
    """A Disconnect-Request with these identification attributes (RFC 5176 section 3); BadInput when there are none."""
    return _dynamic(Code.DISCONNECT_REQUEST, attributes, stamped)


def coa_request(attributes: Pairs, *, stamped: bool = True) -> Request:
    """A CoA-Request with identification and the attributes to change (RFC 5176 section 3)."""
    return _dynamic(Code.COA_REQUEST, attributes, stamped)


def accounting_request(attributes: Pairs, *, delay: int | None = 0, stamped: bool = True) -> Request:
    """An Accounting-Request with these attributes (RFC 2866 section 4.1).

    delay: seconds since the event, sent as Acct-Delay-Time unless the attributes have one; None sends none, and then
    every retransmission is the same packet. Raises BadInput where the RFC's minimum is missing.
    """
    pairs = list(attributes)
    named = {name for name, _ in pairs}
    if delay is not None and "Acct-Delay-Time" not in named:
        pairs.append(("Acct-Delay-Time", delay))
    if not named & _NAS_IDENTITY:
        raise BadInput("an Accounting-Request needs NAS-IP-Address or NAS-Identifier", hint="RFC 2866 section 4.1")
    if missing := {"Acct-Status-Type", "Acct-Session-Id"} - named:
        raise BadInput(f"an Accounting-Request needs {' and '.join(sorted(missing))}", hint="RFC 2866 section 5")
    return _request(Code.ACCOUNTING_REQUEST, pairs, None, stamped, signed=False)


def status_request(attributes: Pairs = ()) -> Request:
    """A Status-Server, which asks whether a server is alive (RFC 5997); at most NAS-Identifier and the like."""
    return _request(Code.STATUS_SERVER, attributes, None)


def _later(value: bytes, seconds: int) -> bytes:
    return min(int.from_bytes(value, "big") + seconds, 0xFFFFFFFF).to_bytes(4, "big")


def _dynamic(code: Code, pairs: Pairs, stamped: bool) -> Request:
    request = _request(code, pairs, None, stamped)
    if not request.attributes:
        raise BadInput("nothing says which session is meant", hint="give User-Name or Acct-Session-Id")
    return request


def _request(
    code: Code, pairs: Pairs, credentials: Credentials | None, stamped: bool = False, *, signed: bool = True
) -> Request:
    attributes = dictionary.encode_all(pairs)
    keys = {key for key, _ in attributes}
    if not _LOOKED_AT.isdisjoint(keys):
        if made_here := _MADE_HERE & keys:
            name = dictionary.decode(next(iter(made_here)), b"")[0]
            raise BadInput(f"{name} is computed for each packet and cannot be given")
        if _PROXY_STATE in keys:
            raise BadInput("Proxy-State is for proxies; a NAS may refuse a request that carries it")
        stamped = False  # it has an Event-Timestamp of its own
    return plain_request(code, attributes, credentials, stamped=stamped, signed=signed)


def plain_request(
    code: Code,
    attributes: Attributes,
    credentials: Credentials | None = None,
    *,
    stamped: bool = False,
    signed: bool = True,
) -> Request:
    """A request of exactly these attributes, whatever they are. BadInput where they do not fit into one packet."""
    body = encode_attributes(attributes)
    if MINIMUM + SIGNATURE_OCTETS + _STAMP_OCTETS + _PASSWORD_OCTETS + len(body) > MAXIMUM:
        raise BadInput(f"the attributes have {len(body)} octets and do not fit into one RADIUS packet")
    return Request(code, attributes, body, credentials, stamped, signed)

"""What a listed request asks for: the packet, where it goes, and what has to come back."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, NamedTuple

from radiusbridge.domain.clock import Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.radius.auth import CHAP_CHALLENGE, CHAP_PASSWORD, Credentials, Method, chap_response
from radiusbridge.radius.mschap import attempt_v1
from radiusbridge.radius.packet import Attribute, Attributes, Code
from radiusbridge.radius.radclient.lines import ASSIGNING, Pair
from radiusbridge.radius.radclient.names import code_of, encode
from radiusbridge.radius.radclient.reader import Listed, at_line
from radiusbridge.radius.replies import PROXY_STATE
from radiusbridge.radius.requests import EVENT_TIMESTAMP, Request, plain_request

REQUESTS = (
    Code.ACCESS_REQUEST,
    Code.ACCOUNTING_REQUEST,
    Code.STATUS_SERVER,
    Code.DISCONNECT_REQUEST,
    Code.COA_REQUEST,
)
DYNAMIC = frozenset({Code.DISCONNECT_REQUEST, Code.COA_REQUEST})
WELL_KNOWN = {
    1812: Code.ACCESS_REQUEST,
    1645: Code.ACCESS_REQUEST,
    1813: Code.ACCOUNTING_REQUEST,
    1646: Code.ACCOUNTING_REQUEST,
    3799: Code.COA_REQUEST,
}
"""What `auto` takes a request for by its port, where nothing in it tells."""

NOT_SENT = frozenset(
    {
        "acct-unique-session-id",
        "client-ip-address",
        "realm",
        "sql-user-name",
        "stripped-user-name",
        "stripped-user-domain",
        "timestamp",
    }
)
"""FreeRADIUS's own attributes in its detail files: they never travel."""

_ANSWERS = {
    Code.ACCESS_ACCEPT: Code.ACCESS_REQUEST,
    Code.ACCESS_REJECT: Code.ACCESS_REQUEST,
    Code.ACCESS_CHALLENGE: Code.ACCESS_REQUEST,
    Code.ACCOUNTING_RESPONSE: Code.ACCOUNTING_REQUEST,
    Code.DISCONNECT_ACK: Code.DISCONNECT_REQUEST,
    Code.DISCONNECT_NAK: Code.DISCONNECT_REQUEST,
    Code.COA_ACK: Code.COA_REQUEST,
    Code.COA_NAK: Code.COA_REQUEST,
}
_USER_NAME = 1
_ACCT_STATUS_TYPE = 40
_CREDENTIALS = frozenset({CHAP_PASSWORD, 79})  # EAP-Message
_REMEMBERED = 4096
_LONGEST_REMEMBERED = 64


class Destination(NamedTuple):
    """Where a request goes; None is what TARGET says. source: our own address."""

    host: str | None = None
    port: int | None = None
    source: str | None = None


_TARGETS = Destination()


class Sending(NamedTuple):
    """One request, ready. expected: the reply's code, None the usual one. user: its User-Name, if it has one."""

    request: Request
    destination: Destination
    expected: int | None
    name: str
    line: int

    @property
    def user(self) -> str:
        """Its User-Name; empty without one."""
        octets = next((value for key, value in self.request.attributes if key == _USER_NAME), b"")
        return octets.decode(errors="replace")


class _Draft:
    """A request while its pairs are read."""

    __slots__ = ("attributes", "cleartext", "code", "destination", "expected", "name", "password", "signed", "way")

    def __init__(self) -> None:
        self.attributes: list[Attribute] = []
        self.code: int | None = None
        self.expected: int | None = None
        self.destination = _TARGETS
        self.name = ""
        self.cleartext: bytes | None = None
        self.password = b""
        self.way = ""
        self.signed: bool | None = None


_Effect = Callable[[_Draft], None]


class Builder:
    """Makes requests of what is listed. code: of those that do not say; None: by what they hold (`auto`).

    port: TARGET's, by which `auto` tells where all else fails.
    """

    def __init__(self, name: str, code: Code | None, port: int | None, entropy: Entropy) -> None:
        self._name = name
        self._code = code
        self._port = port
        self._entropy = entropy
        self._known: dict[Pair, Attribute | _Effect] = {}

    def build(self, listed: Listed) -> Sending:
        """The request. BadInput and UnknownName with file and line."""
        draft = _Draft()
        attributes = draft.attributes
        for line, pair in listed.pairs:
            try:
                meaning = self._known.get(pair) or self._meaning(pair)
            except BadInput as error:
                raise at_line(error, self._name, line) from None
            if isinstance(meaning, tuple):
                attributes.append(meaning)
            else:
                meaning(draft)
        try:
            return self._finished(draft, listed.line)
        except BadInput as error:
            raise at_line(error, self._name, listed.line) from None

    def _meaning(self, pair: Pair) -> Attribute | _Effect:
        meaning = _meaning(pair)
        if len(pair.value) <= _LONGEST_REMEMBERED:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[pair] = meaning
        return meaning

    def _finished(self, draft: _Draft, line: int) -> Sending:
        code = self._code_of(draft)
        attributes: Attributes = tuple(draft.attributes)
        keys = {key for key, _ in attributes}
        credentials = None
        if draft.cleartext is not None and CHAP_PASSWORD in keys and not draft.way:
            draft.way, draft.password = "chap", draft.cleartext
            attributes = tuple(pair for pair in attributes if pair[0] != CHAP_PASSWORD)
        if draft.way:
            if code is not Code.ACCESS_REQUEST:
                raise BadInput("a password goes into an Access-Request only")
            extra, credentials = self._login(draft, attributes)
            if extra:
                made = {key for key, _ in extra}
                attributes = (*(pair for pair in attributes if pair[0] not in made), *extra)
        if draft.signed is False and code not in DYNAMIC:
            raise BadInput("a request of that type is always signed", hint="leave Message-Authenticator out")
        signed = draft.signed if draft.signed is not None else code is not Code.ACCOUNTING_REQUEST
        stamped = code in DYNAMIC and EVENT_TIMESTAMP not in keys
        request = plain_request(code, attributes, credentials, stamped=stamped, signed=signed)
        return Sending(request, draft.destination, draft.expected, draft.name, line)

    def _code_of(self, draft: _Draft) -> Code:
        code = draft.code if draft.code is not None else self._code
        if code is None and draft.expected is not None:
            code = _ANSWERS.get(Code(draft.expected)) if draft.expected in _ANSWERS else None
        if code is None:
            code = self._guessed(draft)
        if code not in REQUESTS:
            raise BadInput("requests of that type cannot be sent", hint="auth, acct, status, coa and disconnect can")
        return Code(code)

    def _guessed(self, draft: _Draft) -> Code:
        keys = {key for key, _ in draft.attributes}
        if _ACCT_STATUS_TYPE in keys:
            return Code.ACCOUNTING_REQUEST
        if draft.way or keys & _CREDENTIALS:
            return Code.ACCESS_REQUEST
        known = WELL_KNOWN.get(draft.destination.port or self._port or 0)
        if known is None:
            raise BadInput(
                "nothing tells which type of request this is",
                hint="add Packet-Type = …, or name the type instead of auto",
            )
        return known

    def _login(self, draft: _Draft, attributes: Attributes) -> tuple[Attributes, Credentials | None]:
        """What carries the password: attributes that are the same in every packet, or credentials."""
        password = Secret(draft.password.decode(errors="surrogateescape"))
        if draft.way == "pap":
            return (), Credentials(password, Method.PAP)
        if draft.way == "mschap":
            return attempt_v1(password, self._entropy), None
        challenge = next((value for key, value in attributes if key == CHAP_CHALLENGE), None)
        if challenge is None:
            return (), Credentials(password, Method.CHAP)
        response = chap_response(self._entropy.octets(1), password.octets(), challenge)
        return ((CHAP_PASSWORD, response),), None


def _meaning(pair: Pair) -> Attribute | _Effect:
    name = pair.name.lower()
    if name == "message-authenticator":
        return _Set("signed", pair.operator != "!*")
    if pair.operator not in ASSIGNING:
        raise BadInput(f"{pair.operator} compares, and a request only gives", hint="it belongs into a filter file")
    control = _CONTROLS.get(name)
    if control is not None:
        return control(pair)
    if name in NOT_SENT:
        return _nothing
    key, octets = encode(pair)
    if key == PROXY_STATE:
        raise BadInput("Proxy-State is for proxies; a NAS may refuse a request that carries it")
    if not octets:
        return _nothing  # RFC 2865 section 5: text and strings of no octets are left out
    return key, octets


class _Set:
    """Sets one field of the draft."""

    __slots__ = ("_field", "_value")

    def __init__(self, field: str, value: object) -> None:
        self._field = field
        self._value = value

    def __call__(self, draft: _Draft) -> None:
        setattr(draft, self._field, self._value)


def _nothing(_: _Draft) -> None:
    pass


def _place(**changes: Any) -> _Effect:
    def effect(draft: _Draft) -> None:
        draft.destination = draft.destination._replace(**changes)

    return effect


def _address(pair: Pair) -> str:
    text = pair.value.decode(errors="replace").strip()
    try:
        return str(ip_address(text))
    except ValueError:
        raise BadInput(f"{pair.name} takes an IP address") from None


def _port(pair: Pair) -> _Effect:
    text = pair.value.decode(errors="replace").strip()
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise BadInput(f"{pair.name} takes a port from 1 to 65535")
    return _place(port=int(text))


def _own_port(pair: Pair) -> _Effect:
    raise BadInput(
        f"{pair.name}: source ports are not chosen, they rotate so that no identifier comes again too soon",
        hint="leave it out; Packet-Src-IP-Address can be given",
    )


def _login_by(way: str) -> Callable[[Pair], _Effect | Attribute]:
    def control(pair: Pair) -> _Effect | Attribute:
        def effect(draft: _Draft) -> None:
            draft.password = pair.value
            if draft.way != "pap":  # as radclient: User-Password comes before the others
                draft.way = way

        return effect

    return control


def _chap(pair: Pair) -> _Effect | Attribute:
    if pair.written[:2].lower() == b"0x":
        key, octets = encode(pair)
        if len(octets) == 17 and any(octet < 0x20 for octet in octets):
            return key, octets  # a response that was made elsewhere
    return _login_by("chap")(pair)


_CONTROLS: dict[str, Callable[[Pair], _Effect | Attribute]] = {
    "packet-type": lambda pair: _Set("code", code_of(pair)),
    "response-packet-type": lambda pair: _Set("expected", code_of(pair)),
    "packet-dst-ip-address": lambda pair: _place(host=_address(pair)),
    "packet-dst-ipv6-address": lambda pair: _place(host=_address(pair)),
    "packet-dst-port": _port,
    "packet-src-ip-address": lambda pair: _place(source=_address(pair)),
    "packet-src-ipv6-address": lambda pair: _place(source=_address(pair)),
    "packet-src-port": _own_port,
    "radclient-test-name": lambda pair: _Set("name", pair.value.decode(errors="replace")),
    "cleartext-password": lambda pair: _Set("cleartext", pair.value),
    "user-password": _login_by("pap"),
    "chap-password": _chap,
    "ms-chap-password": _login_by("mschap"),
}

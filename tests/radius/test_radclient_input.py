"""radclient's input: any octets give requests or an error with its line, and what is written is read as the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.radius.auth import CHAP_CHALLENGE, CHAP_PASSWORD, Method, chap_response
from radiusbridge.radius.dictionary import encode
from radiusbridge.radius.mschap import MS_CHAP_CHALLENGE, MS_CHAP_RESPONSE
from radiusbridge.radius.packet import Code, Packet
from radiusbridge.radius.radclient.building import Builder, Destination, Sending
from radiusbridge.radius.radclient.filters import Filter
from radiusbridge.radius.radclient.lines import Pair, format_pair, parse_line
from radiusbridge.radius.radclient.reader import LONGEST_LINE, MOST_PAIRS, Listed, Reader
from tests.radius.strategies import named_pairs
from tests.radius.support import Dice

OPERATORS = ["=", ":=", "+=", "==", "!=", "<", ">", "<=", ">=", "=~", "!~", "=*", "!*"]
PIECES = st.sampled_from(
    b"\"|'|\\|\n|\n\n|,|#| |=|!*|User-Name|NAS-Port|Packet-Type|0x|User-Password=x|Response-Packet-Type|Access-Reject|"
    b"Packet-Dst-Port=0|\r|Attr-26.9.1=0x61".split(b"|")
)


def read(*chunks: bytes) -> list[Listed | BadInput]:
    reader = Reader("list")
    found = [item for chunk in chunks for item in reader.feed(chunk)]
    return [*found, *reader.end()]


def build(text: str | bytes, code: Code | None = Code.ACCESS_REQUEST, port: int | None = None) -> list[Sending]:
    octets = text.encode() if isinstance(text, str) else text
    builder = Builder("list", code, port, Dice())
    found = []
    for listed in read(octets):
        if isinstance(listed, BadInput):
            raise listed
        found.append(builder.build(listed))
    return found


def attributes(text: str | bytes, code: Code | None = Code.ACCESS_REQUEST) -> list[tuple[object, bytes]]:
    (sending,) = build(text, code)
    return list(sending.request.attributes)


@given(st.lists(st.one_of(st.binary(max_size=40), PIECES), max_size=30), st.integers(0, 200))
def test_any_octets_give_requests_or_an_error_with_its_line(pieces: list[bytes], cut: int) -> None:
    octets = b"".join(pieces)
    whole = read(octets)
    parts = read(octets[:cut], octets[cut:])
    assert [str(item) for item in parts] == [str(item) for item in whole]
    builder = Builder("list", None, 1812, Dice())
    lines = octets.count(b"\n") + 1
    for item in whole:
        if isinstance(item, Listed):
            assert 1 <= item.line <= lines
            for make in (builder.build, lambda listed: Filter("list", listed)):
                try:
                    make(item)
                except BadInput as error:
                    at(error, lines)
        else:
            at(item, lines)


def at(error: BadInput, lines: int) -> None:
    name, _, line = error.target.rpartition(":")
    assert name == "list"
    assert 1 <= int(line) <= lines


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True), st.sampled_from(OPERATORS), st.binary()
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_written_is_read_as_the_same(given_pairs: list[tuple[str, str, bytes]]) -> None:
    pairs = [Pair(name, operator, value, b"") for name, operator, value in given_pairs]
    lines = [format_pair(pair) for pair in pairs]
    assert [found[:3] for line in lines for found in parse_line(line)] == given_pairs
    assert [found[:3] for found in parse_line(b", ".join(lines))] == given_pairs


@given(named_pairs())
def test_attributes_are_those_of_the_dictionary(pairs: list[tuple[str, str | int | bytes]]) -> None:
    lines = []
    for name, value in pairs:
        octets = b"0x" + value.hex().encode() if isinstance(value, bytes) else str(value).encode()
        lines.append(format_pair(Pair(name.upper(), "=", octets, b"")))
    expected = [encode(name, value) for name, value in pairs]
    text = b"User-Name = x\n" + b"\n".join(lines) + b"\n"
    assert attributes(text, Code.COA_REQUEST) == [(1, b"x"), *(one for one in expected if one[1])]


def test_both_separators_comments_quotes_and_escapes() -> None:
    text = (
        '# first\nUser-Name = "al\\"i\\\\ce\\n\\x41\\101\\08" , NAS-Port := 3 # more\n'
        "  Reply-Message += 'it\\'s \\t',\n\n"
        "\r\nuser-name=`b\\`c`,nas-port=0x10\r\n   # indented\nFramed-Protocol = ppp\n\t\n\n"
        'Class = abc\nClass = 0x6162\nFilter-Id = a\\nb\nUser-Name == é\nCalling-Station-Id = ""\n'
    )
    first, second, third = build(text, Code.COA_REQUEST)
    assert first.request.attributes == ((1, b'al"i\\ce\n\\x41A\\08'), (5, bytes((0, 0, 0, 3))), (18, b"it's \t"))
    assert second.request.attributes == ((1, b"b`c"), (5, bytes((0, 0, 0, 16))), (7, bytes((0, 0, 0, 1))))
    assert third.request.attributes == ((25, b"abc"), (25, b"ab"), (11, b"a\nb"), (1, "é".encode()))
    assert [first.line, second.line, third.line] == [2, 6, 11]


def test_raw_names_and_what_never_travels() -> None:
    raw = "Attr-200 = 0x3132\nAttr-26.14988.8 = 0x31\nvendor-9-attr-1=0x32, Acct-Unique-Session-Id = abc, Realm=x\n"
    assert attributes(raw, Code.COA_REQUEST) == [(200, b"12"), ((14988, 8), b"1"), ((9, 1), b"2")]
    stamp = 'Event-Timestamp = "May 31 2026 10:00:00 UTC"'
    (sending,) = build(f"User-Name=x,{stamp}", Code.DISCONNECT_REQUEST)
    assert sending.request.attributes[1] == (55, (1780221600).to_bytes(4, "big"))
    assert not sending.request.stamped
    assert build("User-Name=x", Code.DISCONNECT_REQUEST)[0].request.stamped


@pytest.mark.parametrize(
    ("line", "says", "hint"),
    [
        ("Nas-Prt = 1", "no RADIUS attribute is called 'Nas-Prt'", "NAS-Port"),
        ("User-Name", "no operator", "User-Name = "),
        ("User-Name =", "no value", '""'),
        ('User-Name = "x', "not closed", ""),
        ("User-Name = x y", "something follows", "comma"),
        ("= x", "name is missing", ""),
        ("NAS-Port = many", "does not fit", "number"),
        ("NAS-Port = -1", "does not fit", "number"),
        ("NAS-Port > 1", "compares", "filter"),
        ("Class = 0x123", "does not fit", "hex"),
        (f"User-Name = {'x' * 254}", "254 octets", "253"),
        ("Packet-Type = Acces-Request", "no packet type", "Access-Request"),
        ("Packet-Type = Access-Accept", "cannot be sent", "auth"),
        ("Packet-Dst-Port = 70000", "port from 1", ""),
        ("Packet-Dst-IP-Address = here", "IP address", ""),
        ("Packet-Src-Port = 4000", "rotate", "Packet-Src-IP-Address"),
        ("Proxy-State = 0x01", "proxies", ""),
        ("Packet-Type = CoA-Request, User-Password = x", "Access-Request only", ""),
        ("Message-Authenticator !* ANY", "always signed", ""),
        ("Attr-300 = 0x31", "has the number", "255"),
        ("Attr-200 = abc", "in hex", ""),
        (f"User-Password = {'x' * 129}", "128 octets", "CHAP"),
        ("Class = " + "a" * LONGEST_LINE, "octets", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_line(line: str, says: str, hint: str) -> None:
    with pytest.raises(BadInput) as caught:
        build(f"User-Name = a\n\nUser-Name = b\n{line}\n\nUser-Name = c")
    assert caught.value.target in {"list:4", "list:3"}  # the request's own where no single attribute is wrong
    assert says in caught.value.summary
    assert hint in caught.value.hint
    after = [item for item in read(f"{line}\n\nUser-Name = c".encode()) if isinstance(item, Listed)]
    assert after[-1].pairs[0][1].value == b"c"


def test_a_request_without_end_is_refused_before_it_fills_memory() -> None:
    (error,) = read(b"NAS-Port = 1\n" * (MOST_PAIRS + 5000))
    assert isinstance(error, BadInput)
    assert error.target == f"list:{MOST_PAIRS + 1}"


def test_auto_goes_by_what_a_request_holds() -> None:
    cases = {
        "Packet-Type = 40, User-Name = x": Code.DISCONNECT_REQUEST,
        "Response-Packet-Type = CoA-NAK, User-Name = x": Code.COA_REQUEST,
        "Acct-Status-Type = Start": Code.ACCOUNTING_REQUEST,
        "User-Name = x, CHAP-Password = y": Code.ACCESS_REQUEST,
        "User-Name = x, Packet-Dst-Port = 3799": Code.COA_REQUEST,
        "User-Name = x, Packet-Dst-Port = 1646": Code.ACCOUNTING_REQUEST,
    }
    assert {text: build(text, None)[0].request.code for text in cases} == cases
    assert build("User-Name = x", None, 1645)[0].request.code == Code.ACCESS_REQUEST
    with pytest.raises(BadInput, match="nothing tells"):
        build("User-Name = x", None, 9999)


def test_control_attributes_are_obeyed_and_not_sent() -> None:
    (sending,) = build(
        "Packet-Dst-IP-Address = 192.0.2.7, Packet-Dst-Port = 99\nPacket-Src-IP-Address = 192.0.2.1\n"
        "Radclient-Test-Name = 'third', Response-Packet-Type = Access-Reject, User-Name = x\n"
    )
    assert sending.destination == Destination("192.0.2.7", 99, "192.0.2.1")
    assert (sending.name, sending.expected, sending.user) == ("third", Code.ACCESS_REJECT, "x")
    assert sending.request.attributes == ((1, b"x"),)
    (six,) = build("Packet-Dst-IPv6-Address = 2001:db8:0::1, User-Name = x")
    assert six.destination.host == "2001:db8::1"


def test_signatures() -> None:
    accounting, signed = build(
        "Acct-Status-Type=Start\n\nAcct-Status-Type=Start, Message-Authenticator=0x00", Code.ACCOUNTING_REQUEST
    )
    assert (accounting.request.signed, signed.request.signed) == (False, True)
    kick, bare = build("User-Name=x\n\nUser-Name=x\nMessage-Authenticator !* ANY\n", Code.DISCONNECT_REQUEST)
    assert (kick.request.signed, bare.request.signed) == (True, False)


def test_passwords_are_carried_as_they_are_asked_for() -> None:
    (pap,) = build("User-Name=x, User-Password = 'second\\377', Cleartext-Password = first")
    assert pap.request.credentials is not None
    assert (pap.request.credentials.method, pap.request.credentials.password.octets()) == (Method.PAP, b"second\xff")
    (chap,) = build("User-Name=x, CHAP-Password = secret")
    assert chap.request.credentials is not None
    assert chap.request.credentials.method is Method.CHAP
    (fixed,) = build("User-Name=x, CHAP-Password = secret, CHAP-Challenge = 0x0102")
    response = dict(fixed.request.attributes)[CHAP_PASSWORD]
    assert response == chap_response(response[:1], b"secret", dict(fixed.request.attributes)[CHAP_CHALLENGE])
    assert fixed.request.credentials is None
    made = "0102030405060708090a0b0c0d0e0f1011"
    assert attributes(f"CHAP-Password = 0x{made}") == [(CHAP_PASSWORD, bytes.fromhex(made))]
    (again,) = build(f"CHAP-Password = 0x{made}, Cleartext-Password = secret")
    assert again.request.credentials is not None
    assert again.request.credentials.password.octets() == b"secret"
    assert again.request.attributes == ()
    found = dict(attributes("User-Name=x, MS-CHAP-Password = secret"))
    assert (len(found[MS_CHAP_CHALLENGE]), len(found[MS_CHAP_RESPONSE])) == (8, 50)
    (none,) = build("User-Name=x, Cleartext-Password = y")
    assert (none.request.credentials, none.request.attributes) == (None, ((1, b"x"),))
    assert "first" not in repr(pap)
    assert "second" not in repr(pap)


REPLY = Packet(
    Code.ACCESS_ACCEPT,
    1,
    bytes(16),
    ((18, b"hello"), (18, b"again"), (27, (3600).to_bytes(4, "big")), (80, bytes(16))),
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Packet-Type == Access-Accept", ""),
        ("Reply-Message == hello, Reply-Message =~ '^ag', Session-Timeout == 3600", ""),
        ("Session-Timeout > 3599, reply-message != x, Reply-Message > ag, Message-Authenticator =* ANY", ""),
        ("Session-Timeout <= 3600, Reply-Message =* ANY, Reply-Message =* ANY, Filter-Id !* ANY", ""),
        ("Session-Timeout >= 3601, Reply-Message =* ANY, Reply-Message =* ANY", "3600 does not pass Session-Timeout"),
        ("Session-Timeout < 3600, Reply-Message =* ANY, Reply-Message =* ANY", "does not pass"),
        ("Reply-Message == again, Reply-Message == hello, Session-Timeout == 3600", "hello does not pass"),
        ("Reply-Message !~ ^h, Reply-Message =* ANY, Session-Timeout == 3600", "does not pass"),
        ("Reply-Message == hello, Session-Timeout == 3600", "Reply-Message is there 2 times, and once"),
        ("Reply-Message == hello, Reply-Message == again", "does not list Session-Timeout"),
        ("Reply-Message =* ANY, Reply-Message =* ANY, Session-Timeout !* ANY", "Session-Timeout !* ANY is there"),
        ("Filter-Id == x, Reply-Message =* ANY, Reply-Message =* ANY, Session-Timeout =* ANY", "not at all, and once"),
    ],
)
def test_a_filter_passes_what_it_lists(text: str, says: str) -> None:
    (listed,) = read(text.encode())
    assert isinstance(listed, Listed)
    failure = Filter("list", listed).failure(REPLY)
    assert says in failure
    assert bool(says) == bool(failure)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Reply-Message = hello", BadInput),
        ("Reply-Massage == hello", UnknownName),
        ("Reply-Message =~ '('", BadInput),
        ("Session-Timeout == long", BadInput),
        ("MS-CHAP2-Response =~ x", BadInput),
    ],
)
def test_filters_that_can_never_pass_are_refused(text: str, kind: type[BadInput]) -> None:
    (listed,) = read(b"\n" + text.encode())
    assert isinstance(listed, Listed)
    with pytest.raises(kind) as caught:
        Filter("list", listed)
    assert caught.value.target == "list:2"

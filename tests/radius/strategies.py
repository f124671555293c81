"""Hypothesis strategies for attributes that pyrad can also build."""

from hypothesis import strategies as st

from radiusbridge.radius.dictionary import Value
from radiusbridge.radius.packet import MESSAGE_AUTHENTICATOR, VENDOR_SPECIFIC, Attributes, Key
from tests.radius.support import PYRAD

_HEX = "0123456789abcdef"

keys: st.SearchStrategy[Key] = st.one_of(
    st.integers(1, 255).filter(lambda key: key not in (VENDOR_SPECIFIC, MESSAGE_AUTHENTICATOR)),
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 255)),
)


def _values(key: Key) -> st.SearchStrategy[bytes]:
    return st.binary(max_size=253 if isinstance(key, int) else 247)


@st.composite
def attributes(draw: st.DrawFn, most: int = 8) -> Attributes:
    """Attributes with those of one key side by side, as pyrad keeps them, fitting into one packet."""
    found = []
    for key in draw(st.lists(keys, max_size=most, unique=True)):
        found += [(key, value) for value in draw(st.lists(_values(key), min_size=1, max_size=2))]
    return tuple(found)


def _text(limit: int) -> st.SearchStrategy[str]:
    plain = st.text(st.characters(codec="utf-8"), max_size=limit)
    return plain.filter(lambda text: len(text.encode()) <= limit and text not in _NAMED)


_NAMED = {name for attribute in PYRAD.attributes.values() for name in attribute.values.forward}
_BY_TYPE: dict[str, st.SearchStrategy[Value]] = {
    "string": _text(247),
    "octets": st.binary(max_size=247),
    "integer": st.integers(0, 2**32 - 1),
    "date": st.integers(0, 2**32 - 1),
    "ipaddr": st.ip_addresses(v=4).map(str),
    "ipv6addr": st.ip_addresses(v=6).map(str),
    "ipv6prefix": st.tuples(st.ip_addresses(v=6), st.integers(0, 128)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    "ifid": st.lists(st.integers(0, 0xFFFF), min_size=4, max_size=4).map(
        lambda groups: ":".join(f"{group:x}" for group in groups)
    ),
}

_MADE_HERE = {"Message-Authenticator", "CHAP-Password", "CHAP-Challenge", "Proxy-State", "Event-Timestamp"}
_MADE_HERE |= {"MS-CHAP-Response", "MS-CHAP-Challenge", "MS-CHAP2-Response"}
SETTABLE = sorted(
    name for name, attribute in PYRAD.attributes.items() if not attribute.encrypt and name not in _MADE_HERE
)


def value_of(name: str) -> st.SearchStrategy[Value]:
    """Values that the named attribute takes: of its type, or one of its names."""
    attribute = PYRAD.attributes[name]
    plain = _BY_TYPE[attribute.type]
    named = sorted(attribute.values.forward)
    return st.one_of(plain, st.sampled_from(named)) if named else plain


@st.composite
def named_pairs(draw: st.DrawFn, most: int = 6) -> list[tuple[str, Value]]:
    """Different named attributes with a value each."""
    chosen = draw(st.lists(st.sampled_from(SETTABLE), min_size=1, max_size=most, unique=True))
    return [(name, draw(value_of(name))) for name in chosen]

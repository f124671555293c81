"""Values as operators write them and as the database keeps them: rates, durations, names, addresses.

Rates are integer bits a second, sizes bytes, durations integer seconds, money integer Rupiah.
Each parser raises BadInput with the reason and an example; each formatter writes the shortest plain form.
"""

import ipaddress
import re
import unicodedata
from datetime import UTC, datetime

from radiusbridge.domain.errors import BadInput

_RATE_FACTORS = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_RATE = re.compile(r"([0-9]{1,15})([kKmMgG]?)")
_DURATION = re.compile(
    r"(?:(?P<w>[0-9]{1,9})w)?(?:(?P<d>[0-9]{1,9})d)?"
    r"(?:(?P<clock>[0-9]{1,3}:[0-9]{2}:[0-9]{2})"
    r"|(?:(?P<h>[0-9]{1,9})h)?(?:(?P<m>[0-9]{1,9})m)?(?:(?P<s>[0-9]{1,12})s?)?)"
)
_ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff")

_NO_PORT = 65535
USERNAME_OCTETS = 253
"""What one RADIUS attribute can carry (RFC 2865 5.1)."""


def parse_rate(text: str) -> int:
    """Bits a second from `10M`, `512k`, `10000000` (k, M, G are powers of 1000, as in Mikrotik-Rate-Limit)."""
    match = _RATE.fullmatch(text.strip())
    if not match:
        raise BadInput(f"“{text[:40]}” is not a rate", hint="write it like 10M, 512k or 10000000")
    return int(match[1]) * _RATE_FACTORS[match[2].upper()]


def parse_size(text: str) -> int:
    """Bytes from `50G`, `512M` or `5000000` (k, M, G are powers of 1000)."""
    match = _RATE.fullmatch(text.strip())
    if not match:
        raise BadInput(f"“{text[:40]}” is not a size", hint="write it like 50G, 512M or 5000000")
    return int(match[1]) * _RATE_FACTORS[match[2].upper()]


def format_rate(bits: int) -> str:
    """The shortest exact form: 10000000 -> `10M`, 1500000 -> `1500k`."""
    for suffix in ("G", "M", "k"):
        factor = _RATE_FACTORS[suffix.upper()]
        if bits and bits % factor == 0:
            return f"{bits // factor}{suffix}"
    return str(bits)


def parse_rate_pair(text: str) -> tuple[int, int]:
    """(upload, download) from `2M/10M`, in RouterOS's order rx/tx; one rate stands for both."""
    up, slash, down = text.partition("/")
    return parse_rate(up), parse_rate(down if slash else up)


def parse_duration(text: str) -> int:
    """Seconds from `10s`, `5m`, `1w2d03:04:05`, `1d2h`, or a bare number of seconds."""
    match = _DURATION.fullmatch(text.strip())
    if not match or not text.strip():
        raise BadInput(f"“{text[:40]}” is not a duration", hint="write it like 30s, 10m, 1d12h or 4w")
    part = {name: int(value) for name, value in match.groupdict(default="0").items() if name != "clock"}
    hours, minutes, seconds = part["h"], part["m"], part["s"]
    if match["clock"]:
        hours, minutes, seconds = map(int, match["clock"].split(":"))
    return ((part["w"] * 7 + part["d"]) * 24 + hours) * 3600 + minutes * 60 + seconds


def parse_seconds(text: str) -> float:
    """Seconds, parts of one too: `200ms`, `0.5s`, `0.5`; else as `parse_duration`."""
    plain = text.strip()
    if plain.endswith("ms") and re.fullmatch("[0-9]{1,9}", plain[:-2]):
        return int(plain[:-2]) / 1000
    plain = plain.removesuffix("s")
    if re.fullmatch(r"[0-9]{1,9}\.[0-9]{1,9}", plain):
        return float(plain)
    return float(parse_duration(text))


def format_duration(seconds: int) -> str:
    """The form that RouterOS writes: 97445 -> `1d3h4m5s`, 0 -> `0s`."""
    parts = []
    for unit, size in (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_username(text: str) -> str:
    """A user name that RADIUS and User Manager can carry; refused with the reason otherwise.

    Spaces, quotes and `=` inside are allowed, since customers have such names. Control, bidirectional and
    zero-width characters, blanks at the ends, the empty name and more than 253 octets are not.
    """
    if not text:
        raise BadInput("the user name is empty", hint="give the name that the customer dials with")
    if len(text.encode(errors="surrogatepass")) > USERNAME_OCTETS:
        raise BadInput(f"the user name has {len(text)} characters", hint=f"RADIUS carries {USERNAME_OCTETS} octets")
    for char in text:
        if char in _ZERO_WIDTH or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"}:
            raise BadInput(
                f"the user name holds the character U+{ord(char):04X}",
                hint="control, invisible and direction characters are not allowed",
            )
    if text != text.strip():
        raise BadInput("the user name begins or ends with a blank", hint="take the blank away")
    return text


def parse_label(text: str, what: str = "name", limit: int = 64) -> str:
    """The name of a server, NAS or profile: printable, 1 to `limit` characters, no control characters, no `/`."""
    if not text or text != text.strip():
        raise BadInput(f"the {what} is empty or begins or ends with a blank", hint=f"give a plain {what}")
    if len(text) > limit:
        raise BadInput(f"the {what} has {len(text)} characters", hint=f"{limit} are allowed")
    if not text.isprintable() or "/" in text:
        raise BadInput(f"the {what} holds a character that is not allowed", hint="letters, digits, blanks, - and _")
    return text


def parse_host_port(text: str, default_port: int) -> tuple[str, int]:
    """(host, port) from `host`, `host:port`, `[v6]:port` or a bare IPv6 address."""
    host, port = text.strip(), str(default_port)
    if host.startswith("["):
        host, _, rest = host[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    if not host or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise BadInput(f"“{text[:80]}” is not host[:port]", hint="write it like 10.0.0.1:3799 or [fd00::1]:3799")
    if any(char.isspace() or not char.isprintable() for char in host):
        raise BadInput(f"“{text[:80]}” is not a host name", hint="give an address or a name without blanks")
    return host, int(port)


def parse_endpoint(text: str) -> tuple[str, int | None]:
    """As `parse_host_port`; the port is None where none is named."""
    host, port = parse_host_port(text, _NO_PORT)
    return host, port if port != _NO_PORT or text.strip().endswith(f":{_NO_PORT}") else None


def parse_address(text: str) -> str:
    """An IPv4 or IPv6 address in its plain form."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError as error:
        raise BadInput(f"“{text[:60]}” is not an IP address", hint="write it like 10.20.0.7") from error


def parse_date(text: str) -> datetime:
    """A date `2026-12-31`, or with a time `2026-12-31 23:59`, in UTC."""
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise BadInput(f"“{text[:40]}” is not a date", hint="write it like 2026-12-31")

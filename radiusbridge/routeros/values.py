"""Values as RouterOS writes them: every form is read, the plain one is sent. Nothing is typed by its look.

Each parser raises BadInput for what it cannot read. Units: rates bits/s, sizes bytes, durations seconds, dates in the
router's own zone (which `/system/clock` tells), so without one.
"""

import ipaddress
import re
from datetime import date, datetime, time

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.routeros.attributes import AttributeList

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Typed = str | bool | int | float | datetime | Address | tuple[str, ...] | tuple[int, int] | AttributeList

_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
_INTEGER = re.compile(r"-?[0-9]{1,20}")
_RATE = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,9}))?([kKMGT]?)(?:B|bps)?")
_SIZE = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,9}))?(?:([kKMGT])i?)?B?")
_EXPONENT = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4}
_DURATION = re.compile(
    r"(?:(?P<w>[0-9]{1,9})w)?(?:(?P<d>[0-9]{1,9})d)?"
    r"(?:(?P<clock>[0-9]{1,6}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?)"
    r"|(?:(?P<h>[0-9]{1,9})h)?(?:(?P<m>[0-9]{1,9})m(?!s))?(?:(?P<s>[0-9]{1,12}(?:\.[0-9]{1,9})?)s)?"
    r"(?:(?P<ms>[0-9]{1,9})ms)?)"
)
_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE_6 = re.compile(r"([a-z]{3})/([0-9]{1,2})/([0-9]{4})(?: ([0-9]{1,2}):([0-9]{2}):([0-9]{2}))?")
_DATE_7 = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?: ([0-9]{1,2}):([0-9]{2}):([0-9]{2}))?")
_SESSION_ID = re.compile(r"(?:0x)?([0-9a-f]{1,16})")


def _not(text: str, what: str) -> BadInput:
    return BadInput(f"“{safe(text, 60)}” is not {what}")


def parse_flag(text: str) -> bool:
    """True or False from `true`, `yes`, `false`, `no`."""
    try:
        return _FLAGS[text]
    except KeyError:
        raise _not(text, "a yes or no") from None


def parse_integer(text: str) -> int:
    """A whole number."""
    if not _INTEGER.fullmatch(text):
        raise _not(text, "a whole number")
    return int(text)


def _scaled(match: re.Match[str], base: int) -> int | None:
    whole, fraction, suffix = match[1], match[2] or "", match[3] or ""
    scaled, rest = divmod(int(whole + fraction) * base ** _EXPONENT[suffix], 10 ** len(fraction))
    return None if rest else scaled


def parse_rate(text: str) -> int:
    """Bits/s from `10000000`, `10M`, `1.5M`, `512k`, `10000000B`, `10Mbps`; suffixes are powers of 1000.

    RouterOS 6 exports suggest powers of 1024 for what was typed with a suffix there; it shows such rates as plain
    numbers with `B`, which are taken as they stand.
    """
    match = _RATE.fullmatch(text)
    bits = _scaled(match, 1000) if match else None
    if bits is None:
        raise _not(text, "a rate")
    return bits


def parse_size(text: str) -> int:
    """Bytes from `1073741824`, `524288B`, `512k`, `10MiB`; suffixes are powers of 1024."""
    match = _SIZE.fullmatch(text)
    size = _scaled(match, 1024) if match else None
    if size is None:
        raise _not(text, "a size")
    return size


def parse_duration(text: str) -> int | float:
    """Seconds from `1w2d03:04:05`, `1w2d3h4m5s`, `30m`, `0s`, `03:04:05`, `00:00:00.200`, `300ms`, `90`."""
    match = _DURATION.fullmatch(text + "s" if text.isdecimal() else text)
    if not match or not text:
        raise _not(text, "a duration")
    seconds: int | float = sum(int(match[unit] or 0) * size for unit, size in _UNITS[:4])
    last = match["s"] or "0"
    if match["clock"]:
        hours, minutes, last = match["clock"].split(":")
        seconds += int(hours) * 3600 + int(minutes) * 60
    seconds += float(last) if "." in last else int(last)
    milliseconds = int(match["ms"] or 0)
    return (seconds * 1000 + milliseconds) / 1000 if milliseconds else seconds


def format_duration(seconds: float) -> str:
    """RouterOS's plain form: 788645 as `1w2d3h4m5s`, 0 as `0s`, 0.3 as `300ms`. Raises BadInput below 0."""
    if seconds < 0:
        raise BadInput(f"{seconds:g} s is no duration")
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    parts = []
    for unit, size in _UNITS:
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count}{unit}")
    if milliseconds:
        parts.append(f"{milliseconds}ms")
    return "".join(parts) or "0s"


def parse_date(text: str) -> datetime:
    """A date and time from `jan/28/2022 16:42:51` (RouterOS 6) or `2026-05-31 00:00:00`; without a time, midnight."""
    six = _DATE_6.fullmatch(text.lower())
    match = six or _DATE_7.fullmatch(text)
    if not match or (six and six[1] not in _MONTHS):
        raise _not(text, "a date")
    year, month, day = (six[3], _MONTHS.index(six[1]) + 1, six[2]) if six else (match[1], match[2], match[3])
    try:
        return datetime.combine(
            date(int(year), int(month), int(day)), time(int(match[4] or 0), int(match[5] or 0), int(match[6] or 0))
        )
    except ValueError:
        raise _not(text, "a date") from None


def format_date(value: datetime) -> str:
    """`2026-05-31 00:00:00`, as RouterOS takes it from 7.10 on."""
    return value.strftime("%Y-%m-%d %H:%M:%S")


def parse_address(text: str) -> Address:
    """An IPv4 or IPv6 address; `/32` and `/128` mean the address itself. Networks, ranges and names are refused."""
    plain = text.removesuffix("/128") if ":" in text else text.removesuffix("/32")
    try:
        return ipaddress.ip_address(plain)
    except ValueError:
        raise _not(text, "an address") from None


def parse_set(text: str) -> tuple[str, ...]:
    """The words of a comma list, in their order."""
    return tuple(text.split(",")) if text else ()


def parse_session_id(text: str) -> str:
    """The Acct-Session-Id as accounting has it: `0x81300077` of `/ppp/active` as `81300077`."""
    match = _SESSION_ID.fullmatch(text.lower())
    if not match:
        raise _not(text, "a session id")
    return match[1]


def parse_pair(text: str) -> tuple[int, int]:
    """(up, down) from a simple queue's `2M/10M`; rates or counters."""
    up, slash, down = text.partition("/")
    if not slash:
        raise _not(text, "a pair")
    return parse_rate(up), parse_rate(down)

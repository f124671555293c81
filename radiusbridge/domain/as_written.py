"""What people write into lists: telephone numbers, days, rates, prices, whether somebody is let in. Indonesian forms.

Each raises BadInput with the reason where a text can be read in two ways, or in none.
"""

import re
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from radiusbridge.domain.errors import BadInput

_COUNTRY = "62"
_PHONE_FILLING = re.compile(r"[\s().\-\u2010-\u2015]")
_SHORT_NUMBER = re.compile(r"\d+([.,]\d+)?e\+?\d+", re.IGNORECASE)


def phone(text: str) -> str:
    """`6281234567890` from `0812-3456-7890`, `+62 812…`, `62812…` or `812…` (whose zero a spreadsheet took): E.164
    without the plus. Numbers of other countries need their plus."""
    plain = _PHONE_FILLING.sub("", text)
    if _SHORT_NUMBER.fullmatch(plain):
        raise BadInput(f"“{text[:40]}” is a telephone number that a spreadsheet cut off", hint="format it as text")
    if re.fullmatch(r"\+?[0-9]+[/,;&|]\+?[0-9/,;&|+]+", plain):
        raise BadInput(f"“{text[:40]}” are several telephone numbers", hint="keep one")
    if not re.fullmatch(r"\+?[0-9]{6,18}", plain):
        raise BadInput(f"“{text[:40]}” is no telephone number", hint="write it like 0812-3456-7890")
    if plain.startswith("+") and not plain.startswith(f"+{_COUNTRY}"):
        found = plain[1:]
    elif plain.startswith(("+", _COUNTRY)):
        found = _COUNTRY + plain.removeprefix("+").removeprefix(_COUNTRY).removeprefix("0")
    elif plain.startswith("0") and not plain.startswith("00"):
        found = _COUNTRY + plain[1:]
    elif plain.startswith("8"):
        found = _COUNTRY + plain
    else:
        raise BadInput(f"“{text[:40]}” does not say its country", hint="begin with 0, 62 or + and the country")
    if not 8 <= len(found) <= 15:
        raise BadInput(f"“{text[:40]}” is too {'short' if len(found) < 8 else 'long'} for a telephone number")
    return found


# -- days


class DayOrder(StrEnum):
    """What `03/04/2026` means. UNSAID: it is refused."""

    UNSAID = ""
    DMY = "dmy"
    MDY = "mdy"


_MONTHS = (
    ("january", "januari"), ("february", "februari", "pebruari"), ("march", "maret"), ("april",), ("may", "mei"),
    ("june", "juni"), ("july", "juli"), ("august", "agustus", "agt", "ags"), ("september",), ("october", "oktober"),
    ("november", "nopember"), ("december", "desember"),
)  # fmt: skip
_TIME = re.compile(r"[T ]\d{1,2}[:.]\d{2}([:.]\d{2}(\.\d+)?)?( ?(Z|UTC|WIB|WITA|WIT|[+-]\d{2}:?\d{2}))?$")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_NAMED = re.compile(r"(\d{1,2})[-/. ]+([a-z]{3,9})\.?[-/., ]+(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([a-z]{3,9})\.?[-/. ]+(\d{1,2})[,. ]+(\d{4})")
_SERIAL = re.compile(r"(\d{5})(\.\d+)?")
_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_HINT = "write it like 2026-12-31"


def day(text: str, order: DayOrder = DayOrder.UNSAID, *, from_1904: bool = False) -> date:
    """A day: `2026-12-31`, `31/12/2026`, `31 Desember 2026`, or the number of days that a spreadsheet keeps; a time of
    day behind it is passed over. from_1904: the spreadsheet counts from that year."""
    plain = _TIME.sub("", text.strip()).lower()
    try:
        if match := _ISO.fullmatch(plain):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _NUMBERS.fullmatch(plain):
            return _of_numbers(text, int(match[1]), int(match[2]), _year(match[3]), order)
        if match := _NAMED.fullmatch(plain):
            return date(_year(match[3]), _month(text, match[2]), int(match[1]))
        if match := _NAMED_FIRST.fullmatch(plain):
            return date(int(match[3]), _month(text, match[1]), int(match[2]))
    except ValueError as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"“{text[:40]}” is a day that does not exist", hint=_HINT) from None
    if match := _SERIAL.fullmatch(plain):
        return (_EPOCH_1904 if from_1904 else _EPOCH_1900) + timedelta(days=int(match[1]))
    raise BadInput(f"“{text[:40]}” is no day", hint=_HINT)


def _of_numbers(text: str, first: int, second: int, year: int, order: DayOrder) -> date:
    if first == second or second > 12:
        return date(year, first, second)
    if first > 12:
        return date(year, second, first)
    if order is DayOrder.UNSAID:
        raise BadInput(f"“{text[:40]}” may be two days", hint="--dates dmy or --dates mdy says which")
    return date(year, second, first) if order is DayOrder.DMY else date(year, first, second)


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _month(text: str, word: str) -> int:
    for number, names in enumerate(_MONTHS, 1):
        if any(name.startswith(word) for name in names):
            return number
    raise BadInput(f"“{text[:40]}” names no month", hint=_HINT)


# -- rates


_RATE = re.compile(r"(\d{1,12}(?:[.,]\d{1,3})?)([kmg]?)(?:bps|bits|bit|b)?")
_PER_SECOND = re.compile(r"(?<=[bt])(?:/s|ps)(?![a-z])")
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_LEAST = 1_000


def rates(text: str) -> tuple[int, int]:
    """(up, down) in bits a second from `10M/50M`, `10 Mbps`, `10/50 Mbps`, `10240k/51200k`; one rate stands for both,
    and as everywhere in RouterOS the upload comes first."""
    plain = _PER_SECOND.sub("", re.sub(r"\s+", "", text.lower()))
    parts = [_RATE.fullmatch(part) for part in plain.split("/")]
    if not 1 <= len(parts) <= 2 or not all(parts):
        raise BadInput(f"“{text[:40]}” is no rate", hint="write it like 10M/50M: upload, then download")
    found = [part for part in parts if part is not None]
    unit = found[-1][2]
    bits = [_bits(part[1], part[2] or ("" if len(part[1]) > 3 else unit)) for part in found]
    if min(bits) < _LEAST:
        raise BadInput(f"“{text[:40]}” is a rate without its unit", hint="write it like 10M/50M")
    return bits[0], bits[-1]


def _bits(digits: str, unit: str) -> int:
    return int(Fraction(digits.replace(",", ".")) * _FACTORS[unit])


# -- money


_MONEY = re.compile(
    r"(?:rp\.?|idr)?(?P<digits>\d{1,3}(?:(?P<mark>[.,])\d{3})(?:(?P=mark)\d{3})*|\d{1,12})"
    r"(?:[.,]00?|,-+|\.-+)?(?P<unit>rb|ribu|k|jt|juta)?"
)
_FACTOR_OF = {None: 1, "rb": 1_000, "ribu": 1_000, "k": 1_000, "jt": 1_000_000, "juta": 1_000_000}


def rupiah(text: str) -> int:
    """Whole Rupiah from `Rp 150.000`, `150,000`, `150.000,00`, `150rb`. Parts of a Rupiah are refused."""
    match = _MONEY.fullmatch(re.sub(r"\s+", "", text.lower()))
    if match is None:
        raise BadInput(f"“{text[:40]}” is no amount of Rupiah", hint="write it like Rp 150.000")
    return int(re.sub(r"[.,]", "", match["digits"])) * _FACTOR_OF[match["unit"]]


# -- whether somebody is let in


_LET_IN = frozenset(
    ("aktif", "active", "enabled", "enable", "on", "online", "open", "buka", "terbuka", "ya", "yes", "true", "1")
)
_KEPT_OUT = frozenset(
    (
        *("nonaktif", "tidakaktif", "inactive", "disabled", "disable", "off", "tutup", "expired", "berhenti", "no"),
        *("isolir", "isolated", "terisolir", "suspend", "suspended", "blokir", "terblokir", "blocked", "banned"),
        *("tidak", "false", "0"),
    )
)


def let_in(text: str) -> bool:
    """Whether a word like `aktif`, `isolir`, `disabled` says that a customer is let in."""
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    if plain in _LET_IN:
        return True
    if plain in _KEPT_OUT:
        return False
    raise BadInput(f"“{text[:40]}” does not say whether they are let in", hint="write active or disabled")

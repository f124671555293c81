"""Values as RouterOS writes and reads them: durations, dates, rates, versions."""

import re
from datetime import UTC, datetime
from functools import lru_cache

_UNITS = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 0.000001}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|us|w|d|h|m|s)")
_CLOCK = re.compile(r"(?:(?P<weeks>\d+)w)?(?:(?P<days>\d+)d)?\s*(?P<h>\d+):(?P<m>\d+)(?::(?P<s>\d+(?:\.\d+)?))?")
_MULTIPLES = {"k": 1, "K": 1, "M": 2, "G": 3}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def duration_text(seconds: float) -> str:
    """Write a duration as print does: `1w2d3h4m5s`, `0s`, `300ms`."""
    if 0 < seconds < 1:
        return f"{round(seconds * 1000)}ms"
    rest = int(seconds)
    parts = []
    for unit, size in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    milliseconds = round((seconds - int(seconds)) * 1000)
    if milliseconds:
        parts.append(f"{milliseconds}ms")
    return "".join(parts) or "0s"


@lru_cache(4096)
def duration_seconds(text: str) -> float:
    """Read `1w2d3h4m5s`, `1d02:03:04`, `00:05:00` or bare seconds; ValueError otherwise."""
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    clock = _CLOCK.fullmatch(text)
    if clock:
        part = {name: float(value) if value else 0.0 for name, value in clock.groupdict().items()}
        return part["weeks"] * 604800 + part["days"] * 86400 + part["h"] * 3600 + part["m"] * 60 + part["s"]
    if not text or _DURATION.sub("", text):
        raise ValueError(text)
    return sum(float(count) * _UNITS[unit] for count, unit in _DURATION.findall(text))


def date_text(wall: float) -> str:
    """Write a wall time (seconds since 1970, UTC) as menus do from about 7.10 on: `2026-05-31 00:00:00`."""
    return datetime.fromtimestamp(int(wall), UTC).strftime("%Y-%m-%d %H:%M:%S")


def old_date_text(wall: float) -> str:
    """Write a wall time as menus did before: `may/31/2026 00:00:00`."""
    moment = datetime.fromtimestamp(int(wall), UTC)
    return f"{_MONTHS[moment.month - 1]}/{moment:%d/%Y %H:%M:%S}"


def old_log_time(wall: float, now: float) -> str:
    """Write the time of a log line as RouterOS 6 does: `12:00:00` of today, `may/30 12:00:00` of another day."""
    date, _, time = old_date_text(wall).partition(" ")
    return time if wall // 86400 == now // 86400 else f"{date[:6]} {time}"


def date_seconds(text: str) -> float:
    """Read `2026-05-31 00:00:00` or `2026-05-31` as wall time; ValueError otherwise."""
    pattern = "%Y-%m-%d %H:%M:%S" if " " in text else "%Y-%m-%d"
    return datetime.strptime(text, pattern).replace(tzinfo=UTC).timestamp()


def rate_bits(text: str, thousand: int = 1000) -> int:
    """Read `10M`, `512k`, `10000000B` or a bare integer; ValueError otherwise."""
    text = text.removesuffix("B")
    if text and text[-1] in _MULTIPLES:
        return int(text[:-1]) * int(thousand ** _MULTIPLES[text[-1]])
    if not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return int(text)


def version_tuple(version: str) -> tuple[int, int]:
    """The major and minor number of `7.16.2` or `7.16.2 (stable)`."""
    numbers = re.findall(r"\d+", version)
    return int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0

"""The forms in which Mikhmon writes: comments in both styles of dates, and sales as names of scripts. Pure.

Source: Mikhmon v3. A voucher's comment is `vc-482-11.21.25-kios pak min` (or `up-…`; `vc-…` alone for one made by hand)
until its first login; from then on the moment of its end, `dec/21/2025 10:00:00` on RouterOS 6 and up to 7.9,
`2025-12-21 10:00:00` from 7.10 on. A sale:
`date-|-time-|-user-|-price-|-address-|-mac-|-validity-|-profile-|-comment`.
"""

import re
from datetime import UTC, datetime, tzinfo
from hashlib import sha256

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.importing import LONGEST_VALIDITY
from radiusbridge.domain.vouchers.mikhmon import BatchNote, HeldSale
from radiusbridge.domain.vouchers.records import MOST_MONEY, Mode
from radiusbridge.routeros.values import parse_date, parse_duration

SEPARATOR = "-|-"
FIELDS = 9
OLDEST = datetime(2005, 1, 1, tzinfo=UTC)
"""A router without a battery begins at 1970 when it starts."""
NEWEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Nobody lives to see it; in another zone the last days of the calendar cannot be told."""
_MODES = {"vc": Mode.SAME, "up": Mode.PAIR}
_NOTE = re.compile(
    r"(?P<mode>vc|up)-(?:[0-9]{3}-(?P<month>[0-9]{2})\.(?P<day>[0-9]{2})\.(?P<year>[0-9]{2})-)?.*", re.DOTALL
)
_DATED = re.compile(r"\s*(?:[A-Za-z]{3}/[0-9]|[0-9]{1,4}[-/][0-9])")
_KEY_SIGNS = 40
_WHOLE = re.compile(r"[0-9]{1,20}")


def read_comment(text: str, zone: tzinfo) -> BatchNote | datetime | None:
    """A batch's note, or when the voucher ends; None: it is empty or somebody else's. BadInput: a date in no form that
    is known."""
    plain = text.strip()
    if match := _NOTE.fullmatch(plain):
        return BatchNote(_MODES[match["mode"]], plain, _day(match, zone))
    if _DATED.match(plain):
        return moment(plain, zone)
    return None


def _day(match: re.Match[str], zone: tzinfo) -> datetime | None:
    if match["year"] is None:
        return None
    try:
        day = datetime(2000 + int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=zone)
    except ValueError:
        return None
    return day.astimezone(UTC)


def moment(text: str, zone: tzinfo) -> datetime:
    """A date and time of the router's zone as UTC. BadInput: it is none, or of a clock that was not set."""
    local = parse_date(text)
    if ":" not in text:
        raise BadInput("a date without a time", target=safe(text, 40))
    try:
        found = local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError as error:
        raise BadInput("there is no such moment", target=safe(text, 40)) from error
    if found > NEWEST:
        raise BadInput("there is no such moment", target=safe(text, 40))
    if found < OLDEST:
        raise BadInput("the router's clock was not set then", target=safe(text, 40))
    return found


def read_sale(name: str, zone: tzinfo) -> HeldSale:
    """A sale from the name of a script. BadInput: what of it cannot be read."""
    fields = name.split(SEPARATOR, FIELDS - 1)
    if len(fields) != FIELDS:
        raise BadInput(f"it has {len(fields)} fields, not {FIELDS}")
    date, time, user, price, _address, _mac, validity, profile, comment = fields
    if not user:
        raise BadInput("it names no user")
    if not _WHOLE.fullmatch(price) or int(price) > MOST_MONEY:
        raise BadInput("its price is no whole number", target=safe(price, 20))
    note = read_comment(comment, zone) if _NOTE.fullmatch(comment.strip()) else None
    return HeldSale(
        f"mikhmon:{sha256(name.encode(errors='surrogatepass')).hexdigest()[:_KEY_SIGNS]}",
        moment(f"{date} {time}", zone),
        user,
        int(price),
        profile,
        _seconds(validity),
        note if isinstance(note, BatchNote) else None,
    )


def _seconds(validity: str) -> int | None:
    """A validity like `30d`; None: none, or none that can be read: the sale counts all the same."""
    try:
        found = int(parse_duration(validity or "0s"))
    except BadInput:
        return None
    return found if 0 < found <= LONGEST_VALIDITY else None

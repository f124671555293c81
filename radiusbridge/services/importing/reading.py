"""The texts of a row as a customer's fields. Each may be refused, with the reason."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from radiusbridge.domain import as_written
from radiusbridge.domain.as_written import DayOrder
from radiusbridge.domain.days import start_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import Field
from radiusbridge.domain.records import Service
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.values import parse_address, parse_label, parse_username
from radiusbridge.services.checks import caller_id, plain_text

LONGEST_PASSWORD = 128
"""Octets in an Access-Request (RFC 2865 5.2)."""
_NOTHING = frozenset({"-", "--", "0000-00-00", "null", "none", "n/a"})


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(name: Field) -> Callable[[str], str]:
    return lambda text: plain_text(_line(text), name)


def _password(text: str) -> Secret:
    if len(text.encode(errors="surrogatepass")) > LONGEST_PASSWORD:
        raise BadInput("the password is longer than RADIUS carries", hint=f"{LONGEST_PASSWORD} octets")
    if not text.isprintable():
        raise BadInput("the password holds a character that cannot be typed")
    return Secret(text)


def _grace(text: str) -> int:
    if not text.isdecimal() or int(text) > 3650:
        raise BadInput(f"“{text[:20]}” is no number of days of grace", hint="0 to 3650")
    return int(text)


def _service(text: str) -> Service:
    plain = text.strip().lower()
    if plain in {"any", "pppoe", "ppp"}:
        return Service.PPPOE
    if plain == "hotspot":
        return Service.HOTSPOT
    raise BadInput(f"“{text[:20]}” is a service that is not known", hint="pppoe or hotspot")


_PLAIN: Mapping[Field, tuple[str, Callable[[str], Any]]] = {
    Field.PASSWORD: ("password", _password),
    Field.NUMBER: ("number", lambda text: parse_label(_line(text), "customer number", 40)),
    Field.NAME: ("name", _text(Field.NAME)),
    Field.PHONE: ("phone", as_written.phone),
    Field.ADDRESS: ("address", _text(Field.ADDRESS)),
    Field.AREA: ("area", _text(Field.AREA)),
    Field.ODP: ("odp", _text(Field.ODP)),
    Field.VLAN: ("vlan", _text(Field.VLAN)),
    Field.NOTE: ("note", _text(Field.NOTE)),
    Field.STATIC: ("static_address", parse_address),
    Field.CALLER: ("caller_id", caller_id),
    Field.ROUTES: ("routes", _text(Field.ROUTES)),
    Field.GRACE: ("grace_days", _grace),
    Field.SERVICE: ("service", _service),
}


class Reader:
    """Reads rows of one source."""

    def __init__(self, dates: DayOrder, zone: tzinfo | None, *, from_1904: bool = False) -> None:
        self._dates = dates
        self._zone = zone
        self._from_1904 = from_1904

    def username(self, values: Mapping[Field, str]) -> str:
        """BadInput: there is none, or it cannot be one."""
        text = values.get(Field.USER, "")
        if not text:
            raise BadInput("it has no user name")
        return parse_username(text)

    def fields(self, values: Mapping[Field, str]) -> dict[str, Any]:
        """The customer's fields that the row says, by their names. BadInput."""
        found: dict[str, Any] = {}
        for field, text in values.items():
            made = _PLAIN.get(field)
            if made is None or (field is not Field.PASSWORD and text.lower() in _NOTHING):
                continue
            name, read = made
            found[name] = read(text)
        paid = values.get(Field.PAID, "")
        if paid and paid.lower() not in _NOTHING and not paid.startswith("0000-00-00"):
            day = as_written.day(paid, self._dates, from_1904=self._from_1904)
            found["paid_until"] = start_of(day, self._zone)
            found["billing_day"] = day.day
        return found

    def kept_out(self, values: Mapping[Field, str]) -> bool:
        """Whether the row says that its customer is not let in. BadInput: it cannot be told."""
        text = values.get(Field.STATUS, "")
        return bool(text) and not as_written.let_in(text)

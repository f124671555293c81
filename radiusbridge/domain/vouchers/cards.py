"""What stands on a printed card, whatever prints it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from types import MappingProxyType
from urllib.parse import urlencode

from radiusbridge.domain.secret import Secret
from radiusbridge.domain.vouchers.records import Mode, Voucher, VoucherBatch, password_of
from radiusbridge.domain.vouchers.sales import rupiah
from radiusbridge.domain.vouchers.templates import Template

_LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "code": "Code", "password": "Password", "profile": "Plan", "time_limit": "Time", "data_limit": "Data",
            "validity": "Valid for", "expires": "Until", "price": "Price", "outlet": "Outlet", "router": "Hotspot",
            "batch": "Batch", "number": "No.",
        },
        "id": {
            "code": "Kode", "password": "Sandi", "profile": "Paket", "time_limit": "Waktu", "data_limit": "Kuota",
            "validity": "Berlaku", "expires": "Hingga", "price": "Harga", "outlet": "Loket", "router": "Hotspot",
            "batch": "Kelompok", "number": "No.",
        },
    }
)  # fmt: skip
_SPANS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "en": {"d": ("day", "days"), "h": ("hour", "hours"), "m": ("minute", "minutes"), "s": ("second", "seconds")},
        "id": {"d": ("hari", "hari"), "h": ("jam", "jam"), "m": ("menit", "menit"), "s": ("detik", "detik")},
    }
)
_BYTES = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


@dataclass(frozen=True, slots=True)
class Card:
    """Texts as they are to be seen. code, password: large; password empty: it is not typed, or is the code. lines:
    (label, value). qr: what the QR code says; empty: there is none. voucher_id 0: a specimen."""

    voucher_id: int
    brand: str
    subtitle: str
    code: str = field(repr=False)
    password: str = field(repr=False)
    password_label: str
    lines: tuple[tuple[str, str], ...]
    login: str
    note: str
    qr: str = field(repr=False)
    border: str


def card(template: Template, batch: VoucherBatch, voucher: Voucher, zone: tzinfo | None = None) -> Card:
    """The card of a voucher. zone: in which its end is told; None: the machine's."""
    password = password_of(batch, voucher)
    labels = _LABELS.get(template.language, _LABELS["en"])
    values = _values(template, batch, voucher, zone)
    typed = password if batch.mode is Mode.PAIR and "password" in template.fields else ""
    small = [name for name in template.fields if name not in {"code", "password"} and values[name]]
    return Card(
        voucher.id,
        template.filled(template.brand, values),
        template.filled(template.subtitle, values),
        voucher.code,
        typed,
        labels["password"],
        tuple((labels[name], values[name]) for name in small),
        template.filled(template.login, values),
        template.filled(template.note, values),
        _qr(template, template.filled(template.login, values), voucher.code, password),
        template.border,
    )


def specimen(template: Template, batch: VoucherBatch, zone: tzinfo | None = None) -> Card:
    """How the cards of a batch look: with a code that is none of them, and no secret."""
    sign = batch.form.places[0][0]
    code = batch.form.prefix + sign * batch.form.length
    voucher = Voucher(batch.id, 1, code, password=Secret(sign * batch.form.length))
    return replace(card(template, batch, voucher, zone), voucher_id=0)


def _values(template: Template, batch: VoucherBatch, voucher: Voucher, zone: tzinfo | None) -> dict[str, str]:
    language = template.language if template.language in _WORDS else "en"
    ends = voucher.expires_at
    return {
        "code": "",
        "password": "",
        "profile": batch.profile,
        "time_limit": span(batch.time_limit, language),
        "data_limit": octets(batch.data_limit),
        "validity": span(batch.validity, language),
        "expires": "" if ends is None else _moment(ends, zone),
        "price": rupiah(batch.selling_price) if batch.selling_price else "",
        "outlet": batch.outlet,
        "router": batch.router,
        "batch": batch.label,
        "number": f"{batch.id}/{voucher.row}",
    }


def _moment(moment: datetime, zone: tzinfo | None) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z").rstrip()


def _qr(template: Template, login: str, code: str, password: str) -> str:
    if template.qr == "none":
        return ""
    if template.qr == "code" or not login:
        return code
    joint = "&" if "?" in login else "?"
    return f"{login}{joint}{urlencode({'username': code, 'password': password})}"


def span(seconds: int | None, language: str = "en") -> str:
    """A length of time in two units at most: `1 day`, `2 jam 30 menit`; empty: none."""
    if not seconds:
        return ""
    parts: list[str] = []
    for unit, size in _SPANS:
        count, seconds = divmod(seconds, size)
        if count:
            one, many = _WORDS[language][unit]
            parts.append(f"{count} {one if count == 1 else many}")
    return " ".join(parts[:2])


def octets(count: int | None) -> str:
    """A size as it is sold: `2 GB`, `1.5 GB`; empty: none."""
    if not count:
        return ""
    for name, size in _BYTES:
        if count >= size:
            return f"{f'{count / size:.2f}'.rstrip('0').rstrip('.')} {name}"
    return f"{count} B"

"""The lists of the Hotspot screen: their columns."""

from collections.abc import Callable

from radiusbridge.domain.hotspot import HotspotRow, Listing
from radiusbridge.domain.hotspot_fields import HOTSPOTS, look, state_of, through
from radiusbridge.domain.sizes import size_text
from radiusbridge.tui.language import N_, Noun, _, ngettext_noop
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN, Cell
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, short_duration

Row = HotspotRow
TITLES = {
    Listing.ACTIVE: N_("guests who are logged in"),
    Listing.HOST: N_("devices"),
    Listing.USER: N_("local users"),
    Listing.PROFILE: N_("user profiles"),
    Listing.COOKIE: N_("cookies"),
    Listing.BINDING: N_("IP bindings"),
    Listing.SERVER: N_("hotspot servers"),
}
KEYS = {
    "g": Listing.ACTIVE,
    "h": Listing.HOST,
    "u": Listing.USER,
    "p": Listing.PROFILE,
    "c": Listing.COOKIE,
    "b": Listing.BINDING,
    "s": Listing.SERVER,
}
NOUNS: dict[Listing, Noun] = {
    Listing.ACTIVE: ngettext_noop("guest", "guests"),
    Listing.HOST: ngettext_noop("device", "devices"),
    Listing.USER: ngettext_noop("user", "users"),
    Listing.PROFILE: ngettext_noop("profile", "profiles"),
    Listing.COOKIE: ngettext_noop("cookie", "cookies"),
    Listing.BINDING: ngettext_noop("binding", "bindings"),
    Listing.SERVER: ngettext_noop("server", "servers"),
}


def sheet_of(listing: Listing) -> Sheet[Row]:
    """The columns of one list."""
    order = {Listing.ACTIVE: Order("up"), Listing.HOST: Order("ip")}.get(listing, Order("name"))
    return Sheet(
        NOUNS[listing],
        HOTSPOTS,
        look,
        lambda row: (row.nas, row.id),
        _COLUMNS[listing],
        order,
        _(" No NAS has any of these here; t shows another list."),
        sortable=tuple(each.name for each in _COLUMNS[listing]),
    )


def span(seconds: object) -> str:
    """`3h2m`, as sessions have it; empty for what is no duration."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return ""
    return short_duration(int(seconds))


def _text(name: str) -> Callable[[Row], Cell]:
    return lambda row: (cell(row.text(name), 80), PLAIN)


def _span(name: str) -> Callable[[Row], Cell]:
    return lambda row: (span(row.values.get(name)), PLAIN)


def _octets(name: str) -> Callable[[Row], Cell]:
    def draw(row: Row) -> Cell:
        value = row.values.get(name)
        return (size_text(value) if isinstance(value, int) and not isinstance(value, bool) else ""), PLAIN

    return draw


def _state(row: Row) -> Cell:
    state = state_of(row)
    return {"enabled": ("●", GOOD), "disabled": ("○", FAINT)}.get(state, ("✖", BAD))


def _through(row: Row) -> Cell:
    why = through(row)
    return term(why), (WARN if why == "bypassed" else GOOD if why == "authorized" else FAINT)


def _account(row: Row) -> Cell:
    return ("radius" if row.values.get("radius") else term("local")), PLAIN


def _type(row: Row) -> Cell:
    kind = row.text("type")
    return cell(kind, 12), (WARN if kind == "bypassed" else BAD if kind == "blocked" else PLAIN)


def _price(row: Row) -> Cell:
    price = row.values.get("price")
    return (f"{price:>9}" if isinstance(price, int) and price else ""), PLAIN


_NAS: Col[Row] = Col("nas", "NAS", 8, 1)
_MAC: Col[Row] = Col("mac", "DEVICE", 17, draw=_text("mac_address"))
_IP: Col[Row] = Col("ip", "ADDRESS", 15, draw=_text("address"))
_STATE: Col[Row] = Col("state", "", 1, draw=_state)
_COMMENT: Col[Row] = Col("comment", "COMMENT", 8, 2, from_width=100, draw=_text("comment"))
_SERVER: Col[Row] = Col("server", "SERVER", 8, 1, from_width=100, draw=_text("server"))
_COLUMNS: dict[Listing, tuple[Col[Row], ...]] = {
    Listing.ACTIVE: (
        Col("user", "USER", 10, 2, draw=_text("user")),
        _IP,
        _MAC,
        Col("up", "UP", 8, draw=_span("uptime")),
        Col("login", "LOGIN BY", 10, draw=_text("login_by"), from_width=100),
        Col("account", "ACCOUNT", 7, draw=_account),
        _NAS,
        _SERVER,
    ),
    Listing.HOST: (
        _MAC,
        _IP,
        Col("through", "THROUGH", 10, draw=_through),
        Col("up", "SEEN", 8, draw=_span("uptime")),
        _NAS,
        _SERVER,
    ),
    Listing.USER: (
        _STATE,
        Col("name", "NAME", 10, 2),
        Col("profile", "PROFILE", 8, 1, draw=_text("profile")),
        Col("up", "USED", 8, draw=_span("uptime")),
        Col("limit", "LIMIT", 8, draw=_span("limit_uptime")),
        Col("loaded", "LOADED", 8, draw=_octets("bytes_out")),
        _NAS,
        _SERVER,
        _COMMENT,
    ),
    Listing.PROFILE: (
        Col("name", "NAME", 10, 2),
        Col("rate", "RATE", 12, draw=_text("rate_limit")),
        Col("shared", "SHARED", 9, draw=_text("shared_users")),
        Col("pool", "POOL", 10, 1, from_width=100, draw=_text("address_pool")),
        Col("validity", "VALIDITY", 8, draw=_text("validity")),
        Col("expiry", "EXPIRY", 8, draw=_text("expiry"), from_width=100),
        Col("price", "PRICE", 9, draw=_price),
        _NAS,
    ),
    Listing.COOKIE: (
        Col("user", "USER", 10, 2, draw=_text("user")),
        _MAC,
        Col("expires", "EXPIRES IN", 10, draw=_span("expires_in")),
        _NAS,
    ),
    Listing.BINDING: (
        _STATE,
        _MAC,
        _IP,
        Col("type", "TYPE", 9, draw=_type),
        _NAS,
        _SERVER,
        _COMMENT,
    ),
    Listing.SERVER: (
        _STATE,
        Col("name", "NAME", 10, 2),
        Col("interface", "INTERFACE", 12, 1, draw=_text("interface")),
        Col("pool", "POOL", 12, 1, draw=_text("address_pool")),
        Col("profile", "PROFILE", 10, 1, draw=_text("profile")),
        _NAS,
    ),
}

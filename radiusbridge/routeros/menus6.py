"""User Manager's menus on RouterOS 6 and what their properties hold; every other menu is as on 7 (`menus`).

Source: real exports of 6.42 to 6.49 and programs that drive it over the API; RouterOS 6 has no dump of its own menus.
`treshold` is spelt so there. `name` of a user is what some releases call `username`.
"""

from types import MappingProxyType

from radiusbridge.routeros.schema import Kind, Menu, Property

_TEXT, _FLAG, _INTEGER, _RATE = (Property(kind) for kind in (Kind.TEXT, Kind.FLAG, Kind.INTEGER, Kind.RATE))
_SIZE, _DURATION, _ADDRESS, _SET = (Property(kind) for kind in (Kind.SIZE, Kind.DURATION, Kind.ADDRESS, Kind.SET))
_DATE = Property(Kind.DATE)


def _or(kind: Kind, *words: str) -> Property:
    return Property(kind, frozenset(words))


def _menu(path: str, **properties: Property) -> Menu:
    named = {name.replace("_", "-"): kind for name, kind in properties.items()}
    return Menu(f"/tool/user-manager/{path}", MappingProxyType(named))


UM_CUSTOMER = _menu("customer", login=_TEXT, password=_TEXT, access=_SET, permissions=_TEXT, parent=_TEXT)
UM_USER = _menu(
    "user",
    customer=_TEXT, username=_TEXT, name=_TEXT, password=_TEXT, shared_users=_or(Kind.INTEGER, "unlimited"),
    caller_id=_TEXT, caller_id_bind_on_first_use=_FLAG, first_name=_TEXT, last_name=_TEXT, phone=_TEXT,
    location=_TEXT, email=_TEXT, ip_address=_ADDRESS, disabled=_FLAG, comment=_TEXT, actual_profile=_TEXT,
    uptime_used=_DURATION, download_used=_SIZE, upload_used=_SIZE, last_seen=_or(Kind.DATE, "never"), active=_FLAG,
    active_sessions=_INTEGER, incomplete=_FLAG,
)  # fmt: skip
UM_PROFILE = _menu(
    "profile",
    name=_TEXT, name_for_users=_TEXT, owner=_TEXT, price=_INTEGER, starts_at=_TEXT, validity=_DURATION,
    override_shared_users=_or(Kind.INTEGER, "off", "unlimited"),
)  # fmt: skip
UM_LIMITATION = _menu(
    "profile/limitation",
    name=_TEXT, owner=_TEXT, address_list=_TEXT, group_name=_TEXT, ip_pool=_TEXT, ip_pool6=_TEXT,
    download_limit=_SIZE, upload_limit=_SIZE, transfer_limit=_SIZE, uptime_limit=_DURATION,
    rate_limit_rx=_RATE, rate_limit_tx=_RATE, rate_limit_min_rx=_RATE, rate_limit_min_tx=_RATE,
    rate_limit_burst_rx=_RATE, rate_limit_burst_tx=_RATE,
    rate_limit_burst_treshold_rx=_RATE, rate_limit_burst_treshold_tx=_RATE,
    rate_limit_burst_time_rx=_DURATION, rate_limit_burst_time_tx=_DURATION, rate_limit_priority=_INTEGER,
)  # fmt: skip
UM_PROFILE_LIMITATION = _menu(
    "profile/profile-limitation",
    profile=_TEXT, limitation=_TEXT, from_time=_DURATION, till_time=_DURATION, weekdays=_SET,
)  # fmt: skip
UM_ROUTER = _menu(
    "router",
    name=_TEXT, customer=_TEXT, ip_address=_TEXT, shared_secret=_TEXT, coa_port=_INTEGER, use_coa=_FLAG, log=_SET,
    disabled=_FLAG,
)  # fmt: skip
UM_SESSION = _menu(
    "session",
    user=_TEXT, customer=_TEXT, active=_FLAG, acct_session_id=_TEXT, calling_station_id=_TEXT, from_time=_DATE,
    till_time=_DATE, host_ip=_ADDRESS, user_ip=_ADDRESS, nas_port=_TEXT, nas_port_id=_TEXT, nas_port_type=_TEXT,
    status=_SET, terminate_cause=_TEXT, uptime=_DURATION, download=_SIZE, upload=_SIZE,
)  # fmt: skip

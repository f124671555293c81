"""The menus in use and what their properties hold.

Source: MikroTik's command-line reference and device dumps of RouterOS 7.10 to 7.21. Properties that only newer releases
have are left out, since an old one is asked for all that stand here.
"""

from types import MappingProxyType

from radiusbridge.routeros.schema import Kind, Menu, Property

_TEXT, _FLAG, _INTEGER, _RATE = (Property(kind) for kind in (Kind.TEXT, Kind.FLAG, Kind.INTEGER, Kind.RATE))
_SIZE, _DURATION, _DATE, _ADDRESS = (Property(kind) for kind in (Kind.SIZE, Kind.DURATION, Kind.DATE, Kind.ADDRESS))
_SET, _SESSION_ID, _ATTRIBUTES = (Property(kind) for kind in (Kind.SET, Kind.SESSION_ID, Kind.ATTRIBUTES))


def _or(kind: Kind, *words: str) -> Property:
    return Property(kind, frozenset(words))


def _menu(path: str, **properties: Property) -> Menu:
    return Menu(path, MappingProxyType({name.replace("_", "-"): kind for name, kind in properties.items()}))


USER_MANAGER = _menu(
    "/user-manager", enabled=_FLAG, authentication_port=_INTEGER, accounting_port=_INTEGER, use_profiles=_FLAG
)
UM_USER = _menu(
    "/user-manager/user",
    name=_TEXT, password=_TEXT, otp_secret=_TEXT, group=_TEXT, shared_users=_or(Kind.INTEGER, "unlimited"),
    caller_id=_TEXT, attributes=_ATTRIBUTES, disabled=_FLAG, comment=_TEXT,
)  # fmt: skip
UM_GROUP = _menu(
    "/user-manager/user/group",
    name=_TEXT, outer_auths=_SET, inner_auths=_SET, attributes=_ATTRIBUTES, default_name=_TEXT, default=_FLAG,
)  # fmt: skip
UM_PROFILE = _menu(
    "/user-manager/profile",
    name=_TEXT, validity=_or(Kind.DURATION, "unlimited"), name_for_users=_TEXT, starts_when=_TEXT, price=_INTEGER,
    override_shared_users=_or(Kind.INTEGER, "off", "unlimited"), comment=_TEXT,
)  # fmt: skip
UM_LIMITATION = _menu(
    "/user-manager/limitation",
    name=_TEXT, download_limit=_SIZE, upload_limit=_SIZE, transfer_limit=_SIZE, uptime_limit=_DURATION,
    reset_counters_start_time=_DATE,
    reset_counters_interval=_or(Kind.DURATION, "disabled", "hourly", "daily", "weekly", "monthly"),
    rate_limit_rx=_RATE, rate_limit_tx=_RATE, rate_limit_burst_rx=_RATE, rate_limit_burst_tx=_RATE,
    rate_limit_burst_threshold_rx=_RATE, rate_limit_burst_threshold_tx=_RATE,
    rate_limit_burst_time_rx=_DURATION, rate_limit_burst_time_tx=_DURATION,
    rate_limit_min_rx=_RATE, rate_limit_min_tx=_RATE, rate_limit_priority=_INTEGER, comment=_TEXT,
)  # fmt: skip
UM_PROFILE_LIMITATION = _menu(
    "/user-manager/profile-limitation",
    profile=_TEXT, limitation=_TEXT, from_time=_DURATION, till_time=_DURATION, weekdays=_SET, comment=_TEXT,
)  # fmt: skip
UM_USER_PROFILE = _menu(
    "/user-manager/user-profile",
    user=_TEXT, profile=_TEXT, state=_TEXT, end_time=_or(Kind.DATE, "unlimited", "not-yet-running"),
)  # fmt: skip
UM_ROUTER = _menu(
    "/user-manager/router",
    name=_TEXT, address=_TEXT, shared_secret=_TEXT, coa_port=_INTEGER, disabled=_FLAG, comment=_TEXT,
)  # fmt: skip
UM_SESSION = _menu(
    "/user-manager/session",
    user=_TEXT, acct_session_id=_TEXT, nas_port_type=_TEXT, nas_port_id=_TEXT, nas_ip_address=_ADDRESS,
    nas_identifier=_TEXT, calling_station_id=_TEXT, user_address=_ADDRESS, status=_SET, started=_DATE, ended=_DATE,
    terminate_cause=_TEXT, uptime=_DURATION, download=_SIZE, upload=_SIZE, last_accounting_packet=_DATE, active=_FLAG,
)  # fmt: skip
PPP_ACTIVE = _menu(
    "/ppp/active",
    name=_TEXT, service=_TEXT, caller_id=_TEXT, address=_ADDRESS, uptime=_DURATION, encoding=_TEXT,
    session_id=_SESSION_ID, limit_bytes_in=_SIZE, limit_bytes_out=_SIZE, radius=_FLAG,
)  # fmt: skip
PPP_AAA = _menu("/ppp/aaa", use_radius=_FLAG, accounting=_FLAG, interim_update=_DURATION)
PPP_SECRET = _menu(
    "/ppp/secret",
    name=_TEXT, service=_TEXT, caller_id=_TEXT, password=_TEXT, profile=_TEXT, local_address=_TEXT,
    remote_address=_TEXT, routes=_TEXT, limit_bytes_in=_SIZE, limit_bytes_out=_SIZE, disabled=_FLAG, comment=_TEXT,
    last_logged_out=_DATE, last_caller_id=_TEXT, last_disconnect_reason=_TEXT,
)  # fmt: skip
PPP_PROFILE = _menu(
    "/ppp/profile",
    name=_TEXT, local_address=_TEXT, remote_address=_TEXT, rate_limit=_TEXT, address_list=_TEXT, dns_server=_TEXT,
    only_one=_TEXT, default=_FLAG,
)  # fmt: skip
PPPOE_SERVER = _menu(
    "/interface/pppoe-server/server",
    service_name=_TEXT, interface=_TEXT, authentication=_SET, one_session_per_host=_FLAG, default_profile=_TEXT,
    disabled=_FLAG,
)  # fmt: skip
HOTSPOT = _menu(
    "/ip/hotspot",
    name=_TEXT, interface=_TEXT, address_pool=_TEXT, profile=_TEXT, idle_timeout=_or(Kind.DURATION, "none"),
    keepalive_timeout=_or(Kind.DURATION, "none"), login_timeout=_or(Kind.DURATION, "none"),
    addresses_per_mac=_or(Kind.INTEGER, "unlimited"), proxy_status=_TEXT, invalid=_FLAG, disabled=_FLAG,
)  # fmt: skip
HOTSPOT_USER = _menu(
    "/ip/hotspot/user",
    server=_TEXT, name=_TEXT, password=_TEXT, address=_TEXT, mac_address=_TEXT, profile=_TEXT, email=_TEXT,
    limit_uptime=_DURATION, limit_bytes_in=_SIZE, limit_bytes_out=_SIZE, limit_bytes_total=_SIZE,
    uptime=_DURATION, bytes_in=_SIZE, bytes_out=_SIZE, default=_FLAG, dynamic=_FLAG, disabled=_FLAG, comment=_TEXT,
)  # fmt: skip
HOTSPOT_USER_PROFILE = _menu(
    "/ip/hotspot/user/profile",
    name=_TEXT, address_pool=_TEXT, session_timeout=_DURATION, idle_timeout=_or(Kind.DURATION, "none"),
    keepalive_timeout=_or(Kind.DURATION, "none"), shared_users=_or(Kind.INTEGER, "unlimited"), add_mac_cookie=_FLAG,
    mac_cookie_timeout=_DURATION, rate_limit=_TEXT, address_list=_TEXT, parent_queue=_TEXT, on_login=_TEXT,
    default=_FLAG,
)  # fmt: skip
HOTSPOT_ACTIVE = _menu(
    "/ip/hotspot/active",
    server=_TEXT, user=_TEXT, domain=_TEXT, address=_TEXT, mac_address=_TEXT, login_by=_TEXT, uptime=_DURATION,
    session_time_left=_DURATION, idle_time=_DURATION, bytes_in=_SIZE, bytes_out=_SIZE, limit_bytes_total=_SIZE,
    radius=_FLAG, blocked=_FLAG,
)  # fmt: skip
HOTSPOT_HOST = _menu(
    "/ip/hotspot/host",
    mac_address=_TEXT, address=_TEXT, to_address=_TEXT, server=_TEXT, uptime=_DURATION, idle_time=_DURATION,
    bytes_in=_SIZE, bytes_out=_SIZE, found_by=_TEXT, authorized=_FLAG, bypassed=_FLAG, dynamic=_FLAG, DHCP=_FLAG,
)  # fmt: skip
HOTSPOT_COOKIE = _menu(
    "/ip/hotspot/cookie", user=_TEXT, domain=_TEXT, mac_address=_TEXT, expires_in=_DURATION, mac_cookie=_FLAG
)  # fmt: skip
HOTSPOT_BINDING = _menu(
    "/ip/hotspot/ip-binding",
    mac_address=_TEXT, address=_TEXT, to_address=_TEXT, server=_TEXT, type=_TEXT, disabled=_FLAG, comment=_TEXT,
)  # fmt: skip
SYSTEM_RESOURCE = _menu(
    "/system/resource",
    uptime=_DURATION, version=_TEXT, build_time=_TEXT, free_memory=_SIZE, total_memory=_SIZE, cpu=_TEXT,
    cpu_count=_INTEGER, cpu_frequency=_INTEGER, cpu_load=_INTEGER, free_hdd_space=_SIZE, total_hdd_space=_SIZE,
    architecture_name=_TEXT, board_name=_TEXT, platform=_TEXT,
)  # fmt: skip

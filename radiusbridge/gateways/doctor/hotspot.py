"""Whether a NAS's hotspot lets in whom it should, asks RADIUS about them, and keeps out who was put out."""

from collections.abc import Iterator

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.router_script import PLACEHOLDER
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.doctor.chart import Row, Unseen, Want, prints
from radiusbridge.gateways.doctor.limits import licence
from radiusbridge.gateways.doctor.patient import Check, Findings, Patient, enabled, fault, note, ok, warning
from radiusbridge.routeros.values import parse_duration

SERVERS, PROFILES, USER_PROFILES = "/ip/hotspot", "/ip/hotspot/profile", "/ip/hotspot/user/profile"
CAPS = {"3": 1, "4": 200, "5": 500}
"""Guests logged in, by licence level (manual, "RouterOS licensing")."""
LONG = 86_400.0
"""Seconds after which a cookie that still lets a device back in is worth a note."""
_FORBIDDING = frozenset({"home", "basic"})
_ALLOWING = frozenset({"advanced", "enterprise", "rose"})
"""Device-modes in which a hotspot is not allowed, and is, unless the row names it (manual, "Device-mode"; `rose` is
printed by devices). Early releases print the mode only, later ones each feature beside it: `hotspot: yes`."""
_WORDS = {"yes": True, "true": True, "no": False, "false": False}

WANTS: dict[str, Want] = prints(
    hotspots=(SERVERS, ".id", "name", "interface", "address-pool", "profile", "disabled", "invalid", "comment"),
    hotspot_profiles=(PROFILES, ".id", "name", "login-by", "use-radius", "radius-accounting", "http-cookie-lifetime"),
    hotspot_user_profiles=(USER_PROFILES, ".id", "name", "address-pool", "add-mac-cookie", "mac-cookie-timeout"),
    pools=("/ip/pool", "name"),
    device_mode=("/system/device-mode", "mode", "hotspot"),
)
COUNT = "guests"
"""Under which it is kept how many guests are logged in."""


def _hotspots(patient: Patient) -> tuple[Row, ...]:
    """The hotspot servers; none on a router that has no such menu."""
    return patient.chart.rows("hotspots") if patient.chart.has("hotspots") else ()


def _serving(patient: Patient) -> Iterator[tuple[Row, Row]]:
    """(server, its profile) of those that are switched on. Unseen: the profile is not shown."""
    profiles = {row.get("name", ""): row for row in patient.chart.rows("hotspot_profiles")}
    for row in filter(enabled, _hotspots(patient)):
        profile = profiles.get(row.get("profile", ""))
        if profile is None:
            raise Unseen(f"the profile {_named(row, 'profile')} of the hotspot {_named(row)} is not shown")
        yield row, profile


def _named(row: Row, name: str = "name") -> str:
    return safe(row.get(name, "?"), 40)


def _servers(patient: Patient) -> Findings:
    rows = _hotspots(patient)
    if not rows:
        yield ok("hotspot", "there is no hotspot")
    for row in rows:
        where = f"the hotspot {_named(row)} on {_named(row, 'interface')}"
        if not enabled(row):
            mend = patient.script.line(SERVERS, "enable", row.get(".id", ""))
            yield note("hotspot", f"{where} is disabled", "no guest can log in there", mend, row=row)
        elif _forbidden(patient, row):
            why = (
                "no guest can log in: the device-mode forbids hotspots; the router asks for its button, or a power "
                "cut, within some minutes of the line"
            )
            mend = patient.script.line("/system/device-mode", "update", hotspot="yes")
            yield fault("hotspot", f"{where} does not run", why, mend, row=row)
        elif is_yes(row.get("invalid")):
            why = "no guest can log in; mostly its interface is gone, or has become a port of a bridge"
            why += _or_the_mode(patient)
            yield fault("hotspot", f"{where} is invalid", why, row=row)
        else:
            yield ok("hotspot", f"{where} runs", row)


def _forbidden(patient: Patient, row: Row) -> bool:
    """Whether the device-mode keeps it from running: the row tells so in its comment, or the mode does. Unseen: the
    mode says it in a way that is not known here."""
    if is_yes(row.get("invalid")) and "device-mode" in row.get("comment", ""):
        return True
    modes = patient.chart.readings["device_mode"].rows
    allowed = modes[0].get("hotspot") if modes else None
    if allowed is not None and allowed not in _WORDS:
        raise Unseen(f"the device-mode says hotspot: {safe(allowed, 40) or 'nothing'}, which is not known here")
    if allowed is not None:
        return not _WORDS[allowed]
    return bool(modes) and is_yes(row.get("invalid")) and modes[0].get("mode", "") in _FORBIDDING


def _or_the_mode(patient: Patient) -> str:
    """What an invalid server may be owed to, too, where the device-mode could not be looked at."""
    reading = patient.chart.readings["device_mode"]
    if reading.missing:
        return ""
    row = reading.rows[0] if reading.rows else {}
    mode = row.get("mode", "")
    if row.get("hotspot") is not None or mode in _ALLOWING:
        return ""
    if mode:
        return f"; or the device-mode forbids it: what {safe(mode, 40)} allows is not known here"
    why = reading.trouble or "nothing was shown"
    return f"; or the device-mode forbids it, which could not be looked at: {why}"


def _radius(patient: Patient) -> Findings:
    rows = [row for row in patient.chart.rows("radius") if enabled(row)]
    asked = [row for row in rows if "hotspot" in row.get("service", "").split(",")]
    for row, profile in _serving(patient):
        where, script, id_ = f"guests of {_named(row)}", patient.script, profile.get(".id", "")
        if not is_yes(profile.get("use-radius")):
            mend = script.set(PROFILES, id_, use_radius="yes", radius_accounting="yes")
            why = "customers of the server cannot log in there: only the router's own hotspot users can"
            yield note("hotspot-radius", f"{where} are not asked of RADIUS", why, mend, row=profile)
        elif not asked:
            seen = f"{where} are asked of RADIUS, and no enabled /radius row has service hotspot"
            why = "whoever is no hotspot user of the router itself is refused"
            yield fault("hotspot-radius", seen, why, _ask(patient, rows), row=profile)
        elif not is_yes(profile.get("radius-accounting", "yes")):
            mend = script.set(PROFILES, id_, radius_accounting="yes")
            why = "User Manager knows no sessions of them: it can neither count nor close them"
            yield warning("hotspot-radius", f"no accounting is sent of {where}", why, mend, row=profile)
        else:
            yield ok("hotspot-radius", f"{where} are asked of RADIUS", profile)


def _ask(patient: Patient, rows: list[Row]) -> str:
    """The line that sends guests' logins where PPP logins go, or to a server that has to be named."""
    ppp = next((row for row in rows if "ppp" in row.get("service", "").split(",")), None)
    if ppp is not None:
        return patient.script.set("/radius", ppp.get(".id", ""), service=f"{ppp['service']},hotspot")
    return patient.script.line("/radius", "add", service="hotspot", address="ADDRESS-OF-THE-SERVER", secret=PLACEHOLDER)


def _cookies(patient: Patient) -> Findings:
    """Cookies let a device back in without a password; our kick takes them away first, nobody else's does."""
    for row, profile in _serving(patient):
        methods = profile.get("login-by", "").split(",")
        where = f"devices at {_named(row)}"
        if "cookie" in methods and (lives := _seconds(profile, "http-cookie-lifetime")) > LONG:
            mend = patient.script.set(PROFILES, profile.get(".id", ""), http_cookie_lifetime="1d")
            seen = f"{where} come back by cookie for {_told(lives)}"
            yield note("hotspot-cookies", seen, _BACK, mend, row=profile)
        else:
            yield ok("hotspot-cookies", f"{where} need a password at least once a day", profile)
        for each in patient.chart.rows("hotspot_user_profiles") if "mac-cookie" in methods else ():
            lives = _seconds(each, "mac-cookie-timeout") if is_yes(each.get("add-mac-cookie")) else 0.0
            if lives > LONG:
                seen = f"{where} with user profile {_named(each)} come back by MAC cookie for {_told(lives)}"
                mend = patient.script.set(USER_PROFILES, each.get(".id", ""), mac_cookie_timeout="1d")
                yield note("hotspot-mac-cookies", seen, _BACK, mend, row=each)
            else:
                yield ok("hotspot-mac-cookies", f"user profile {_named(each)} has no long MAC cookie", each)


_BACK = "whom somebody logs out by hand is back at once, for so long; our kick and isolate take the cookies away first"


def _seconds(row: Row, name: str) -> float:
    try:
        return float(parse_duration(row.get(name, "")))
    except BadInput:
        raise Unseen(f"the router does not show the {name} of {_named(row)}") from None


def _told(seconds: float) -> str:
    days, rest = divmod(int(seconds), 86_400)
    return f"{days} d {rest // 3600} h" if rest >= 3600 else f"{days} d"


def _trial(patient: Patient) -> Findings:
    for row, profile in _serving(patient):
        methods = profile.get("login-by", "").split(",")
        if "trial" in methods:
            others = ",".join(each for each in methods if each != "trial")
            mend = patient.script.set(PROFILES, profile.get(".id", ""), login_by=others)
            why = "who is isolated goes on without an account, as long as a trial lasts"
            yield warning("hotspot-trial", f"{_named(row)} lets devices in on trial", why, mend, row=profile)
        else:
            yield ok("hotspot-trial", f"{_named(row)} lets nobody in without an account", profile)


def _pools(patient: Patient) -> Findings:
    known = {row.get("name", "") for row in patient.chart.rows("pools")}
    for row in filter(enabled, _hotspots(patient)):
        pool = row.get("address-pool", "none")
        if pool in {"", "none"}:
            why = "fine where DHCP gives them; a device with an address of its own finds no way out"
            yield note("hotspot-pool", f"the hotspot {_named(row)} gives no addresses", why, row=row)
        elif pool not in known:
            seen = f"the pool {safe(pool, 40)} of the hotspot {_named(row)} is not there"
            mend = patient.script.set(SERVERS, row.get(".id", ""), address_pool="none")
            yield fault("hotspot-pool", seen, "no guest gets an address; name a pool of /ip/pool", mend, row=row)
        else:
            yield ok("hotspot-pool", f"the hotspot {_named(row)} gives addresses of {safe(pool, 40)}", row)
    if not _hotspots(patient):
        return
    for row in patient.chart.rows("hotspot_user_profiles"):
        pool = row.get("address-pool", "none")
        if pool not in known | {"", "none"}:
            seen = f"the pool {safe(pool, 40)} of the user profile {_named(row)} is not there"
            mend = patient.script.set(USER_PROFILES, row.get(".id", ""), address_pool="none")
            yield fault("hotspot-pool", seen, "its guests get no address after the login", mend, row=row)


def _licence(patient: Patient) -> Findings:
    if any(map(enabled, _hotspots(patient))):
        count = patient.chart.row(COUNT).get("count", "")
        yield from licence(patient, count, CAPS, "hotspot guests", "hotspot-licence")


CHECKS: dict[str, Check] = {
    "hotspot": _servers,
    "hotspot-radius": _radius,
    "hotspot-cookies": _cookies,
    "hotspot-trial": _trial,
    "hotspot-pool": _pools,
    "hotspot-licence": _licence,
}

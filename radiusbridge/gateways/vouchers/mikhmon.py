"""What Mikhmon keeps on a router, read over the API with five prints; nothing is written."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from radiusbridge.domain.errors import BadInput, NotSuchPeer
from radiusbridge.domain.hotspot import Terms, read_terms
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.mikhmon import BatchNote, Held, HeldSale, HeldUser, Unread
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.routers import Router, Rows, together
from radiusbridge.gateways.vouchers.desk import streamed
from radiusbridge.gateways.vouchers.mikhmon_forms import SEPARATOR, read_comment, read_sale
from radiusbridge.routeros import menus
from radiusbridge.routeros.errors import RouterTrap
from radiusbridge.routeros.values import parse_duration, parse_size

CLOCK, SCRIPTS = "/system/clock/print", "/system/script/print"
USERS, PROFILES = menus.HOTSPOT_USER.command("print"), menus.HOTSPOT_USER_PROFILE.command("print")
USER_PROPERTIES = (
    "name", "password", "profile", "server", "limit-uptime", "limit-bytes-total", "disabled", "default", "comment",
)  # fmt: skip
CAP = 1
"""Seconds of limit-uptime by which Mikhmon ends a user that it keeps (its modes `ntf` and `ntfc`)."""
_SHOWN = 300
"""Characters of a row that are told."""


class Mikhmon:
    """Reads one router."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def read(self) -> Held:
        """All of it. Raises as `Router.read`; NotSuchPeer: the router does not tell the zone of its clock."""
        [clock, profiles] = await together(
            self._router.read(CLOCK, proplist=("time-zone-name", "gmt-offset")),
            self._router.read(PROFILES, proplist=("name", "on-login")),
        )
        zone, name = _zone(clock[0] if clock else {})
        if zone is None:
            raise NotSuchPeer("it does not tell its time zone", target=str(self._router.endpoint))
        users = await streamed(self._router, USERS, USER_PROPERTIES)
        unread: list[Unread] = []
        scripts = await self._scripts(unread)
        terms = {row.get("name", ""): read_terms(row.get("on-login", "")) for row in profiles}
        held = tuple(filter(None, (_user(row, zone, terms, unread) for row in users)))
        return Held(held, _sales(scripts, zone, unread), tuple(unread), terms, name)

    async def _scripts(self, unread: list[Unread]) -> Rows:
        """Of an account that may not see them, the users come over all the same."""
        try:
            return await streamed(self._router, SCRIPTS, ("name",))
        except RouterTrap as trap:
            unread.append(Unread("/system/script", "", "", f"the sales were not read: {trap.summary}"))
            return []


def _zone(clock: Mapping[str, str]) -> tuple[tzinfo | None, str]:
    """The zone by its name, which knows the summer times of the past; else by what it is off now."""
    name = clock.get("time-zone-name", "")
    try:
        if name and name != "manual":
            return ZoneInfo(name), name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    offset = clock.get("gmt-offset", "")
    sign, plain = (-1, offset[1:]) if offset.startswith("-") else (1, offset.removeprefix("+"))
    try:
        hours, minutes = map(int, plain.split(":")[:2])
        return timezone(sign * timedelta(hours=hours, minutes=minutes)), offset
    except ValueError:
        return None, ""


def _user(
    row: Mapping[str, str], zone: tzinfo, terms: Mapping[str, Terms | None], unread: list[Unread]
) -> HeldUser | None:
    """None: it is not taken over, which `unread` says; or it is the router's own row for trials."""
    name, comment, profile = row.get("name", ""), row.get("comment", ""), row.get("profile", "default")
    if is_yes(row.get("default")):
        return None
    try:
        read = read_comment(comment, zone)
        if read is None and (comment.strip() or terms.get(profile) is None):
            raise BadInput(
                "its comment is none of Mikhmon's" if comment.strip() else "nothing says that it is a voucher"
            )
        uptime = int(parse_duration(row.get("limit-uptime") or "0s"))
        octets = parse_size(row.get("limit-bytes-total") or "0")
    except BadInput as error:
        unread.append(Unread("/ip/hotspot/user", name, safe(comment, _SHOWN), error.summary))
        return None
    shown = row.get("password")
    hidden = shown is None or (bool(shown) and not shown.strip("*"))
    server = row.get("server", "all")
    capped = uptime == CAP
    return HeldUser(
        name,
        None if hidden else Secret(shown or ""),
        profile,
        "" if server == "all" else server,
        None if capped else uptime or None,
        octets or None,
        is_yes(row.get("disabled")),
        capped,
        read if isinstance(read, BatchNote) else None,
        read if isinstance(read, datetime) else None,
        comment,
    )


def _sales(rows: Rows, zone: tzinfo, unread: list[Unread]) -> tuple[HeldSale, ...]:
    found = []
    for row in rows:
        name = row.get("name", "")
        if SEPARATOR not in name:
            continue  # a script that somebody runs
        try:
            found.append(read_sale(name, zone))
        except BadInput as error:
            unread.append(Unread("/system/script", "", safe(name, _SHOWN), error.summary))
    return tuple(found)

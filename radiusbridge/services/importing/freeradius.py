"""FreeRADIUS's users, and daloRADIUS's beside them, from the tables of their schemas: a dump, or a PostgreSQL database.

FreeRADIUS: `radcheck`, `radreply`, `radusergroup`, `radgroupreply` (its `schema.sql` of rlm_sql). daloRADIUS adds
`userinfo`, `userbillinfo`, `billing_plans`, and the group of the disabled. Columns that are not known are passed over.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from radiusbridge.db.foreign import read_tables
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import Field, SourceRow
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.services.context import Context
from radiusbridge.services.importing.sources import Gathered
from radiusbridge.services.importing.sql_dump import Row, Tables, read_dump

_PAIRS = ("username", "attribute", "op", "value")
TABLES: Mapping[str, tuple[str, ...]] = {
    "radcheck": _PAIRS,
    "radreply": _PAIRS,
    "radusergroup": ("username", "groupname", "priority"),
    "radgroupreply": ("groupname", "attribute", "op", "value"),
    "userinfo": (
        *("username", "firstname", "lastname", "mobilephone", "homephone", "workphone", "address", "city", "notes"),
    ),
    "userbillinfo": ("username", "planName", "phone", "address", "city", "nextbill"),
    "billing_plans": ("planName", "planCost"),
}
_FIELDS = (
    *(Field.USER, Field.PASSWORD, Field.NAME, Field.PHONE, Field.ADDRESS, Field.AREA, Field.NOTE, Field.PROFILE),
    *(Field.RATE, Field.PRICE, Field.STATIC, Field.CALLER, Field.ROUTES, Field.PAID, Field.STATUS),
)
_CLEAR = ("cleartext-password", "user-password")
_HASHED = re.compile(r"(crypt|s?md5|s?sha[0-9]*|ssha[0-9]+|nt|lm|password-with|pbkdf2)-(password|header)")
_DISABLED_GROUPS = frozenset({"daloradius-disabled-users"})
_NOT_YET = "0000-00-00"


def from_dump(path: Path) -> Gathered:
    """The users of a dump. BadInput: it cannot be read, or is none of FreeRADIUS's."""
    return _gathered(safe(path.name, 80), read_dump(path, TABLES))


async def from_postgresql(context: Context, url: Secret) -> Gathered:
    """The users of a database that is only read. Errors: BadInput, Unreachable, LoginRefused, Damaged."""
    # In a reader's thread, since it blocks.
    name, tables = await context.database.read(lambda _unit: read_tables(url, TABLES))
    return _gathered(name, tables)


def _gathered(name: str, tables: Tables) -> Gathered:
    if "radcheck" not in tables:
        raise BadInput("it has no radcheck, or nobody is in it", target=name)
    users = _Users(tables)
    rows = []
    for line, who in enumerate(users.names, 1):
        texts, refused = users.texts(who)
        values = {field: text for field, text in texts.items() if text}
        rows.append(SourceRow(line, values, [texts[field] for field in _FIELDS], refused))
    known = {user.lower() for user in users.names}
    only = sum(row.get("username", "").lower() not in known for row in tables.get("userinfo", ()))
    words = [f"{only} rows of userinfo have no login (radcheck), and are left"] if only else []
    return Gathered(name, tuple(rows), _FIELDS, tuple(words))


class _Users:
    """The tables, by user name and group."""

    def __init__(self, tables: Tables) -> None:
        self._check = _by(tables.get("radcheck", ()), "username")
        self._reply = _by(tables.get("radreply", ()), "username")
        self._groups = _by(tables.get("radusergroup", ()), "username")
        self._of_group = _by(tables.get("radgroupreply", ()), "groupname")
        self._info = {row.get("username", ""): row for row in tables.get("userinfo", ())}
        self._bill = {row.get("username", ""): row for row in tables.get("userbillinfo", ())}
        self._cost = {row.get("planname", ""): row.get("plancost", "") for row in tables.get("billing_plans", ())}
        self.names = list(self._check)

    def texts(self, who: str) -> tuple[dict[Field, str], str]:
        """What the tables say of a user, and why they cannot be taken over."""
        check, reply = _pairs(self._check[who]), _pairs(self._reply.get(who, ()))
        groups = [row.get("groupname", "") for row in sorted(self._groups.get(who, ()), key=_priority)]
        plain = [group for group in groups if group.lower() not in _DISABLED_GROUPS]
        info, bill = self._info.get(who, {}), self._bill.get(who, {})
        plan = bill.get("planname", "")
        group = plain[0] if plain else ""
        of_group = _pairs(self._of_group.get(group, ()))
        shut = len(plain) < len(groups) or check.get("auth-type", "").lower() == "reject"
        texts = {
            Field.USER: who,
            Field.PASSWORD: next((check[name] for name in _CLEAR if name in check), ""),
            Field.NAME: " ".join(f"{info.get('firstname', '')} {info.get('lastname', '')}".split()),
            Field.PHONE: _first(info, "mobilephone", "homephone", "workphone") or bill.get("phone", "").strip(),
            Field.ADDRESS: info.get("address", "") or bill.get("address", ""),
            Field.AREA: info.get("city", "") or bill.get("city", ""),
            Field.NOTE: info.get("notes", ""),
            Field.PROFILE: group or plan,
            Field.RATE: _rate(reply) or _rate(of_group),
            Field.PRICE: self._cost.get(plan, ""),
            Field.STATIC: reply.get("framed-ip-address", ""),
            Field.CALLER: check.get("calling-station-id", ""),
            Field.ROUTES: reply.get("framed-route", ""),
            Field.PAID: _paid(check.get("expiration", ""), bill.get("nextbill", "")),
            Field.STATUS: "disabled" if shut else "",
        }
        hashed = next((name for name in check if _HASHED.fullmatch(name)), "")
        if hashed and not texts[Field.PASSWORD]:
            return texts, f"its password is kept as {hashed}, from which it cannot be read back"
        return texts, ""


def _by(rows: Iterable[Row], name: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.get(name, "")].append(row)
    return dict(found)


def _pairs(rows: Iterable[Row]) -> dict[str, str]:
    """Values by attribute in lower case; of one attribute the first."""
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row.get("attribute", "").strip().lower(), row.get("value", ""))
    return found


def _priority(row: Row) -> int:
    text = row.get("priority", "")
    return int(text) if text.lstrip("-").isdecimal() else 1


def _first(row: Row, *names: str) -> str:
    return next((row[name].strip() for name in names if row.get(name, "").strip()), "")


def _rate(pairs: Mapping[str, str]) -> str:
    """`10M/50M` of a Mikrotik-Rate-Limit (without its bursts), or of WISPr's two attributes, in bits a second."""
    limit = pairs.get("mikrotik-rate-limit", "").split()
    if limit:
        return limit[0]
    up, down = (pairs.get(f"wispr-bandwidth-max-{way}", "") for way in ("up", "down"))
    return f"{up}/{down}" if up and down else ""


def _paid(expiration: str, nextbill: str) -> str:
    """An Expiration (`31 Dec 2026`, `December 31 2026 23:59:59`), else the day of the next bill."""
    plain = re.sub(r"\s+\d{1,2}:\d{2}(:\d{2})?$", "", expiration.strip())
    if plain:
        return re.sub(r"^([A-Za-z]+) (\d{1,2}) (\d{4})$", r"\2 \1 \3", plain)
    return "" if nextbill.startswith(_NOT_YET) else nextbill

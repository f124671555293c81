"""PHPNuxBill's customers from a dump of its database: `tbl_customers`, `tbl_user_recharges`, `tbl_plans`,
`tbl_bandwidth`, as its `install/phpnuxbill.sql` and the updates of it have them."""

from collections.abc import Mapping
from pathlib import Path

from radiusbridge.domain.imports import Field, SourceRow
from radiusbridge.domain.text import safe
from radiusbridge.services.importing.sources import Gathered
from radiusbridge.services.importing.sql_dump import Row, Tables, read_dump

_CUSTOMERS, _RECHARGES, _PLANS, _BANDWIDTH = "tbl_customers", "tbl_user_recharges", "tbl_plans", "tbl_bandwidth"
TABLES: Mapping[str, tuple[str, ...]] = {
    _CUSTOMERS: (
        *("id", "username", "password", "pppoe_username", "pppoe_password", "pppoe_ip", "fullname", "address"),
        *("phonenumber", "service_type", "status", "city", "district"),
    ),
    _RECHARGES: ("id", "customer_id", "username", "plan_id", "namebp", "expiration", "status", "type"),
    _PLANS: ("id", "name_plan", "id_bw", "price", "type"),
    _BANDWIDTH: ("id", "rate_up", "rate_up_unit", "rate_down", "rate_down_unit"),
}
_FIELDS = (
    *(Field.USER, Field.PASSWORD, Field.NAME, Field.PHONE, Field.ADDRESS, Field.AREA, Field.PROFILE, Field.RATE),
    *(Field.PRICE, Field.STATIC, Field.PAID, Field.STATUS, Field.SERVICE),
)
_LOOKED_AT = 8 << 20
_ACTIVE = "active"
_RUNNING = "on"


def phpnuxbill_source(path: Path) -> Gathered:
    """The customers of a dump. BadInput: it cannot be read, or is none of PHPNuxBill's."""
    tables = read_dump(path, TABLES)
    plans = {row.get("id", ""): row for row in tables.get(_PLANS, ())}
    bandwidth = {row.get("id", ""): row for row in tables.get(_BANDWIDTH, ())}
    newest = _newest(tables)
    rows = []
    for line, customer in enumerate(tables.get(_CUSTOMERS, ()), 1):
        recharge = newest.get(customer.get("id", ""), {})
        plan = plans.get(recharge.get("plan_id", ""), {})
        texts = _texts(customer, recharge, plan, bandwidth.get(plan.get("id_bw", ""), {}))
        values = {field: text for field, text in texts.items() if text}
        rows.append(SourceRow(line, values, [texts[field] for field in _FIELDS]))
    words = []
    without = sum(row.values.get(Field.PROFILE) is None for row in rows)
    if without:
        words.append(f"{without} customers have no plan; --profile NAME is for them")
    return Gathered(safe(path.name, 80), tuple(rows), _FIELDS, tuple(words))


def is_phpnuxbill(path: Path) -> bool:
    """Whether a dump names its table of customers in the first few megabytes."""
    try:
        with path.open("rb") as file:
            return _CUSTOMERS.encode() in file.read(_LOOKED_AT)
    except OSError:
        return False


def _newest(tables: Tables) -> dict[str, Row]:
    """What each customer has: a running plan before one that is over, then the one that lasts longest."""
    found: dict[str, Row] = {}
    for row in tables.get(_RECHARGES, ()):
        who = row.get("customer_id", "")
        if who not in found or _weight(row) > _weight(found[who]):
            found[who] = row
    return found


def _weight(recharge: Row) -> tuple[bool, str, int]:
    identifier = recharge.get("id", "")
    return (
        recharge.get("status", "").lower() == _RUNNING,
        recharge.get("expiration", ""),
        int(identifier) if identifier.isdecimal() else 0,
    )


def _texts(customer: Row, recharge: Row, plan: Row, bandwidth: Row) -> dict[Field, str]:
    status = customer.get("status", "").strip()
    shut = bool(status) and status.lower() != _ACTIVE
    over = bool(recharge) and recharge.get("status", "").lower() != _RUNNING
    phone = customer.get("phonenumber", "").strip()
    kinds = f"{customer.get('service_type', '')} {recharge.get('type', '')}".lower()
    return {
        Field.USER: customer.get("pppoe_username", "").strip() or customer.get("username", ""),
        Field.PASSWORD: customer.get("pppoe_password", "") or customer.get("password", ""),
        Field.NAME: customer.get("fullname", ""),
        Field.PHONE: "" if phone == "0" else phone,
        Field.ADDRESS: customer.get("address", ""),
        Field.AREA: customer.get("district", "") or customer.get("city", ""),
        Field.PROFILE: plan.get("name_plan", "") or recharge.get("namebp", ""),
        Field.RATE: _rate(bandwidth),
        Field.PRICE: plan.get("price", ""),
        Field.STATIC: customer.get("pppoe_ip", "").strip(),
        Field.PAID: recharge.get("expiration", ""),
        Field.STATUS: "disabled" if shut or over else "",
        Field.SERVICE: "hotspot" if "hotspot" in kinds and "pppoe" not in kinds else "pppoe",
    }


def _rate(row: Row) -> str:
    """`2Mbps/10Mbps`, the upload first."""
    if not row:
        return ""
    up, down = (f"{row.get(f'rate_{way}', '')}{row.get(f'rate_{way}_unit', '')}" for way in ("up", "down"))
    return f"{up}/{down}"

"""Who may reach the API, how, and what our account may do there."""

import shlex

from radiusbridge.domain.records import TlsMode
from radiusbridge.domain.text import safe
from radiusbridge.gateways.doctor.chart import Row, Unseen, Want, prints
from radiusbridge.gateways.doctor.patient import Check, Findings, Patient, enabled, fault, note, ok, warning
from radiusbridge.gateways.doctor.script import by_name

WANTS: dict[str, Want] = prints(
    services=("/ip/service", "name", "port", "address", "certificate", "disabled", "dynamic"),
    users=("/user", "name", "group", "address"),
    active=("/user/active", "name", "address", "via"),
    groups=("/user/group", "name", "policy"),
)
CERTIFICATE = "radiusbridge-api"
GRAVE = ("policy",)
"""Policies with which an account can give itself every other one."""


def _service(patient: Patient, name: str) -> Row | None:
    rows = patient.chart.rows("services")
    # newer releases list live connections as dynamic rows of the same name
    return next((row for row in rows if row.get("name") == name and row.get("dynamic") not in {"true", "yes"}), None)


def _in_clear(patient: Patient) -> Findings:
    if patient.api.tls is not TlsMode.PLAIN:
        yield ok("api-tls", "we use api-ssl")
        return
    row = _service(patient, "api-ssl")
    script = patient.script
    ours = f"radiusbridge {patient.kind} edit {shlex.quote(patient.name)} --tls"
    why = "the API password and customers' passwords cross the network in clear"
    if row is not None and enabled(row) and row.get("certificate", "none") not in {"", "none"}:
        seen = "we use the API in clear, though the router offers api-ssl"
        yield warning("api-tls", seen, why, ours, row=row)
        return
    certificate = script.path("/certificate")
    mend = (
        f"{certificate} add name={CERTIFICATE} common-name={CERTIFICATE} days-valid=3650 key-usage=tls-server",
        f"{certificate} sign {CERTIFICATE}",
        script.set("/ip/service", "api-ssl", certificate=CERTIFICATE, disabled="no"),
        ours,
    )
    yield warning("api-tls", "we use the API in clear, and api-ssl is not ready", why, *mend, row=row)


def _reach(patient: Patient) -> Findings:
    """Only those who manage the router need to reach its API."""
    name = "api" if patient.api.tls is TlsMode.PLAIN else "api-ssl"
    row = _service(patient, name)
    if row is None:
        raise Unseen(f"/ip/service shows no {name}")
    why = "anybody who reaches the port may try passwords; name whoever else manages it as well"
    if row.get("address", ""):
        yield ok("api-reach", f"{name} answers {safe(row['address'], 80)} only", row)
    else:
        mend = [] if patient.us is None else [patient.script.set("/ip/service", name, address=_host(patient.us))]
        yield warning("api-reach", f"{name} answers every address", why, *mend, row=row)
    plain = _service(patient, "api")
    if name == "api-ssl" and plain is not None and enabled(plain):
        mend = [patient.script.line("/ip/service", "disable", "api")]
        yield note("api-plain", "the API in clear is open as well", why, *mend, row=plain)


def _host(address: str) -> str:
    return f"{address}/{128 if ':' in address else 32}"


def _rights(patient: Patient) -> Findings:
    users, groups = patient.chart.rows("users"), patient.chart.rows("groups")
    account = next((row for row in users if row.get("name") == patient.api.user), None)
    if account is None:
        raise Unseen("the account is not in /user: it may come from RADIUS (/user/aaa)")
    group = next((row for row in groups if row.get("name") == account.get("group")), None)
    if group is None:
        raise Unseen(f"the group {safe(account.get('group', ''), 40)} is not in /user/group")
    has = {word for word in group.get("policy", "").split(",") if word and not word.startswith("!")}
    shared = sum(row.get("group") == group.get("name") for row in users) > 1
    wanted = ("api", *patient.needed, *patient.useful)
    mend = _regroup(patient, group, wanted, shared=shared)
    lacks = {name: why for name, why in patient.needed.items() if name not in has}
    misses = {name: why for name, why in patient.useful.items() if name not in has}
    named = safe(group.get("name", ""), 40)
    if lacks:
        yield fault("rights", f"group {named} lacks {_listed(lacks)}", _reasons(lacks), *mend, row=group)
    elif misses:
        yield warning("rights", f"group {named} lacks {_listed(misses)}", _reasons(misses), *mend, row=group)
    else:
        yield ok("rights", f"group {named} has {_listed(wanted)}", group)
    surplus = [word for word in group.get("policy", "").split(",") if word in has and word not in wanted]
    if not surplus:
        yield ok("rights-surplus", f"group {named} has nothing beside", group)
        return
    how = warning if set(surplus) & set(GRAVE) else note
    seen = f"group {named} also has {safe(', '.join(surplus), 160)}"
    why = "what the account may not do, whoever steals its password cannot do"
    yield how("rights-surplus", seen, why, *mend, row=group)


def _regroup(patient: Patient, group: Row, wanted: tuple[str, ...], *, shared: bool) -> tuple[str, ...]:
    """Policies are added to what is there, so that those to go are named with `!`. A group that others have stays."""
    words = [word.removeprefix("!") for word in group.get("policy", "").split(",") if word]
    policy = ",".join([*wanted, *(f"!{word}" for word in words if word not in wanted)])
    script = patient.script
    if not shared:
        return (script.set("/user/group", by_name(group.get("name", "")), policy=policy),)
    return (
        script.line("/user/group", "add", name="radiusbridge", policy=policy),
        script.set("/user", by_name(patient.api.user), group="radiusbridge"),
    )


def _listed(names: dict[str, str] | tuple[str, ...]) -> str:
    return ", ".join(names)


def _reasons(whys: dict[str, str]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in whys.items())


CHECKS: dict[str, Check] = {"api-tls": _in_clear, "api-reach": _reach, "rights": _rights}

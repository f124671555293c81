"""What User Manager's own settings say, on RouterOS 7 and 6."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Nas, Server
from radiusbridge.domain.text import safe
from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts.checking import SESSION_CAPS
from radiusbridge.gateways.accounts.generation import USERMAN6, USERMAN7
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.doctor.chart import Row, Unseen, Want, prints
from radiusbridge.gateways.doctor.limits import licence
from radiusbridge.gateways.doctor.patient import Check, Findings, Patient, enabled, fault, ok, warning
from radiusbridge.gateways.doctor.script import PLACEHOLDER, by_name
from radiusbridge.routeros.values import parse_size

ROOT = {USERMAN7: "/user-manager", USERMAN6: "/tool/user-manager"}
ADDRESS = {USERMAN7: "address", USERMAN6: "ip-address"}
DATABASE = 256 << 20
"""Octets above which every login waits for flash (no figure of the vendor's: what small boards carry)."""

_DATABASE = ("db-path", "db-size", "free-disk-space")
WANTS: dict[str, dict[str, Want]] = {
    USERMAN7: prints(
        settings=("/user-manager", "enabled", "authentication-port", "use-profiles", "require-message-auth"),
        clients=("/user-manager/router", ".id", "name", "address", "disabled", "coa-port"),
        database=("/user-manager/database", *_DATABASE),
    ),
    USERMAN6: prints(
        settings=("/tool/user-manager/customer", ".id", "login", "access"),
        clients=("/tool/user-manager/router", ".id", "name", "ip-address", "disabled", "coa-port", "use-coa"),
        database=("/tool/user-manager/database", *_DATABASE),
    ),
}
PACKAGES: dict[str, Want] = prints(packages=("/system/package", ".id", "name", "version", "disabled"))


def package(patient: Patient) -> Findings:
    """No User Manager answers: whether its package is there."""
    rows = patient.chart.rows("packages")
    row = next((row for row in rows if row.get("name") == "user-manager"), None)
    why = "there is nothing to provision"
    if row is not None and is_yes(row.get("disabled")):
        mend = (
            patient.script.line("/system/package", "enable", "user-manager"),
            patient.script.line("/system", "reboot"),
        )
        yield fault("user-manager", "the package user-manager is disabled", why, *mend, row=row)
    elif row is not None:
        yield fault("user-manager", "the package user-manager is there, and its menus are not", why, row=row)
    else:
        why += ": install the extra package of the router's own version, and reboot"
        yield fault("user-manager", "User Manager is not installed", why)


@dataclass(frozen=True, slots=True)
class UserManagerChecks:
    """The checks of one User Manager. kind: which generation answered; nases: those of the server."""

    server: Server
    nases: Sequence[Nas]
    kind: str

    @property
    def clients(self) -> str:
        """The menu of RADIUS clients."""
        return f"{ROOT[self.kind]}/router"

    def all(self) -> dict[str, Check]:
        """By name."""
        own: dict[str, Check] = {"owner": self._owner}
        if self.kind == USERMAN7:
            own = {"enabled": self._enabled, "use-profiles": _profiles, "require-message-auth": _signatures}
        return {
            "user-manager": lambda _patient: self._generation(),
            **own,
            "client": self._our_client,
            "nas-clients": self._nas_clients,
            "licence": _licence,
            "database": self._database,
        }

    def _generation(self) -> Findings:
        seen = f"User Manager of RouterOS {self.kind[-1]} answers"
        if self.server.kind in {self.kind, "userman"}:
            yield ok("user-manager", seen)
            return
        mend = f"radiusbridge server edit {shlex.quote(self.server.name)} --kind {self.kind}"
        yield fault("user-manager", f"{seen}, and {self.server.kind} is recorded", "nothing can be written", mend)

    def _enabled(self, patient: Patient) -> Findings:
        row = patient.chart.row("settings")
        if not is_yes(row.get("enabled")):
            mend = patient.script.set("/user-manager", enabled="yes")
            yield fault("enabled", "User Manager is switched off", "no login is answered", mend, row=row)
            return
        port, radius = row.get("authentication-port", ""), self.server.radius
        if radius is not None and port and port != str(radius.port):
            mend = patient.script.set("/user-manager", authentication_port=str(radius.port))
            why = f"test logins go to port {radius.port}; NASes have to ask the same port as before"
            yield warning("enabled", f"it listens on port {safe(port, 10)}", why, mend, row=row)
        else:
            yield ok("enabled", f"it listens on port {safe(port, 10)}", row)

    def _owner(self, patient: Patient) -> Findings:
        logins = [row.get("login", "") for row in patient.chart.rows("settings")]
        owner = self.server.owner
        if owner in logins:
            yield ok("owner", f"our rows belong to customer {safe(owner, 60)}")
            return
        mend = patient.script.line(f"{ROOT[USERMAN6]}/customer", "add", login=owner, password=PLACEHOLDER)
        seen = f"User Manager has no customer {safe(owner, 60)}, but {safe(', '.join(logins), 80) or 'none'}"
        yield fault("owner", seen, "every account belongs to one; or: server edit --owner", mend)

    def _our_client(self, patient: Patient) -> Findings:
        radius = self.server.radius
        if radius is None:
            raise Unseen("no RADIUS address is known for this server: it makes no test logins")
        ours = radius.source or patient.us
        if ours is None:
            raise Unseen("our own address, as this server sees it, is not known")
        rows = [row for row in patient.chart.rows("clients") if self._covers(row, ours)]
        why = "clients that it does not know get no answer: without test logins nothing is proven by a refusal"
        row = next(filter(enabled, rows), None)
        if row is not None:
            yield ok("client", f"our address {ours} is the client {safe(row.get('name', ''), 60)}", row)
        elif rows:
            mend = patient.script.line(self.clients, "enable", by_name(rows[0].get("name", "")))
            yield fault("client", f"the row of our address {ours} is disabled", why, mend, row=rows[0])
        else:
            yield fault("client", f"our address {ours} is no client", why, self._add(patient, "radiusbridge", ours))

    def _covers(self, row: Row, address: str) -> bool:
        return steps.covers(row.get(ADDRESS[self.kind], ""), address)

    def _add(self, patient: Patient, name: str, address: str, **more: str) -> str:
        owner = {"customer": self.server.owner} if self.kind == USERMAN6 else {}
        values = {"name": name, ADDRESS[self.kind]: address, "shared-secret": PLACEHOLDER, **owner, **more}
        return patient.script.line(self.clients, "add", **values)

    def _nas_clients(self, patient: Patient) -> Findings:
        rows = patient.chart.rows("clients")
        for nas in self.nases:
            yield from self._nas_client(patient, nas, rows)
        if not self.nases:
            yield ok("nas-clients", "no NAS of this server is recorded")

    def _nas_client(self, patient: Patient, nas: Nas, rows: Sequence[Row]) -> Findings:
        hosts = [host for host in (nas.dae and nas.dae.host, nas.api and nas.api.host) if host]
        address = (nas.dae.nas_address if nas.dae else None) or hosts[0]
        known = {*hosts, address}
        if self.server.home[0] in known:
            known.add("127.0.0.1")
        name, port = safe(nas.name, 60), str(nas.dae.port if nas.dae else 3799)
        found = [row for row in rows if any(self._covers(row, host) for host in known)]
        row = next(filter(enabled, found), None)
        if row is None:
            why = "its logins get no answer, if it asks this server under the address that is recorded here"
            mend = self._add(patient, nas.name, address, **{"coa-port": port})
            if found:
                mend = patient.script.line(self.clients, "enable", by_name(found[0].get("name", "")))
            state = "disabled as" if found else "no"
            yield warning("nas-clients", f"the NAS {name} is {state} client", why, mend)
            return
        six = self.kind == USERMAN6
        deaf = six and not is_yes(row.get("use-coa"))
        if not deaf and row.get("coa-port") == port:
            yield ok("nas-clients", f"the NAS {name} is a client, its sessions are closed by port {port}", row)
            return
        seen = f"sessions on {name} are closed by port {safe(row.get('coa-port', '?'), 10)}, it listens on {port}"
        if deaf:
            seen = f"sessions on {name} cannot be closed (use-coa=no)"
        why = "one way of kicking is missing, and sessions above shared-users are not ended"
        more = {"use-coa": "yes"} if six else {}
        target = by_name(row.get("name", ""))
        yield warning(
            "nas-clients", seen, why, patient.script.set(self.clients, target, **more, coa_port=port), row=row
        )

    def _database(self, patient: Patient) -> Findings:
        row = patient.chart.row("database")
        try:
            size, free = parse_size(row["db-size"]), parse_size(row["free-disk-space"])
        except (KeyError, BadInput):
            raise Unseen("User Manager does not tell the size of its database") from None
        seen = f"the database has {size / (1 << 20):.1f} MiB, {free / (1 << 20):.1f} MiB are free beside it"
        if size < DATABASE and free > size:
            yield ok("database", seen, row)
            return
        verb = "optimize-db" if self.kind == USERMAN7 else "rebuild"
        mend = patient.script.line(f"{ROOT[self.kind]}/database", verb)
        why = "a full disk loses accounting and plans; to copy the database takes as much room again"
        yield warning("database", seen, why, mend, row=row)


def _profiles(patient: Patient) -> Findings:
    row = patient.chart.row("settings")
    if is_yes(row.get("use-profiles")):
        yield ok("use-profiles", "plans count", row)
        return
    mend = patient.script.set("/user-manager", use_profiles="yes")
    why = "plans and their rates have no effect; mind that with yes, whoever has no plan is refused"
    yield warning("use-profiles", "use-profiles is no", why, mend, row=row)


def _signatures(patient: Patient) -> Findings:
    row = patient.chart.row("settings")
    policy = row.get("require-message-auth")
    if policy is None:
        raise Unseen("this RouterOS shows no require-message-auth (it came with 7.15): unsigned requests are taken")
    if policy == "no":
        mend = patient.script.set("/user-manager", require_message_auth="yes-access-request")
        why = "requests may be forged (Blast-RADIUS, CVE-2024-3596); NASes older than 7.15 may not sign"
        yield warning("require-message-auth", "unsigned Access-Requests are taken", why, mend, row=row)
    else:
        yield ok("require-message-auth", "Access-Requests have to be signed", row)


def _licence(patient: Patient) -> Findings:
    count = patient.chart.row("sessions").get("count", "")
    yield from licence(patient, count, SESSION_CAPS, "active sessions")

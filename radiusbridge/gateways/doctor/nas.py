"""What a NAS's own settings say: whom it asks, who may kick there, and whether both will be believed."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import LoginMethod, Nas, Server
from radiusbridge.domain.text import safe
from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.doctor.chart import Row, Unseen, Want, prints
from radiusbridge.gateways.doctor.limits import licence
from radiusbridge.gateways.doctor.patient import Check, Findings, Patient, enabled, fault, note, ok, warning
from radiusbridge.gateways.doctor.script import PLACEHOLDER
from radiusbridge.routeros.values import parse_duration

RADIUS = "/radius"
SERVERS = "/interface/pppoe-server/server"
PPPOE_CAPS = {"3": 200, "4": 200, "5": 500}
"""PPPoE sessions by licence level (manual, "RouterOS licensing")."""
TIMEOUT = 1.0
"""Seconds that a login may take at the shared-users limit: User Manager first ends the oldest session (manual)."""
REQUIRED = "yes-for-request-resp"
_METHODS = {LoginMethod.PAP: "pap", LoginMethod.CHAP: "chap", LoginMethod.MSCHAPV2: "mschap2"}

WANTS: dict[str, Want] = prints(
    aaa=("/ppp/aaa", "use-radius", "accounting", "interim-update"),
    incoming=("/radius/incoming", "accept", "port"),
    radius=(
        RADIUS, ".id", "address", "service", "disabled", "timeout", "called-id", "domain", "realm",
        "authentication-port", "accounting-backup", "require-message-auth",
    ),
    servers=(SERVERS, ".id", "service-name", "interface", "authentication", "disabled"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NasChecks:
    """The checks of one NAS. signs: whether its server signs its answers; None: not known. answers: it answered a
    Disconnect-Request of ours, which says more than its rows do: a NAT may stand between."""

    nas: Nas
    server: Server
    signs: bool | None
    answers: bool = False

    def all(self) -> dict[str, Check]:
        """By name."""
        return {
            "use-radius": _asks_radius,
            "accounting": _accounting,
            "incoming": self._incoming,
            "radius-row": self._our_row,
            "radius-server": self._its_server,
            "radius-duplicates": _duplicates,
            "require-message-auth": self._signatures,
            "radius-timeout": _timeout,
            "radius-counters": _counters,
            "pppoe-methods": self._methods,
            "licence": _licence,
        }

    def _incoming(self, patient: Patient) -> Findings:
        row = patient.chart.row("incoming")
        dae = self.nas.dae
        port = str(dae.port if dae else 3799)
        mend = patient.script.set("/radius/incoming", accept="yes", port=port)
        if not is_yes(row.get("accept")):
            why = "neither our Disconnect-Requests nor User Manager's end a session there"
            yield warning("incoming", "Disconnect-Requests are not accepted (accept=no)", why, mend, row=row)
        elif row.get("port") != port and not self.answers:
            why = f"Disconnect-Requests are sent to port {port}; leave it where a NAT forwards that port"
            yield warning("incoming", f"it listens on port {safe(row.get('port', '?'), 10)}", why, mend, row=row)
        else:
            yield ok("incoming", f"Disconnect-Requests are accepted on port {safe(row.get('port', '?'), 10)}", row)

    def _our_row(self, patient: Patient) -> Findings:
        """RouterOS answers a Disconnect-Request only from an address in its rows, with that row's secret."""
        ours = (self.nas.dae.source if self.nas.dae else None) or patient.us
        if ours is None:
            raise Unseen("our own address, as this NAS sees it, is not known")
        rows = [row for row in patient.chart.rows("radius") if steps.covers(row.get("address", ""), ours)]
        row = next(filter(enabled, rows), None)
        if row is not None:
            yield ok("radius-row", f"our address {ours} has a row", row)
        elif self.answers:
            yield ok("radius-row", "our Disconnect-Requests are answered")
        elif rows:
            mend = patient.script.line(RADIUS, "enable", rows[0].get(".id", ""))
            yield warning("radius-row", f"the row of our address {ours} is disabled", _NO_KICK, mend, row=rows[0])
        else:
            mend = patient.script.line(RADIUS, "add", address=ours, secret=PLACEHOLDER, comment="radiusbridge kicks")
            yield warning("radius-row", f"our address {ours} is in no /radius row", _NO_KICK, mend)

    def _its_server(self, patient: Patient) -> Findings:
        rows = _asked(patient)
        radius = self.server.radius
        known = {self.server.home[0]} | ({radius.host} if radius else set())
        if self.nas.api is not None and self.nas.api.host == self.server.home[0]:
            known.add("127.0.0.1")
        if not rows:
            address = radius.host if radius else self.server.home[0]
            line = patient.script.line(RADIUS, "add", service="ppp", address=address, secret=PLACEHOLDER)
            yield fault("radius-server", "no enabled /radius row has service ppp", "nobody is asked about logins", line)
        elif any(row.get("address") in known for row in rows):
            yield ok("radius-server", f"logins are asked of {_addresses(rows)}")
        else:
            why = f"the server {self.server.name} is recorded under another address; isolating there may not reach it"
            yield note("radius-server", f"logins are asked of {_addresses(rows)}", why)

    def _signatures(self, patient: Patient) -> Findings:
        patient.chart.row("resource")
        if patient.number < (7, 15):
            raise Unseen("RouterOS before 7.15 has no require-message-auth: it takes unsigned answers (Blast-RADIUS)")
        for row in _asked(patient):
            policy, id_ = row.get("require-message-auth"), row.get(".id", "")
            name, server = "require-message-auth", safe(row.get("address", ""), 60)
            if policy is None:
                raise Unseen("the router does not show require-message-auth")
            if policy == REQUIRED and self.signs is False:
                why = "the server's answers carry no Message-Authenticator, so logins fail; better: update the server"
                mend = patient.script.set(RADIUS, id_, require_message_auth="no")
                yield fault(name, f"unsigned answers of {server} are dropped", why, mend, row=row)
            elif policy == REQUIRED:
                yield ok(name, f"unsigned answers of {server} are dropped", row)
            elif self.signs:
                why = "whoever can change packets on the way can let himself in (Blast-RADIUS, CVE-2024-3596)"
                mend = patient.script.set(RADIUS, id_, require_message_auth=REQUIRED)
                yield warning(name, f"unsigned answers of {server} are taken, though it signs", why, mend, row=row)
            else:
                why = "set it once the server signs; until then keep the path to it private (Blast-RADIUS)"
                yield note(name, f"unsigned answers of {server} are taken", why, row=row)

    def _methods(self, patient: Patient) -> Findings:
        """A test login has to be made as customers log in, or its refusal proves nothing."""
        rows = [row for row in patient.chart.rows("servers") if enabled(row)]
        if not rows:
            yield note("pppoe-methods", "no PPPoE server is enabled", "nobody can dial there")
            return
        ours = _METHODS[self.server.method]
        for row in rows:
            offered = [word for word in row.get("authentication", "").split(",") if word]
            if not offered:
                raise Unseen("the PPPoE server does not show its methods")
            where = f"the PPPoE server on {safe(row.get('interface', '?'), 40)} takes {safe(', '.join(offered), 60)}"
            if ours in offered:
                yield ok("pppoe-methods", where, row)
                continue
            why = f"test logins use {ours}, which no customer does there: what they are told may not hold for customers"
            methods = [str(method) for method, word in _METHODS.items() if word in offered]
            edit = f"radiusbridge server edit {shlex.quote(self.server.name)} --method"
            mend = [f"{edit} {methods[-1]}"] if methods else []
            yield warning("pppoe-methods", where, why, *mend, row=row)


_NO_KICK = "the NAS does not answer our Disconnect-Requests: kicks fall back to slower ways"


def _asked(patient: Patient) -> list[Row]:
    """The rows that PPP logins go to, in order."""
    return [row for row in patient.chart.rows("radius") if enabled(row) and "ppp" in _services(row)]


def _services(row: Row) -> frozenset[str]:
    return frozenset(word for word in row.get("service", "").split(",") if word)


def _addresses(rows: Sequence[Row]) -> str:
    return safe(", ".join(dict.fromkeys(row.get("address", "") for row in rows)), 80)


def _asks_radius(patient: Patient) -> Findings:
    row = patient.chart.row("aaa")
    if is_yes(row.get("use-radius")):
        yield ok("use-radius", "logins are asked of RADIUS", row)
        return
    mend = patient.script.set("/ppp/aaa", use_radius="yes", accounting="yes", interim_update="5m")
    why = "isolating a customer on the server has no effect there"
    yield fault("use-radius", "this NAS does not ask RADIUS about PPP logins", why, mend, row=row)


def _accounting(patient: Patient) -> Findings:
    row = patient.chart.row("aaa")
    mend = patient.script.set("/ppp/aaa", accounting="yes", interim_update="5m")
    if not is_yes(row.get("accounting")):
        why = "User Manager knows no sessions of this NAS: it can neither count nor close them"
        yield warning("accounting", "accounting is off", why, mend, row=row)
    elif row.get("interim-update", "0s") in {"0s", "00:00:00", ""}:
        why = "volume and time limits act only when a session ends, and a lost Stop leaves a ghost"
        yield warning("accounting", "no interim updates are sent", why, mend, row=row)
    else:
        yield ok("accounting", f"accounting is sent every {safe(row['interim-update'], 20)}", row)


def _duplicates(patient: Patient) -> Findings:
    """Rows are asked in order, and the first of an address also names the secret of incoming requests."""
    names = ("address", "called-id", "domain", "realm", "authentication-port", "accounting-backup")
    seen: dict[tuple[str, ...], list[Row]] = {}
    found = False
    for row in patient.chart.rows("radius"):
        if not enabled(row):
            continue
        earlier = seen.setdefault(tuple(row.get(name, "") for name in names), [])
        mine = _services(row)
        if any(mine & _services(other) or mine == _services(other) for other in earlier):
            found = True
            where = f"{safe(row.get('address', ''), 60)} is there twice"
            why = "a server that does not answer is waited for twice, and with two secrets one of them is wrong"
            mend = patient.script.line(RADIUS, "disable", row.get(".id", ""))
            yield warning("radius-duplicates", where, why, mend, row=row)
        earlier.append(row)
    if not found:
        yield ok("radius-duplicates", "no /radius row is there twice")


def _timeout(patient: Patient) -> Findings:
    for row in _asked(patient):
        given, address = row.get("timeout", ""), safe(row.get("address", ""), 60)
        try:
            seconds = float(parse_duration(given))
        except BadInput:
            raise Unseen("the router does not show the timeout of its /radius rows") from None
        took = _trip(patient, row)
        needed = max(TIMEOUT, 3 * took)
        if seconds >= needed:
            yield ok("radius-timeout", f"{address} is waited for {safe(given, 20)}", row)
            continue
        measured = f"; its last answer took {took * 1000:.0f} ms" if took else ""
        why = (
            f"at the shared-users limit User Manager first ends the oldest session, which takes up to 1 s{measured}: "
            "a login that is given up is a customer who stays out"
        )
        mend = patient.script.set(RADIUS, row.get(".id", ""), timeout="3s" if needed > TIMEOUT else "1s100ms")
        yield warning("radius-timeout", f"{address} is waited for {safe(given, 20)}", why, mend, row=row)


def _trip(patient: Patient, row: Row) -> float:
    """Seconds that the last answer of that server took; 0 where that is not told."""
    reading = patient.chart.readings.get(monitor_key(row))
    try:
        return float(parse_duration(reading.rows[0].get("last-request-rtt", ""))) if reading and reading.rows else 0.0
    except BadInput:
        return 0.0


def monitor_key(row: Row) -> str:
    """Under which the counters of a `/radius` row are read."""
    return f"monitor {row.get('.id', '')}"


def _counters(patient: Patient) -> Findings:
    """Another secret at one end shows here, long before anybody thinks of it."""
    for row in _asked(patient):
        counted = patient.chart.row(monitor_key(row))
        counts = {name: int(value) for name, value in counted.items() if value.isascii() and value.isdecimal()}
        if not {"requests", "bad-replies", "timeouts"} <= counts.keys():
            raise Unseen("/radius/monitor does not show its counters")
        id_, server = row.get(".id", ""), safe(row.get("address", ""), 60)
        answered = counts.get("accepts", 0) + counts.get("rejects", 0)
        reset = patient.script.line(f"{RADIUS}", "reset-counters", id_)
        if counts["bad-replies"]:
            seen = f"{counts['bad-replies']} answers of {server} did not verify, {answered} did"
            why = "the shared secret differs at the two ends, or somebody forges answers; count again after mending"
            how = warning if answered else fault
            mend = patient.script.set(RADIUS, id_, secret=PLACEHOLDER)
            yield how("radius-counters", seen, why, mend, reset, row=counted)
        elif counts["timeouts"] * 20 > counts["requests"] > 0:
            seen = f"{counts['timeouts']} of {counts['requests']} requests to {server} were never answered"
            why = "the server is down or slow at times, packets are lost, or it drops what another secret signed"
            how = warning if answered else fault
            yield how("radius-counters", seen, why, reset, row=counted)
        else:
            yield ok("radius-counters", f"{answered} of {counts['requests']} requests to {server} answered", counted)


def _licence(patient: Patient) -> Findings:
    count = patient.chart.row("sessions").get("count", "")
    yield from licence(patient, count, PPPOE_CAPS, "PPPoE sessions")


SECRETS_CHECKS: dict[str, Check] = {"licence": _licence}
"""Those of a NAS whose own PPP secrets are the accounts: whom it asks over RADIUS concerns nobody here."""

"""Examine one router: reach it, read its menus at once, ask what only an answer tells, and say what was found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import partial

from radiusbridge.domain.capabilities import Card
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.doctor import Diagnosis, Severity
from radiusbridge.domain.errors import NotSuchPeer, PeerRefused, RadiusbridgeError, Unreachable
from radiusbridge.domain.local_access import PPP, keeps_accounts
from radiusbridge.domain.records import ApiAccess, Nas, Policy, Server
from radiusbridge.domain.text import safe
from radiusbridge.gateways import nas_check, steps
from radiusbridge.gateways.accounts import checking, generation, ppp_check, userman6_check, userman7_check
from radiusbridge.gateways.accounts.generation import USERMAN6
from radiusbridge.gateways.accounts.rows import ACTIVE
from radiusbridge.gateways.dae import RadiusDisconnector
from radiusbridge.gateways.doctor import api, device, hotspot, isolation, nas, userman
from radiusbridge.gateways.doctor.card import card_of
from radiusbridge.gateways.doctor.chart import Chart, Reading, Unseen, Want, read_chart
from radiusbridge.gateways.doctor.patient import Check, Findings, Patient, examined
from radiusbridge.gateways.doctor.script import PLACEHOLDER, by_name
from radiusbridge.gateways.ports import AccountServer, Finding, Mark, Prober
from radiusbridge.gateways.routers import Router

_GENERAL = {**device.WANTS, **api.WANTS}
Rights = tuple[dict[str, str], dict[str, str]]
"""Policies that are needed, and those that are useful; each with what it is for."""
_SERVER_RIGHTS: Rights = (checking.NEEDED, checking.USEFUL)
_SECRETS_RIGHTS: Rights = (ppp_check.NEEDED, checking.USEFUL)
_NAS_RIGHTS: Rights = (nas_check.NEEDED, nas_check.USEFUL)
_REACH = {"name": "reach", "tcp": "reach"}
"""Steps of a test that say whether somebody is there."""
_SEVERITY = {
    Mark.OK: Severity.OK,
    Mark.WARN: Severity.WARNING,
    Mark.FAILED: Severity.FAULT,
    Mark.SKIPPED: Severity.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found, and what the device can do; no card where it did not answer."""

    findings: tuple[Diagnosis, ...]
    card: Card | None = None

    @property
    def reached(self) -> bool:
        """Whether it answered."""
        return not any(finding.id == "reach" and finding.severity is Severity.FAULT for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Doctor:
    """Examines routers. zone: the operator's, None: the machine's. card_only: nothing is asked but what a capability
    card needs, and no RADIUS packet is sent."""

    clock: Clock
    zone: tzinfo | None = None
    card_only: bool = False

    async def server(self, server: Server, nases: Sequence[Nas], router: Router, prober: Prober | None) -> Examined:
        """Examine a server. Never raises for what a router does."""
        if server.kind == PPP:
            return await self._secrets(server, router)
        wants = {**_GENERAL, **userman.PACKAGES}
        try:
            reach = await self._reach(router)
            if reach.severity is Severity.FAULT:
                return Examined((reach,))
            patient = await self._patient("server", server.name, server.router, router, wants, _SERVER_RIGHTS)
            kind, otherwise = await _generation(router)
            if kind:
                wants |= userman.WANTS[kind]
                patient = replace(patient, chart=await _of_kind(patient.chart, router, kind))
            checks = userman.UserManagerChecks(server, nases, kind).all() if kind else {"user-manager": otherwise}
            findings = [reach, *examined(patient, {**device.CHECKS, **api.CHECKS, **checks})]
            signs = True if server.radius is not None and server.radius.signed_once else None
            if kind and not self.card_only:
                engine = userman6_check.Check if kind == USERMAN6 else userman7_check.Check
                asked = await _asked(engine(server, router, prober, self.clock).asking())
                signs = next((each.mark is Mark.OK for each in asked if each.step == "signing" and _told(each)), signs)
                findings += [_mended_secret(_diagnosis(each), patient, kind) for each in asked]
        except RadiusbridgeError as error:
            return Examined((_silent(error),))
        return Examined(tuple(findings), _card(patient, server.id, wants, kind, signs))

    async def _secrets(self, server: Server, router: Router) -> Examined:
        """A NAS that keeps its customers itself: the router as any other, and what its test asks."""
        try:
            reach = await self._reach(router)
            if reach.severity is Severity.FAULT:
                return Examined((reach,))
            patient = await self._patient("server", server.name, server.router, router, _GENERAL, _SECRETS_RIGHTS)
            findings = [reach, *examined(patient, {**device.CHECKS, **api.CHECKS})]
            if not self.card_only:
                own = ppp_check.Check(server, router, self.clock).own()
                findings += [_diagnosis(each) for each in await _asked(own)]
        except RadiusbridgeError as error:
            return Examined((_silent(error),))
        return Examined(tuple(findings), _card(patient, server.id, _GENERAL, "", None))

    async def accounts(self, accounts: AccountServer) -> Examined:
        """Examine a server that is no router, by its own test. Never raises for what it does."""
        try:
            found = [finding async for finding in accounts.inspect()]
        except RadiusbridgeError as error:
            return Examined((_silent(error),))
        return Examined(tuple(replace(_diagnosis(each), id=_REACH.get(each.step, each.step)) for each in found))

    async def nas(
        self, record: Nas, server: Server, router: Router, disconnector: RadiusDisconnector | None, signs: bool | None
    ) -> Examined:
        """Examine a NAS. signs: whether its server signs, as far as is known. Never raises for what a router does."""
        assert record.api is not None
        rights = _SERVER_RIGHTS if record.api.host == server.home[0] else _NAS_RIGHTS
        wants = {**_GENERAL, **nas.WANTS, **isolation.WANTS, **hotspot.WANTS}
        try:
            reach = await self._reach(router)
            if reach.severity is Severity.FAULT:
                return Examined((reach,))
            patient = await self._patient("nas", record.name, record.api, router, wants, rights)
            patient = replace(patient, chart=await _counted(patient.chart, router))
            asked: list[Finding] = []
            if not self.card_only:
                source = record.dae.source if record.dae else None
                check = nas_check.NasCheck(record, router, disconnector, server.isolation_name, source, self.clock)
                asked = await _asked(check.asking())
        except RadiusbridgeError as error:
            return Examined((_silent(error),))
        answers = any(each.step == "dae" and each.mark is Mark.OK for each in asked)
        keeps = keeps_accounts(record, server)
        checks = nas.SECRETS_CHECKS if keeps else nas.NasChecks(record, server, signs, answers).all()
        asked = [] if keeps and record.dae is None else asked
        walled = isolation.IsolationChecks(server.isolation_name, server.isolation_policy is Policy.WALLED).all()
        findings = [reach, *examined(patient, {**device.CHECKS, **api.CHECKS, **checks, **walled, **hotspot.CHECKS})]
        findings += [_diagnosis(each) for each in asked if each.step != "incoming"]
        return Examined(tuple(findings), _card(patient, record.id, wants, "", None))

    async def _reach(self, router: Router) -> Diagnosis:
        last = None
        async for finding in steps.run(steps.reaching(router), self.clock):
            last = finding
        assert last is not None
        if last.mark is Mark.FAILED:
            return Diagnosis("reach", Severity.FAULT, f"{last.step}: {last.words}", last.hint)
        return Diagnosis("reach", Severity.OK, last.words)

    async def _patient(
        self, kind: str, name: str, access: ApiAccess, router: Router, wants: dict[str, Want], rights: Rights
    ) -> Patient:
        chart = await read_chart(router, wants)
        now = self.clock.now()
        rows = chart.readings["resource"].rows
        version = rows[0].get("version", "") if rows else ""
        us = await _our_address(chart, access)
        return Patient(kind, name, access, chart, version, us, now, self.zone, *rights)


def _silent(error: RadiusbridgeError) -> Diagnosis:
    words = "it stopped answering" if isinstance(error, Unreachable) else "it answers as no router does"
    return Diagnosis("reach", Severity.FAULT, f"{words}: {error.summary}", error.hint)


async def _our_address(chart: Chart, access: ApiAccess) -> str | None:
    """Where we come from as the router sees it: a NAT may stand between."""
    rows = chart.readings["active"].rows
    seen = {row.get("address", "") for row in rows if row.get("name") == access.user and row.get("via") == "api"}
    local = await steps.our_address(access.host, access.port)
    return local if local in seen or len(seen) != 1 else seen.pop()


async def _generation(router: Router) -> tuple[str, Check]:
    """Which User Manager answers, empty where none is known to; then with the check that says why."""
    try:
        return (await generation.told(router)).kind, userman.package
    except NotSuchPeer:
        return "", userman.package
    except PeerRefused as refused:
        return "", partial(_unseen, refused.summary)


def _unseen(words: str, _patient: Patient) -> Findings:
    raise Unseen(words)


async def _of_kind(chart: Chart, router: Router, kind: str) -> Chart:
    """With the readings of that generation, and how many sessions it counts."""
    own = await read_chart(router, userman.WANTS[kind])
    if kind == USERMAN6:
        sessions = await _count(router, "/tool/user-manager/session/print", ACTIVE)
    else:
        want = Want("/user-manager/monitor", ("active-sessions",), (("once", ""),))
        rows = (await read_chart(router, {"monitor": want})).readings["monitor"]
        count = rows.rows[0].get("active-sessions", "") if rows.rows else ""
        sessions = Reading(({"count": count},), rows.trouble)
    return Chart({**chart.readings, **own.readings, "sessions": sessions})


async def _counted(chart: Chart, router: Router) -> Chart:
    """With the counters of the `/radius` rows that logins go to, and how many sessions there are."""
    asked = [row for row in chart.readings["radius"].rows if "ppp" in row.get("service", "").split(",")]
    wants = {
        nas.monitor_key(row): Want("/radius/monitor", (), (("numbers", row.get(".id", "")), ("once", "")))
        for row in asked
    }
    monitors = await read_chart(router, wants)
    sessions = await _count(router, "/ppp/active/print", ())
    there = bool(chart.readings["hotspots"].rows)
    guests = await _count(router, "/ip/hotspot/active/print", ()) if there else Reading()
    return Chart({**chart.readings, **monitors.readings, "sessions": sessions, hotspot.COUNT: guests})


async def _count(router: Router, command: str, queries: Sequence[str]) -> Reading:
    try:
        return Reading(({"count": str(await router.count(command, queries))},))
    except PeerRefused as refused:
        return Reading(trouble=refused.summary)


async def _asked(asking: Sequence[steps.Step]) -> list[Finding]:
    """The findings of the steps. After one that failed nobody knows what the others would have said."""
    found: list[Finding] = []
    for name, look in asking:
        if any(finding.mark is Mark.FAILED for finding in found):
            found.append(Finding(name, Mark.SKIPPED, "there was no answer to look at"))
            continue
        try:
            found += await look()
        except PeerRefused as error:
            found.append(Finding(name, Mark.SKIPPED, error.summary, error.hint))
    return found


def _told(finding: Finding) -> bool:
    return finding.mark in {Mark.OK, Mark.WARN}


def _diagnosis(finding: Finding) -> Diagnosis:
    """A step's finding as one of ours; what begins like a line for the router is none until it is made one."""
    hint = "" if finding.hint.startswith("/") else finding.hint
    return Diagnosis(finding.step, _SEVERITY[finding.mark], safe(finding.words, 400), hint)


def _mended_secret(finding: Diagnosis, patient: Patient, kind: str) -> Diagnosis:
    """A test login without an answer that verifies: most often another secret in our row."""
    if finding.id != "radius" or finding.severity is not Severity.FAULT or patient.us is None:
        return finding
    rows = patient.chart.readings["clients"].rows
    row = next((row for row in rows if steps.covers(row.get(userman.ADDRESS[kind], ""), patient.us or "")), None)
    if row is None:
        return finding
    target = by_name(row.get("name", ""))
    line = patient.script.set(f"{userman.ROOT[kind]}/router", target, **{"shared-secret": PLACEHOLDER})
    return replace(finding, mend=(line,))


def _card(patient: Patient, device_id: int, wants: dict[str, Want], kind: str, signs: bool | None) -> Card | None:
    endpoint = f"{patient.api.host}:{patient.api.port}"
    try:
        return card_of(patient, device_id, endpoint, wants, kind, signs)
    except Unseen:
        return None

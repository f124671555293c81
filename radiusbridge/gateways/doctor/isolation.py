"""Whether a NAS's firewall keeps walled customers in, in IPv4 and IPv6, and the line that makes it."""

from dataclasses import dataclass

from radiusbridge.domain.doctor import Diagnosis, Severity
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.doctor.chart import Row, Want, prints
from radiusbridge.gateways.doctor.patient import Check, Findings, Patient, enabled, ok
from radiusbridge.gateways.ports import Mark
from radiusbridge.gateways.walled_garden import PROPERTIES, Firewall, judged

WANTS: dict[str, Want] = prints(
    filter=("/ip/firewall/filter", *PROPERTIES),
    raw=("/ip/firewall/raw", *PROPERTIES),
    nat=("/ip/firewall/nat", *PROPERTIES),
    filter6=("/ipv6/firewall/filter", *PROPERTIES),
    raw6=("/ipv6/firewall/raw", *PROPERTIES),
    pool6=("/ipv6/pool", "name"),
    settings6=("/ipv6/settings", "disable-ipv6"),
)
_WHY = "a customer who is isolated as “walled” surfs on; rules that let them reach a portal go before it"


@dataclass(frozen=True, slots=True)
class IsolationChecks:
    """The checks of a NAS. name: the address list of walled customers; walled: whether customers are isolated that
    way, and not refused."""

    name: str
    walled: bool

    def all(self) -> dict[str, Check]:
        """By name."""
        return {"isolation-rule": self._four, "isolation-ipv6": self._six}

    def _four(self, patient: Patient) -> Findings:
        chart = patient.chart
        rules = Firewall(chart.rows("filter"), chart.rows("raw"), chart.rows("nat"))
        yield self._judged(patient, "isolation-rule", rules, "/ip/firewall")

    def _six(self, patient: Patient) -> Findings:
        """IPv6 counts where customers can have addresses: it is on, and there is a pool to give them from."""
        chart = patient.chart
        if not chart.has("filter6"):
            yield ok("isolation-ipv6", "the router has no IPv6")
        elif any(is_yes(row.get("disable-ipv6")) for row in chart.rows("settings6")):
            yield ok("isolation-ipv6", "IPv6 is switched off")
        elif chart.has("pool6") and not chart.rows("pool6"):
            yield ok("isolation-ipv6", "there is no /ipv6/pool, so customers get no IPv6 from here")
        else:
            rules = Firewall(chart.rows("filter6"), chart.rows("raw6"))
            yield self._judged(patient, "isolation-ipv6", rules, "/ipv6/firewall")

    def _judged(self, patient: Patient, check: str, rules: Firewall, menu: str) -> Diagnosis:
        finding = judged(check, rules, self.name, menu)
        if finding.mark is Mark.OK:
            return ok(check, finding.words)
        severity = Severity.WARNING if self.walled else Severity.NOTE
        why = _WHY if self.walled else f"{_WHY}. This server isolates by refusal, so it matters with --policy walled"
        return Diagnosis(check, severity, finding.words, why, (self._first(patient, rules, f"{menu}/filter"),))

    def _first(self, patient: Patient, rules: Firewall, menu: str) -> str:
        """The line that makes the list's rule the first: moved there, or added."""
        first = rules.filters[0].get(".id", "") if rules.filters else ""
        row = next((row for row in rules.filters if self._stops(row)), None)
        if row is not None and first:
            return patient.script.line(menu, "move", row.get(".id", ""), destination=first)
        place = {"place_before": first} if first else {}
        values = {"chain": "forward", "src_address_list": self.name, "action": "reject", **place}
        return patient.script.line(menu, "add", **values)

    def _stops(self, row: Row) -> bool:
        """Whether a rule stops everything of the list in `forward`."""
        plain = {name for name in PROPERTIES if row.get(name)} <= {
            ".id", "action", "chain", "src-address-list", "disabled"
        }  # fmt: skip
        wanted = (row.get("chain"), row.get("src-address-list")) == ("forward", self.name)
        return plain and wanted and row.get("action") in {"drop", "reject"} and enabled(row)

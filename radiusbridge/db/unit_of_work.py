"""One transaction, as services see it: repositories, and one call for what belongs to every change.

A repository is loaded and made when it is first asked for: a list that is opened needs five of them.
"""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from radiusbridge.db.snapshot import changes
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.records import AuditEntry, OutboxEvent

if TYPE_CHECKING:
    from radiusbridge.db.repositories.alert_channels import AlertChannels
    from radiusbridge.db.repositories.alerts import Alerts
    from radiusbridge.db.repositories.audit import Audit
    from radiusbridge.db.repositories.breakers import Breakers
    from radiusbridge.db.repositories.bulk import Bulk
    from radiusbridge.db.repositories.cards import Cards
    from radiusbridge.db.repositories.changes import Changes
    from radiusbridge.db.repositories.customers import Customers
    from radiusbridge.db.repositories.duties import Duties
    from radiusbridge.db.repositories.holds import Holds
    from radiusbridge.db.repositories.imports import Imports
    from radiusbridge.db.repositories.lines import Lines
    from radiusbridge.db.repositories.minutes import Minutes
    from radiusbridge.db.repositories.nases import Nases
    from radiusbridge.db.repositories.operations import Operations
    from radiusbridge.db.repositories.outbox import Outbox
    from radiusbridge.db.repositories.probe_results import ProbeResults
    from radiusbridge.db.repositories.profiles import Profiles
    from radiusbridge.db.repositories.refusals import Refusals
    from radiusbridge.db.repositories.renewals import Renewals
    from radiusbridge.db.repositories.servers import Servers
    from radiusbridge.db.repositories.spans import Spans
    from radiusbridge.db.repositories.speeds import Speeds
    from radiusbridge.db.repositories.standbys import Standbys
    from radiusbridge.db.repositories.standing import Standing
    from radiusbridge.db.repositories.steps import Steps
    from radiusbridge.db.repositories.voucher_ends import VoucherEnds
    from radiusbridge.db.repositories.voucher_imports import VoucherImports
    from radiusbridge.db.repositories.voucher_outlets import VoucherOutlets
    from radiusbridge.db.repositories.voucher_printers import VoucherPrinters
    from radiusbridge.db.repositories.voucher_prints import VoucherPrints
    from radiusbridge.db.repositories.voucher_sales import VoucherSales
    from radiusbridge.db.repositories.voucher_shifts import VoucherShifts
    from radiusbridge.db.repositories.voucher_stock import VoucherStock
    from radiusbridge.db.repositories.voucher_templates import VoucherTemplates
    from radiusbridge.db.repositories.voucher_totals import VoucherTotals
    from radiusbridge.db.repositories.voucher_watch import VoucherWatch
    from radiusbridge.db.repositories.vouchers import Vouchers
    from radiusbridge.db.repositories.workload import Workload

R = TypeVar("R")


class _Repository(Generic[R]):
    """The module and the class are called as the attribute: `probe_results` is `probe_results.ProbeResults`."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, unit: "UnitOfWork", owner: type) -> R:
        made: R = unit.made(self._name)
        return made


class UnitOfWork:
    """The repositories over one transaction. `now` is the time of all that is written in it."""

    servers: "_Repository[Servers]" = _Repository()
    breakers: "_Repository[Breakers]" = _Repository()
    nases: "_Repository[Nases]" = _Repository()
    cards: "_Repository[Cards]" = _Repository()
    profiles: "_Repository[Profiles]" = _Repository()
    customers: "_Repository[Customers]" = _Repository()
    holds: "_Repository[Holds]" = _Repository()
    imports: "_Repository[Imports]" = _Repository()
    operations: "_Repository[Operations]" = _Repository()
    steps: "_Repository[Steps]" = _Repository()
    changes: "_Repository[Changes]" = _Repository()
    renewals: "_Repository[Renewals]" = _Repository()
    bulk: "_Repository[Bulk]" = _Repository()
    probe_results: "_Repository[ProbeResults]" = _Repository()
    refusals: "_Repository[Refusals]" = _Repository()
    duties: "_Repository[Duties]" = _Repository()
    workload: "_Repository[Workload]" = _Repository()
    minutes: "_Repository[Minutes]" = _Repository()
    lines: "_Repository[Lines]" = _Repository()
    speeds: "_Repository[Speeds]" = _Repository()
    spans: "_Repository[Spans]" = _Repository()
    standing: "_Repository[Standing]" = _Repository()
    standbys: "_Repository[Standbys]" = _Repository()
    alerts: "_Repository[Alerts]" = _Repository()
    alert_channels: "_Repository[AlertChannels]" = _Repository()
    vouchers: "_Repository[Vouchers]" = _Repository()
    voucher_ends: "_Repository[VoucherEnds]" = _Repository()
    voucher_sales: "_Repository[VoucherSales]" = _Repository()
    voucher_prints: "_Repository[VoucherPrints]" = _Repository()
    voucher_templates: "_Repository[VoucherTemplates]" = _Repository()
    voucher_printers: "_Repository[VoucherPrinters]" = _Repository()
    voucher_imports: "_Repository[VoucherImports]" = _Repository()
    voucher_watch: "_Repository[VoucherWatch]" = _Repository()
    voucher_totals: "_Repository[VoucherTotals]" = _Repository()
    voucher_shifts: "_Repository[VoucherShifts]" = _Repository()
    voucher_outlets: "_Repository[VoucherOutlets]" = _Repository()
    voucher_stock: "_Repository[VoucherStock]" = _Repository()
    audit: "_Repository[Audit]" = _Repository()
    outbox: "_Repository[Outbox]" = _Repository()

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self.now = now
        self._transaction = transaction

    def made(self, name: str) -> Any:
        """The repository of that name, from here on an attribute of this unit."""
        module = import_module(f"{__package__}.repositories.{name}")
        repository = getattr(module, name.title().replace("_", ""))(self._transaction)
        self.__dict__[name] = repository
        return repository

    def note(
        self,
        action: str,
        subject: str,
        *,
        who: str,
        channel: str,
        before: object = None,
        after: object = None,
        reason: str = "",
        operation_id: int | None = None,
        event: str | None = None,
        body: Mapping[str, object] | None = None,
    ) -> None:
        """Write the audit row of a change, and the outbox event `event` (default: the action's name).

        before, after: records or mappings of JSON values; secrets become `***`; of two records of one kind only the
        fields that differ are kept. `body` is the event's; default: `before`, `after`, `operation` and `who`.
        """
        old, new = changes(before, after)
        self.audit.add(
            AuditEntry(self.now, who, channel, action, subject, old, new, operation_id=operation_id, reason=reason)
        )
        if body is None:
            body = {"before": old, "after": new, "operation": operation_id, "who": who}
        self.outbox.add(OutboxEvent(self.now, event or action, subject, body))

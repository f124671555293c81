"""One transaction, as services see it: repositories, and one call for what belongs to every change."""

from collections.abc import Mapping
from datetime import datetime

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
from radiusbridge.db.repositories.standing import Standing
from radiusbridge.db.repositories.steps import Steps
from radiusbridge.db.repositories.workload import Workload
from radiusbridge.db.snapshot import changes
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.records import AuditEntry, OutboxEvent


class UnitOfWork:
    """The repositories over one transaction. `now` is the time of all that is written in it."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self.now = now
        self.servers = Servers(transaction)
        self.breakers = Breakers(transaction)
        self.nases = Nases(transaction)
        self.cards = Cards(transaction)
        self.profiles = Profiles(transaction)
        self.customers = Customers(transaction)
        self.holds = Holds(transaction)
        self.operations = Operations(transaction)
        self.steps = Steps(transaction)
        self.changes = Changes(transaction)
        self.renewals = Renewals(transaction)
        self.bulk = Bulk(transaction)
        self.probe_results = ProbeResults(transaction)
        self.refusals = Refusals(transaction)
        self.duties = Duties(transaction)
        self.workload = Workload(transaction)
        self.minutes = Minutes(transaction)
        self.lines = Lines(transaction)
        self.speeds = Speeds(transaction)
        self.spans = Spans(transaction)
        self.standing = Standing(transaction)
        self.alerts = Alerts(transaction)
        self.alert_channels = AlertChannels(transaction)
        self.audit = Audit(transaction)
        self.outbox = Outbox(transaction)

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

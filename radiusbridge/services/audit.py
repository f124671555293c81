"""The audit log: who changed what, when."""

from radiusbridge.domain.records import AuditEntry
from radiusbridge.services.context import Context


async def listed(
    context: Context,
    *,
    limit: int = 50,
    subject: str | None = None,
    operation_id: int | None = None,
    before_id: int | None = None,
) -> tuple[AuditEntry, ...]:
    """Entries, newest first; `before_id` continues a list that ended there."""
    return await context.database.read(
        lambda unit: unit.audit.recent(limit, subject=subject, operation_id=operation_id, before_id=before_id)
    )

"""By which policy a held customer is kept out: holds say why, and the operations that wanted it say how."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ACCESS_OF, Access
from radiusbridge.domain.records import Intent, Policy, Server

_LOOKED_BACK = 200
_POLICY_OF = {str(access): policy for policy, access in ACCESS_OF.items()}
_SAYING = (Intent.ISOLATE, Intent.PROVISION)


def held_by(unit: UnitOfWork, customer_id: int, server: Server, before: int | None = None) -> Policy:
    """As the newest operation wanted it that kept the customer out, on whichever server; else the server's own.

    before: an operation; only earlier ones count.
    """
    earlier = unit.operations.listed(customer_id=customer_id, limit=_LOOKED_BACK, before_id=before)
    wanted = (str(row.wanted.get("access", Access.OPEN)) for row in earlier if row.intent in _SAYING)
    return next((_POLICY_OF[access] for access in wanted if access in _POLICY_OF), server.isolation_policy)

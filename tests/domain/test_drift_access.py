"""Who is let in without a plan: nobody by User Manager, anybody by FreeRADIUS."""

from datetime import UTC, datetime

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.drift.access import paid_refused
from radiusbridge.domain.drift.view import Ground, View
from radiusbridge.domain.records import ApiAccess, Customer, Server, SqlAccess
from radiusbridge.domain.secret import Secret

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_an_account_without_a_plan_is_refused_by_user_manager_alone() -> None:
    api, sql = ApiAccess("h", 1, "u", Secret("p")), SqlAccess("h", 1, "u", Secret("p"))
    for server, refused in ((Server("um", "userman7", api), 1), (Server("fr", "freeradius", None, sql=sql), 0)):
        customer = Customer("C-1", "ali", 1, 1)
        view = View(Ground(server, NOW), "ali", customer, account=AccountRow("1", "ali", False), account_at=NOW)
        assert len(list(paid_refused(view))) == refused

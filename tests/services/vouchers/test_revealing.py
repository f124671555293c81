"""Who saw codes of unsold vouchers stands in the audit log before they are shown; the codes do not."""

from pathlib import Path

import pytest

from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import AuditEntry
from radiusbridge.domain.vouchers.prints import Form
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers import finding, printing, revealing, selling
from radiusbridge.services.vouchers.print_choice import Wanted
from tests.db.conftest import cluster as cluster
from tests.db.conftest import database as database
from tests.db.conftest import key as key
from tests.db.conftest import url as url
from tests.services.vouchers.test_printing import CODES
from tests.services.vouchers.test_printing import clock as clock
from tests.services.vouchers.test_printing import context as context


async def audited(context: Context, action: str = revealing.ACTION) -> tuple[AuditEntry, ...]:
    entries = await context.database.read(lambda unit: unit.audit.recent(20))
    return tuple(each for each in entries if each.action == action)


async def test_each_look_is_a_line_and_holds_no_code(context: Context, tmp_path: Path) -> None:
    await selling.sell(context, selling.Wish(code=CODES[0]))
    rows = [each for _, each in await finding.vouchers(context, "")]
    with pytest.raises(Refused, match="read-only"):
        await revealing.reveal(context.only_reading(), rows)
    assert await audited(context) == ()
    told: set[int] = set()
    await revealing.reveal(context, rows[:2], told=told)
    await revealing.reveal(context, rows, told=told, passwords=True, to="a\x1b.csv")
    await revealing.reveal(context, rows, told=told)
    sold = [each for each in rows if not each.fresh]
    await revealing.reveal(context.only_reading(), sold)
    last, first = await audited(context)
    assert (first.who, first.channel, first.subject) == ("sari", "test", "voucher batch 1")
    assert first.after is not None
    assert last.after is not None
    assert first.after["shown"] == "codes"
    assert (last.after["shown"], "\x1b" in str(last.after)) == ("codes and passwords", False)
    assert [first.after["vouchers"], last.after["vouchers"]] in ([2, 2], [1, 3])
    await printing.to_file(context, Wanted(Form.TEXT, ("1",), limit=2), tmp_path / "cards")
    [printed] = await audited(context, "voucher.print")
    assert printed.after is not None
    assert printed.after["vouchers"] == {"1": 2}
    everything = await context.database.read(lambda unit: (unit.audit.recent(50), unit.outbox.pending(50)))
    assert not any(code in repr(everything) for code in CODES[1:])

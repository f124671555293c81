"""Two people edit one customer: the question stands on one screen while the other's change is stored."""

from dataclasses import replace
from typing import Any

import pytest

from radiusbridge.cli import foretelling
from radiusbridge.services import customers
from tests.cli.conftest import Cli


def test_the_later_one_is_told_and_overwrites_nothing(stocked: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    stocked.ok("customer", "add", "--user", "budi", "--profile", "home-10", "--no-password", "--no-provision")
    asks = foretelling.settled

    async def while_it_is_asked(context: Any, told: Any, *args: Any, **more: Any) -> Any:
        await customers.edit(context, "budi", lambda old: replace(old, phone="0812"), provisioned=False)
        return await asks(context, told, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(foretelling, "settled", while_it_is_asked)
        late = stocked("customer", "edit", "budi", "--phone", "0899")
        beside = stocked("customer", "edit", "budi", "--area", "north")
    assert late.status == 4
    assert "phone from - to 0812 by noc" in " ".join(late.err.split())
    assert beside.status == 0
    shown = stocked.ok("customer", "show", "budi", "--json").json
    assert (shown["phone"], shown["area"]) == ("0812", "north")

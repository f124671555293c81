"""What is not established about RouterOS 6's own words: either form that a release may take is found."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from radiusbridge.domain.errors import PeerRefused
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.ports import WantedAccount
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.commands import Value
from radiusbridge.routeros.errors import trap_error
from radiusbridge.routeros.wire import Trap
from radiusbridge.simulator.menus.properties import Prop, invalid
from tests.gateways.contract import profile
from tests.gateways.support import Place


def only(*accepted: str) -> Prop:
    """A property that takes these values and no other."""

    def parse(_router: object, name: str, value: str) -> str:
        if value not in accepted:
            raise invalid(name)
        return value

    return Prop(parse, "")


@pytest.mark.parametrize("none", ["", "0.0.0.0"])
async def test_an_address_is_taken_away_in_the_form_that_is_accepted(isp6: Place, none: str) -> None:
    wanted = WantedAccount("cust0001", None, profile("20M"), None, "10.1.1.1")
    await isp6.accounts.ensure_profile(wanted.profile)
    await isp6.accounts.ensure_account(wanted)
    isp6.menu("user").properties["ip-address"] = only("10.1.1.1", none)
    assert await isp6.accounts.ensure_account(replace(wanted, static_address=""))
    assert isp6.stored("cust0001")["ip-address"] == none
    assert (await isp6.account("cust0001")).attributes == ""
    assert not await isp6.accounts.ensure_account(replace(wanted, static_address=""))
    isp6.menu("user").properties["ip-address"] = only("10.1.1.1")
    await isp6.accounts.ensure_account(wanted)
    with pytest.raises(PeerRefused, match="invalid value"):
        await isp6.accounts.ensure_account(replace(wanted, static_address=""))


@pytest.mark.parametrize("refused", ["unknown parameter username", "failure: internal error"])
async def test_a_release_that_calls_a_user_name_gets_name(
    isp6: Place, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    write = Router.write

    async def other_release(router: Router, command: str, given: Mapping[str, Value], **options: Any) -> str | None:
        """The simulated router, where `username` is `name` in an add."""
        if command.endswith("/user/add"):
            if "name" not in given:
                raise trap_error([Trap("", refused, None)], command=command, target="um1")
            given = {"username" if name == "name" else name: value for name, value in given.items()}
        return await write(router, command, given, **options)

    monkeypatch.setattr(Router, "write", other_release)
    wanted = WantedAccount("new", Secret("pw"), profile("10M"))
    await isp6.accounts.ensure_profile(wanted.profile)
    if "unknown" in refused:
        assert await isp6.accounts.ensure_account(wanted)
        assert isp6.plans("new") == {"10M": "running-active"}
    else:
        with pytest.raises(PeerRefused, match=refused):
            await isp6.accounts.ensure_account(wanted)

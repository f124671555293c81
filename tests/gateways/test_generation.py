"""Which User Manager answers is told from what it answers."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from radiusbridge.domain.accounts import Access
from radiusbridge.domain.errors import NotSuchPeer, PeerRefused, Unreachable
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.accounts.generation import USERMAN6, USERMAN7, told
from radiusbridge.gateways.factory import USERMAN
from radiusbridge.gateways.ports import Mark, WantedAccount
from radiusbridge.routeros.endpoint import ApiEndpoint
from tests.gateways.contract import profile
from tests.gateways.support import Place, change, findings, place

OTHER = {USERMAN6: USERMAN7, USERMAN7: USERMAN6}


def at_nas(isp: Place) -> Place:
    """The same, with the NAS's router, which has no User Manager, in the server's place."""
    assert isp.nas.api is not None
    return replace(isp, server=replace(isp.server, api=isp.nas.api))


async def test_the_generation_that_answers_is_told(either: Place) -> None:
    found = await either.gateways.told_kind(replace(either.server, kind="anything"))
    assert found.kind == either.server.kind
    assert str(found).startswith(f"User Manager of RouterOS {found.kind[-1]} ({found.kind[-1]}.")
    with pytest.raises(NotSuchPeer, match="no User Manager answers") as refused:
        await either.gateways.told_kind(at_nas(either).server)
    assert "user-manager" in refused.value.hint
    either.isp.faults("um1").turn(refuse_tcp=True)
    await either.gateways._routers.close()
    with pytest.raises(Unreachable):
        await either.gateways.told_kind(either.server)


async def test_a_version_that_cannot_be_read_does_not_matter(either: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radiusbridge.gateways.accounts.generation._MAJOR", re.compile("never"))
    router = either.gateways._routers.at(ApiEndpoint.of("um1", either.server.router))
    assert (await told(router)).kind == either.server.kind


async def test_a_server_recorded_as_the_other_says_so(either: Place) -> None:
    kind = OTHER[either.server.kind]
    wrong = either.fresh(replace(either.server, kind=kind))
    asked = (
        lambda: wrong.read_account("cust0001"),
        lambda: wrong.ensure_profile(profile()),
        lambda: wrong.ensure_account(WantedAccount("new", Secret("pw"), profile())),
    )
    for ask in asked:
        with pytest.raises(NotSuchPeer, match=f"recorded as {kind}") as refused:
            await ask()
        assert refused.value.hint == f"radiusbridge server edit um1 --kind {either.server.kind}"
        assert refused.value.target == "um1"
    last = list((await findings(wrong.inspect())).values())[-1]
    assert (last.step, last.mark) == ("package", Mark.FAILED)
    assert f"answers as User Manager of RouterOS {either.server.kind[-1]}" in last.words
    assert "--kind" in last.hint


async def test_where_none_answers_it_is_the_package(either: Place) -> None:
    bare = at_nas(either)
    with pytest.raises((PeerRefused, NotSuchPeer), match="no such command"):
        await bare.fresh().read_account("cust0001")


async def test_a_kind_that_is_not_recorded_is_asked_once(either: Place) -> None:
    accounts = either.fresh(replace(either.server, kind=USERMAN))
    account = await accounts.read_account("cust0001")
    assert account is not None
    for access in (Access.WALLED, Access.OPEN):
        await accounts.write_access(account, change(access))
        account = await accounts.read_account("cust0001")
        assert account is not None
        assert change(access).reached(account)[0]
    wanted = WantedAccount("new", Secret("pw"), profile("10M"))
    assert await accounts.ensure_profile(wanted.profile)
    assert await accounts.ensure_account(wanted)
    assert (await accounts.close_session("")).answer is KickAnswer.UNAVAILABLE
    made = await accounts.read_account("new")
    assert made is not None
    await accounts.remove_account(made)
    assert sum(words[0] == "/system/resource/print" for words in either.sent()) == 1


async def test_the_test_of_a_kind_that_is_not_recorded_names_it(either: Place) -> None:
    seen = await findings(either.fresh(replace(either.server, kind=USERMAN)).inspect())
    known = await findings(either.accounts.inspect())
    assert {step: finding.mark for step, finding in seen.items()} == {step: one.mark for step, one in known.items()}
    assert f"RouterOS {either.server.kind[-1]}" in seen["package"].words
    bare = at_nas(either)
    last = list((await findings(bare.fresh(replace(bare.server, kind=USERMAN)).inspect())).values())[-1]
    assert (last.step, last.mark) == ("package", Mark.FAILED)
    assert "no User Manager" in last.words


@pytest.fixture
async def colocated(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path / "trace", ros="6.49.18", colocated=True, customers=1) as made:
        yield made


async def test_a_bras_with_its_own_user_manager(colocated: Place) -> None:
    seen = await findings(colocated.accounts.inspect())
    assert seen["radius"].mark is Mark.OK, seen
    assert (await colocated.account("cust0001")).sessions


async def test_what_is_remembered_saves_a_question_while_the_version_is_the_same(either: Place) -> None:
    server = replace(either.server, kind=USERMAN)
    known = await either.gateways.told_kind(server)

    async def asked(version: str) -> list[str]:
        either.gateways.recall(server.id, replace(known, version=version))
        before = len(either.sent())
        assert await either.fresh(server).read_account("cust0001") is not None
        return [words[0] for words in either.sent()[before:]]

    right, wrong = await asked(known.version), await asked("7.1")
    assert len(wrong) == len(right) + 1
    assert right[0] == "/system/resource/print"

"""Disconnect-Requests: which attributes, what the answers amount to."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.ladder import DISCONNECTS
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.records import DaeAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.dae import RadiusDisconnector, identification, kick_directly
from radiusbridge.gateways.ports import KickReply
from radiusbridge.simulator.switches import Switches
from tests.gateways.support import Place, SeededEntropy, place

ROW = SessionRow("nas", "*1", "cust", "81300077", "10.0.0.7")


def names(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [name for name, _ in pairs]


def test_each_rung_names_the_session_by_its_attributes() -> None:
    assert names(identification(ROW, Rung.DISCONNECT, "10.0.0.1")) == [
        "User-Name",
        "Acct-Session-Id",
        "Framed-IP-Address",
        "NAS-IP-Address",
    ]
    without_address = identification(ROW, Rung.DISCONNECT_WITHOUT_ADDRESS, "fd00::1")
    assert names(without_address) == ["User-Name", "Acct-Session-Id", "NAS-IPv6-Address"]
    assert names(identification(ROW, Rung.DISCONNECT_WITHOUT_NAS, "10.0.0.1")) == ["User-Name", "Acct-Session-Id"]
    assert names(identification(ROW, Rung.DISCONNECT_BY_ADDRESS, None)) == ["User-Name", "Framed-IP-Address"]
    for rung in (Rung.CLOSE_SESSION, Rung.NAS_API):
        with pytest.raises(BadInput):
            identification(ROW, rung, None)
    for rung in DISCONNECTS:
        with pytest.raises(BadInput, match="name it by"):
            identification(SessionRow("nas", "*1", "cust", "", "fd00::7"), rung, None)


def dae_of(isp: Place, **changes: Any) -> DaeAccess:
    assert isp.nas.dae is not None
    return replace(isp.nas.dae, **changes)


async def ask(
    isp: Place, session: SessionRow, rung: Rung = Rung.DISCONNECT, seconds: float = 60.0, **changes: Any
) -> KickReply:
    dae = dae_of(isp, **changes)
    disconnector = RadiusDisconnector(dae, clock=isp.clock, entropy=SeededEntropy(1), seconds=seconds)
    try:
        return await disconnector.disconnect(session, rung)
    finally:
        disconnector.close()


@pytest.mark.parametrize("rung", DISCONNECTS)
async def test_every_rung_ends_the_session(isp: Place, rung: Rung) -> None:
    (session,) = await isp.sessions().sessions("cust0001")
    reply = await ask(isp, session, rung)
    assert reply.answer is KickAnswer.ACCEPTED
    assert reply.words.startswith("Disconnect-ACK in ")
    assert " ms: the NAS did it" in reply.words
    assert session.session_id not in {live.acct_session_id for live in isp.isp.oracle.sessions_really("cust0001")}
    again = await ask(isp, session, rung)
    assert again.answer is KickAnswer.NOT_FOUND
    assert again.words.startswith("Disconnect-NAK 503 in ")
    assert "knows no such session" in again.words


async def test_what_is_no_answer_is_silence_with_its_likely_causes(isp: Place) -> None:
    (session,) = await isp.sessions().sessions("cust0001")
    wrong_secret = await ask(isp, session, seconds=0.4, secret=Secret("wrong"))
    assert wrong_secret.answer is KickAnswer.SILENT
    for cause in ("no answer, sent once", "/radius", "secret", "firewall", "clock"):
        assert cause in wrong_secret.words
    order = [wrong_secret.words.index(cause) for cause in ("port", "/radius", "secret", "firewall", "clock")]
    assert order == sorted(order)
    closed = await ask(isp, session, port=9)
    assert closed.answer is KickAnswer.SILENT
    assert "nothing listens" in closed.words
    unresolved = await ask(isp, session, host="no-such-host.invalid")
    assert (unresolved.answer, "could not be sent" in unresolved.words) == (KickAnswer.SILENT, True)
    assert isp.isp.oracle.can_pass_traffic("cust0001")


@pytest.mark.parametrize(
    ("cause", "answer"),
    [(501, KickAnswer.PROHIBITED), (503, KickAnswer.NOT_FOUND), (404, KickAnswer.REFUSED), (None, KickAnswer.REFUSED)],
)
async def test_naks_by_cause(tmp_path_factory: pytest.TempPathFactory, cause: int | None, answer: KickAnswer) -> None:
    trace = tmp_path_factory.mktemp("trace") / "trace"
    async with place(trace, customers=1, switches=Switches(nak_not_found=cause)) as isp:
        reply = await ask(isp, SessionRow("nas1", "", "nobody", "8fffffff"))
        assert reply.answer is answer
        assert (str(cause) in reply.words) is (cause is not None)
        step = {501: "allow it in the NAS", 404: "report it", None: "read the NAS's list", 503: ""}[cause]
        assert step in reply.words


async def test_a_kick_by_name_alone_needs_no_list(isp: Place) -> None:
    live = isp.isp.oracle.sessions_really("cust0001")[0]

    async def kick(session_id: str | None = None, address: str | None = None) -> KickReply:
        return await kick_directly(
            dae_of(isp),
            "cust0001",
            clock=isp.clock,
            entropy=SeededEntropy(2),
            session_id=session_id,
            address=address,
            seconds=60.0,
        )

    def alive() -> bool:
        return live.alive

    alone = await kick()
    assert alone.answer is KickAnswer.REFUSED
    assert "402" in alone.words
    assert alive()
    assert (await kick(address=live.address)).answer is KickAnswer.ACCEPTED
    assert not alive()
    await isp.isp.until(lambda: bool(isp.isp.oracle.sessions_really("cust0001")))
    again = isp.isp.oracle.sessions_really("cust0001")[0]
    assert (await kick(session_id=again.acct_session_id)).answer is KickAnswer.ACCEPTED


async def test_many_kicks_side_by_side_share_the_disconnector(isp: Place) -> None:
    disconnector = isp.gateways.disconnector(isp.nas)
    assert disconnector is not None
    assert disconnector is isp.gateways.disconnector(isp.nas)
    rows = await isp.sessions().sessions()
    replies = await asyncio.gather(*(disconnector.disconnect(row, Rung.DISCONNECT) for row in rows))
    assert [reply.answer for reply in replies] == [KickAnswer.ACCEPTED] * 3

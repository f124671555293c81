"""Disconnect- and CoA-Requests at a real FreeRADIUS that plays a NAS."""

import asyncio
from collections.abc import Sequence

import pytest

from radiusbridge.domain.secret import Secret
from radiusbridge.radius.client import RadiusClient
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.requests import Request, coa_request, disconnect_request
from radiusbridge.radius.retransmission import Retransmission
from tests.peers.freeradius import FreeRadiusDae
from tests.radius.support import Dice, LoopClock

pytestmark = pytest.mark.peer

ENOUGH = 120.0
QUICK = Retransmission(initial=0.2, maximum=0.4, count=3, duration=0)
"""For ends that only the clock can bring."""
HEARD = Retransmission(initial=1.0, maximum=1.0, count=3, duration=0)
"""For those that the clock brings after an answer that is not taken, and which may take its time."""
PATIENT = Retransmission(initial=ENOUGH, maximum=ENOUGH, duration=0)
"""For the others: what is answered is asked once."""
CAUSES = [*range(401, 408), *range(501, 509)]


async def ask(
    server: FreeRadiusDae,
    requests: Sequence[Request],
    port: str = "dae",
    *,
    secret: str | None = None,
    retransmission: Retransmission | None = None,
) -> list[Outcome]:
    async with RadiusClient(
        server.host,
        server.ports[port],
        Secret(secret or server.secret),
        clock=LoopClock(),
        entropy=Dice(),
        retransmission=retransmission or PATIENT,
    ) as client:
        deadline = asyncio.get_running_loop().time() + ENOUGH
        return await asyncio.gather(*(client.send(request, deadline=deadline) for request in requests))


def kick(session: str, **more: str | int) -> Request:
    extra = [(name.replace("_", "-"), value) for name, value in more.items()]
    return disconnect_request([("User-Name", "ali"), ("Acct-Session-Id", session), *extra])


@pytest.mark.parametrize("port", ["dae", "strict"])
async def test_every_end_that_the_nas_chooses(freeradius_dae: FreeRadiusDae, port: str) -> None:
    sessions = ["static-1", "gone", "bare-1", *(f"err-{cause}" for cause in CAUSES)]
    outcomes = await ask(freeradius_dae, [kick(session) for session in sessions], port)
    assert [outcome.label for outcome in outcomes] == ["ack", "nak-503", "nak-no-cause", *(f"nak-{n}" for n in CAUSES)]


async def test_what_the_nas_checks(freeradius_dae: FreeRadiusDae) -> None:
    outcomes = await ask(
        freeradius_dae,
        [
            kick("static-1", NAS_Identifier="lab-nas", NAS_IP_Address="192.0.2.1"),
            kick("static-1", NAS_Identifier="another"),
            kick("static-1", Filter_Id="x"),
            disconnect_request([("Framed-IP-Address", "10.0.0.1")]),
            coa_request([("User-Name", "static-ali"), ("Mikrotik-Rate-Limit", "1M/1M")]),
            coa_request([("User-Name", "static-ali"), ("Mikrotik-Address-List", "isolated")]),
        ],
    )
    assert [outcome.label for outcome in outcomes] == ["ack", "nak-403", "nak-401", "nak-402", "ack", "nak-401"]


async def test_silence_has_many_reasons(freeradius_dae: FreeRadiusDae) -> None:
    mute, stale = await ask(
        freeradius_dae, [kick("mute-1"), kick("static-1", Event_Timestamp=1_000_000_000)], retransmission=QUICK
    )
    (unstamped,) = await ask(
        freeradius_dae,
        [disconnect_request([("Acct-Session-Id", "static-1")], stamped=False)],
        "strict",
        retransmission=QUICK,
    )
    (stranger,) = await ask(freeradius_dae, [kick("static-1")], secret="not the secret", retransmission=QUICK)
    assert {(outcome.kind, outcome.sends) for outcome in (mute, stale, unstamped, stranger)} == {(Kind.SILENCE, 3)}


async def test_a_wrongly_signed_reply_is_told_from_silence(freeradius_dae: FreeRadiusDae) -> None:
    outcomes = await ask(
        freeradius_dae, [kick("static-1"), kick("gone"), kick("mute-1")], "missigned", retransmission=HEARD
    )
    if outcomes[0].kind is Kind.ACK:
        pytest.skip("this FreeRADIUS (3.2.4 or later) signs its replies rightly")
    assert [outcome.kind for outcome in outcomes] == [
        Kind.BAD_MESSAGE_AUTHENTICATOR,
        Kind.BAD_MESSAGE_AUTHENTICATOR,
        Kind.SILENCE,
    ]


async def test_a_thousand_at_once_are_all_answered_from_several_ports(freeradius_dae: FreeRadiusDae) -> None:
    outcomes = await ask(
        freeradius_dae, [kick(f"static-{number}") for number in range(1000)], retransmission=Retransmission()
    )
    assert {outcome.kind for outcome in outcomes} == {Kind.ACK}

"""Test logins at a real FreeRADIUS: methods, verdicts, secrets, signatures."""

import asyncio

import pytest

from radiusbridge.domain.secret import Secret
from radiusbridge.radius import mschap
from radiusbridge.radius.auth import Method
from radiusbridge.radius.client import RadiusClient
from radiusbridge.radius.dictionary import describe
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.requests import access_request
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sign import SigningPolicy
from tests.peers.freeradius import FreeRadiusAuth
from tests.radius.support import Dice, LoopClock

pytestmark = pytest.mark.peer

ENOUGH = 120.0
QUICK = Retransmission(initial=0.2, maximum=0.4, count=3, duration=0)
"""For ends that only the clock can bring."""
HEARD = Retransmission(initial=1.0, maximum=1.0, count=3, duration=0)
"""For those that the clock brings after an answer that is not taken, and which may take its time."""


async def login(
    server: FreeRadiusAuth,
    port: str,
    user: str,
    password: str,
    method: Method,
    *,
    secret: str | None = None,
    signing: SigningPolicy = SigningPolicy.PREFER,
    retransmission: Retransmission | None = None,
) -> Outcome:
    async with RadiusClient(
        server.host,
        server.ports[port],
        Secret(secret or server.secret),
        clock=LoopClock(),
        entropy=Dice(),
        signing=signing,
        retransmission=retransmission,
    ) as client:
        request = access_request(
            *(user, Secret(password), method),
            nas_identifier="nas",
            calling_station_id="02:00:00:00:00:01",
            attempt=mschap.attempt(user, Secret(password), Dice()) if method is Method.MSCHAPV2 else None,
        )
        return await client.send(request, deadline=asyncio.get_running_loop().time() + ENOUGH)


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("port", ["auth", "legacy"])
@pytest.mark.parametrize(
    ("user", "password", "kind"),
    [
        ("alice", "alice-pw-1", Kind.ACCEPT),
        ("alice", "wrong", Kind.REJECT),
        ("bob", "bob-pw-1", Kind.REJECT),
        ("nobody", "at all", Kind.REJECT),
        ("żaneta", "zażółć-gęślą", Kind.ACCEPT),
        ("otp", "otp-pw-1", Kind.CHALLENGE),
    ],
)
async def test_logins(
    freeradius_auth: FreeRadiusAuth, port: str, user: str, password: str, kind: Kind, method: Method
) -> None:
    outcome = await login(freeradius_auth, port, user, password, method)
    assert outcome.kind is kind
    assert outcome.unsigned is (port == "legacy")
    assert outcome.reply is not None
    assert outcome.round_trip is not None


async def test_the_answers_attributes_are_read(freeradius_auth: FreeRadiusAuth) -> None:
    outcome = await login(freeradius_auth, "auth", "carol", "carol-pw-1", Method.CHAP)
    assert outcome.reply is not None
    shown = dict(describe(outcome.reply.attributes))
    del shown["Message-Authenticator"]
    assert shown == {
        "Service-Type": "Framed-User",
        "Framed-Protocol": "PPP",
        "Framed-Pool": "pool-active",
        "Session-Timeout": "3600",
        "Mikrotik-Rate-Limit": "10M/20M 15M/30M 8M/16M 10/10",
        "Mikrotik-Address-List": "customers-active",
        "Class": "0x636c6173732d6361726f6c",
    }


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("port", ["auth", "legacy"])
async def test_a_wrong_secret_is_silence_since_our_signature_fails(
    freeradius_auth: FreeRadiusAuth, port: str, method: Method
) -> None:
    outcome = await login(
        freeradius_auth, port, "alice", "alice-pw-1", method, secret="not the secret", retransmission=QUICK
    )
    assert (outcome.kind, outcome.sends) == (Kind.SILENCE, 3)


async def test_a_silent_server(freeradius_auth: FreeRadiusAuth) -> None:
    outcome = await login(freeradius_auth, "auth", "silent", "silent-pw-1", Method.PAP, retransmission=QUICK)
    assert (outcome.kind, outcome.sends, outcome.reply) == (Kind.SILENCE, 3, None)


async def test_signing_policies(freeradius_auth: FreeRadiusAuth) -> None:
    for policy in SigningPolicy:
        signed = await login(freeradius_auth, "auth", "alice", "alice-pw-1", Method.PAP, signing=policy)
        assert (signed.kind, signed.unsigned) == (Kind.ACCEPT, False)
    taken = await login(freeradius_auth, "legacy", "alice", "alice-pw-1", Method.PAP, signing=SigningPolicy.OFF)
    assert taken.accept_unsigned
    refused = await login(
        freeradius_auth,
        "legacy",
        "alice",
        "alice-pw-1",
        Method.PAP,
        signing=SigningPolicy.REQUIRE,
        retransmission=HEARD,
    )
    assert (refused.kind, refused.answered) == (Kind.UNSIGNED, False)

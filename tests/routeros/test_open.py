"""Opening a connection: both logins, TLS, and every stranger that may answer on the port."""

import asyncio
import socket
from pathlib import Path

import pytest
from librouteros.login import encode_password

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import (
    BadInput,
    DeadlinePassed,
    LoginRefused,
    NotSuchPeer,
    RadiusbridgeError,
    Unreachable,
)
from radiusbridge.domain.records import ApiAccess, TlsMode
from radiusbridge.domain.secret import Secret
from radiusbridge.routeros.connection import Connection
from radiusbridge.routeros.endpoint import ApiEndpoint, TlsPolicy
from radiusbridge.routeros.errors import LinkLost
from tests.routeros.certificates import Made, self_signed
from tests.routeros.server import PASSWORD, Peer, Router


async def refused(router: Router, clock: Clock, endpoint: ApiEndpoint | None = None) -> RadiusbridgeError:
    with pytest.raises(RadiusbridgeError) as caught:
        await Connection.open(endpoint or router.endpoint(), clock=clock)
    assert caught.value.target == "core-1"
    assert PASSWORD not in caught.value.line()
    return caught.value


async def answer_one(peer: Peer) -> None:
    _, _, tag = await peer.command()
    peer.say("!re", "=name=core-1", tag=tag)
    peer.say("!done", tag=tag)


async def speak(clock: Clock, endpoint: ApiEndpoint) -> Connection:
    link = await Connection.open(endpoint, clock=clock)
    assert (await link.call("/system/identity/print")).rows == [{"name": "core-1"}]
    await link.close()
    return link


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return self_signed(tmp_path_factory.mktemp("tls"))


async def test_login_with_the_password(clock: Clock) -> None:
    async def script(peer: Peer) -> None:
        assert await peer.accept_login() == ["/login", "=name=noc", f"=password={PASSWORD}"]
        await answer_one(peer)

    async with Router(script, login=False) as router:
        await speak(clock, router.endpoint())


async def test_login_by_challenge(clock: Clock) -> None:
    challenge = "0123456789abcdef" * 2

    async def script(peer: Peer) -> None:
        await peer.words()
        peer.say("!done", f"=ret={challenge}")
        assert await peer.accept_login() == ["/login", "=name=noc", f"=response={encode_password(challenge, 'old')}"]
        await answer_one(peer)

    async with Router(script, login=False) as router:
        await speak(clock, ApiEndpoint("core-1", "127.0.0.1", router.port, "noc", Secret("old")))
        assert isinstance(await refused(router, clock), BadInput)  # a password that is not ASCII


@pytest.mark.parametrize("message", ["invalid user name or password (6)", "cannot log in"])
async def test_a_wrong_password(clock: Clock, message: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.words()
        peer.say("!trap", f"=message={message}")
        peer.say("!done")
        await peer.words()

    async with Router(script, login=False) as router:
        error = await refused(router, clock)
    assert isinstance(error, LoginRefused)
    assert error.summary == "the router refuses the login: user or password is wrong"


async def test_a_refusal_that_only_closes_afterwards(clock: Clock) -> None:
    async def script(peer: Peer) -> None:
        await peer.words()
        peer.say("!trap", "=message=cannot log in")

    async with Router(script, login=False) as router:
        assert isinstance(await refused(router, clock), LoginRefused)


async def test_a_session_limit_is_a_retryable_loss(clock: Clock) -> None:
    async def script(peer: Peer) -> None:
        await peer.words()
        peer.say("!fatal", "too many sessions")

    async with Router(script, login=False) as router:
        error = await refused(router, clock)
    assert isinstance(error, LinkLost)
    assert error.retryable
    assert "too many sessions" in error.summary


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "a web server"),
        (b"SSH-2.0-ROSSSH\r\n", "an SSH server"),
        (b"\x15\x03\x03\0\2\2\x46", "speaks TLS"),
        (b"\xff\xfd\x18", "not the RouterOS API"),
    ],
)
async def test_strangers_are_named_though_they_never_close(clock: Clock, octets: bytes, said: str) -> None:
    async def script(peer: Peer) -> None:
        peer.writer.write(octets)
        await peer.reader.read()

    async with Router(script, login=False) as router:
        error = await refused(router, clock)
    assert isinstance(error, NotSuchPeer)
    assert said in error.summary
    assert error.hint


async def test_a_closed_port_a_silent_one_and_one_that_hangs_up(clock: Clock) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        nobody = ApiEndpoint("core-1", "127.0.0.1", held.getsockname()[1], "noc", Secret("x"))
        with pytest.raises(Unreachable, match="refuses connections"):
            await Connection.open(nobody, clock=clock)

    async def silent(peer: Peer) -> None:
        await peer.reader.read()

    async with Router(silent, login=False) as router:
        with pytest.raises(DeadlinePassed, match=r"no answer within 0\.05 s"):
            await Connection.open(router.endpoint(), clock=clock, deadline=0.05)

    async def hangs_up(peer: Peer) -> None:
        await peer.reader.read(1)

    async with Router(hangs_up, login=False) as router:
        error = await refused(router, clock)
    assert isinstance(error, LinkLost)
    assert "max-sessions" in error.hint


async def test_tls_checked_by_its_authority_or_by_its_fingerprint(clock: Clock, made: Made) -> None:
    async with Router(answer_one, context=made.context) as router:
        await speak(clock, router.endpoint(TlsMode.TLS, ca_file=made.file))
        colons = ":".join(made.fingerprint[i : i + 2] for i in range(0, 64, 2)).upper()
        await speak(clock, router.endpoint(TlsMode.TLS, fingerprint=colons))


async def test_tls_that_must_not_be_trusted(clock: Clock, made: Made, tmp_path: Path) -> None:
    other = self_signed(tmp_path, "127.0.0.2")

    async def never(peer: Peer) -> None:
        raise AssertionError("nothing may be said to a router that is not trusted")

    async with Router(never, context=made.context) as router:
        unknown = await refused(router, clock, router.endpoint(TlsMode.TLS))
        wrong_pin = await refused(router, clock, router.endpoint(TlsMode.TLS, fingerprint="0" * 64))
        with pytest.raises(BadInput, match="authorities"):
            await Connection.open(router.endpoint(TlsMode.TLS, ca_file="/nowhere"), clock=clock)
    async with Router(never, context=other.context) as router:
        wrong_name = await refused(router, clock, router.endpoint(TlsMode.TLS, ca_file=other.file))
    for error, said in ((unknown, "not trusted"), (wrong_pin, "another certificate"), (wrong_name, "IP address")):
        assert isinstance(error, NotSuchPeer)
        assert said in error.summary
    assert made.fingerprint in unknown.summary


async def test_plain_spoken_to_a_tls_port(clock: Clock, made: Made) -> None:
    async def never(peer: Peer) -> None:
        assert await peer.reader.read() == b""

    async with Router(never, login=False, context=made.context) as router:
        error = await refused(router, clock)
    assert isinstance(error, NotSuchPeer)
    assert "speaks TLS" in error.summary


@pytest.mark.parametrize("answer", [b"", b"\x06!fatal\x0dnot logged in\0"])
async def test_tls_spoken_to_a_plain_port(clock: Clock, answer: bytes) -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.read(1)
        peer.writer.write(answer)

    async with Router(script, login=False) as router:
        error = await refused(router, clock, router.endpoint(TlsMode.TLS))
    assert isinstance(error, NotSuchPeer)
    assert "may speak plain" in error.hint


@pytest.mark.parametrize("after", range(5))
async def test_a_reset_after_each_sentence(clock: Clock, after: int) -> None:
    """Sentences: login's !done, two rows, a !done; what comes after the reset fails, what came before counts."""

    async def script(peer: Peer) -> None:
        linger = b"\1\0\0\0\0\0\0\0"
        peer.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if not after:
            await peer.reader.read(1)
        tag = ""
        for sentence in range(after):
            if sentence == 0:
                await peer.words()
            if sentence == 1:
                _, _, tag = await peer.command()
            peer.say(("!done", "!re", "!re", "!done")[sentence], tag=tag)
        await peer.writer.drain()
        if after:
            heard.set()
            await go_on.wait()
        peer.writer.transport.abort()

    heard, go_on = asyncio.Event(), asyncio.Event()
    async with Router(script, login=False) as router:
        if not after:
            assert isinstance(await refused(router, clock), LinkLost)
            return
        link = await Connection.open(router.endpoint(), clock=clock)
        call = asyncio.create_task(link.call("/ppp/active/print"))
        await heard.wait()
        if after == 4:
            assert len((await call).rows) == 2
        go_on.set()
        if after < 4:
            with pytest.raises(LinkLost):
                await call
        await link.close()


def test_the_endpoint_of_stored_access_and_bad_fingerprints() -> None:
    access = ApiAccess("10.0.0.1", 8729, "noc", Secret("x"), TlsMode.TLS, "AB" * 32, None)
    endpoint = ApiEndpoint.of("core-1", access)
    assert endpoint.policy == TlsPolicy(TlsMode.TLS, "ab" * 32)
    assert "x" not in repr(endpoint).replace("8729", "").split("password=")[1].split(")")[0]
    with pytest.raises(BadInput, match="SHA-256"):
        TlsPolicy(TlsMode.TLS, "abc")

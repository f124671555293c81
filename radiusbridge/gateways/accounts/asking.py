"""The steps of `server test` that make a test login, which are the same for every RADIUS server."""

from collections.abc import Awaitable, Callable, Sequence

from radiusbridge.domain.observations import LoginAnswer
from radiusbridge.domain.records import Server
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways import posture, steps
from radiusbridge.gateways.ports import Finding, LoginReply, Mark, Prober
from radiusbridge.gateways.steps import found
from radiusbridge.gateways.words import milliseconds

NOBODY = "radiusbridge-test-nobody"
"""The user whose refusal proves address and secret; nobody has such an account."""
_NO_ADDRESS = "no RADIUS address is known for this server"


class Asking:
    """One run. secret_at: where the server keeps our secret, in words. next_hint: what else to look at."""

    def __init__(
        self, server: Server, prober: Prober | None, secret_at: str, next_hint: str, unsigned_hint: str
    ) -> None:
        self._server = server
        self._prober = prober
        self._secret_at = secret_at
        self._next_hint = next_hint
        self._unsigned_hint = unsigned_hint
        self._reply: LoginReply | None = None

    def steps(self) -> list[steps.Step]:
        """The steps, last of a test."""
        return [("radius", self._radius), ("signing", self._signing)]

    async def our_row(self, look: Callable[[str | None], Awaitable[Sequence[Finding]]]) -> Sequence[Finding]:
        """What `look` finds about the row by which the server knows us, given the address that we ask from."""
        radius = self._server.radius
        if radius is None:
            hint = "give the server its RADIUS address and secret: without test logins nothing is PROVEN by a refusal"
            return found("radius-row", Mark.SKIPPED, _NO_ADDRESS, hint)
        return await look(radius.source or await steps.our_address(radius.host, radius.port))

    async def probe(self) -> LoginReply | None:
        """The answer to a login that must be refused; asked once."""
        if self._reply is None and self._prober is not None:
            self._reply = await self._prober.login(NOBODY, Secret("no-such-user"), method=self._server.method)
        return self._reply

    async def answers(self) -> bool:
        """Whether the server answers us."""
        reply = await self.probe()
        return reply is not None and reply.answer in {LoginAnswer.REJECTED, LoginAnswer.ACCEPTED}

    async def _radius(self) -> Sequence[Finding]:
        reply = await self.probe()
        if reply is None:
            return found("radius", Mark.SKIPPED, _NO_ADDRESS)
        if reply.answer is LoginAnswer.REJECTED:
            time = milliseconds(reply.round_trip)
            return found(
                "radius", Mark.OK, f"a user who does not exist is refused in {time}: address and secret are right"
            )
        if reply.answer is LoginAnswer.ACCEPTED:
            hint = "look for a default or anonymous user: test logins prove nothing while anybody is accepted"
            return found("radius", Mark.WARN, "a user who does not exist is accepted", hint)
        if reply.answer is LoginAnswer.UNTRUSTED and posture.UNSIGNED in reply.words:
            hint = "it has signed before: look who answers; if it no longer can, server edit --signing off"
            return found("radius", Mark.FAILED, reply.words, hint)
        hint = f"compare the secret with {self._secret_at}"
        if reply.answer is not LoginAnswer.UNTRUSTED:
            hint += f"; {self._next_hint}"
        return found("radius", Mark.FAILED, reply.words, hint)

    async def _signing(self) -> Sequence[Finding]:
        if self._reply is None:
            return found("signing", Mark.SKIPPED, "no answer to look at")
        assert self._server.radius is not None
        return posture.of_server(self._reply, self._server.radius, self._unsigned_hint)

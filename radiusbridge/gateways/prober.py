"""Test logins: an Access-Request that looks like a PPPoE NAS's, and what its answer means."""

from collections.abc import Sequence

from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.domain.endpoints import LoginMethod, RadiusAccess
from radiusbridge.domain.observations import LoginAnswer
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.fence import pass_fence
from radiusbridge.gateways.logins import login_request, proof_words, server_proof, signing_of
from radiusbridge.gateways.ports import LoginReply
from radiusbridge.gateways.words import answer_words, refusal_words, silence_words
from radiusbridge.radius.client import RadiusClient, Tap
from radiusbridge.radius.dictionary import describe
from radiusbridge.radius.mschap import ServerProof
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.retransmission import Retransmission
from radiusbridge.radius.sockets import DatagramSockets

RETRANSMISSION = Retransmission(initial=1.0, maximum=8.0, count=5, duration=30.0)

_UNTRUSTED = frozenset(
    {
        Kind.UNSIGNED,
        Kind.PROXY_STATE_INJECTED,
        Kind.BAD_RESPONSE_AUTHENTICATOR,
        Kind.BAD_MESSAGE_AUTHENTICATOR,
        Kind.WRONG_CODE,
        Kind.STALE_REPLY_TIMESTAMP,
        Kind.MALFORMED,
    }
)


class RadiusProber:
    """A `Prober` for one RADIUS server."""

    def __init__(
        self,
        access: RadiusAccess,
        *,
        clock: Clock,
        entropy: Entropy,
        sockets: DatagramSockets | None = None,
        tap: Tap | None = None,
    ) -> None:
        self._access = access
        self._clock = clock
        self._entropy = entropy
        self._client = RadiusClient(
            access.host,
            access.port,
            access.secret,
            clock=clock,
            entropy=entropy,
            sockets=sockets,
            source=access.source,
            signing=signing_of(access),
            retransmission=RETRANSMISSION,
            tap=tap,
        )

    async def login(
        self,
        username: str,
        password: Secret,
        *,
        method: LoginMethod,
        calling_station_id: str | None = None,
        extra: Sequence[tuple[str, str | int]] = (),
        seconds: float = 5.0,
    ) -> LoginReply:
        """Log in once. extra: more attributes, or others in the place of ours. Raises BadInput for what cannot be
        sent, never for the network or the server."""
        request = login_request(
            self._access,
            username,
            password,
            method,
            self._entropy,
            calling_station_id=calling_station_id,
            extra=extra,
        )
        pass_fence(seconds)
        outcome = await self._client.send(request, deadline=self._clock.monotonic() + seconds)
        proof = server_proof(request, outcome)
        if proof in {ServerProof.MISSING, ServerProof.WRONG}:
            words = f"Access-Accept: {proof_words(proof)} [{method.value}]"
            return LoginReply(LoginAnswer.UNTRUSTED, words, round_trip=outcome.round_trip)
        return self._reply(outcome, method)

    def _reply(self, outcome: Outcome, method: LoginMethod) -> LoginReply:
        attributes = describe(outcome.reply.attributes) if outcome.answered and outcome.reply is not None else ()
        signed = outcome.answered and not outcome.unsigned
        return LoginReply(_answer_of(outcome), self._words(outcome, method), attributes, signed, outcome.round_trip)

    def _words(self, outcome: Outcome, method: LoginMethod) -> str:
        if outcome.kind is Kind.SILENCE:
            times = "once" if outcome.sends == 1 else f"{outcome.sends} times"
            return f"Access-Request: no answer, sent {times} in {outcome.elapsed:.1f} s; {self._silence_causes()}"
        if not outcome.answered:
            return silence_words(outcome, "Access-Request")
        if outcome.kind is Kind.CHALLENGE:
            return f"{refusal_words(outcome)} [{method.value}]"
        words = f"{answer_words(outcome)} [{method.value}]"
        return f"{words}, unsigned" if outcome.unsigned else words

    def _silence_causes(self) -> str:
        source = self._access.source or "our address"
        return (
            f"likely causes in order: {source} is not among the server's clients (User Manager: see "
            "/user-manager/router), the shared secret differs (compare that client's), the server is off or not on "
            f"port {self._access.port} (see /user-manager), a firewall on the way"
        )

    def close(self) -> None:
        """Give the sockets back."""
        self._client.close()


def _answer_of(outcome: Outcome) -> LoginAnswer:
    if outcome.kind is Kind.ACCEPT:
        return LoginAnswer.ACCEPTED
    if outcome.kind is Kind.REJECT:
        return LoginAnswer.REJECTED
    # a challenge is neither: the server asks for more than a password
    return LoginAnswer.UNTRUSTED if outcome.kind in _UNTRUSTED else LoginAnswer.UNANSWERED

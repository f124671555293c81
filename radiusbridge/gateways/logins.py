"""Logins as requests: an Access-Request that looks like a PPPoE NAS's, and what the server has to prove in return."""

from collections.abc import Sequence

from radiusbridge.domain.clock import Entropy
from radiusbridge.domain.endpoints import LoginMethod, RadiusAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.radius import mschap
from radiusbridge.radius.auth import Method
from radiusbridge.radius.dictionary import Value
from radiusbridge.radius.mschap import MS_CHAP2_SUCCESS, ServerProof
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.requests import Request, access_request
from radiusbridge.radius.sign import SigningPolicy

NAS_IDENTIFIER = "radiusbridge"
Pairs = Sequence[tuple[str, Value]]

_LOOK = {"Service-Type": "Framed-User", "Framed-Protocol": "PPP", "NAS-Port-Type": "Ethernet"}


def signing_of(access: RadiusAccess) -> SigningPolicy:
    """The policy in force: a server that has signed once has to sign from then on, unless that is switched off."""
    policy = SigningPolicy(access.signing)
    return SigningPolicy.REQUIRE if policy is SigningPolicy.PREFER and access.signed_once else policy


def nas_pairs(source: str | None, extra: Pairs) -> list[tuple[str, Value]]:
    """What says which NAS is asking, besides what `extra` says of it: NAS-Identifier, our own address where known."""
    given = {name for name, _ in extra}
    pairs: list[tuple[str, Value]] = []
    if source and ":" not in source and "NAS-IP-Address" not in given:
        pairs.append(("NAS-IP-Address", source))
    if "NAS-Identifier" not in given:
        pairs.append(("NAS-Identifier", NAS_IDENTIFIER))
    return pairs


def login_request(
    access: RadiusAccess,
    user_name: str,
    password: Secret,
    method: LoginMethod,
    entropy: Entropy,
    *,
    calling_station_id: str | None = None,
    extra: Pairs = (),
) -> Request:
    """The Access-Request of one login. extra: more attributes, or others in the place of ours. BadInput."""
    given = {name for name, _ in extra}
    look = {name: None if name in given else value for name, value in _LOOK.items()}
    return access_request(
        user_name,
        password,
        Method(method.value),
        service_type=look["Service-Type"],
        framed_protocol=look["Framed-Protocol"],
        nas_port_type=look["NAS-Port-Type"],
        calling_station_id=None if "Calling-Station-Id" in given else calling_station_id,
        extra=[*nas_pairs(access.source, extra), *extra],
        attempt=mschap.attempt(user_name, password, entropy) if method is LoginMethod.MSCHAPV2 else None,
    )


def server_proof(request: Request, outcome: Outcome) -> ServerProof | None:
    """What an accept proves of the server; None: it is none, or the method has no such proof."""
    attempt = request.credentials.attempt if request.credentials is not None else None
    if attempt is None or outcome.kind is not Kind.ACCEPT or outcome.reply is None:
        return None
    return attempt.proof(outcome.reply.first(MS_CHAP2_SUCCESS))


def proof_words(proof: ServerProof) -> str:
    """One sentence about a proof that failed."""
    what = "with a wrong MS-CHAP2-Success" if proof is ServerProof.WRONG else "without MS-CHAP2-Success"
    return f"accepted {what}: the server did not prove that it knows the password"

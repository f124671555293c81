"""Local secrets: a NAS asks its own `/ppp/secret` before RADIUS, so that whoever is shut out there may dial in here."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile

from radiusbridge.domain.effects import ListSessions
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.local_access import LocalSecret
from radiusbridge.domain.observations import SessionsSeen
from radiusbridge.domain.proof import Decision, Leg, LegState
from radiusbridge.domain.router_script import by_name
from radiusbridge.domain.sagas.kicking import LONG_PAUSE, MISSES, look
from radiusbridge.domain.sagas.plan import NasPlan

NAME = "local secret"


def asking_secrets(decision: Decision) -> Decision:
    """The same, each list read together with the local secrets of the name."""
    return replace(
        decision,
        effects=tuple(
            replace(effect, secrets=True) if isinstance(effect, ListSessions) else effect for effect in decision.effects
        ),
    )


def _nothing(_secret: LocalSecret) -> bool:
    return False


def shadow_legs(
    evidence: Evidence, nases: Sequence[NasPlan], now: float, wanted: Callable[[LocalSecret], bool] = _nothing
) -> list[Leg]:
    """One for each NAS that may let the customer in by itself; none where the newest reading shows no such secret.

    A NAS whose list was not read is the session leg's concern. A secret that lets in leaves it unobserved that the
    customer stays out: whether its password is the one that they dial with is not read. wanted: which secret is to let
    in, where the NAS keeps the accounts.
    """
    legs = (_on_nas(evidence, nas, now, wanted if nas.keeps_accounts else _nothing) for nas in nases)
    return [leg for leg in legs if leg is not None]


def _on_nas(evidence: Evidence, nas: NasPlan, now: float, wanted: Callable[[LocalSecret], bool]) -> Leg | None:
    readings = [seen for seen in evidence.looks(nas.name) if isinstance(seen, SessionsSeen)]
    if not readings:
        return None
    local = readings[-1].local
    if local is None:
        return Leg(NAME, LegState.PENDING, f"those of {nas.name} are not read yet", (look(nas),))
    if local.error:
        misses = sum(1 for _ in takewhile(_unread, reversed(readings)))
        words = f"those of {nas.name} could not be looked at: {local.error}"
        if misses >= MISSES:
            return Leg(NAME, LegState.UNOBSERVED, words)
        due = readings[-1].at + LONG_PAUSE
        return Leg(NAME, LegState.PENDING, words, (look(nas),) if now >= due else (), due)
    others = [secret for secret in local.letting_in if not wanted(secret)]
    return Leg(NAME, LegState.UNOBSERVED, _words(nas, others[0])) if others else None


def _unread(seen: SessionsSeen) -> bool:
    return seen.local is not None and bool(seen.local.error)


def _words(nas: NasPlan, secret: LocalSecret) -> str:
    line = f"on {nas.name}: /ppp secret disable {by_name(secret.name)}"
    if nas.keeps_accounts:
        return f"another secret of {nas.name} lets {secret.name} in ({secret.words}); {line}"
    return f"{nas.name} lets {secret.name} in by itself, before the server is asked ({secret.words}); {line}"

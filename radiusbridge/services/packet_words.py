"""Recorded packets in words: attributes by name, what an answer means, and names back into what to look for."""

from difflib import get_close_matches

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.radius.causes import Advice, advice_for_cause, explain
from radiusbridge.radius.dictionary import describe
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.packet import Code, code_name
from radiusbridge.radius.redaction import is_credential
from radiusbridge.services.packet_reading import STRAY, Seen

NOT_KEPT = "(not recorded)"
LATE = "it answers nothing that waited: late, repeated, or forged"

_CODES = {code_name(code).casefold(): int(code) for code in Code}
_KINDS = frozenset(kind.value for kind in Kind) - {Kind.NAK.value}
_OUTCOMES = [STRAY, Kind.NAK.value, *sorted(_KINDS)]


def attributes_in_words(seen: Seen) -> tuple[tuple[str, str], ...]:
    """Names and values, fit for a terminal; of a credential only that it was there."""
    attributes = seen.attributes
    described = describe(attributes)
    return tuple(
        (safe(name, 80), NOT_KEPT if is_credential(key) else value)
        for (key, _), (name, value) in zip(attributes, described, strict=True)
    )


def meaning(seen: Seen) -> tuple[str, str]:
    """What its outcome means and what to do next, each empty where there is nothing to say."""
    cause = seen.error_cause
    if cause is not None:
        advice = advice_for_cause(cause)
        return f"Error-Cause {cause}: {advice.sentence}", advice.next_step
    if seen.outcome == STRAY:
        return LATE, ""
    if seen.outcome in _KINDS:
        advice = explain(Outcome(Kind(seen.outcome)))
        return advice.sentence, advice.next_step
    told = (seen.outcome or "").removeprefix("nak-")
    advice = advice_for_cause(int(told)) if told.isdecimal() else Advice("")
    return advice.sentence, advice.next_step


def parse_code(text: str) -> int:
    """A packet type by name (`disconnect-request`) or number. BadInput, with the nearest name."""
    plain = text.strip().casefold()
    if plain.isdecimal() and int(plain) < 256:
        return int(plain)
    if plain in _CODES:
        return _CODES[plain]
    near = get_close_matches(plain, _CODES, n=1, cutoff=0.3)
    hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(_CODES)}"
    raise BadInput(f"{safe(text, 60)!r} is no RADIUS packet type", hint=hint)


def parse_outcome(text: str) -> str:
    """An outcome by its word: `ack`, `nak` for any refusal, `nak-503`, `silence`, `stray` … BadInput."""
    plain = text.strip().casefold()
    if plain in _OUTCOMES or (plain.startswith("nak-") and plain[len("nak-") :].isdecimal()):
        return plain
    near = get_close_matches(plain, _OUTCOMES, n=1, cutoff=0.3)
    hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(_OUTCOMES)}, nak-503"
    raise BadInput(f"{safe(text, 60)!r} is no outcome", hint=hint)

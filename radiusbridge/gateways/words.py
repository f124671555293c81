"""Words for operators about exchanges with RADIUS peers: what came, after how long, what it means."""

from radiusbridge.domain.text import safe
from radiusbridge.radius.causes import explain
from radiusbridge.radius.dictionary import describe
from radiusbridge.radius.mschap import MS_CHAP_ERROR, error_words
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.packet import code_name

REPLY_MESSAGE = "Reply-Message"


def milliseconds(seconds: float | None) -> str:
    """`12 ms`, or below ten `3.2 ms`."""
    if seconds is None:
        return "?"
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def answer_words(outcome: Outcome, meaning: str = "") -> str:
    """One sentence for an answer that counts: packet, Error-Cause, round trip, meaning, the peer's own message.

    meaning: where it means something else than such an answer usually does.
    """
    packet = code_name(outcome.reply.code) if outcome.reply is not None else outcome.label
    cause = f" {outcome.error_cause}" if outcome.error_cause is not None else ""
    tries = f", sent {outcome.sends} times" if outcome.sends > 1 else ""
    message = reply_message(outcome)
    said = f" (“{message}”)" if message else ""
    meaning = meaning or explain(outcome).sentence
    return f"{packet}{cause} in {milliseconds(outcome.round_trip)}{tries}: {meaning}{_chap_error(outcome)}{said}"


def _chap_error(outcome: Outcome) -> str:
    error = outcome.reply.first(MS_CHAP_ERROR) if outcome.reply is not None else None
    return f"; MS-CHAP-Error {safe(error_words(error), 120)}" if error is not None else ""


def refusal_words(outcome: Outcome) -> str:
    """The same for an answer after which there is something to do, with the next step."""
    next_step = explain(outcome).next_step
    return f"{answer_words(outcome)}; {next_step}" if next_step else answer_words(outcome)


def silence_words(outcome: Outcome, request: str, *, advise: bool = True) -> str:
    """One sentence for a request without an answer that counts; advise: with what to check, in order."""
    advice = explain(outcome)
    detail = f" ({safe(outcome.detail, 120)})" if outcome.detail else ""
    what = advice.sentence + detail
    if outcome.kind is Kind.SILENCE:
        times = "once" if outcome.sends == 1 else f"{outcome.sends} times"
        what = f"no answer, sent {times} in {outcome.elapsed:.1f} s{detail}"
    next_step = f"; {advice.next_step}" if advice.next_step and advise else ""
    return f"{request}: {what}{next_step}"


def reply_message(outcome: Outcome) -> str:
    """The peer's Reply-Message, if it sent one."""
    if outcome.reply is None:
        return ""
    return ", ".join(value for name, value in describe(outcome.reply.attributes) if name == REPLY_MESSAGE)

"""The error tree, exit statuses, and the ladder of kicks."""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain import errors
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.ladder import DISCONNECTS, Rungs, ladder, next_rung
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.verdict import Status, Verdict, exit_status

STATUS = {
    "BadInput": 2,
    "UnknownName": 2,
    "AlreadyThere": 2,
    "Refused": 4,
    "Unreachable": 3,
    "DeadlinePassed": 3,
    "ConnectionLost": 3,
    "PeerRefused": 1,
    "LoginRefused": 1,
    "NotAllowed": 1,
    "NotSuchPeer": 1,
    "Damaged": 1,
    "RadiusbridgeError": 1,
}
KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.RadiusbridgeError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_each_error_has_its_exit_status_and_one_line(kind: type[errors.RadiusbridgeError]) -> None:
    error = kind("it broke", target="um1", hint="look there")
    assert errors.exit_status(error) == STATUS[kind.__name__]
    assert error.line() == "um1: it broke; look there"
    assert str(error) == "it broke"
    assert error.retryable == issubclass(kind, errors.Unreachable)
    assert kind("x", retryable=True).retryable


def test_every_error_has_a_row_above() -> None:
    assert {kind.__name__ for kind in KINDS} == set(STATUS)


def test_exit_statuses_of_operations() -> None:
    assert exit_status(Status.DONE, Verdict.PROVEN) == 0
    assert exit_status(Status.DONE, Verdict.PROVEN, access_open=False) == 1
    assert exit_status(Status.DONE, Verdict.FAILED) == 1
    assert exit_status(Status.DONE, Verdict.UNPROVEN) == 5
    assert {exit_status(status, None) for status in Status} == {3}


SESSIONS = st.builds(
    SessionRow,
    st.just("bras1"),
    st.sampled_from(["", "*1"]),
    st.just("budi"),
    st.sampled_from(["", "81300077"]),
    st.sampled_from([None, "10.0.0.7"]),
)
RUNGS = st.builds(Rungs, dae=st.booleans(), nas_address=st.booleans(), close_session=st.booleans(), api=st.booleans())
ANSWERS = st.sampled_from(KickAnswer)


def _identifies(rung: Rung, session: SessionRow) -> bool:
    """User-Name with Acct-Session-Id or Framed-IP-Address, as the rung sends them."""
    return bool(session.address) if rung is Rung.DISCONNECT_BY_ADDRESS else bool(session.session_id)


@given(RUNGS, SESSIONS, st.booleans(), st.lists(ANSWERS, min_size=6, max_size=6))
def test_the_ladder_ends_uses_each_rung_once_and_never_fewer_identifiers_than_allowed(
    rungs: Rungs, session: SessionRow, server_row: bool, answers: list[KickAnswer]
) -> None:
    steps = ladder(rungs, session, server_row=server_row)
    tried: list[tuple[Rung, KickAnswer]] = []
    while (rung := next_rung(steps, tried)) is not None:
        assert rung not in {earlier for earlier, _ in tried}
        if rung in DISCONNECTS:
            assert rungs.dae
            assert _identifies(rung, session)
            assert all(answer in {KickAnswer.REFUSED, KickAnswer.NOT_FOUND} for _, answer in tried)
        assert rung is not Rung.CLOSE_SESSION or (rungs.close_session and server_row)
        assert rung is not Rung.NAS_API or (rungs.api and session.id)
        tried.append((rung, answers[len(tried)]))
    climbed = [steps.index(rung) for rung, _ in tried]
    assert climbed == sorted(climbed)
    assert {rung for rung in steps if rung not in DISCONNECTS} <= {rung for rung, _ in tried}


FULL = ladder(
    Rungs(dae=True, nas_address=True, close_session=True, api=True),
    SessionRow("bras1", "*1", "budi", "81300077", "10.0.0.7"),
    server_row=True,
)


def test_the_whole_ladder_in_order() -> None:
    assert tuple(Rung) == FULL


@pytest.mark.parametrize(
    ("answer", "following"),
    [
        (KickAnswer.REFUSED, Rung.DISCONNECT_WITHOUT_ADDRESS),
        (KickAnswer.NOT_FOUND, Rung.DISCONNECT_WITHOUT_ADDRESS),
        (KickAnswer.PROHIBITED, Rung.CLOSE_SESSION),
        (KickAnswer.SILENT, Rung.CLOSE_SESSION),
        (KickAnswer.ACCEPTED, Rung.CLOSE_SESSION),
    ],
)
def test_what_follows_the_first_disconnect(answer: KickAnswer, following: Rung) -> None:
    assert next_rung(FULL, [(Rung.DISCONNECT, answer)]) is following

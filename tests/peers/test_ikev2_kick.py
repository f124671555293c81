"""Real IKEv2 sessions at strongSwan, whose DAE differs much from others: it looks at User-Name only, refuses without an
Error-Cause, signs nothing, and repeats its last answer for the same port and identifier, whatever is asked."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from radiusbridge.radius.packet import Code
from tests.peers.ikev2 import ALICE, CAROL, DAE_PORT, NAS, LiveIkev2
from tests.peers.programs import until
from tests.peers.verbs import ROOT, Result, Verbs

pytestmark = [pytest.mark.peer, pytest.mark.root]

NOBODY = "mallory"
IDENTIFIERS = 256
NO_REASON = "the NAS refused and gave no reason"
NEXT_STEP = "read the NAS's list: most often it knows no such session"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveIkev2]:
    """Namespaces with customers, a NAS and a RADIUS server; nobody has logged in yet."""
    with LiveIkev2(tmp_path_factory.mktemp("ikev2")) as running:
        yield running


@pytest.fixture
def inside(live: LiveIkev2, tmp_path: Path) -> Verbs:
    """The command line where the RADIUS server is."""
    return Verbs(tmp_path, live.radius.prefix)


def kick(verbs: Verbs, live: LiveIkev2, user: str, *more: str) -> Result:
    secret = verbs.secret("secret", live.server.secret)
    return verbs.light("kick", user, "--nas", f"{NAS}:{DAE_PORT}", "--secret-file", secret, "--json", *more)


def probe(verbs: Verbs, live: LiveIkev2, kind: str, user: str, *more: str) -> Result:
    secret = ("--secret-file", verbs.secret("secret", live.server.secret))
    return verbs.light("probe", kind, f"{NAS}:{DAE_PORT}", *secret, "--attr", f"User-Name={user}", *more)


def ask(live: LiveIkev2, how: str, *users: str) -> dict[str, Any]:
    python = ("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.peers.ikev2_asking")
    told = live.radius.run(*python, how, NAS, str(DAE_PORT), str(live.server.secret_file), *users)
    value = json.loads(told)
    assert isinstance(value, dict)
    return value


def assert_ended(live: LiveIkev2, user: str, session_id: str, deletes: int) -> None:
    """The NAS has told the customer, whose traffic has stopped, and has reported the end to the RADIUS server."""
    until(lambda: live.told(user) > deletes, "the IKE DELETE at the customer")
    until(lambda: not live.connected(user), "the end of the customer's tunnel")
    until(lambda: not live.known(user), "the end of the tunnel at the NAS")
    assert not live.reaches(user)
    (stop,) = until(lambda: live.server.records(session_id, "Stop"), "the Accounting-Stop")
    # not Admin-Reset: whose doing it was cannot be told by it
    assert (stop["User-Name"], stop["Acct-Terminate-Cause"]) == (user, "User-Request")


def assert_lives(live: LiveIkev2, user: str, session_id: str) -> None:
    assert live.connected(user)
    until(lambda: live.reaches(user), "the customer's traffic")
    assert live.server.records(session_id, "Stop") == []


@pytest.mark.parametrize("how", ["kick", "kick with another's session id", "probe", "gateway"])
def test_it_ends_that_customers_session_and_no_other(live: LiveIkev2, inside: Verbs, how: str) -> None:
    mine, other = live.session(ALICE), live.session(CAROL)
    deletes = live.told(ALICE)
    if how == "gateway":
        told = ask(live, how, ALICE)
        assert told["answers"] == ["accepted"]
        assert told["words"][0].startswith("Disconnect-ACK in ")
    elif how == "probe":
        result = probe(inside, live, "disconnect", ALICE)
        assert result.status == 0
        assert "Disconnect-ACK in " in result.out
        assert "the NAS did it" in result.out
    else:
        result = kick(inside, live, ALICE, *(("--session-id", other) if "another" in how else ()))
        # an answer alone proves nothing
        assert (result.status, result.json["answer"], result.json["verdict"]) == (5, "accepted", "UNPROVEN")
        assert result.json["text"].startswith("Disconnect-ACK in ")
    assert_ended(live, ALICE, mine, deletes)
    assert_lives(live, CAROL, other)


def test_a_session_that_nobody_has_is_refused_in_words(live: LiveIkev2, inside: Verbs) -> None:
    session_id = live.session(ALICE)
    kicked = kick(inside, live, NOBODY)
    assert (kicked.status, kicked.json["answer"], kicked.json["verdict"]) == (1, "refused", "FAILED")
    assert kicked.json["text"].startswith("Disconnect-NAK in ")
    assert kicked.json["text"].endswith(f": {NO_REASON}; {NEXT_STEP}")
    probed = probe(inside, live, "disconnect", NOBODY)
    assert probed.status == 1
    assert "nak-no-cause" in probed.out
    assert NO_REASON in probed.out
    assert NEXT_STEP in probed.out
    assert probe(inside, live, "disconnect", NOBODY, "--expect", "nak").status == 0
    assert_lives(live, ALICE, session_id)


def test_a_session_timeout_reaches_the_customer(live: LiveIkev2, inside: Verbs) -> None:
    session_id = live.session(ALICE)
    told = live.lifetimes()
    changed = probe(inside, live, "coa", ALICE, "--attr", "Session-Timeout=3000", "--json")
    assert (changed.status, changed.json["outcome"]) == (0, "ack")
    until(lambda: live.lifetimes() > told, "the customer's new lifetime")
    assert_lives(live, ALICE, session_id)
    for user, attribute in ((ALICE, "Mikrotik-Rate-Limit=1M/1M"), (NOBODY, "Session-Timeout=3000")):
        refused = probe(inside, live, "coa", user, "--attr", attribute)
        assert refused.status == 1
        assert "CoA-NAK in " in refused.out
        assert NO_REASON in refused.out
    assert_lives(live, ALICE, session_id)


def test_one_after_the_other_get_answers_of_their_own(live: LiveIkev2, inside: Verbs) -> None:
    sessions = {user: live.session(user) for user in (ALICE, CAROL)}
    deletes = {user: live.told(user) for user in sessions}
    answers = [kick(inside, live, user).json["answer"] for user in (NOBODY, ALICE, NOBODY, CAROL, NOBODY)]
    assert answers == ["refused", "accepted", "refused", "accepted", "refused"]
    for user, session_id in sessions.items():
        assert_ended(live, user, session_id, deletes[user])


def test_this_nas_repeats_its_answer_where_an_identifier_is_used_again(live: LiveIkev2) -> None:
    session_id = live.session(ALICE)
    told = ask(live, "alike", NOBODY, ALICE)
    assert told["codes"] == [Code.DISCONNECT_NAK, Code.DISCONNECT_NAK]
    assert told["kinds"] == ["nak-no-cause", "bad-response-authenticator"]
    assert_lives(live, ALICE, session_id)
    deletes = live.told(ALICE)
    # the same request again, as after a lost answer, is no second one
    assert ask(live, "alike", ALICE, ALICE)["kinds"] == ["ack", "ack"]
    assert_ended(live, ALICE, session_id, deletes)


def test_a_gateway_never_uses_a_port_and_identifier_again(live: LiveIkev2) -> None:
    """More requests than one port has identifiers for; the customers are the first port's last and the next's first."""
    sessions = {user: live.session(user) for user in (ALICE, CAROL)}
    deletes = {user: live.told(user) for user in sessions}
    users = [*(f"{NOBODY}-{number}" for number in range(IDENTIFIERS - 1)), ALICE, CAROL, NOBODY]
    told = ask(live, "gateway", *users)
    assert told["answers"] == [*["refused"] * (IDENTIFIERS - 1), "accepted", "accepted", "refused"]
    assert (told["sent"], told["pairs"], told["ports"]) == (len(users), len(users), 2)
    assert told["kinds"] == ["ack", "nak-no-cause"]
    for user, session_id in sessions.items():
        assert_ended(live, user, session_id, deletes[user])

"""Which of the sessions that a server counts are on no NAS."""

from datetime import UTC, datetime

import pytest

from radiusbridge.domain.accounts import ServerSession, SessionRow
from radiusbridge.domain.drift.view import Ground
from radiusbridge.domain.records import Server
from radiusbridge.services.drift.reading import Lists
from radiusbridge.services.ghosts import ghosts_of

AT = datetime(2026, 11, 22, tzinfo=UTC)
GROUND = Ground(
    Server("um1", "userman7", None),
    AT,
    {"nas1": AT, "nas2": AT},
    frozenset({"nas3"}),
    hosts={name: frozenset({f"10.0.0.{name[-1]}"}) for name in ("nas1", "nas2", "nas3")},
)
LIVE = {"ani": (SessionRow("nas1", "*7", "ani", "81000007", "10.9.0.1"),)}


@pytest.mark.parametrize(
    ("username", "session_id", "nas", "ghost"),
    [
        ("ani", "0x81000007", "10.0.0.1", False),
        ("ani", "81000008", "10.0.0.1", True),
        ("ANI", "81000007", "10.0.0.1", False),  # by another writing of the name
        ("budi", "81000007", "10.0.0.2", True),  # the same id on another NAS is another session
        ("ani", "81000007", "10.0.0.9", False),  # it has moved, or its NAS is known by another address
        ("budi", "81000009", "10.0.0.3", False),  # its list was not read
        ("budi", "81000009", "10.0.0.9", False),  # nobody knows that NAS
    ],
)
def test_a_ghost_is_on_the_list_of_no_nas_that_was_read(username: str, session_id: str, nas: str, ghost: bool) -> None:
    counted = (username, ServerSession("*1", session_id, nas))
    assert list(ghosts_of([counted], Lists(GROUND, LIVE))) == ([counted] if ghost else [])

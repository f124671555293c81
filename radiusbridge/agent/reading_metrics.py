"""What the agent's readings of the routers come to, as families of metrics."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from radiusbridge.domain.exposition import Family

if TYPE_CHECKING:
    from radiusbridge.services.readings.states import RouterState

P = "radiusbridge_router_"


def of_readings(states: "tuple[RouterState, ...]") -> Iterator[Family]:
    """Of the last readings in this process. Of a router that did not answer there is only that, and when it did."""
    answers = Family(f"{P}answers", "gauge", "Whether a router answered when it was read last; 0: dark or refused.")
    cpu = Family(f"{P}cpu_percent", "gauge", "Its processor load.")
    used = Family(f"{P}memory_used_bytes", "gauge", "Its memory in use.")
    total = Family(f"{P}memory_bytes", "gauge", "Its memory.")
    uptime = Family(f"{P}uptime_seconds", "gauge", "Since it was started.")
    received = Family(f"{P}receive_bits_per_second", "gauge", "What its ports receive, between two readings.")
    sent = Family(f"{P}transmit_bits_per_second", "gauge", "What its ports send, between two readings.")
    sessions = Family(f"{P}sessions", "gauge", "Sessions in its own list.")
    accounts = Family(f"{P}accounts", "gauge", "Users of its User Manager.")
    accounted = Family(f"{P}accounted_sessions", "gauge", "Active sessions that its User Manager counts.")
    heard = Family(f"{P}last_answer_timestamp_seconds", "gauge", "When it answered a reading last.")
    families = (answers, cpu, used, total, uptime, received, sent, sessions, accounts, accounted)
    for state in states:
        where, vitals = {"router": state.home.name, "endpoint": state.home.endpoint}, state.vitals
        answers.add(int(not state.stale), **where)
        heard.add(None if state.heard_at is None else state.heard_at.timestamp(), **where)
        if state.stale or vitals is None:
            continue
        figures = (
            vitals.cpu,
            vitals.memory_used,
            vitals.memory_total,
            vitals.uptime,
            state.traffic.received,
            state.traffic.sent,
            vitals.sessions,
            vitals.accounts,
            vitals.accounted,
        )
        for family, figure in zip(families[1:], figures, strict=True):
            family.add(figure, **where)
    yield from (*families, heard)

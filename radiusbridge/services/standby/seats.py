"""A standby as if it were the active server: the same customers, kept out in the same way, on another machine."""

from dataclasses import replace

from radiusbridge.domain.records import Server


def in_the_seat_of(machine: Server, seat: Server) -> Server:
    """The machine with the id of the active server's record, and its ways of keeping customers out."""
    return replace(
        machine,
        id=seat.id,
        isolation_policy=seat.isolation_policy,
        isolation_name=seat.isolation_name,
        isolation_rate=seat.isolation_rate,
        isolation_pool=seat.isolation_pool,
        method=seat.method,
    )

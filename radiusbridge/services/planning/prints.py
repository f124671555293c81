"""What fingerprints are taken of: all of a row that a plan or its carrying out rests on."""

import json
from collections.abc import Iterable

from radiusbridge.domain.profiles import ProfileRow, profile_digest
from radiusbridge.domain.records import Customer, Hold, Profile, Server


def account_here(customer: Customer, profile: Profile, holds: Iterable[Hold]) -> bytes:
    """What the database says of an account. It holds the password."""
    password = customer.password.reveal() if customer.password is not None else None
    limits = [profile.name, profile.shared_users, profile.pool, profile.address_list]
    own = [
        customer.username,
        customer.server_id,
        password,
        customer.caller_id,
        customer.static_address,
        customer.routes,
    ]
    return json.dumps([*own, *limits, sorted(hold.kind for hold in holds)]).encode()


def profile_here(profile: Profile) -> str:
    """The digest of a profile as the database has it."""
    return profile_digest(ProfileRow(profile))


def server_print(server: Server) -> bytes:
    """What makes a server the one that was read."""
    values = [server.id, server.kind, *server.home, server.owner, server.isolation_name, server.isolation_pool]
    return json.dumps(values).encode()

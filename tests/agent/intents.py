"""Intents that are entered for whoever carries them out."""

import asyncio
from typing import Any

from radiusbridge.domain.records import Policy
from radiusbridge.services import access
from radiusbridge.services.access import Manner
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.settings import settings
from tests.kill.test_isolate import Town
from tests.peers.programs import until

DEADLINE = 600.0
"""Seconds of each operation: far more than the slowest machine takes."""


def queue(settle: float, *usernames: str) -> list[int]:
    """Have them isolated; the operations' ids. settle: seconds."""

    manner = Manner(settle=settle, deadline=DEADLINE)

    async def work() -> list[int]:
        found = []
        for username in usernames:
            done = await access.isolate(context, username, policy=Policy.REJECT, manner=manner)
            assert done.operation is not None
            found.append(done.operation.id)
        await context.close()
        return found

    context = open_context(settings(), "test")
    return asyncio.run(work())


def operation(town: Town, number: int = 1) -> Any:
    """It, with its steps."""
    return town.cli.ok("op", "show", str(number), "--json").json


def over(town: Town, number: int = 1, seconds: float = 120) -> tuple[str, int]:
    """Its verdict and its attempts, once it is over."""
    until(lambda: operation(town, number)["status"] == "done", f"operation {number} ends", seconds)
    found = operation(town, number)
    return found["verdict"], found["attempts"]


def kicked(town: Town, number: int = 1) -> bool:
    """Whether that operation is past its kick, in the settle time."""
    return any(step["detail"]["kind"] == "Kicked" for step in operation(town, number)["steps"])


def verdicts(town: Town) -> dict[int, int]:
    """How many final verdicts each operation has, by the audit log."""
    found: dict[int, int] = {}
    for entry in town.cli.ok("audit", "list", "--json").json:
        if entry["action"].endswith(".ended"):
            found[entry["operation"]] = found.get(entry["operation"], 0) + 1
    return found

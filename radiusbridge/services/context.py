"""What every service is given: the database, the gateways, the clock, and who is asking."""

from dataclasses import dataclass, field, replace
from datetime import tzinfo

from radiusbridge.db.database import Database
from radiusbridge.domain.clock import Clock, Entropy
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services.bus import Bus
from radiusbridge.services.process import Process


@dataclass(frozen=True, slots=True)
class Context:
    """Shared by all services of one process. `who` is the operator, `channel` the face (cli, tui, agent)."""

    database: Database
    gateways: Gateways
    clock: Clock
    entropy: Entropy
    process: Process
    who: str
    channel: str
    bus: Bus = field(default_factory=Bus)
    linger: float = 0.0
    """Seconds that evidence waits for more before it is committed in the background; nothing irreversible waits for
    that. For one operation 0 is fastest; beside many others, fewer commits are."""
    zone: tzinfo | None = None
    """The operator's zone, by which days are counted; None: the machine's."""

    read_only: bool = False
    """Whether every change is refused (`only_reading`)."""

    def only_reading(self) -> "Context":
        """The same, in which every change is refused: by `permissions.require`, and below it by the database."""
        return replace(self, database=self.database.only_reading(), read_only=True)

    async def close(self) -> None:
        """Close connections, then the database."""
        await self.gateways.close()
        await self.database.close()

"""What only the agent that leads does: timers, and the followers of routers."""

from collections.abc import Callable
from functools import partial

from radiusbridge.agent.config import Config
from radiusbridge.agent.jobs import Findings, timers
from radiusbridge.agent.supervisor import Supervisor, Work
from radiusbridge.agent.timers import Timer, keep_time
from radiusbridge.services.context import Context
from radiusbridge.services.following import Followers

_FOLLOWERS = "followers"


class Crew:
    """Tasks that run while this agent leads. epoch: of its duty."""

    def __init__(
        self, context: Context, config: Config, findings: Findings, followers: Followers, epoch: Callable[[], int]
    ) -> None:
        self._context = context
        self._config = config
        self._findings = findings
        self._followers = followers
        self._epoch = epoch
        self._begun: dict[str, Timer | None] = {}
        self._leads = False
        self.tasks = Supervisor(context.clock, context.entropy)

    def begin(self) -> None:
        """Start all of them."""
        self._leads = True
        self._start()

    async def end(self) -> None:
        """End all of them."""
        self._leads = False
        await self.tasks.stop()

    async def change(self, config: Config) -> None:
        """Take a new configuration over; what it leaves as it was runs on."""
        self._config = config
        if not self._leads:
            return
        wanted = self._wanted()
        await self.tasks.stop(*(name for name, was in self._begun.items() if wanted.get(name, self) != was))
        if self._leads:
            self._start()

    def _start(self) -> None:
        self._begun = self._wanted()
        for name, timer in self._begun.items():
            self.tasks.start(name, self._work(timer))

    def _work(self, timer: Timer | None) -> Work:
        return self._followers.run if timer is None else partial(keep_time, self._context, timer, self._epoch)

    def _wanted(self) -> dict[str, Timer | None]:
        """By name; None: the followers."""
        config = self._config
        found: dict[str, Timer | None] = {_FOLLOWERS: None} if config.follow else {}
        if config.timers:
            found |= {timer.name: timer for timer in timers(self._context, config, self._findings)}
        return found

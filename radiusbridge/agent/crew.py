"""What only the agent that leads does: timers, alerts, the followers of routers, and the sessions' history."""

from collections.abc import Callable
from functools import partial

from radiusbridge.agent.config import Config
from radiusbridge.agent.jobs import Findings, timers
from radiusbridge.agent.supervisor import Supervisor, Work
from radiusbridge.agent.timers import Timer, keep_time
from radiusbridge.services.context import Context
from radiusbridge.services.following import Followers

_FOLLOWERS = "followers"
_HISTORY = "sessions' history"
_ALERTS, _NOTICES = "alerts", "alerts' notices"


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
        """End all of them; routers that nobody asks here any more need not keep a connection of ours."""
        self._leads = False
        await self.tasks.stop()
        await self._context.gateways.close_idle()

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
            self.tasks.start(name, self._work(name, timer))

    def _work(self, name: str, timer: Timer | None) -> Work:
        if timer is not None:
            return partial(keep_time, self._context, timer, self._epoch)
        standing = {_FOLLOWERS: self._followers.run, _ALERTS: self._look_for_alerts, _NOTICES: self._send_notices}
        return standing.get(name, self._take_down_sessions)

    async def _take_down_sessions(self) -> None:
        from radiusbridge.services.session_history import History

        await History(self._context).run()

    async def _look_for_alerts(self) -> None:
        from radiusbridge.agent.alerting import look_on

        await look_on(self._context, self._findings, self._epoch)

    async def _send_notices(self) -> None:
        from radiusbridge.agent.alerting import send_on

        await send_on(self._context, self._epoch)

    def _wanted(self) -> dict[str, Timer | None]:
        """By name; None: what listens all the time."""
        config = self._config
        found: dict[str, Timer | None] = dict.fromkeys((_FOLLOWERS, _HISTORY)) if config.follow else {}
        if config.timers:
            found |= dict.fromkeys((_ALERTS, _NOTICES))
            found |= {timer.name: timer for timer in timers(self._context, config, self._findings)}
        return found

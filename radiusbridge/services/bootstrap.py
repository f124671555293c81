"""Wire a process together: settings in, a context out. The only place that chooses implementations."""

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services.context import Context
from radiusbridge.services.process import this_process
from radiusbridge.services.settings import Settings
from radiusbridge.services.system import SystemClock, SystemEntropy


def open_context(settings: Settings, channel: str) -> Context:
    """The context of this process. Blocks while the database opens: call it before the event loop runs."""
    clock, entropy = SystemClock(), SystemEntropy()
    database = Database.open(settings.database, key=KeyFile(settings.key_file), clock=clock)
    gateways = Gateways(clock, entropy, trace=settings.trace_file)
    return Context(database, gateways, clock, entropy, this_process(), settings.who, channel)

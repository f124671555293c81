"""`python -m tests.agent.hanging agent …`: the real command line, whose event loop hangs from SIGUSR1 to SIGUSR2."""

import os
import signal
import sys

from radiusbridge.cli.main import execute


def hang(_number: int, _frame: object) -> None:
    """Stands in the main thread, as a loop does that calls what blocks; other threads go on."""
    os.write(2, b"it hangs\n")
    signal.sigwait({signal.SIGUSR2})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    signal.signal(signal.SIGUSR1, hang)
    sys.exit(execute(sys.argv[1:]))

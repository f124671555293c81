"""How a verb in a process of its own ends."""

import signal
import subprocess

import pytest

SECONDS = 120.0
"""Longer than any machine needs for what is over in a tenth of one."""


def status(process: "subprocess.Popen[str]") -> int:
    """Its exit status. One that does not end is made to tell where each of its threads stands (`Cli.environment`)."""
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        told = process.stderr.read() if process.stderr is not None else ""
        pytest.fail(f"it did not end within {SECONDS:g} s\n{told}")

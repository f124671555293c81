"""The demo, as a newcomer runs it in a pipe."""

import os
import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_the_headless_demo_proves_everything_and_sees_through_the_lie() -> None:
    environment = {**os.environ, "COLUMNS": "80"}
    environment.pop("RADIUSBRIDGE_HOME", None)
    ended = subprocess.run(
        [sys.executable, "-m", "radiusbridge", "demo"],
        check=False,
        capture_output=True,
        text=True,
        timeout=400,
        env=environment,
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert ended.stderr == ""
    assert ended.stdout.count("PROVEN  ") == 20
    assert ended.stdout.count("FAILED  isolate joko") == 2
    for ros in ("7.16.2", "6.49.18"):
        line = f"RouterOS {ros}: 10 of 10 operations PROVEN; the NAS that lied ended FAILED."
        assert line in ended.stdout

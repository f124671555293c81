"""Programs that peer tests need."""

import os
import shutil

import pytest


def find(program: str) -> str | None:
    """Where the program is, the system folders included that an ordinary user's PATH leaves out."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"))
    return shutil.which(program, path=path)


def require(program: str) -> str:
    """The program's path; a missing one skips the test with a reason, or fails it where CI=true."""
    found = find(program)
    if found is not None:
        return found
    reason = f"{program} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)

"""What the first frame does not need is not loaded before it."""

import subprocess
import sys

LATE = ("sqlalchemy", "librouteros", "cryptography", "radiusbridge.gateways", "radiusbridge.domain.sagas",
        "radiusbridge.tui.screens.plan", "radiusbridge.tui.why_page", "radiusbridge.tui.words")  # fmt: skip


def test_the_first_frame_loads_neither_database_nor_routers_nor_other_lists() -> None:
    code = (
        "import sys; from radiusbridge.tui.app import Dashboard; Dashboard(lambda: None);"
        f"print([each for each in {LATE!r} if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"

"""What the first frame does not need is not loaded before it."""

import subprocess
import sys
from pathlib import Path

LATE = ("sqlalchemy", "librouteros", "cryptography", "radiusbridge.gateways", "radiusbridge.domain.sagas",
        "radiusbridge.tui.screens.plan", "radiusbridge.tui.why_page", "radiusbridge.tui.words", "tomllib",
        "radiusbridge.domain.records", "radiusbridge.domain.filters", "radiusbridge.services.roster",
        "radiusbridge.services.watch", "radiusbridge.tui.acting", "radiusbridge.tui.desk", "radiusbridge.tui.dialogs",
        "radiusbridge.tui.form", "radiusbridge.tui.tour")  # fmt: skip
OF_ROUTERS = ("librouteros", "pyrad", "radiusbridge.gateways.routers", "radiusbridge.gateways.recorder",
              "sqlalchemy.dialects.postgresql", "alembic", "radiusbridge.db.alert_tables")  # fmt: skip


def test_the_first_frame_loads_neither_database_nor_routers_nor_other_lists() -> None:
    code = (
        "import sys; from radiusbridge.tui.app import Dashboard; Dashboard(lambda: None);"
        f"print([each for each in {LATE!r} if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"


def test_what_the_database_answers_loads_neither_routers_nor_the_other_dialect(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path; from radiusbridge.services.settings import settings_in;"
        "from radiusbridge.services.bootstrap import open_context; from radiusbridge.services import roster;"
        f"context = open_context(settings_in(Path({str(tmp_path)!r})), 'tui');"
        "print(len(asyncio.run(roster.page(context, roster.parse_query(''), 0, 50)).entries));"
        f"print([each for each in {OF_ROUTERS!r} if each in sys.modules])"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)  # which makes the database
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["0", "[]"]


def test_no_table_loads_the_other_dialect() -> None:
    code = (
        "import pkgutil, sys; from importlib import import_module; import radiusbridge.db as db;"
        "names = [each.name for each in pkgutil.iter_modules(db.__path__) if each.name.endswith('tables')];"
        "[import_module(f'radiusbridge.db.{name}') for name in names];"
        "print(len(names) > 5, 'sqlalchemy.dialects.postgresql' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["True", "False"]

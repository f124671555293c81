"""What uses the database itself is tried on SQLite and on PostgreSQL, unless it says here why not."""

import re
from pathlib import Path

TESTS = Path(__file__).parent.parent
ROOMS = ("db", "kill")
ON_BOTH = re.compile(r"\b(database: Database|url: str|stirred: Context|kind: str|params=BOTH|cluster: Cluster)\b")
ON_BOTH_ELSEWHERE = re.compile(r"\b(running_cluster\(\)|shared_database\()")
EXCEPTIONS = {
    "kill/test_isolate.py": "killed at each moment of an operation; commits themselves are killed on both in db",
    "kill/test_stopped.py": "what counts is the lease and the clock; four executors and a killed one are on both",
    "kill/test_printing.py": "what counts is the printer and its file",
}


def test_each_file_is_on_both_or_says_why_not() -> None:
    found = {f"{room}/{file.name}": file.read_text() for room in ROOMS for file in (TESTS / room).glob("test_*.py")}
    one = {name for name, text in found.items() if not ON_BOTH.search(text) and not ON_BOTH_ELSEWHERE.search(text)}
    assert len(found) > 25
    assert one == EXCEPTIONS.keys()

"""The pictures in the documentation are real screens of today."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
WORDS = {
    "overview": ("0 Overview", "NOW", "dark", "HEARD"),
    "customers": ("1 Customers", "USER NAME", "PROVEN", "○ offline"),
    "evidence": ("isolate cust0007", "PROVEN", "list-sessions", "esc back"),
    "sessions": ("2 Sessions", "DOWN", "● live", "caller"),
    "plan": ("8 Plan", "DATABASE", "SERVER HAS", "caller id"),
    "doctor": ("doctor: server um1", "✔ ok", "! warning"),
}
MOST = 60_000


def shown(picture: Path) -> str:
    """Its words without any blank: each segment of a line stands in an element of its own."""
    return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]*>", "", picture.read_text(encoding="utf-8"))))


def check(folder: Path) -> None:
    assert {each.stem for each in folder.glob("*.svg")} == set(WORDS)
    for name, words in WORDS.items():
        picture = folder / f"{name}.svg"
        text, source = shown(picture), picture.read_text(encoding="utf-8")
        assert [each for each in words if each.replace(" ", "") not in text] == [], name
        assert len(source.encode()) < MOST
        assert "http" not in source.replace('xmlns="http://www.w3.org/2000/svg"', "")
    session = (folder / "session.txt").read_text(encoding="utf-8")
    frames = ["60 customers", "1 of 60 customers", "Isolate this customer?", "list-sessions", "✔ PROVEN", "esc back"]
    places = [session.index(each) for each in frames]
    assert places == sorted(places)


def test_what_is_in_the_documentation_has_the_words_of_the_screens() -> None:
    check(PICTURES)
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/dashboard.md")]
    assert [name for name in WORDS if f"pictures/{name}.svg" not in pages[1]] == []
    linked = {each for page in pages for each in re.findall(r"pictures/([\w.]+)", page)}
    assert [each for each in linked if not (PICTURES / each).exists()] == []


@pytest.mark.slow
def test_they_can_be_made_anew(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.pictures", str(tmp_path), "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    check(tmp_path)

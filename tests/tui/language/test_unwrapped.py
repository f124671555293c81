import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.language.catalogue import PACKAGE

MARKS = {"_", "N_", "ngettext"}
SHOWN = {"Text", "Static", "notify", "append", "assemble", "say", "end", "say_empty", "say_heading", "update"} | {
    "Began", "BadInput", "Choice", "Counting", "Detail", "Entry", "Form", "Lines", "Question", "Way", "Work",
}  # fmt: skip
"""What is called with a text that ends on the screen."""
ALSO = {"title", "label", "hint", "nothing", "words", "placeholder"}
"""Arguments by name that do, and names that are given one."""
ALLOWED = {
    "radiusbridge": "the program's name before an error",
    "esc": "a key",
    "ms": "a unit",
    "op": "as in `radiusbridge op show`",
    "bold": "a style",
    "reverse": "a style",
    "underline": "a style",
    "red": "a style",
    "yellow": "a style",
}
"""Words of literals that stay -> why. A headless line (radiusbridge …) stays too."""


def unmarked(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each literal that is shown and not marked."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "term":
                continue
            if name in MARKS:
                for each in node.args[: 2 if name == "ngettext" else 1]:
                    if isinstance(each, ast.JoinedStr | ast.BinOp):
                        yield each.lineno, "a mark takes a plain literal, with {fields} for format()"
            elif name in SHOWN:
                for value in (*node.args, *(each.value for each in node.keywords)):
                    yield from _literals(value)
            else:
                for keyword in node.keywords:
                    if keyword.arg in ALSO:
                        yield from _literals(keyword.value)
        elif isinstance(node, ast.Assign) and any(getattr(each, "id", "") in ALSO for each in node.targets):
            yield from _literals(node.value)


def _literals(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Those of an expression, but for what is given to a call: that is looked at, or formatted, on its own."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_text(node.value):
        yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        plain = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        if _is_text(plain):
            yield node.lineno, plain
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _literals(part.value)
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.BinOp | ast.BoolOp | ast.Tuple | ast.List | ast.Dict):
        for child in ast.iter_child_nodes(node):
            yield from _literals(child)


def _is_text(text: str) -> bool:
    """Words: letters beside a blank; not a headless line, and not a unit behind a figure."""
    words = [word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in ALLOWED]
    return bool(words) and " " in text and "radiusbridge " not in text


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_text_is_shown_without_a_mark(file: Path) -> None:
    found = [f"{file.name}:{line}: {text!r}" for line, text in unmarked(ast.parse(file.read_text(encoding="utf-8")))]
    assert not found, (
        "put these texts through `_`, `ngettext` or `N_` of radiusbridge.tui.language, fields by name:\n"
        + "\n".join(found)
    )


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('Text("two words")', 1),
        ('Text(_("two words"))', 0),
        ('Text(f"old {age} ago")', 1),
        ('Text(f"{a} {b}")', 0),
        ('line.append("one " if x else "two words")', 2),
        ('notify(words, title="not begun yet")', 1),
        ('Text(_(f"{n} rows"))', 1),
        ('Text("radiusbridge op run 7")', 0),
        ('Question("kick", f"this {kind}", whom, _("It ends."))', 1),
    ],
)
def test_unmarked_texts_are_found(source: str, count: int) -> None:
    assert len(list(unmarked(ast.parse(source)))) == count

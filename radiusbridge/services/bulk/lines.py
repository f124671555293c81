"""A file that names customers, one a line, as hostile as files are. Pure."""

import codecs

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.services.bulk.subjects import SHOWN, Line

LONGEST = 253
"""Characters of a line that names somebody."""
_OTHER = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


def parse_lines(data: bytes, source: str) -> tuple[Line, ...]:
    """The lines that are not blank and do not begin with `#`, blanks at the ends taken away.

    UTF-8, with or without a byte order mark; lines end with LF or CRLF. BadInput names the lines that cannot be used.
    """
    for mark, name in _OTHER.items():
        if data.startswith(mark):
            raise BadInput(f"the file is {name}", target=safe(source, 80), hint="save it as UTF-8")
    lines, wrong = [], list[str]()
    for at, raw in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        try:
            text = raw.decode().strip(" \r")
        except UnicodeDecodeError:
            wrong.append(f"line {at} is not UTF-8 (“{safe(raw.decode('latin-1').strip(), 40)}” in Latin-1)")
            continue
        if not text or text.startswith("#"):
            continue
        if not text.isprintable():
            wrong.append(f"line {at} “{safe(text, 40)}” holds a control, invisible or direction character")
        elif len(text) > LONGEST:
            wrong.append(f"line {at} has {len(text)} characters, {LONGEST} are allowed")
        else:
            lines.append(Line(at, text))
    if wrong:
        more = f"; {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise BadInput(
            f"{'; '.join(wrong[:SHOWN])}{more}; nothing was done",
            target=safe(source, 80),
            hint="one number or user name a line, as UTF-8",
        )
    return tuple(lines)

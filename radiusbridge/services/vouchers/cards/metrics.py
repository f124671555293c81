"""How wide the standard fonts of PDF are (ISO 32000-1, 9.6.2.2), from Adobe's published metrics: thousandths of the
font size for the characters U+0020 to U+007E."""

_HELVETICA = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 "
    "584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 "
    "333 611 556 778 556 556 500 389 280 389 584"
)
PLAIN, BOLD, CODE = "F1", "F2", "F3"
FONTS = {PLAIN: "Helvetica", BOLD: "Helvetica-Bold", CODE: "Courier-Bold"}
"""Every reader has them: nothing is embedded."""
_OTHER = 722
"""Of a letter with an accent; most are narrower."""
_WIDTHS = {PLAIN: tuple(map(int, _HELVETICA.split())), BOLD: tuple(map(int, _BOLD.split()))}


def width(text: str, font: str, size: float) -> float:
    """Points that a text takes."""
    if font == CODE:
        return len(text) * 0.6 * size
    table = _WIDTHS[font]
    return sum(table[ord(sign) - 32] if " " <= sign <= "~" else _OTHER for sign in text) * size / 1000


def broken(text: str, font: str, size: float, room: float) -> list[str]:
    """The text in lines that fit, broken at blanks, and within a word that is too long."""
    found: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width(longer, font, size) <= room:
            line = longer
            continue
        if line:
            found.append(line)
        line = word
        while width(line, font, size) > room and len(line) > 1:
            cut = next(at for at in range(len(line) - 1, 0, -1) if at == 1 or width(line[:at], font, size) <= room)
            found.append(line[:cut])
            line = line[cut:]
    return [*found, line] if line else found

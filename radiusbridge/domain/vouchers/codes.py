"""Voucher codes: how they look, how they are drawn, how likely a clash or a guess is; and their check sign."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from radiusbridge.domain.clock import Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.vouchers.alphabets import DIGITS, NAMES, TAILED, TAILS, UNIFORM

SHORTEST, LONGEST = 3, 20
LONGEST_PREFIX = 6
ROOM = 100
"""Possible codes that there have to be for each one that is drawn: else a guess hits one in a hundred."""
TRIES = 10.0
"""Logins a second that somebody who guesses is assumed to make."""
SOON = 7 * 86_400.0
"""Seconds: a code that is guessed sooner than that, as likely as not, is too short."""
BATCH_DIGITS = 6
"""Digits of a word that names a batch."""
_GROUP = 4
_MANY = 10


@dataclass(frozen=True, slots=True)
class CodeForm:
    """How codes look. length: of what is drawn, without prefix and check sign. BadInput: it makes no sense.

    alphabet: one of `alphabets.NAMES`. check: one more sign at the end tells a misread code from a right one.
    """

    alphabet: str = "strict"
    length: int = 8
    prefix: str = ""
    check: bool = False

    def __post_init__(self) -> None:
        if self.alphabet not in NAMES:
            raise BadInput(f"there is no alphabet “{safe(self.alphabet, 20)}”", hint=f"one of {', '.join(NAMES)}")
        if not SHORTEST <= self.length <= LONGEST:
            raise BadInput(f"a code has {SHORTEST} to {LONGEST} signs", target=f"length {self.length}")
        if self.alphabet in TAILED and self.length not in TAILS:
            raise BadInput("such codes have 3 to 8 signs", target=f"length {self.length}")
        if self.check and self.alphabet in TAILED:
            raise BadInput("letters with digits at the end take no check sign", hint="another alphabet, or none")
        if len(self.prefix) > LONGEST_PREFIX or not all(sign.isascii() and sign.isalnum() for sign in self.prefix):
            raise BadInput(
                f"a prefix is up to {LONGEST_PREFIX} letters and digits", target=f"“{safe(self.prefix, 20)}”"
            )

    @property
    def places(self) -> tuple[str, ...]:
        """The signs that each place is drawn from."""
        if self.alphabet in UNIFORM:
            return (UNIFORM[self.alphabet],) * self.length
        tail = TAILS[self.length]
        return (TAILED[self.alphabet],) * (self.length - tail) + (DIGITS,) * tail

    @property
    def space(self) -> int:
        """How many codes there are."""
        return math.prod(map(len, self.places))

    @property
    def bits(self) -> float:
        """The same as a power of two."""
        return math.log2(self.space)

    @property
    def one_case(self) -> bool:
        """Whether upper and lower case mean the same when a code is typed."""
        signs = "".join(self.places)
        return signs == signs.upper() or signs == signs.lower()

    def draw(self, entropy: Entropy) -> str:
        """A code, each as likely as any other."""
        drawn = "".join(signs[_below(len(signs), entropy)] for signs in self.places)
        return self.prefix + drawn + (check_sign(drawn, UNIFORM[self.alphabet]) if self.check else "")

    def folded(self, typed: str) -> str:
        """A code as it was typed or read, as it is stored: without blanks and dashes, in the alphabet's case."""
        text = "".join(sign for sign in typed if sign.isalnum())
        if not self.one_case:
            return text
        head, rest = text[: len(self.prefix)], text[len(self.prefix) :]
        if head.lower() == self.prefix.lower():
            head = self.prefix
        upper = self.places[0] == self.places[0].upper()
        return head + (rest.upper() if upper else rest.lower())

    def misread(self, code: str) -> bool:
        """Whether the check sign says that this is no code of ours; without one it says nothing."""
        drawn = code[len(self.prefix) :]
        signs = UNIFORM.get(self.alphabet, "")
        if not self.check:
            return False
        if (
            len(drawn) != self.length + 1
            or not code.startswith(self.prefix)
            or any(each not in signs for each in drawn)
        ):
            return True
        return check_sign(drawn[:-1], signs) != drawn[-1]


def typed_keys(text: str) -> tuple[str, ...]:
    """What a code that was typed or read may be kept under: as it stands, which names that were imported need, or
    without the blanks and dashes of a card."""
    return tuple(dict.fromkeys((folded(text.strip()), folded("".join(sign for sign in text if sign.isalnum())))))


def batch_of(text: str) -> int | None:
    """The batch that a word names where batches and codes may stand: digits, up to six of them, are a batch, whether or
    not there is one, and all else is a code; None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= BATCH_DIGITS else None


def all_misread(text: str, forms: Iterable[CodeForm]) -> bool:
    """Whether a code that nobody knows has the shape of one of these forms, and the check sign of none."""
    alike = []
    for form in forms:
        plain = form.folded(text)
        whole = len(plain) == len(form.prefix) + form.length + form.check
        alike += [form.check and form.misread(plain)] if whole and plain.startswith(form.prefix) else []
    return bool(alike) and all(alike)


def shown(code: str) -> str:
    """As it is listed and read out: in groups of four, `ABCD-EFGH`; short ones as they are."""
    if len(code) <= _GROUP + 2:
        return code
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def clash_chance(count: int, space: int) -> float:
    """That of so many codes two are the same, if nobody looked."""
    return -math.expm1(-count * (count - 1) / 2 / space)


def guess_seconds(live: int, space: int, tries: float = TRIES) -> float:
    """Until somebody who guesses so many times a second has hit one of the live codes, as likely as not."""
    if live <= 0:
        return math.inf
    if live >= space:
        return 0.0
    return math.log(0.5) / math.log1p(-live / space) / tries


def roughly(seconds: float) -> str:
    """A long time in one or two units: `1134d`, `5h`, `12m`."""
    if seconds == math.inf:
        return "never"
    for name, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds) // size}{name}"
    return f"{max(1, int(seconds))}s"


def check_quantity(form: CodeForm, count: int, live: int = 0) -> None:
    """BadInput: there are too few codes of that form for so many, beside those that are live already."""
    if count < 1:
        raise BadInput("there is nothing to draw", target=f"quantity {count}", hint="1 or more")
    wanted = (count + live) * ROOM
    if form.space < wanted:
        raise BadInput(
            f"{form.length} signs of {form.alphabet} make {form.space:,} codes; {count + live:,} of them need "
            f"{wanted:,}: else a guess hits more than one in a hundred",
            target=f"length {form.length}",
            hint=_longer(form, wanted),
        )


def _longer(form: CodeForm, wanted: int) -> str:
    """What makes so many codes."""
    longest = max(TAILS) if form.alphabet in TAILED else LONGEST
    enough = (length for length in range(form.length + 1, longest + 1) if replace(form, length=length).space >= wanted)
    length = next(enough, None)
    return "another alphabet" if length is None else f"--length {length}"


def _below(bound: int, entropy: Entropy) -> int:
    """A number below the bound, each as likely: octets that would favour some are drawn again."""
    usable = 256 - 256 % bound
    while (octet := entropy.octets(1)[0]) >= usable:
        pass
    return octet % bound


def check_sign(drawn: str, signs: str) -> str:
    """The sign that makes one misread sign, or two neighbours that changed places, be noticed.

    For an odd number of signs a sum with the weights 1 and 2; for an even one ISO 7064's hybrid system (modulus N + 1,
    N), which misses few of the swaps.
    """
    size = len(signs)
    values = [signs.index(sign) for sign in drawn]
    if size % 2:
        return signs[-sum(value * (2 - place % 2) for place, value in enumerate(reversed(values))) % size]
    product = size
    for value in values:
        total = (product + value) % size or size
        product = total * 2 % (size + 1)
    return signs[(1 - product) % size]


def form_of(codes: Sequence[str]) -> CodeForm:
    """The narrowest form that all of these codes may have been drawn in: what somebody who has seen a few knows. With
    ten and more of them, what all begin with is their prefix."""
    prefix = ""
    if len(codes) >= _MANY:
        first, last = min(codes), max(codes)
        same = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), 0)
        head = first[: min(same, LONGEST_PREFIX)]
        prefix = head if head.isascii() and head.isalnum() else ""
    drawn = [code[len(prefix) :] for code in codes]
    length = min(max(min(map(len, drawn), default=0), SHORTEST), LONGEST)
    forms = [CodeForm(name, length, prefix) for name in NAMES if name in UNIFORM or length in TAILS]
    fitting = [form for form in forms if all(_fits(code, form.places) for code in drawn)]
    return min(fitting, key=lambda form: form.space, default=CodeForm("mix2", length, prefix))


def _fits(drawn: str, places: Sequence[str]) -> bool:
    return len(drawn) == len(places) and all(sign in signs for sign, signs in zip(drawn, places, strict=True))

"""The signs that voucher codes are made of."""

from collections.abc import Mapping
from types import MappingProxyType

DIGITS = "23456789"
LOWER = "abcdefghijkmnprstuvwxyz"
UPPER = "ABCDEFGHJKLMNPRSTUVWXYZ"

STRICT = "2345679ACDEFGHJKMNPQRTUVWXY"
"""27 signs of which no two are mistaken for each other on thermal paper: none of 0/O, 1/I/L, 8/B, 5/S, 2/Z."""

UNIFORM: Mapping[str, str] = MappingProxyType(
    {
        "strict": STRICT,
        "no-vowels": "".join(sign for sign in STRICT if sign not in "AEU"),
        "relaxed": DIGITS + "ABCDEFGHJKMNPQRSTUVWXYZ",
        "crockford": "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
        "num": DIGITS,
        "lower": LOWER,
        "upper": UPPER,
        "upplow": LOWER + UPPER,
        "mix": LOWER + DIGITS,
        "mix1": UPPER + DIGITS,
        "mix2": LOWER + UPPER + DIGITS,
    }
)
"""By name; from `num` on as Mikhmon names them. `no-vowels`: strict, in which no rude word can be spelled."""

TAILED: Mapping[str, str] = MappingProxyType({"lower-num": LOWER, "upper-num": UPPER, "upplow-num": LOWER + UPPER})
"""Mikhmon's codes of letters with digits at the end, by the letters."""

TAILS: Mapping[int, int] = MappingProxyType({3: 1, 4: 2, 5: 2, 6: 3, 7: 3, 8: 4})
"""How many of so many signs are digits at the end, as in Mikhmon's `vc` codes."""

NAMES = (*UNIFORM, *TAILED)

"""Where batches of vouchers and lines of the ledger come from."""

from enum import StrEnum


class Origin(StrEnum):
    """Who made it."""

    HERE = "here"
    MIKHMON = "mikhmon"
    """It was read from a router that Mikhmon kept: its rows there are none of ours to write."""

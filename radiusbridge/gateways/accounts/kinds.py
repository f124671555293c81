"""The kinds of servers that speak with one generation of User Manager; `generation` tells which one answers."""

USERMAN7 = "userman7"
"""The kind of a server that is User Manager on RouterOS 7."""
USERMAN6 = "userman6"
"""The kind of a server that is User Manager on RouterOS 6."""

"""What comes from the routers to the vouchers: the watch over them, and Mikhmon's."""

from radiusbridge.tui.actions.kinds import Action, Need

_D, _W = Need.DATABASE, Need.WRITING
_HERE = ("vouchers",)

VOUCHER_WATCH_ACTIONS = (
    Action("voucher-watch", "w", "watch", "Look for guesses, shared codes, and codes that are not where they belong",
           (_D,), line="radiusbridge voucher watch", screens=_HERE, rank=86),
    Action("voucher-import", "i", "import", "Take over what Mikhmon keeps on a router; nothing there is changed",
           (_D, _W), line="radiusbridge voucher import mikhmon ROUTER", screens=_HERE, rank=81),
)  # fmt: skip

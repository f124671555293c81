"""What is done to batches of vouchers."""

from radiusbridge.tui.actions.kinds import Action, Danger, Need

_D, _W, _R = Need.DATABASE, Need.WRITING, Need.ROW
_HERE = ("vouchers",)

VOUCHER_ACTIONS = (
    Action("voucher-sell", "v", "sell", "Sell the next voucher of the batch, and show its code and password",
           (_D, _W, _R), line="radiusbridge voucher sell --profile {kind} --batch {name}", screens=_HERE, rank=91),
    Action("voucher-sell-one", "l", "sell a code", "Sell one by its code, or with another amount, outlet or day",
           (_D, _W), line="radiusbridge voucher sell CODE", screens=_HERE, rank=84),
    Action("voucher-return", "r", "take back", "Take a sold voucher back that nobody has used",
           (_D, _W), line="radiusbridge voucher return CODE", screens=_HERE, rank=80),
    Action("voucher-void-one", "d", "void one", "Take one voucher off the router, by its code or its number",
           (_D, _W, _R), line="radiusbridge voucher void {name} --code CODE", screens=_HERE, rank=79),
    Action("voucher-more", "m", "more", "One code, the ledger, stock, prints, templates, printers, the books",
           (_D,), line="radiusbridge voucher show --code CODE", screens=_HERE, rank=82),
    Action("voucher-new", "n", "generate", "Draw vouchers, write them to a router, read them back",
           (_D, _W), line="radiusbridge voucher generate QUANTITY --profile NAME", screens=_HERE, rank=90),
    Action("voucher-resume", "t", "resume", "Finish what is left of the batch, and look at all of it again",
           (_D, _W, _R), line="radiusbridge voucher resume {name}", screens=_HERE, rank=89),
    Action("voucher-stop", "c", "stop", "Write no more of it, or end its print; what is in flight ends first",
           (_D, _W, _R), line="radiusbridge voucher stop {name}", screens=_HERE, rank=88),
    Action("voucher-codes", "C", "codes", "Show codes that nobody has bought or used (audited), or hide them",
           (_D, _W, _R), line="radiusbridge voucher show {name} --codes", screens=_HERE, rank=80),
    Action("voucher-expire", "x", "end", "End vouchers whose time is over: off the router, guests kicked and kept out",
           (_D, _W), line="radiusbridge voucher expire --due", screens=_HERE, rank=83),
    Action("voucher-void", "D", "void", "Take all its vouchers off the router; nobody logs in with them any more",
           (_D, _W, _R), Danger.CONFIRM, "radiusbridge voucher void {name}", _HERE, 82),
)  # fmt: skip

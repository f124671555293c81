"""What is done with the cards of vouchers."""

from radiusbridge.tui.actions.kinds import Action, Need

_D, _W, _R = Need.DATABASE, Need.WRITING, Need.ROW
_HERE = ("vouchers",)

VOUCHER_PRINT_ACTIONS = (
    Action("voucher-quick", "P", "sell and print", "Sell the next voucher of the batch that has no card yet, print it",
           (_D, _W, _R), line="radiusbridge voucher sell --profile {kind} --batch {name} --printer NAME",
           screens=_HERE, rank=87),
    Action("voucher-print", "p", "print", "Print cards of the batch: to a file, or to a printer that has a name",
           (_D, _W, _R), line="radiusbridge voucher print {name} --to pdf --output FILE", screens=_HERE, rank=86),
    Action("voucher-preview", "f", "card", "A specimen of the batch's card; its code is none",
           (_D, _R), line="radiusbridge voucher template show default --card", screens=_HERE, rank=81),
)  # fmt: skip

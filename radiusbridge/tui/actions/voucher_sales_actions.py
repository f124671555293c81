"""The sales of vouchers: their page, which is reached from the batches."""

from radiusbridge.tui.actions.kinds import Action, Need

_D, _W = Need.DATABASE, Need.WRITING
PAGE = "sales"
_PAGE = (PAGE,)
_REPORT = "radiusbridge voucher report --period {name} --by {kind}"

PERIODS = (
    Action("sales_today", "1", "today", "What was sold today", (_D,), line=_REPORT, screens=_PAGE),
    Action("sales_week", "2", "week", "What was sold since Monday", (_D,), line=_REPORT, screens=_PAGE),
    Action("sales_month", "3", "month", "What was sold this month", (_D,), line=_REPORT, screens=_PAGE),
    Action("sales_year", "4", "year", "What was sold this year", (_D,), line=_REPORT, screens=_PAGE),
    Action("sales_all", "5", "all", "Whatever was sold", (_D,), line=_REPORT, screens=_PAGE),
)
"""What the page reports of, one at a time."""

GROUPINGS = (
    Action("sales_by_day", "d", "day", "A line for each day", (_D,), line=_REPORT, screens=_PAGE),
    Action("sales_by_week", "w", "week", "A line for each week", (_D,), line=_REPORT, screens=_PAGE),
    Action("sales_by_month", "m", "month", "A line for each month", (_D,), line=_REPORT, screens=_PAGE),
    Action("sales_by_profile", "p", "profile", "A line for each profile", (_D,), line=_REPORT, screens=_PAGE),
    Action("sales_by_outlet", "o", "outlet", "A line for each outlet", (_D,), line=_REPORT, screens=_PAGE),
    Action("sales_by_cashier", "c", "cashier", "A line for each cashier", (_D,), line=_REPORT, screens=_PAGE),
    Action("sales_by_router", "u", "router", "A line for each router", (_D,), line=_REPORT, screens=_PAGE),
)
"""What stands in one line of it."""

VOUCHER_SALES_ACTIONS = (
    Action("voucher-sales", "R", "sales", "Reports of what was sold, the trend of 60 days, the cash drawer",
           (_D,), line="radiusbridge voucher report", screens=("vouchers",), rank=85),
    *PERIODS,
    *GROUPINGS,
    Action("sales_only", "f", "filter", "Only some days, a profile, an outlet, a cashier, a router; another zone",
           (_D,), screens=_PAGE),
    Action("sales_open", "s", "open drawer", "Begin a shift: count what is in the drawer",
           (_D, _W), line="radiusbridge voucher shift open --cash RUPIAH --outlet NAME", screens=_PAGE),
    Action("sales_close", "S", "close drawer", "Count the drawer and end your shift; nobody changes it afterwards",
           (_D, _W), line="radiusbridge voucher shift close --counted RUPIAH", screens=_PAGE),
    Action("sales_expected", "x", "expected", "What has to be in a drawer that is not counted yet, or hide it",
           (_D,), line="radiusbridge voucher shift show --expected", screens=_PAGE),
    Action("sales_shifts", "t", "shifts", "The last shifts, and how their drawers were counted",
           (_D,), line="radiusbridge voucher shift list", screens=_PAGE),
    Action("sales_export", "E", "export", "The report as CSV, XLSX or JSON lines; nothing in it is a formula",
           (_D,), line="radiusbridge voucher report --period {name} --by {kind} --export FILE", screens=_PAGE),
    Action("sales_help", "question_mark", "help", "This page", screens=_PAGE),
    Action("sales_copy", "y", "copy line", "Show the headless lines of this page, and copy one", (_D,), screens=_PAGE),
)  # fmt: skip

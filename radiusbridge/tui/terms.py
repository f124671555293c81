"""The short words of records that screens show, translated where they are shown.

Filters, headless lines, exports and the journal keep the English words: `?` shows both. Verdicts are the same in every
language (docs/decisions/0016-languages.md).
"""

from radiusbridge.tui.language import N_, _

TERMS = (
    # what an operation is for, and what a question does
    N_("isolate"),
    N_("activate"),
    N_("kick"),
    N_("renew"),
    N_("import"),
    N_("provision"),
    N_("remove"),
    N_("apply"),
    N_("speed"),
    N_("profile-ensure"),
    N_("profile-remove"),
    N_("undo"),
    N_("cancel"),
    N_("repair"),
    N_("resume"),
    N_("change"),
    N_("reboot"),
    # how it stands, how a row of a bulk run ended
    N_("queued"),
    N_("running"),
    N_("waiting"),
    N_("done"),
    N_("cancelled"),
    N_("superseded"),
    N_("recorded"),
    N_("kept-out"),
    N_("left-out"),
    N_("draft"),
    N_("canary"),
    N_("stopped"),
    # holds, policies, what becomes of live sessions
    N_("unpaid"),
    N_("abuse"),
    N_("pause"),
    N_("reject"),
    N_("walled"),
    N_("default"),
    N_("only"),
    N_("redial"),
    N_("now"),
    N_("gentle"),
    N_("usual"),
    N_("fast"),
    # sessions and contacts
    N_("live"),
    N_("offline"),
    N_("open"),
    N_("held"),
    N_("isolated"),
    N_("unknown"),
    N_("fresh"),
    N_("stale"),
    N_("dark"),
    N_("refused"),
    N_("slow"),
    N_("up"),
    N_("its API answers"),
    N_("its API answers slowly"),
    N_("it was not asked yet"),
    N_("it does not answer"),
    N_("its list was not read yet"),
    N_("ghost"),
    N_("duplicate"),
    N_("stranger"),
    # rows of hotspots
    N_("local"),
    N_("authorized"),
    N_("bypassed"),
    N_("no"),
    N_("binding"),
    N_("enable"),
    N_("disable"),
    N_("reset"),
    # findings
    N_("ok"),
    N_("note"),
    N_("warning"),
    N_("fault"),
    N_("critical"),
    N_("notice"),
    N_("hidden"),
    N_("in hand"),
    N_("asking"),
    N_("never"),
    N_("reset"),
    N_("nas"),
    N_("accounts"),
    N_("profiles"),
    N_("error"),
    N_("operation"),
    N_("method"),
    N_("mode"),
    N_("start"),
    N_("signing"),
    # alerts
    N_("router-down"),
    N_("api-errors"),
    N_("sessions-fell"),
    N_("pool-full"),
    N_("probe-failed"),
    N_("clock-off"),
    N_("licence-cap"),
    N_("seen-to"),
    N_("muted"),
    N_("resolved"),
    # vouchers
    N_("drawn"),
    N_("written"),
    N_("ready"),
    N_("printed"),
    N_("sold"),
    N_("used"),
    N_("expired"),
    N_("void"),
    # how good a line is
    N_("excellent"),
    N_("good"),
    N_("fair"),
    N_("poor"),
    # rows of a plan
    N_("profile"),
    N_("account"),
    N_("change there"),
    N_("make there"),
    N_("DELETE there"),
    N_("change here"),
    N_("add here"),
    N_("DELETE here"),
    N_("leave"),
    N_("server"),
    N_("customer"),
    N_("yes"),
)


def signed(text: str) -> str:
    """`✖ critical`: a sign, a blank and a term."""
    return f"{text[:2]}{term(text[2:])}"


def term(word: object) -> str:
    """That word in the operator's language; one that is no term, like a verdict, as it is."""
    return _(str(word))

"""What is done to the rows of hotspots."""

from radiusbridge.tui.actions.kinds import Action, Danger, Need

_D, _W, _R = Need.DATABASE, Need.WRITING, Need.ROW
_HERE = ("hotspot",)
_ROW = "{name} --nas {nas} --id {row}"

HOTSPOT_ACTIONS = (
    Action("hotspot-list", "t", "list", "Which list: guests, hosts, users, profiles, cookies, bindings, servers",
           (_D,), line="radiusbridge hotspot {kind} list", screens=_HERE, rank=91),
    Action("hotspot-codes", "C", "codes", "Show codes that nobody has bought or used (audited), or hide them",
           (_D, _W), line="radiusbridge hotspot user list --codes", screens=_HERE, rank=38),
    Action("hotspot-kick", "x", "kick", "Log the guest out, cookies first; a customer's through the journal",
           (_D, _W, _R), Danger.CONFIRM, "radiusbridge hotspot active kick {name} --nas {nas}", _HERE, 90),
    Action("hotspot-add", "n", "new", "Add a user, a profile or a binding", (_D, _W),
           line="radiusbridge hotspot {kind} add NAME", screens=_HERE, rank=86),
    Action("hotspot-edit", "e", "edit", "Change it; what is not touched stays", (_D, _W, _R),
           line=f"radiusbridge hotspot {{kind}} edit {_ROW}", screens=_HERE, rank=41),
    Action("hotspot-enable", "a", "enable", "Let the user log in again, the binding count, the server run",
           (_D, _W, _R), line=f"radiusbridge hotspot {{kind}} enable {_ROW}", screens=_HERE, rank=40),
    Action("hotspot-disable", "i", "disable",
           "Keep the user out, cookies and sessions too; pass the binding over; stop the server",
           (_D, _W, _R), Danger.CONFIRM, f"radiusbridge hotspot {{kind}} disable {_ROW}", _HERE, 83),
    Action("hotspot-reset", "z", "reset", "Let what the user has used count from zero", (_D, _W, _R), Danger.CONFIRM,
           f"radiusbridge hotspot user reset {_ROW}", _HERE, 39),
    Action("hotspot-remove", "D", "remove", "Take the row away; of a user cookies and sessions, too", (_D, _W, _R),
           Danger.CONFIRM, f"radiusbridge hotspot {{kind}} remove {_ROW}", _HERE, 82),
)  # fmt: skip

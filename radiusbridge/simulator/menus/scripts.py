"""/system/script: scripts by name. Nothing here runs one; programs keep records in their names."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.menu import COMMENT, Menu
from radiusbridge.simulator.menus.properties import Prop, props, text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router


class Scripts(Menu):
    """/system/script"""

    path = "/system/script"
    verbs = frozenset({"print", "add", "set", "remove", "comment"})
    duplicate = "failure: item with this name already exists"

    def __init__(self, router: "Router") -> None:
        known = {"name": Prop(text, required=True), **props(text, "source", ""), "owner": Prop(text, ""), **COMMENT}
        super().__init__(
            router, {**known, "policy": Prop(text, "read,write,policy,test"), "run-count": Prop(text, "0")}
        )

"""The addresses that somebody gave a router: /ip/address."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.menus.menu import COMMENT, DISABLED, Menu
from radiusbridge.simulator.menus.properties import Prop, text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router


class Addresses(Menu):
    """/ip/address"""

    path = "/ip/address"
    key = None

    def __init__(self, router: "Router") -> None:
        known = {"address": Prop(text, required=True), "interface": Prop(text, required=True), **DISABLED, **COMMENT}
        super().__init__(router, known)
        row = self.build({"address": f"{router.own_address}/24", "interface": "ether1"})
        row |= {"actual-interface": "ether1", "dynamic": "false", "invalid": "false"}
        self.insert(row)


def install(router: "Router") -> None:
    """Give a router this menu."""
    router.install(Addresses(router))
    router.folders |= {"/ip"}

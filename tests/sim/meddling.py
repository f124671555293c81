"""Hands in the world that are not ours: accounts changed, local secrets, restarts, faults."""

import asyncio

from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.customers import Customer
from radiusbridge.simulator.usermanager.manager import UserManager
from radiusbridge.simulator.world import World
from tests.sim.net import Wire
from tests.sim.scenario import Edit, NasEdit, Reboot, Shadow, Trouble
from tests.sim.truth import Truth

BY_HAND = "by-hand"
"""A profile, and the password, that somebody chooses by hand."""


class Meddler:
    """Does what a scenario says, when it says so. told: what it did, in words."""

    def __init__(self, world: World, wire: Wire, truth: Truth, isp: IspOptions) -> None:
        self._world = world
        self._wire = wire
        self._truth = truth
        self._isp = isp
        self._routers = list(world.routers.values())
        self.resets = 0
        """How many connections were reset by troubles that are over."""

    def prepare(self, edits: tuple[Edit, ...]) -> None:
        """Have the profile there that is assigned by hand later."""
        if not any(edit.kind == "plan" for edit in edits):
            return
        for router in self._routers:
            manager = router.user_manager
            if manager is not None:
                six = "owner" in manager.profiles.properties
                rest = (
                    {"owner": "admin", "validity": "0s", "starts-at": "now", "price": "1"}
                    if six
                    else {"validity": "unlimited"}
                )
                manager.profiles.add({"name": BY_HAND, **rest})

    async def edit(self, edit: Edit, server: str, username: str) -> bool:
        """Change an account by hand; False: there is none."""
        self._wire.move()
        users, row = self._truth.users(server), self._truth.account(server, username)
        if row is None:
            return False
        match edit.kind:
            case "enable" | "disable":
                users.set(row, {"disabled": "yes" if edit.kind == "disable" else "no"})
            case "password":
                self._truth.by_hand.add(BY_HAND)
                users.set(row, {"password": BY_HAND})
            case "plan":
                self._assign(self._truth.manager(server), username)
            case _:
                users.remove(row)
        self._wire.move()
        return True

    @staticmethod
    def _assign(manager: UserManager, username: str) -> None:
        for row in [row for row in manager.user_profiles.rows() if row["user"] == username]:
            manager.user_profiles.remove(row)
        manager.user_profiles.add({"user": username, "profile": BY_HAND})

    async def shadow(self, shadow: Shadow) -> None:
        """Put a local secret before the account for a while."""
        await asyncio.sleep(shadow.at)
        self._wire.move()
        cpe = self._world.customers[shadow.username]
        router = cpe.nas.router
        secrets, password = router.menus["/ppp/secret"], cpe.password if shadow.fits else BY_HAND
        if shadow.back is not None:
            cpe.switch_off()
        disabled = "yes" if shadow.disabled else "no"
        row = secrets.find(
            secrets.add({"name": cpe.username, "password": password, "service": shadow.service, "disabled": disabled})
        )
        assert row is not None
        self._truth.shadowed(router.name, cpe.username)
        self._wire.move()
        if shadow.back is not None:
            asyncio.get_running_loop().call_at(shadow.back, self._switch_on, cpe)
        await asyncio.sleep(shadow.until - shadow.at)
        self._wire.move()
        secrets.remove(row)
        self._wire.move()

    def _switch_on(self, cpe: Customer) -> None:
        self._wire.move()
        cpe.switch_on()
        self._wire.move()

    async def hand(self, edit: NasEdit) -> bool:
        """Work on the customer's NAS, or on their session; False: there is none."""
        self._wire.move()
        cpe = self._world.customers[edit.username]
        session, nas = cpe.session, cpe.nas
        if edit.kind == "deaf":
            incoming = nas.dae.settings
            incoming.set(incoming.values, {"accept": "no"})
            await asyncio.sleep(edit.until - edit.at)
            incoming.set(incoming.values, {"accept": "yes"})
            return True
        if session is None or not session.alive:
            return False
        if edit.kind == "drop":
            nas.kick(session)
            self._wire.move()
            return True
        managers = [router.user_manager for router in self._routers if router.user_manager is not None]
        for manager in managers:
            for row in list(manager.sessions.all_of(session.user)):
                manager.sessions.forget(row)
        return True

    async def reboot(self, reboot: Reboot) -> None:
        """Restart a router."""
        await asyncio.sleep(reboot.at)
        router = self._routers[reboot.router]
        self._wire.move()
        router.nas.reboot(reboot.quiet)
        if reboot.same_ids:
            router.boots -= 1
        self._wire.move()

    async def trouble(self, trouble: Trouble) -> None:
        """Turn the knobs of a router, and back."""
        await asyncio.sleep(trouble.at)
        router = self._routers[trouble.router]
        for session in router.api.sessions if trouble.anew else ():
            session.count_anew()
        router.faults.turn(**trouble.knobs)
        resets = router.faults.resets
        await asyncio.sleep(trouble.until - trouble.at)
        self.resets += resets - router.faults.resets
        router.faults.clear()
        router.faults.turn(rtt=self._isp.rtt, dark=router.down)

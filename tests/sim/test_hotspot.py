"""Hotspot guests on virtual time: kicked and isolated with the proof table's row, held against the world."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random

import pytest

from radiusbridge.domain.records import Operation, Policy
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import access, journal, kicking
from radiusbridge.simulator.build import IspOptions
from radiusbridge.simulator.guests import Guest
from radiusbridge.simulator.menus.menu import Menu
from radiusbridge.simulator.nas.nas import Nas
from radiusbridge.simulator.oracle import Oracle
from radiusbridge.simulator.switches import Switches
from radiusbridge.simulator.world import World
from tests.sim.filled import filled
from tests.sim.loop import VirtualClock, VirtualLoop, run_virtually
from tests.sim.node import Node

USER = "guest0001"


@dataclass
class Lobby:
    """Guests at the hotspot of one NAS, and a process that carries out the journal."""

    world: World
    node: Node
    clock: VirtualClock

    @property
    def nas(self) -> Nas:
        return self.world.routers["nas1"].nas

    @property
    def guest(self) -> Guest:
        return self.world.guests[USER]

    def menu(self, path: str) -> Menu:
        return self.nas.router.menus[path]

    def online(self) -> bool:
        return Oracle(self.world).can_pass_traffic(USER)

    def cookies(self) -> list[str]:
        return [row["user"] for row in self.menu("/ip/hotspot/cookie").rows()]

    async def over(self, operation: Operation) -> Operation:
        async for news in journal.follow(self.node.context, operation.id):
            operation = news.operation
        return operation

    async def kicked(self) -> Operation:
        return await self.over(await kicking.kick(self.node.context, USER))

    async def isolated(self) -> Operation:
        entered = await access.isolate(
            self.node.context, USER, policy=Policy.REJECT, manner=access.Manner(settle=3.0, deadline=30.0)
        )
        assert entered.operation is not None
        return await self.over(entered.operation)


def play(script: Callable[[Lobby], Awaitable[None]], ros: str = "7.16.2", **knobs: object) -> None:
    async def go() -> None:
        plain = IspOptions(ros=ros, customers=1, guests=2, local_guests=1, rtt=0.01, redial=(2.0, 4.0), use_coa=True)
        options = replace(plain, **knobs)  # type: ignore[arg-type]
        world, wire, clock = filled(options, loop)
        node = Node("simulated/0/0", 0, wire, Random(1), set(), lambda: None)
        node.start()
        await clock.sleep(30.0)
        await script(Lobby(world, node, clock))
        await node.stop()

    loop = VirtualLoop()
    run_virtually(loop, go())


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
@pytest.mark.parametrize("id_", ["address", "count"])
@pytest.mark.parametrize("use_coa", [True, False])
def test_a_kick_takes_the_cookies_first(ros: str, id_: str, use_coa: bool) -> None:
    async def script(lobby: Lobby) -> None:
        lobby.guest.types = False
        assert lobby.online()
        over = await lobby.kicked()
        assert (over.verdict, lobby.online()) == (Verdict.PROVEN, False), over.reasons
        assert USER not in lobby.cookies()
        assert set(lobby.cookies()) == {"guest0002", "local0001"}, "those of others stay"
        await lobby.clock.sleep(60.0)
        assert not lobby.online(), "no cookie has brought the guest back"

    play(script, ros, use_coa=use_coa, switches=Switches(hotspot_active_id=id_))  # type: ignore[arg-type]


def test_a_guest_who_types_the_password_again_is_told() -> None:
    async def script(lobby: Lobby) -> None:
        lobby.guest.redial = (0.01, 0.02)
        over = await lobby.kicked()
        assert over.verdict is Verdict.PROVEN, over.reasons
        if lobby.online():
            assert lobby.guest.session is not None
            assert lobby.guest.session.login_by == "http-chap"

    play(script)


def test_a_cookie_that_cannot_be_taken_away_fails_the_kick(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(lobby: Lobby) -> None:
        monkeypatch.setattr(type(lobby.menu("/ip/hotspot/cookie")), "remove", lambda _self, _row: None)
        over = await lobby.kicked()
        assert (over.verdict, lobby.online()) == (Verdict.FAILED, True), over.reasons
        assert "cookie" in " ".join(over.reasons)

    play(script)


def test_a_kick_of_a_device_that_a_binding_lets_through_fails() -> None:
    async def script(lobby: Lobby) -> None:
        lobby.menu("/ip/hotspot/ip-binding").add({"mac-address": lobby.guest.mac, "type": "bypassed"})
        over = await lobby.kicked()
        await lobby.clock.sleep(5.0)
        assert (over.verdict, lobby.online()) == (Verdict.FAILED, True), over.reasons
        assert "IP binding" in " ".join(over.reasons)

    play(script)


def test_a_device_that_is_let_through_later_fails_the_isolation() -> None:
    async def script(lobby: Lobby) -> None:
        lobby.guest.types = False

        def bypass() -> None:
            lobby.menu("/ip/hotspot/ip-binding").add({"mac-address": lobby.guest.mac, "type": "bypassed"})

        lobby.world.events.call_later(1.5, bypass)
        over = await lobby.isolated()
        assert lobby.online()
        assert (over.verdict, "bypassed host" in " ".join(over.reasons)) == (Verdict.FAILED, True), over.reasons

    play(script)


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
def test_an_isolated_guest_is_off_and_stays_off(ros: str) -> None:
    async def script(lobby: Lobby) -> None:
        over = await lobby.isolated()
        assert (over.verdict, lobby.online(), USER in lobby.cookies()) == (Verdict.PROVEN, False, False), over.reasons
        await lobby.clock.sleep(90.0)
        assert not lobby.online()
        entered = await access.activate(lobby.node.context, USER, manner=access.Manner(wait_online=90.0))
        assert entered.operation is not None
        back = await lobby.over(entered.operation)
        assert (back.verdict, lobby.online()) == (Verdict.PROVEN, True), back.reasons

    play(script, ros)


def test_a_local_user_of_the_same_name_fails_the_isolation() -> None:
    async def script(lobby: Lobby) -> None:
        lobby.menu("/ip/hotspot/user").add({"name": USER, "password": lobby.guest.password})
        over = await lobby.isolated()
        assert (over.verdict, lobby.online()) == (Verdict.FAILED, True), over.reasons

    play(script)

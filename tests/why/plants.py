"""Every cause for which a customer stays out, planted in the simulated world."""

from collections.abc import Callable
from dataclasses import dataclass

from radiusbridge.domain.records import Hold, HoldKind
from radiusbridge.services import why
from radiusbridge.services.why import Told
from radiusbridge.simulator.menus.menu import Row
from tests.drift.ground import SEVEN, SIX, Town

WHO = "cust0001"
NIGHT = 150.0
"""Seconds in which a CPE, however patient, has dialled again."""


@dataclass(frozen=True)
class Plant:
    """refuses: the world keeps the customer out; else only the record says so."""

    name: str
    link: str
    plant: Callable[[Town], None]
    only: str = ""
    refuses: bool = True
    seen_alone: bool = True
    """It shows without a dial."""


async def ask(town: Town, who: str = WHO) -> Told:
    """The answer, the world having caught up."""
    town.wire.move()
    told = await why.answer(town.context, who)
    town.wire.move()
    return told


def hang_up(town: Town, who: str = WHO) -> None:
    """The session ends; the CPE dials again."""
    for router in town.world.routers.values():
        for session in router.nas.of(who):
            router.nas.end(session, 6)


async def hold(town: Town, kind: HoldKind = HoldKind.UNPAID) -> None:
    """Open a hold, in the record alone."""
    customer = await town.find(WHO)
    record = Hold(customer.id, kind, "ani", town.clock.now(), reason="March", ticket="T-17")
    await town.context.database.write(lambda unit: unit.holds.open(record))


def change(
    menu: str, where: Callable[[Row], bool] = lambda _row: True, router: str = "nas1", **values: str
) -> Callable[[Town], None]:
    """Set properties of the first row that is meant."""
    named = {name.replace("_", "-"): value for name, value in values.items()}

    def plant(town: Town) -> None:
        found = town.menu(menu, router)
        row = next(row for row in found.rows() if where(row))
        found.set(row, named)

    return plant


def remove(menu: str, where: Callable[[Row], bool], router: str = "nas1") -> Callable[[Town], None]:
    def plant(town: Town) -> None:
        found = town.menu(menu, router)
        found.remove(next(row for row in found.rows() if where(row)))

    return plant


def _asks(row: Row) -> bool:
    return bool(row.get("service"))


def _radius(**values: str) -> Callable[[Town], None]:
    return change("/radius", _asks, **values)


def _client(**values: str) -> Callable[[Town], None]:
    def plant(town: Town) -> None:
        row = town.manager.routers.named("nas1")
        assert row is not None
        town.manager.routers.set(row, {name.replace("_", "-"): value for name, value in values.items()})

    return plant


def _no_client(town: Town) -> None:
    row = town.manager.routers.named("nas1")
    assert row is not None
    town.manager.routers.remove(row)


def _plan_over(town: Town) -> None:
    while row := town.manager.plans.at_login(WHO):
        row["state"] = "used"


def _no_plan(town: Town) -> None:
    for row in [row for row in town.manager.user_profiles.rows() if row["user"] == WHO]:
        town.manager.user_profiles.remove(row)


def _used_up(town: Town) -> None:
    row = next(iter(town.manager.limitations.rows()))
    row["transfer-limit"] = str(10**15)
    town.manager.used(WHO, 0, 10**15, 0)


def _out_of_hours(town: Town) -> None:
    for row in town.manager.profile_limitations.rows():
        row["from-time"], row["till-time"] = "0s", "1s"


def _ghost(town: Town) -> None:
    town.manager.sessions.open(WHO, "elsewhere", "81fffff0", "10.255.0.1")


def _other_password(town: Town) -> None:
    town.cpe(WHO).password = "typed wrong"


def _account_gone(town: Town) -> None:
    town.manager.users.remove(town.user(WHO))


def _local(town: Town) -> None:
    town.menu("/ppp/secret").add({"name": WHO, "password": "of last year", "service": "pppoe"})


def _local_hidden(town: Town) -> None:
    _local(town)
    town.menu("/user/group").set(next(r for r in town.menu("/user/group").rows() if r["name"] == "api"),
                                 {"policy": "api,read,write,test"})  # fmt: skip


def _pool_empty(town: Town) -> None:
    other = next(session.address for session in town.nas().nas.of("cust0002"))
    change("/ip/pool", lambda row: row["name"] == "pool-pppoe", ranges=f"{other}-{other}")(town)


def _port_down(town: Town) -> None:
    row = town.menu("/interface").named("ether2")
    assert row is not None
    row["running"] = "false"


def _switched_off(town: Town) -> None:
    settings = town.um.menus["/user-manager"]
    settings.set(next(iter(settings.rows())), {"enabled": "no"})


def _method(town: Town) -> None:
    for row in town.um.menus["/user-manager/user/group"].rows():
        row["outer-auths"] = "pap"


def _dark(name: str) -> Callable[[Town], None]:
    return lambda town: town.nas(name).faults.turn(dark=True)


def _by_hand(**values: str) -> Callable[[Town], None]:
    return lambda town: town.by_hand(WHO, **{name.replace("_", "-"): value for name, value in values.items()})


_PPPOE = "/interface/pppoe-server/server"
PLANTS = (
    Plant("disabled", "disabled", _by_hand(disabled="yes")),
    Plant("account gone", "account", _account_gone),
    Plant("wrong password", "password", _other_password, seen_alone=False),
    Plant("caller-id lock", "caller-id", _by_hand(caller_id="02:99:00:00:00:01")),
    Plant("no plan", "plan", _no_plan),
    Plant("plan over", "plan", _plan_over),
    Plant("out of hours", "plan", _out_of_hours, seen_alone=False),
    Plant("used up", "limits", _used_up, seen_alone=False),
    Plant("ghost", "sharing", _ghost),
    Plant("method", "method", _method, SEVEN, seen_alone=False),
    Plant("switched off", "server", _switched_off, SEVEN),
    Plant("server dark", "server", _dark("um1")),
    Plant("NAS dark", "nas", _dark("nas1"), refuses=False),
    Plant("PPPoE server off", "pppoe", change(_PPPOE, disabled="yes")),
    Plant("PPPoE server full", "pppoe", change(_PPPOE, max_sessions="2")),
    Plant("port off", "pppoe", change("/interface", lambda row: row["name"] == "ether2", disabled="yes")),
    Plant("port down", "pppoe", _port_down),
    Plant("local secret", "local-secret", _local),
    Plant("local secret, hidden", "local-secret", _local_hidden, seen_alone=False),
    Plant("use-radius", "use-radius", change("/ppp/aaa", use_radius="no")),
    Plant("radius row off", "radius-row", _radius(disabled="yes")),
    Plant("radius row gone", "radius-row", remove("/radius", _asks)),
    Plant("radius row elsewhere", "radius-row", _radius(address="10.9.9.9")),
    Plant("radius row of hotspot", "radius-row", _radius(service="hotspot")),
    Plant("radius port", "radius-row", _radius(authentication_port="1999"), SEVEN),
    Plant("radius secret", "secret", _radius(secret="another")),
    Plant("client off", "client", _client(disabled="yes")),
    Plant("client gone", "client", _no_client, seen_alone=False),
    Plant("client secret", "secret", _client(shared_secret="another")),
    Plant("pool empty", "pool", _pool_empty),
)


def of(ros: str) -> tuple[Plant, ...]:
    """Those that are possible there."""
    return tuple(plant for plant in PLANTS if plant.only in {"", ros})


BOTH = [(ros, plant) for ros in (SEVEN, SIX) for plant in of(ros)]

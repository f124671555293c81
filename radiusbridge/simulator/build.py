"""A ready ISP: servers with User Manager, PPPoE NASes, plans, and customers that dial."""

from dataclasses import dataclass, field

from radiusbridge.simulator import accounts
from radiusbridge.simulator.customers import Customer
from radiusbridge.simulator.guests import Guest
from radiusbridge.simulator.menus import (
    addresses,
    files,
    hotspot,
    network,
    ppp,
    radius,
    scripts,
    system,
    upkeep,
    users,
    watching,
)
from radiusbridge.simulator.nas.nas import Nas
from radiusbridge.simulator.network import LOCAL
from radiusbridge.simulator.router import Router
from radiusbridge.simulator.switches import Switches
from radiusbridge.simulator.world import DEFAULT_EPOCH, World

API_USER, API_PASSWORD = "radiusbridge", "api-secret-0815"
NAS_KEY, PROBE_KEY, DAE_KEY = "um-nas-secret", "probe-secret", "dae-secret"
"""RADIUS secrets: between NAS and User Manager, of our probes, and of our Disconnect-Requests."""
ISOLATION_LIST = "isolir"
INSIDE = "192.168.88.1"
"""What every NAS behind a NAT has as its address: the one from the factory."""
OUTSIDE_DAE = 13_799


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the services of every router listen."""

    api: int = 8728
    api_ssl: int | None = None
    authentication: int = 1812
    accounting: int = 1813
    dae: int = 3799


@dataclass(frozen=True, slots=True)
class IspOptions:
    """What to build. Times in seconds, rates in bits a second.

    `hosts` gives addresses to the routers, servers first; `dac` is the address that our own packets come from.
    """

    ros: str = "7.16.2"
    customers: int = 200
    guests: int = 0
    """Hotspot guests with an account on User Manager; the NASes have a hotspot where there are any guests."""
    local_guests: int = 0
    """Hotspot guests with a local account on their NAS."""
    mikhmon: int = 0
    """Unused vouchers that Mikhmon keeps on each NAS, from when there is a clock on: `SimulatedIsp`."""
    login_by: str = "cookie,http-chap,mac-cookie"
    """How guests may log in."""
    servers: int = 1
    nases: int = 1
    """NASes to each server."""
    standbys: bool = False
    """A standby to each server: `sb1` for `um1`, asked by its NASes when that does not answer, with no accounts yet."""
    colocated: bool = False
    """The first NAS of each server runs on the same router as User Manager."""
    secrets: bool = False
    """There is no User Manager: customers have a PPP secret on their NAS, which asks nobody."""
    nat: bool = False
    """Each NAS of its own is behind a NAT that forwards port `OUTSIDE_DAE` to its DAE; all say they are `INSIDE`."""
    seed: int = 1
    rtt: float = 0.0
    loss: float = 0.0
    cap: float | None = None
    logins: float | None = None
    """Logins a second that each User Manager handles."""
    inner_rtt: float = 0.002
    board: str = "CHR"
    licence: str = "6"
    method: str = "chap"
    secret: str = NAS_KEY
    probe_secret: str = PROBE_KEY
    dae_secret: str = DAE_KEY
    profile: str = "20M"
    rate_up: int = 10_000_000
    rate_down: int = 20_000_000
    validity: str = "unlimited"
    starts_when: str = "assigned"
    shared_users: str = "1"
    use_coa: bool = False
    """RouterOS 6: whether User Manager may send Disconnect-Requests to the NASes, which is off from the factory."""
    interim: str = "5m"
    redial: tuple[float, float] = (2.0, 5.0)
    spread: float = 5.0
    """The customers' first dials happen within that time."""
    isolation_list: str = ISOLATION_LIST
    dac: str = LOCAL
    hosts: tuple[str, ...] = ()
    ports: Ports = field(default_factory=Ports)
    switches: Switches = field(default_factory=Switches)
    epoch: float = DEFAULT_EPOCH


def build_isp(options: IspOptions | None = None, **knobs: object) -> World:
    """A world as the options, or the knobs by their names, describe it; time is 0 and nobody has dialled yet."""
    if options is None:
        options = IspOptions(**knobs)  # type: ignore[arg-type]
    world = World(options.seed, epoch=options.epoch)
    hosts = iter(options.hosts or tuple(f"10.0.{number // 250}.{number % 250 + 1}" for number in range(1000)))
    nases: list[Router] = []
    servers: list[tuple[Router, list[Router]]] = []
    for number in range(1, options.servers + 1):
        if options.secrets:
            for _ in range(options.nases):
                nases.append(make_router(world, f"nas{len(nases) + 1}", next(hosts), options))
                make_nas(nases[-1], nases[-1], options, len(nases))
                servers.append((nases[-1], [nases[-1]]))
            continue
        server = make_router(world, f"um{number}", next(hosts), options)
        served = [server] if options.colocated else []
        while len(served) < options.nases:
            served.append(make_router(world, f"nas{len(nases) + len(served) + 1}", next(hosts), options))
        nases += served
        servers.append((server, served))
        if options.nat:
            for nas in served[options.colocated :]:
                nas.own_address = INSIDE
                world.network.forward((nas.host, OUTSIDE_DAE), (nas.host, options.ports.dae))
        make_server(server, served, options)
        for nas in served:
            make_nas(nas, server, options, len(nases))
    for number, (_, served) in enumerate(servers if options.standbys else (), 1):
        add_standby(make_router(world, f"sb{number}", next(hosts), options), served, options)
    add_customers(world, servers, options)
    return world


def add_customers(world: World, servers: list[tuple[Router, list[Router]]], options: IspOptions) -> None:
    """Customers and guests, one after the other to each server and NAS."""
    for number in range(1, options.customers + 1):
        server, served = servers[(number - 1) % len(servers)]
        add_customer(world, server, served[(number - 1) // len(servers) % len(served)], number, options)
    if options.guests or options.local_guests or options.mikhmon:
        add_guests(world, servers, options)


def make_router(world: World, name: str, host: str, options: IspOptions) -> Router:
    """A router with every menu, User Manager not installed."""
    router = Router(world, name, host, options.ros, options.board, options.switches)
    router.users = users.Users(router)
    router.install(users.UserGroups(router), router.users, users.ActiveUsers(router))
    system.install(router, options.ports.api, options.ports.api_ssl, options.licence)
    router.nas = Nas(router)
    ppp.install(router, router.nas)
    network.install(router, router.nas, ("ether1", "ether2"))
    radius.install(router, router.nas)
    hotspot.install(router, router.nas)
    upkeep.install(router)
    files.install(router)
    watching.install(router)
    router.install(scripts.Scripts(router))
    addresses.install(router)
    router.users.add({"name": "admin", "group": "full", "password": ""})
    router.menus["/user/group"].add({"name": "api", "policy": "api,read,write,test,sensitive,reboot,ftp"})
    router.users.add({"name": API_USER, "group": "api", "password": API_PASSWORD})
    faults = router.faults
    faults.rtt, faults.loss, faults.cap = options.rtt, options.loss, options.cap
    faults.logins = options.logins
    world.routers[name] = router
    return router


def dae_port(nas: Router, options: IspOptions) -> int:
    """Where Disconnect-Requests for a NAS are to be sent."""
    return options.ports.dae if nas.own_address == nas.host else OUTSIDE_DAE


def make_server(router: Router, nases: list[Router], options: IspOptions) -> None:
    """Install and configure User Manager."""
    manager = accounts.install(router, options)
    probe = options.secret if router in nases else options.probe_secret
    accounts.add_client(manager, "probe", options.dac, probe, options)
    for nas in nases:
        if nas is not router:
            router.world.network.link(router, nas).rtt = options.inner_rtt
            accounts.add_client(manager, nas.name, nas.host, options.secret, options, dae_port(nas, options))
        elif options.dac != LOCAL:
            accounts.add_client(manager, nas.name, LOCAL, options.secret, options)


def add_standby(router: Router, nases: list[Router], options: IspOptions) -> None:
    """A User Manager without accounts, which the NASes ask when their own does not answer."""
    manager = accounts.install(router, options)
    accounts.add_client(manager, "probe", options.dac, options.probe_secret, options)
    for nas in nases:
        router.world.network.link(router, nas).rtt = options.inner_rtt
        accounts.add_client(manager, nas.name, nas.host, options.secret, options, dae_port(nas, options))
        nas.menus["/radius"].add({**server_row(router.host, options), "comment": "standby"})


def server_row(address: str, options: IspOptions) -> dict[str, str]:
    """The row of `/radius` by which a NAS asks a server about logins."""
    return {
        "service": "ppp,hotspot" if options.guests else "ppp",
        "address": address,
        "secret": options.secret,
        "authentication-port": str(options.ports.authentication),
        "accounting-port": str(options.ports.accounting),
        "timeout": "1s100ms",
    }


def make_nas(router: Router, server: Router, options: IspOptions, number: int) -> None:
    """Configure a PPPoE server that asks that User Manager."""
    menus = router.menus
    base = 64 + number % 60
    menus["/ip/pool"].add({"name": "pool-pppoe", "ranges": f"100.{base}.0.2-100.{base}.255.254"})
    menus["/ip/pool"].add(
        {"name": "pool-isolir", "ranges": f"172.{16 + number % 16}.0.2-172.{16 + number % 16}.63.254"}
    )
    profile = menus["/ppp/profile"].find("default")
    if profile is not None:
        menus["/ppp/profile"].set(profile, {"local-address": f"100.{base}.0.1", "remote-address": "pool-pppoe"})
    wall = {"chain": "forward", "action": "reject", "src-address-list": options.isolation_list}
    menus["/ip/firewall/filter"].add({**wall, "comment": "isolated"})
    router.nas.servers.add(
        {
            "service-name": "internet",
            "interface": "ether2",
            "authentication": "mschap2" if options.method == "mschapv2" else options.method,
            "disabled": "no",
            "one-session-per-host": "yes",
        }
    )
    if options.secrets:
        accounts.add_profile(router, f"100.{base}.0.1", options)
    else:
        ask_server(router, server, options)


def ask_server(router: Router, server: Router, options: IspOptions) -> None:
    """Let a NAS ask a User Manager, and take Disconnect-Requests."""
    menus = router.menus
    aaa = router.nas.aaa
    aaa.set(aaa.values, {"use-radius": "yes", "accounting": "yes", "interim-update": options.interim})
    menus["/radius"].add(server_row(LOCAL if server is router else server.host, options))
    if server is not router or options.dac != LOCAL:
        menus["/radius"].add({"address": options.dac, "secret": options.dae_secret, "comment": "radiusbridge"})
    menus["/tool/netwatch"].add({"host": server.host, "comment": "User Manager"})
    incoming = router.nas.dae.settings
    incoming.set(incoming.values, {"accept": "yes", "port": str(options.ports.dae)})


def add_customer(world: World, server: Router, nas: Router, number: int, options: IspOptions) -> Customer:
    """An account with a plan, and a CPE that dials within the spread."""
    manager = server.user_manager
    name, password = f"cust{number:04d}", f"pw-{world.octets(4).hex()}"
    if options.secrets:
        accounts.add_secret(nas, name, password, options)
    elif manager is None:
        raise ValueError(f"{server.name} has no User Manager")
    else:
        accounts.add_user(manager, name, password, options)
    mac = ":".join(f"{octet:02X}" for octet in (0x02, 0x11, *number.to_bytes(4, "big")))
    customer = Customer(world, nas.nas, name, password, mac, options.redial)
    world.customers[name] = customer
    customer.switch_on(world.chance.uniform(0, options.spread))
    return customer


def add_guests(world: World, servers: list[tuple[Router, list[Router]]], options: IspOptions) -> None:
    """A hotspot on every NAS, and guests that log in within the spread."""
    for _, served in servers:
        for at, nas in enumerate(served):
            make_hotspot(nas, options, at)
    for number in range(1, options.guests + options.local_guests + 1):
        server, served = servers[(number - 1) % len(servers)]
        nas = served[(number - 1) // len(servers) % len(served)]
        local = number > options.guests
        name = f"local{number - options.guests:04d}" if local else f"guest{number:04d}"
        add_guest(world, server, nas, name, options, local=local)


def make_hotspot(router: Router, options: IspOptions, number: int = 0) -> None:
    """Configure a hotspot server; accounts that are not local are asked for over RADIUS."""
    menus = router.menus
    net = f"10.{50 + number % 200}"
    menus["/ip/pool"].add({"name": "pool-hotspot", "ranges": f"{net}.0.2-{net}.15.254"})
    menus["/ip/hotspot/profile"].add(
        {"name": "hsprof1", "login-by": options.login_by, "use-radius": "yes", "dns-name": "login.example"}
    )
    server = {"name": "hotspot1", "interface": "ether2", "address-pool": "pool-hotspot", "profile": "hsprof1"}
    menus["/ip/hotspot"].add({**server, "disabled": "no"})


def add_device(world: World, nas: Router, name: str, password: str) -> Guest:
    """A device of somebody who has a user name and a password from elsewhere, as from a voucher; not switched on."""
    number = len(world.guests) + 1
    mac = ":".join(f"{octet:02X}" for octet in (0x02, 0x22, *number.to_bytes(4, "big")))
    guest = world.guests[name] = Guest(world, nas.nas, name, password, mac)
    return guest


def add_guest(
    world: World, server: Router, nas: Router, name: str, options: IspOptions, *, local: bool = False
) -> Guest:
    """An account, on User Manager or local, and a device that logs in within the spread."""
    password = f"pw-{world.octets(4).hex()}"
    if local:
        nas.menus["/ip/hotspot/user"].add({"name": name, "password": password})
    elif server.user_manager is not None:
        accounts.add_user(server.user_manager, name, password, options)
    guest = add_device(world, nas, name, password)
    guest.redial = options.redial
    if not local:
        world.customers[name] = guest
    guest.switch_on(world.chance.uniform(0, options.spread))
    return guest


def add_cpe(world: World, nas: Router, username: str, password: str, mac: str) -> Customer:
    """One more CPE, switched off, with any credentials: a second line of a customer, or a wrong password."""
    return Customer(world, nas.nas, username, password, mac)

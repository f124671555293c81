"""User Manager as the ISP has it: installed, configured, with its plan and its users; one class for each generation.
And the PPP secrets of an ISP that has none."""

from typing import TYPE_CHECKING

from radiusbridge.simulator.menus import usermanager, usermanager6
from radiusbridge.simulator.usermanager.manager import UserManager
from radiusbridge.simulator.usermanager.seven import UserManager7
from radiusbridge.simulator.usermanager.six import UserManager6

if TYPE_CHECKING:
    from radiusbridge.simulator.build import IspOptions
    from radiusbridge.simulator.router import Router

OWNER = "admin"
"""The customer of RouterOS 6 who owns everything."""


def install(router: "Router", options: "IspOptions") -> UserManager:
    """Install User Manager with the plan of the options."""
    return _install6(router, options) if router.version_number < (7, 0) else _install7(router, options)


def add_client(
    manager: UserManager, name: str, host: str, secret: str, options: "IspOptions", coa_port: int | None = None
) -> None:
    """Let User Manager answer that RADIUS client."""
    row = {
        "name": name,
        manager.address_key: host,
        "shared-secret": secret,
        "coa-port": str(coa_port or options.ports.dae),
    }
    if isinstance(manager, UserManager6):
        row |= {"customer": OWNER, "use-coa": "yes" if options.use_coa else "no"}
    manager.routers.add(row)


def add_user(manager: UserManager, name: str, password: str, options: "IspOptions") -> None:
    """An account with the plan."""
    row = {manager.user_key: name, "password": password, "shared-users": options.shared_users}
    manager.users.add({**row, "customer": OWNER} if isinstance(manager, UserManager6) else row)
    manager.user_profiles.add({"user": name, "profile": options.profile})


def add_profile(router: "Router", local_address: str, options: "IspOptions") -> None:
    """The plan as a PPP profile."""
    addresses = {"local-address": local_address, "remote-address": "pool-pppoe"}
    rate = {"rate-limit": f"{options.rate_up}/{options.rate_down}"}
    only_one = {"only-one": "yes" if options.shared_users == "1" else "no"}
    router.menus["/ppp/profile"].add({"name": options.profile, **addresses, **rate, **only_one})


def add_secret(router: "Router", name: str, password: str, options: "IspOptions") -> None:
    """A PPP secret with the plan."""
    row = {"name": name, "password": password, "service": "pppoe", "profile": options.profile}
    router.menus["/ppp/secret"].add(row)


def _install7(router: "Router", options: "IspOptions") -> UserManager:
    manager = UserManager7(router, options.licence)
    usermanager.install(router, manager)
    given = {
        "authentication-port": str(options.ports.authentication),
        "accounting-port": str(options.ports.accounting),
        "use-profiles": "yes",
        "enabled": "yes",
    }
    manager.settings.set(next(iter(manager.settings.rows())), given)
    profile = {"validity": options.validity, "starts-when": options.starts_when}
    _add_plan(manager, options, {}, profile)
    return manager


def _install6(router: "Router", options: "IspOptions") -> UserManager:
    manager = UserManager6(router, options.licence, (options.ports.authentication, options.ports.accounting))
    usermanager6.install(router, manager)
    profile = {
        "validity": "0s" if options.validity == "unlimited" else options.validity,
        "starts-at": "now" if options.starts_when == "assigned" else "logon",
    }
    _add_plan(manager, options, {"owner": OWNER}, profile)
    return manager


def _add_plan(manager: UserManager, options: "IspOptions", owner: dict[str, str], profile: dict[str, str]) -> None:
    named = {"name": options.profile, **owner}
    rates = {"rate-limit-rx": str(options.rate_up), "rate-limit-tx": str(options.rate_down)}
    manager.limitations.add({**named, **rates})
    manager.profiles.add({**named, **profile, "price": "150000"})
    manager.profile_limitations.add({"profile": options.profile, "limitation": options.profile})

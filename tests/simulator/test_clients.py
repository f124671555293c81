"""Independent clients, unmodified, against the simulated ISP on loopback."""

import asyncio
import os
import shutil
import ssl
import subprocess
from collections.abc import Callable
from typing import Any, TypeVar

import librouteros
import pytest
import routeros_api
from librouteros.exceptions import FatalError, TrapError
from librouteros.login import plain, token
from librouteros.query import Key
from pyrad.client import Client
from pyrad.dictionary import Dictionary

from radiusbridge.simulator.isp import SimulatedIsp

DICTIONARY = """
ATTRIBUTE User-Name 1 string
ATTRIBUTE User-Password 2 string encrypt=1
ATTRIBUTE NAS-IP-Address 4 ipaddr
ATTRIBUTE Framed-IP-Address 8 ipaddr
ATTRIBUTE Acct-Session-Id 44 string
ATTRIBUTE Event-Timestamp 55 date
ATTRIBUTE Message-Authenticator 80 octets
ATTRIBUTE Error-Cause 101 integer
VENDOR Mikrotik 14988
BEGIN-VENDOR Mikrotik
ATTRIBUTE Mikrotik-Rate-Limit 8 string
ATTRIBUTE Mikrotik-Address-List 19 string
END-VENDOR Mikrotik
"""


T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(None, work)


def api_of(isp: SimulatedIsp, name: str) -> dict[str, Any]:
    router = next(router for router in isp.endpoints()["routers"] if router["name"] == name)
    return dict(router["api"])


async def test_librouteros_reads_writes_and_is_trapped() -> None:
    async with SimulatedIsp(customers=3) as isp:
        at = api_of(isp, "um1")

        def work() -> None:
            api = librouteros.connect(at["host"], at["user"], at["password"], port=at["port"], encoding="utf-8")
            users = api.path("user-manager", "user")
            assert [row["name"] for row in users] == ["cust0001", "cust0002", "cust0003"]
            new = users.add(name="warung ☕", password="0123", comment="a=b")
            one = users.select(Key("name"), Key("password"), Key("disabled")).where(Key("name") == "warung ☕")
            row = next(iter(one))
            assert row == {"name": "warung ☕", "password": "0123", "disabled": False}
            users.update(**{".id": new, "disabled": True})
            with pytest.raises(TrapError, match="unknown parameter profile"):
                users.update(**{".id": new, "profile": "20M"})
            with pytest.raises(TrapError, match="input does not match any value of group"):
                users.add(name="x", group="nowhere")
            users.remove(new)
            with pytest.raises(TrapError, match="no such item"):
                users.remove(new)
            assert list(api("/user-manager/user/print", **{"count-only": True})) == [{"ret": 3}]
            with pytest.raises(TrapError, match="no such command"):
                list(api("/user-manager/user-profile/set"))
            api.close()

        await in_thread(work)


@pytest.mark.parametrize(("ros", "method"), [("6.49.18", plain), ("6.44.6", token), ("6.42.12", token)])
async def test_librouteros_on_routeros_6(ros: str, method: Callable[..., None]) -> None:
    async with SimulatedIsp(customers=3, ros=ros) as isp:
        assert [router["version"] for router in isp.endpoints()["routers"]] == [ros, ros]
        at = api_of(isp, "um1")

        def connect(password: str) -> librouteros.api.Api:
            return librouteros.connect(at["host"], at["user"], password, port=at["port"], login_method=method)

        def work() -> None:
            with pytest.raises(TrapError, match="cannot log in" if ros == "6.42.12" else "invalid user name"):
                connect("wrong")
            api = connect(at["password"])
            users = api.path("tool", "user-manager", "user")
            new = users.add(customer="admin", username="warung", password="0123")
            tuple(
                api("/tool/user-manager/user/create-and-activate-profile", numbers=new, customer="admin", profile="20M")
            )
            key = Key("username")
            one = users.select(key, Key("password"), Key("actual-profile"), Key("last-seen")).where(key == "warung")
            row = {"username": "warung", "password": "0123", "actual-profile": "20M", "last-seen": "never"}
            assert list(one) == [row]
            assert len(list(users)) == 4
            users.update(**{".id": new, "disabled": True})
            with pytest.raises(TrapError, match="unknown parameter profile"):
                users.update(**{".id": new, "profile": "20M"})
            users.remove(new)
            with pytest.raises(TrapError, match="no such item"):
                users.remove(new)
            assert list(users.select(key).where(key == "warung")) == []
            with pytest.raises(TrapError, match="no such command"):
                list(api.path("user-manager", "user"))
            api.close()

        await in_thread(work)


async def test_before_6_43_a_password_in_clear_is_no_login() -> None:
    async with SimulatedIsp(customers=0, ros="6.42.12") as isp:
        at = api_of(isp, "um1")

        def work() -> None:
            api = librouteros.connect(at["host"], at["user"], at["password"], port=at["port"], login_method=plain)
            with pytest.raises(FatalError, match="not logged in"):
                list(api.path("system", "identity"))

        await in_thread(work)


@pytest.mark.parametrize(("ros", "in_clear"), [("7.16.2", True), ("6.49.18", True), ("6.42.12", False)])
async def test_routeros_api_package(ros: str, in_clear: bool) -> None:
    async with SimulatedIsp(customers=2, ros=ros) as isp:
        at = api_of(isp, "nas1")

        def work() -> None:
            pool = routeros_api.RouterOsApiPool(
                at["host"], username=at["user"], password=at["password"], port=at["port"], plaintext_login=in_clear
            )
            active = pool.get_api().get_resource("/ppp/active")
            rows = active.get(name="cust0001")
            assert rows[0]["session-id"].startswith("0x81")
            active.remove(id=rows[0]["id"])
            pool.disconnect()

        before = isp.customers["cust0001"].session
        await in_thread(work)
        assert before is not None
        assert not before.alive


async def test_tls_with_its_certificate() -> None:
    async with SimulatedIsp(customers=0, tls=True) as isp:
        at = api_of(isp, "um1")
        context = ssl.create_default_context(cadata=isp.certificate.decode())

        def work() -> None:
            api = librouteros.connect(
                at["host"],
                at["user"],
                at["password"],
                port=at["tls_port"],
                ssl_wrapper=lambda sock: context.wrap_socket(sock, server_hostname=at["host"]),
            )
            assert next(iter(api.path("system", "identity")))["name"] == "um1"
            api.close()

        await in_thread(work)


def radclient() -> str:
    path = shutil.which("radclient")
    reason = "radclient is not installed (Debian package freeradius-utils)"
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(reason)
    return path or pytest.skip(reason)


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
@pytest.mark.parametrize("method", ["pap", "chap"])
@pytest.mark.peer
async def test_radclient_logs_in(method: str, ros: str) -> None:
    program = radclient()
    async with SimulatedIsp(customers=1, ros=ros, use_coa=True) as isp:
        customer = isp.customers["cust0001"]
        radius = next(router["radius"] for router in isp.endpoints()["routers"] if "radius" in router)
        attribute = "CHAP-Password" if method == "chap" else "User-Password"
        # The customer is at the shared-users limit: a login in the session's own name must not count twice.
        assert customer.session is not None

        def ask(password: str) -> str:
            return subprocess.run(
                [program, "-x", "-r", "1", f"{radius['host']}:{radius['auth_port']}", "auth", radius["secret"]],
                input=f'User-Name="cust0001",{attribute}="{password}",NAS-IP-Address=127.0.0.1,'
                f'Acct-Session-Id="{customer.session.acct_session_id if customer.session else ""}",'
                "Message-Authenticator=0x00\n",
                capture_output=True,
                text=True,
                check=False,
            ).stdout

        accepted = await in_thread(lambda: ask(customer.password))
        assert "Received Access-Accept" in accepted
        assert 'Mikrotik-Rate-Limit = "10000000/20000000"' in accepted
        assert "Received Access-Reject" in await in_thread(lambda: ask("wrong"))


@pytest.mark.parametrize("ros", ["7.16.2", "6.49.18"])
async def test_pyrad_client_disconnects(tmp_path: Any, ros: str) -> None:
    path = tmp_path / "dictionary"
    path.write_text(DICTIONARY)
    async with SimulatedIsp(customers=1, ros=ros) as isp:
        session = isp.customers["cust0001"].session
        dae = next(router["dae"] for router in isp.endpoints()["routers"] if "dae" in router)
        client = Client(dae["host"], coaport=dae["port"], secret=dae["secret"].encode(), dict=Dictionary(str(path)))
        client.timeout = 20
        assert session is not None

        def kick(**attributes: str) -> Any:
            return client.SendPacket(client.CreateCoAPacket(code=40, **attributes))

        alone = await in_thread(lambda: kick(User_Name="cust0001"))
        assert (alone.code, alone["Error-Cause"]) == (42, [402])
        known = {"User_Name": "cust0001", "Acct_Session_Id": session.acct_session_id}
        done = await in_thread(lambda: kick(**known))
        assert done.code == 41
        assert not session.alive
        again = await in_thread(lambda: kick(**known))
        assert (again.code, again["Error-Cause"]) == (42, [503])
        client._CloseSocket()

"""The rules of User Manager on RouterOS 6."""

import asyncio
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrad.packet import AccessAccept, AccessReject

from radiusbridge.simulator.build import add_cpe
from radiusbridge.simulator.switches import Switches
from radiusbridge.simulator.values import old_date_text, old_log_time
from tests.simulator.access import Answer, login, password
from tests.simulator.virtual import Api, Sim, Trapped, run

UM = "/tool/user-manager"
USER, PROFILE = f"{UM}/user", f"{UM}/profile"
LIMITATION, LINK = f"{PROFILE}/limitation", f"{PROFILE}/profile-limitation"
MAC = "02:11:00:00:00:01"


def six(ros: str = "6.49.18", **knobs: Any) -> Sim:
    return Sim(ros=ros, **knobs)


def quiet(**knobs: Any) -> Sim:
    """Nobody has dialled yet."""
    return six(settle=0, spread=1e6, **knobs)


async def add_plan(api: Api, name: str, *limits: str, validity: str = "0s", starts: str = "now") -> None:
    await api.ask(f"{PROFILE}/add", f"=name={name}", "=owner=admin", f"=validity={validity}", f"=starts-at={starts}")
    await api.ask(f"{LIMITATION}/add", f"=name={name}", "=owner=admin", *limits)
    await api.ask(f"{LINK}/add", f"=profile={name}", f"=limitation={name}")


async def activate(api: Api, profile: str, user: str = "cust0001") -> None:
    await api.ask(f"{USER}/create-and-activate-profile", f"=numbers={user}", "=customer=admin", f"=profile={profile}")


async def user(api: Api, name: str = "cust0001") -> dict[str, str]:
    return await api.one(f"{USER}/print", f"?username={name}")


async def accepted(sim: Sim, ident: int = 9, caller: str = MAC) -> Answer:
    answer = await login(sim, "cust0001", password(sim), ident=ident, caller=caller)
    assert answer is not None
    assert answer.code == AccessAccept
    return answer


async def refused(sim: Sim, ident: int = 9, caller: str = MAC) -> None:
    answer = await login(sim, "cust0001", password(sim), ident=ident, caller=caller)
    assert answer is not None
    assert answer.code == AccessReject


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["/user-manager/user/print"], "no such command prefix"),
        (["/user-manager/print"], "no such command prefix"),
        (["/tool/ping", "=address=10.0.0.2", "=count=1"], "no such command"),
        ([f"{UM}/print"], "no such command"),
        ([f"{UM}/user-profile/print"], "no such command prefix"),
        ([f"{USER}/add", "=customer=admin", "=username=cust0001"], "failure: user with the same name already exists"),
        ([f"{USER}/add", "=username=x"], "missing value(s) of argument(s) customer"),
        ([f"{USER}/add", "=customer=admin"], "missing value(s) of argument(s) username"),
        ([f"{USER}/add", "=customer=admin", "=username=x", "=name=x"], "unknown parameter name"),
        ([f"{USER}/add", "=customer=bob", "=username=x"], "input does not match any value of customer"),
        ([f"{USER}/set", "=.id=*1", "=actual-profile=20M"], "unknown parameter actual-profile"),
        ([f"{USER}/set", "=.id=*1", "=ip-address=10.0.0"], "invalid value for argument ip-address"),
        ([f"{USER}/set", "=.id=*99", "=comment=x"], "no such item"),
        ([f"{USER}/create-and-activate-profile", "=numbers=*1", "=profile=20M"], "missing value(s) of argument(s) "),
        (
            [f"{USER}/create-and-activate-profile", "=numbers=*1", "=customer=admin", "=profile=none"],
            "input does not match any value of profile",
        ),
        (
            [f"{USER}/create-and-activate-profile", "=numbers=*99", "=customer=admin", "=profile=20M"],
            "no such item",
        ),
        ([f"{PROFILE}/add", "=name=x"], "missing value(s) of argument(s) owner"),
        ([f"{PROFILE}/add", "=name=x", "=owner=admin", "=validity=unlimited"], "invalid value for argument validity"),
        ([f"{PROFILE}/add", "=name=x", "=owner=admin", "=starts-when=assigned"], "unknown parameter starts-when"),
        ([f"{PROFILE}/add", "=name=20M", "=owner=admin"], "failure: profile with the same name already exists"),
        (
            [f"{LIMITATION}/add", "=name=x", "=owner=admin", "=rate-limit-burst-threshold-rx=1"],
            "unknown parameter rate-limit-burst-threshold-rx",
        ),
        ([f"{LINK}/add", "=profile=20M", "=limitation=x"], "input does not match any value of limitation"),
        ([f"{UM}/router/add", "=customer=admin", "=name=x", "=address=10.1.1.1"], "unknown parameter address"),
        (
            [f"{UM}/router/add", "=customer=admin", "=name=x", "=ip-address=127.0.0.1"],
            "failure: router with the same address already exists",
        ),
        ([f"{UM}/customer/remove", "=.id=*1"], "failure: in use by user"),
        ([f"{UM}/payment/add"], "no such command"),
        (["/radius/print", "=show-sensitive="], "unknown parameter show-sensitive"),
        (["/radius/set", "=.id=*1", "=require-message-auth=no"], "unknown parameter require-message-auth"),
        (["/user/group/add", "=name=x", "=policy=rest-api"], "not enough permissions (9)"),
    ],
)
def test_traps(words: list[str], message: str) -> None:
    async def main() -> None:
        api = await six(colocated=True).api("um1")
        with pytest.raises(Trapped) as caught:
            await api.ask(*words)
        assert str(caught.value).startswith(message)
        assert (await user(api))["username"] == "cust0001"

    run(main)


def test_rows_as_a_device_writes_them() -> None:
    async def main() -> None:
        sim = six()
        um, nas = await sim.api("um1"), await sim.api("nas1")
        row = await user(um)
        assert row["password"] == password(sim)
        assert (row["customer"], row["caller-id-bind-on-first-use"], row["disabled"]) == ("admin", "false", "false")
        assert (row["actual-profile"], row["active"], row["active-sessions"]) == ("20M", "true", "1")
        assert row["last-seen"].startswith("jun/01/2026 00:00:")
        assert await um.ask(f"{USER}/print", "?username=nobody") == []
        profile = await um.one(f"{PROFILE}/print")
        assert (profile["validity"], profile["starts-at"], profile["owner"]) == ("0s", "now", "admin")
        assert (await um.one(f"{UM}/customer/print"))["login"] == "admin"
        router = await um.one(f"{UM}/router/print", "?name=nas1")
        assert (router["ip-address"], router["use-coa"], "address" in router) == (sim.host("nas1"), "false", False)
        session = await um.one(f"{UM}/session/print", "?user=cust0001", "?active=yes")
        active = await nas.one("/ppp/active/print", "?name=cust0001")
        assert active["session-id"] == f"0x{session['acct-session-id']}"
        assert (session["customer"], session["host-ip"]) == ("admin", sim.host("nas1"))
        assert (session["user-ip"], int(session["nas-port"])) == (active["address"], int(active["session-id"], 16))
        assert session["from-time"].startswith("jun/01/2026 00:00:")
        clock = await um.one("/system/clock/print")
        assert clock["date"] == "jun/01/2026"
        packages = await um.ask("/system/package/print")
        assert [(row["name"], row["version"]) for row in packages] == [
            ("routeros", "6.49.18"),
            ("user-manager", "6.49.18"),
        ]
        assert (await um.ask("/log/print"))[-1]["time"] == clock["time"]
        await asyncio.sleep(86400)
        assert (await um.ask("/log/print"))[0]["time"].startswith("jun/01 00:00:")
        (grown,) = await um.ask(f"{UM}/session/print", "?user=cust0001")
        assert grown["till-time"].startswith("jun/02/2026 ")

    run(main)


@given(st.integers(0, 4_000_000_000))
def test_old_dates(wall: int) -> None:
    text = old_date_text(wall)
    assert len(text) == 20
    assert old_log_time(wall, wall) == text[12:]
    assert old_log_time(wall, wall + 86400) == f"{text[:6]} {text[12:]}"


def test_spellings_that_switches_change() -> None:
    async def main() -> None:
        sim = six(switches=Switches(booleans="yes", um6_byte_suffix=True, um6_till_time_moves=False))
        api = await sim.api("um1")
        await api.ask(f"{USER}/set", "=.id=cust0001", "=first-name=true", "=ip-address=0.0.0.0")
        row = await user(api)
        assert (row["active"], row["disabled"], row["first-name"], row["ip-address"]) == ("yes", "no", "true", "")
        assert (await api.ask(f"{UM}/session/print"))[0]["till-time"] == ""
        limitation = await api.one(f"{LIMITATION}/print")
        assert (limitation["rate-limit-rx"], limitation["transfer-limit"]) == ("10000000B", "0B")
        await api.ask(f"{LIMITATION}/set", "=.id=*1", "=rate-limit-rx=512k", "=rate-limit-tx=1048576B")
        limitation = await api.one(f"{LIMITATION}/print")
        assert (limitation["rate-limit-rx"], limitation["rate-limit-tx"]) == ("524288B", "1048576B")

    run(main)


@pytest.mark.parametrize(
    ("writes", "lets_in"),
    [
        ([f"{USER}/disable", "=numbers=cust0001"], False),
        ([f"{USER}/set", "=.id=*1", "=disabled=yes"], False),
        ([f"{USER}/set", "=.id=*1", "=caller-id=02:AA:AA:AA:AA:AA"], False),
        ([f"{USER}/set", "=.id=*1", f"=caller-id={MAC}"], True),
        ([f"{USER}/clear-profiles", "=numbers=*1"], False),
        ([f"{PROFILE}/remove", "=.id=*1"], False),
        ([f"{LINK}/remove", "=.id=*1"], True),
        ([f"{USER}/remove", "=.id=*1"], False),
        ([f"{USER}/comment", "=.id=*1", "=comment=x"], True),
        ([f"{USER}/set", "=.id=*1", "=password=other"], False),
    ],
)
def test_who_is_let_in(writes: list[str], lets_in: bool) -> None:
    async def main() -> None:
        sim = quiet()
        await (await sim.api("um1")).ask(*writes)
        assert sim.oracle.would_accept("cust0001", password(sim)) == lets_in
        await (accepted if lets_in else refused)(sim)

    run(main)


def test_replies_are_not_signed_and_requests_need_not_be() -> None:
    async def main() -> None:
        for switch, signed in ((None, False), (True, True)):
            sim = quiet(switches=Switches(um_signs_replies=switch))
            answer = await login(sim, "cust0001", password(sim), sign=False, method="chap")
            assert answer is not None
            assert (answer.code, answer.signed, answer.rate) == (AccessAccept, signed, "10000000/20000000")
            assert await login(sim, "cust0001", "x", source="10.9.9.9") is None

    run(main)


def test_what_a_limitation_and_a_static_address_send() -> None:
    async def main() -> None:
        sim = quiet()
        api = await sim.api("um1")
        burst = [f"=rate-limit-burst-{kind}={value}" for kind, value in (("rx", "2000"), ("tx", "4000"))]
        burst += ["=rate-limit-burst-treshold-rx=500", "=rate-limit-burst-treshold-tx=600"]
        burst += ["=rate-limit-burst-time-rx=8s", "=rate-limit-burst-time-tx=9s", "=rate-limit-priority=3"]
        rate = ["=rate-limit-rx=1000", "=rate-limit-tx=2000", *burst]
        names = ["=address-list=isolir", "=ip-pool=pool-isolir", "=group-name=walled"]
        await add_plan(api, "wall", *rate, *names)
        await activate(api, "wall")
        answer = await accepted(sim)
        assert answer.rate == "1000/2000 2000/4000 500/600 8/9 3 0/0"
        assert (answer.vendor(19), answer.vendor(3), answer.plain(88)) == ("isolir", "walled", b"pool-isolir")
        assert answer.plain(8) == b""
        await api.ask(f"{USER}/set", "=.id=cust0001", "=ip-address=10.9.8.7")
        assert (await accepted(sim, 10)).plain(8) == IPv4Address("10.9.8.7").packed

    run(main)


def test_walling_by_profile_and_back() -> None:
    async def main() -> None:
        sim = six()
        um, nas = await sim.api("um1"), await sim.api("nas1")
        await um.ask(f"{USER}/set", "=.id=cust0001", "=ip-address=10.9.8.7")
        await add_plan(um, "isolir", "=address-list=isolir", "=ip-pool=pool-isolir")

        async def kick() -> str:
            row = await nas.one("/ppp/active/print", "?name=cust0001")
            await nas.ask("/ppp/active/remove", f"=.id={row['.id']}")
            await asyncio.sleep(10)
            (session,) = sim.oracle.sessions_really("cust0001")
            return session.address

        await activate(um, "isolir")
        assert (await user(um))["actual-profile"] == "isolir"
        assert sim.oracle.can_pass_traffic("cust0001"), "the live session stays as it is"
        assert await kick() == "10.9.8.7", "a static address beats the pool"
        assert sim.oracle.walled("cust0001")
        await um.ask(f"{USER}/set", "=.id=cust0001", "=ip-address=")
        assert (await kick()).startswith("172.")
        await activate(um, "20M")
        assert (await kick()).startswith("100.")
        assert sim.oracle.can_pass_traffic("cust0001")

    run(main)


@pytest.mark.parametrize(
    ("switches", "rows"),
    [
        (Switches(), ["other", "20M", "20M"]),
        (Switches(um6_activation_queues=True), ["20M", "20M", "other"]),
        (Switches(um6_activation_drops_others=True), ["other"]),
    ],
)
def test_where_a_new_profile_stands(switches: Switches, rows: list[str]) -> None:
    async def main() -> None:
        sim = quiet(switches=switches, validity="1h")
        api = await sim.api("um1")
        await add_plan(api, "other", validity="3h")
        await activate(api, "20M")
        await activate(api, "other")
        manager = sim.world.routers["um1"].user_manager
        assert manager is not None
        assert [row["profile"] for row in manager.plans.of("cust0001")] == rows
        assert (await user(api))["actual-profile"] == rows[0]
        await asyncio.sleep(2 * 3600 + 60)
        assert (await user(api))["actual-profile"] == "other"

    run(main)


@pytest.mark.parametrize("restarts", [True, False])
def test_activating_again_and_validity(restarts: bool) -> None:
    async def main() -> None:
        switches = Switches(um6_activation_restarts=restarts, um6_activation_drops_others=True)
        sim = quiet(validity="1h", switches=switches)
        api = await sim.api("um1")
        await asyncio.sleep(1800)
        left = int.from_bytes((await accepted(sim)).plain(27), "big")
        assert left == pytest.approx(1800, abs=3)
        await activate(api, "20M")
        left = int.from_bytes((await accepted(sim, 10)).plain(27), "big")
        assert left == pytest.approx(3600 if restarts else 1800, abs=3)
        await asyncio.sleep(2000)
        await (accepted if restarts else refused)(sim, 11)

    run(main)


@pytest.mark.parametrize("stays", [True, False])
def test_what_actual_profile_shows_when_nothing_is_in_force(stays: bool) -> None:
    async def main() -> None:
        switches = Switches(um6_actual_profile_stays=stays, um6_waiting_is_actual=stays)
        sim = quiet(starts_when="first-auth", validity="1h", switches=switches)
        api = await sim.api("um1")
        assert (await user(api))["actual-profile"] == ("20M" if stays else "")
        await accepted(sim)
        assert (await user(api))["actual-profile"] == "20M"
        await asyncio.sleep(3700)
        assert (await user(api))["actual-profile"] == ("20M" if stays else "")
        await refused(sim, 10)
        await activate(api, "20M")
        await accepted(sim, 11)
        await api.ask(f"{PROFILE}/remove", "=.id=20M")
        assert (await user(api))["actual-profile"] == ("20M" if stays else "")
        assert await api.ask(f"{LINK}/print") == []
        await api.ask(f"{USER}/clear-profiles", "=numbers=cust0001")
        assert (await user(api))["actual-profile"] == ""

    run(main)


def test_a_profile_from_logon_takes_over_at_the_next_login() -> None:
    async def main() -> None:
        sim = quiet()
        api = await sim.api("um1")
        await add_plan(api, "later", "=rate-limit-rx=1", "=rate-limit-tx=2", validity="1h", starts="logon")
        await activate(api, "later")
        assert (await user(api))["actual-profile"] == ""
        await api.ask(f"{LINK}/set", "=.id=*1", "=weekdays=sunday")
        assert (await accepted(sim)).rate == "1/2", "that the older plan has no hour now is no hindrance"
        assert (await user(api))["actual-profile"] == "later"
        await asyncio.sleep(3700)
        assert (await user(api))["actual-profile"] == "20M", "the older one is still there"

    run(main)


def test_removal_of_what_is_in_use_is_a_switch() -> None:
    async def main() -> None:
        sim = quiet(switches=Switches(um6_refuses_in_use=True))
        api = await sim.api("um1")
        for words in ([f"{PROFILE}/remove", "=.id=20M"], [f"{LIMITATION}/remove", "=.id=20M"]):
            with pytest.raises(Trapped, match="in use by profile-limitation"):
                await api.ask(*words)
        await api.ask(f"{LINK}/remove", "=.id=*1")
        with pytest.raises(Trapped, match="in use by user"):
            await api.ask(f"{PROFILE}/remove", "=.id=20M")

    run(main)


def test_names_follow_each_other() -> None:
    async def main() -> None:
        sim = six(interim="1m")
        api = await sim.api("um1")
        await asyncio.sleep(130)
        before = await user(api)
        await api.ask(f"{USER}/set", "=.id=*1", "=username=budi")
        await api.ask(f"{PROFILE}/set", "=.id=*1", "=name=25M")
        after = await user(api, "budi")
        assert (after["actual-profile"], after["download-used"]) == ("25M", before["download-used"])
        assert (await api.one(f"{LINK}/print"))["profile"] == "25M"
        assert sim.oracle.would_accept("budi", password(sim), MAC)
        await api.ask(f"{UM}/customer/set", "=.id=*1", "=login=isp")
        assert (await user(api, "budi"))["customer"] == "isp"

    run(main)


@pytest.mark.parametrize("clears", [True, False])
def test_the_first_device_is_bound(clears: bool) -> None:
    async def main() -> None:
        sim = quiet(switches=Switches(um6_bind_clears_flag=clears))
        api = await sim.api("um1")
        await api.ask(f"{USER}/set", "=.id=cust0001", "=caller-id-bind-on-first-use=yes")
        await accepted(sim)
        row = await user(api)
        assert (row["caller-id"], row["caller-id-bind-on-first-use"]) == (MAC, "false" if clears else "true")
        await refused(sim, 10, "02:99:99:99:99:99")
        await api.ask(f"{USER}/set", "=.id=cust0001", "=caller-id=", "=caller-id-bind-on-first-use=yes")
        await accepted(sim, 11, "02:99:99:99:99:99")

    run(main)


def test_accounting_quota_and_reset() -> None:
    async def main() -> None:
        sim = six(interim="1m")
        api = await sim.api("um1")
        await asyncio.sleep(130)
        row, session = await user(api), await api.one(f"{UM}/session/print", "?user=cust0001")
        assert int(row["download-used"]) == pytest.approx(2_000_000 / 8 * 120, rel=0.01)
        assert (row["download-used"], row["upload-used"]) == (session["download"], session["upload"])
        assert (row["uptime-used"], session["status"]) == (session["uptime"], "start,interim")
        await api.ask(f"{LIMITATION}/set", "=.id=20M", "=transfer-limit=1000")
        await asyncio.sleep(90)
        assert sim.oracle.can_pass_traffic("cust0001"), "without CoA nothing ends the session"
        sim.world.customers["cust0001"].switch_off()
        await asyncio.sleep(5)
        ended = await api.one(f"{UM}/session/print", "?user=cust0001")
        assert (ended["active"], ended["terminate-cause"]) == ("false", "user-request")
        await refused(sim)
        await api.ask(f"{USER}/reset-counters", "=numbers=cust0001")
        row = await user(api)
        assert (row["download-used"], row["uptime-used"], row["active"]) == ("0", "0s", "false")
        await accepted(sim, 10)

    run(main)


@pytest.mark.parametrize("resets", [True, False])
def test_renewal_of_a_spent_quota(resets: bool) -> None:
    async def main() -> None:
        sim = six(interim="1m", switches=Switches(um6_activation_resets_counters=resets))
        api = await sim.api("um1")
        await asyncio.sleep(70)
        sim.world.customers["cust0001"].switch_off()
        await asyncio.sleep(5)
        await api.ask(f"{LIMITATION}/set", "=.id=20M", "=download-limit=1000")
        await refused(sim)
        await activate(api, "20M")
        await (accepted if resets else refused)(sim, 10)

    run(main)


def test_validity_ends_the_session_by_session_timeout() -> None:
    async def main() -> None:
        for told in (True, False):
            sim = six(validity="1h", switches=Switches(um6_session_timeout=told))
            await asyncio.sleep(3700)
            assert bool(sim.oracle.sessions_really("cust0001")) != told
            if told:
                row = await (await sim.api("um1")).one(f"{UM}/session/print", "?user=cust0001")
                assert row["terminate-cause"] == "session-timeout"

    run(main)


@pytest.mark.parametrize(("use_coa", "accept"), [(True, True), (True, False), (False, True)])
def test_close_session(use_coa: bool, accept: bool) -> None:
    async def main() -> None:
        sim = six(use_coa=use_coa)
        api, nas = await sim.api("um1"), await sim.api("nas1")
        await nas.ask("/radius/incoming/set", f"=accept={'yes' if accept else 'no'}")
        await api.ask(f"{USER}/disable", "=.id=cust0001")
        row = await api.one(f"{UM}/session/print", "?user=cust0001")
        await api.ask(f"{UM}/session/close-session", f"=numbers={row['.id']}")
        await asyncio.sleep(20)
        row = await api.one(f"{UM}/session/print", "?user=cust0001")
        kicked = use_coa and accept
        assert bool(sim.oracle.sessions_really("cust0001")) != kicked
        if kicked:
            assert (row["status"], row["active"]) == ("stop,close-acked", "false")
        else:
            assert row["active"] == ("true" if use_coa else "false"), "without CoA only the row ends"

    run(main)


def test_close_session_may_do_nothing_without_coa() -> None:
    async def main() -> None:
        sim = six(switches=Switches(um6_close_ends_row=False))
        api = await sim.api("um1")
        await api.ask(f"{UM}/session/close-session", "=numbers=*1")
        assert (await api.one(f"{UM}/session/print", "?.id=*1"))["active"] == "true"

    run(main)


@pytest.mark.parametrize(("use_coa", "rule"), [(True, "drop-oldest"), (True, "reject"), (False, "drop-oldest")])
def test_second_line_at_the_limit(use_coa: bool, rule: Any) -> None:
    async def main() -> None:
        sim = six(nases=2, use_coa=use_coa, switches=Switches(shared_users=rule))
        first = sim.world.customers["cust0001"]
        first.redial = (1000.0, 1000.0)
        line = add_cpe(sim.world, sim.world.routers["nas2"], "cust0001", password(sim), "02:22:00:00:00:01")
        line.switch_on()
        await asyncio.sleep(3)
        dropped = use_coa and rule == "drop-oldest"
        assert (line.online, first.online) == (dropped, not dropped)
        await (await sim.api("um1")).ask(f"{USER}/set", "=.id=cust0001", "=shared-users=2")
        await asyncio.sleep(120)
        assert line.online

    run(main)


def test_disabling_and_removing_leave_the_session_unless_switched() -> None:
    async def main() -> None:
        closing = {
            "disable": Switches(disable_closes_sessions=True),
            "remove": Switches(delete_closes_sessions=True),
        }
        for verb, closes in closing.items():
            for switches in (Switches(), closes):
                sim = six(use_coa=True, switches=switches)
                await (await sim.api("um1")).ask(f"{USER}/{verb}", "=numbers=cust0001")
                await asyncio.sleep(30)
                assert bool(sim.oracle.sessions_really("cust0001")) == (switches == Switches())

    run(main)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_same_seed_same_run(seed: int) -> None:
    async def main() -> str:
        sim = six(seed=seed, loss=0.2, interim="30s", validity="5m")
        api = await sim.api("um1")
        await activate(api, "20M")
        await asyncio.sleep(200)
        return repr([await api.ask(f"{UM}/{menu}/print") for menu in ("user", "session")])

    assert run(main) == run(main)

"""The API of a simulated router: framing, queries, traps, listen, cancel, permissions, limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from librouteros.protocol import encode_sentence

from radiusbridge.simulator.api.query import bound_of, compile_query
from radiusbridge.simulator.api.wire import BadStreamError, Decoder
from radiusbridge.simulator.api.wire import encode_sentence as encode
from radiusbridge.simulator.build import build_isp
from tests.simulator.virtual import Sim, Trapped, run

UM = "/user-manager"


@given(st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=5), st.integers(1, 7))
def test_words_survive_any_cut(words: list[str], piece: int) -> None:
    data = encode(words)
    assert data == encode_sentence(*words, encoding="utf-8")
    decoder = Decoder()
    found = [sentence for at in range(0, len(data), piece) for sentence in decoder.feed(data[at : at + piece])]
    assert found == [words]


@pytest.mark.parametrize("size", [0x7F, 0x80, 0x3FFF, 0x4000, 0x1FFFFF, 0x200000])
def test_length_forms(size: int) -> None:
    word = "x" * size
    assert Decoder().feed(encode([word])) == [[word]]
    assert Decoder().feed(b"\xf0" + size.to_bytes(4, "big") + word.encode() + b"\x00") == [[word]]


def test_control_bytes_and_foreign_octets() -> None:
    with pytest.raises(BadStreamError):
        Decoder().feed(b"\xf8")
    raw = b"\x04=\xff\xfe\x80\x00"
    (words,) = Decoder().feed(raw)
    assert encode(words) == raw


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        (["?name=b"], "b"),
        (["?-comment"], "ac"),
        (["?comment"], "b"),
        (["?>size=9"], "bc"),
        (["?<size=10"], "a"),
        (["?name=a", "?name=c", "?#|"], "ac"),
        (["?name=a", "?#!"], "bc"),
        (["?comment=x", "?name=b", "?#&!"], "ac"),
        (["?on=yes"], "a"),
        (["?on=true"], "a"),
        (["?size=9", "?on=true"], "a"),
    ],
)
def test_queries(words: list[str], hits: str) -> None:
    rows = [
        {"name": "a", "size": "9", "on": "true"},
        {"name": "b", "size": "10", "comment": "x", "on": "false"},
        {"name": "c", "size": "100", "on": "false"},
    ]
    matches = compile_query(words)
    assert matches is not None
    assert "".join(row["name"] for row in rows if matches(row)) == hits


QUERY_WORDS = st.sampled_from(
    ["?name=a", "?name=b", "?name=yes", "?=name=a", "?on=yes", "?on=true", "?on=no", "?name", "?-name", "?>name=a"]
    + [f"?#{letters}" for letters in ("|", "&", "!", "!!|", ".", "0.")]
)


@given(st.lists(QUERY_WORDS, min_size=1, max_size=8))
def test_no_row_outside_the_bound_of_a_query_matches_it(words: list[str]) -> None:
    rows = [{"name": name, "on": on} for name in ("a", "b", "yes", "true") for on in ("true", "false", "yes")]
    bound, matches = bound_of(words), compile_query(words)
    assert matches is not None
    for row in rows:
        if bound is not None and not any(row.get(name) in values for name, values in bound.items()):
            try:
                assert not matches(row)
            except IndexError:
                return


def test_a_print_by_names_is_that_of_a_look_at_every_row() -> None:
    async def main() -> None:
        sim = Sim(customers=5)
        api = await sim.api("um1")
        for menu, key in (("/user-manager/user", "name"), ("/user-manager/user-profile", "user")):
            every = await api.ask(f"{menu}/print")
            names = [row[key] for row in every][3:0:-2]
            query = [f"?{key}={names[0]}", f"?{key}={names[1]}", "?#|", f"?{key}=nobody", "?#|"]
            found = await api.ask(f"{menu}/print", *query)
            assert found == [row for row in every if row[key] in names]

    run(main)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([f"{UM}/user/add", "=name=cust0001"], "failure: user with the same name already exists"),
        ([f"{UM}/user/add", "=password=x"], "missing value(s) of argument(s) name"),
        ([f"{UM}/user/add", "=name=x", "=colour=red"], "unknown parameter colour"),
        ([f"{UM}/user/add", "=name=x", "=group=none"], "input does not match any value of group"),
        ([f"{UM}/user/add", "=name=x", "=shared-users=0"], "value of shared-users out of range (1..4294967295)"),
        ([f"{UM}/user/add", "=name=x", "=disabled=perhaps"], "invalid value for argument disabled"),
        ([f"{UM}/user/add", "=name=x", "=attributes=Framed-Pool"], "invalid value for argument attributes"),
        ([f"{UM}/user/set", "=.id=*FFF", "=comment=x"], "no such item"),
        ([f"{UM}/user/remove"], "missing value(s) of argument(s) numbers"),
        ([f"{UM}/user-profile/add", "=user=nobody", "=profile=20M"], "input does not match any value of user"),
        ([f"{UM}/user-profile/set", "=.id=*1", "=profile=20M"], "no such command"),
        ([f"{UM}/user-profile/add", "=user=cust0001", "=profile=20M", "=state=used"], "unknown parameter state"),
        ([f"{UM}/profile/remove", "=.id=*1"], "failure: in use by profile-limitation"),
        ([f"{UM}/limitation/add", "=name=x", "=rate-limit-rx=10X"], "invalid value for argument rate-limit-rx"),
        ([f"{UM}/print", "=detail="], "unknown parameter detail"),
        ([f"{UM}/set", "=radsec-certificate=x"], "unknown parameter radsec-certificate"),
        (["/system/routerboard/print"], "no such command prefix"),
        (["/no/such/print"], "no such command prefix"),
        (["/ppp/active/add", "=name=x"], "no such command"),
        (["/user/add", "=name=x", "=group=full", "=password=y"], "not enough permissions (9)"),
    ],
)
def test_traps(words: list[str], message: str) -> None:
    async def main() -> None:
        api = await Sim().api("um1")
        with pytest.raises(Trapped) as caught:
            await api.ask(*words)
        assert str(caught.value) == message
        assert (await api.one("/system/identity/print"))["name"] == "um1"

    run(main)


def test_rows_as_a_device_writes_them() -> None:
    async def main() -> None:
        sim = Sim(interim="5m")
        um, nas = await sim.api("um1"), await sim.api("nas1")
        user = await um.one(f"{UM}/user/print", "?name=cust0001")
        assert user == {
            ".id": "*1",
            "name": "cust0001",
            "password": sim.world.customers["cust0001"].password,
            "otp-secret": "",
            "group": "default",
            "shared-users": "1",
            "attributes": "",
            "disabled": "false",
        }
        limitation = await um.one(f"{UM}/limitation/print", "=.proplist=name,rate-limit-rx,uptime-limit")
        assert limitation == {"name": "20M", "rate-limit-rx": "10000000", "uptime-limit": "0s"}
        plan = (await um.ask(f"{UM}/user-profile/print"))[0]
        assert (plan["state"], plan["end-time"]) == ("running-active", "unlimited")
        session = await um.one(f"{UM}/session/print", "?user=cust0001")
        active = await nas.one("/ppp/active/print", "?name=cust0001")
        assert active["session-id"] == f"0x{session['acct-session-id']}"
        assert (session["status"], session["active"], session["ended"]) == ("start", "true", "")
        assert session["calling-station-id"] == active["caller-id"] == "02:11:00:00:00:01"
        assert session["started"].startswith("2026-06-01 00:00:")
        queue = await nas.one("/queue/simple/print", "?name=<pppoe-cust0001>")
        assert (queue["max-limit"], queue["dynamic"]) == ("10000000/20000000", "true")
        assert (await nas.one("/ppp/aaa/print"))["interim-update"] == "5m"
        traffic = await nas.one("/interface/monitor-traffic", "=interface=<pppoe-cust0001>", "=once=")
        assert traffic["tx-bits-per-second"] == "2000000"

    run(main)


def test_count_several_ids_and_names() -> None:
    async def main() -> None:
        api = await Sim().api("um1")
        assert await api.one(f"{UM}/user/print", "=count-only=") == {"ret": "3"}
        await api.ask(f"{UM}/user/disable", "=numbers=*1,*3")
        rows = await api.ask(f"{UM}/user/print", "?disabled=true", "=.proplist=name")
        assert rows == [{"name": "cust0001"}, {"name": "cust0003"}]
        await api.ask(f"{UM}/user/set", "=.id=cust0002", "=name=renamed")
        plans = await api.ask(f"{UM}/user-profile/print", "=.proplist=user")
        assert {"user": "renamed"} in plans
        new = await api.one(f"{UM}/user/add", "=name=later", "=comment=a=b=c")
        assert new == {"ret": "*4"}

    run(main)


@pytest.mark.parametrize(("ros", "first"), [("7.16.2", "!done"), ("7.21.5", "!empty")])
def test_nothing_found(ros: str, first: str) -> None:
    async def main() -> None:
        api = await Sim(ros=ros).api("um1")
        api.send(f"{UM}/user/print", "?name=nobody", ".tag=7")
        assert await api.read() == [first, ".tag=7"]

    run(main)


def test_listen_tags_and_cancel() -> None:
    async def main() -> None:
        sim = Sim()
        api, other = await sim.api("nas1"), await sim.api("nas1")
        api.send("/ppp/active/listen", ".tag=live")
        row = await other.one("/ppp/active/print", "?name=cust0002")
        await other.ask("/ppp/active/remove", f"=.id={row['.id']}")
        assert await api.read() == ["!re", f"=.id={row['.id']}", "=.dead=true", ".tag=live"]
        again = await api.read()
        assert "=name=cust0002" in again
        assert ".tag=live" in again
        api.send("/cancel", "=tag=live", ".tag=c")
        assert [await api.read() for _ in range(3)] == [
            ["!trap", "=category=2", "=message=interrupted", ".tag=live"],
            ["!done", ".tag=c"],
            ["!done", ".tag=live"],
        ]
        await other.ask("/ppp/active/remove", "=numbers=cust0001")
        assert (await api.one("/system/identity/print"))["name"] == "nas1"

    run(main)


def test_fatal_and_wrong_password() -> None:
    async def main() -> None:
        sim = Sim()
        with pytest.raises(Trapped, match=r"invalid user name or password \(6\)"):
            await sim.api("um1", password="no")
        bare = await sim.api("um1")
        bare.send("/quit")
        assert await bare.read() == ["!fatal", "session terminated on request"]
        with pytest.raises(EOFError):
            await bare.read()

    run(main)


def test_read_only_account_and_hidden_secrets() -> None:
    async def main() -> None:
        sim = Sim()
        sim.world.routers["um1"].users.add({"name": "noc", "group": "read", "password": "x"})
        api = await sim.api("um1", "noc", "x")
        assert (await api.one(f"{UM}/user/print", "?name=cust0001"))["password"] == "*****"
        with pytest.raises(Trapped, match="not enough permissions"):
            await api.ask(f"{UM}/user/disable", "=.id=*1")

    run(main)


def test_cap_is_for_all_connections_together() -> None:
    async def main() -> None:
        sim = Sim(cap=10)
        one, two = await sim.api("um1"), await sim.api("um1")
        start = sim.world.now
        for api in (one, two) * 5:
            api.send("/system/identity/print")
        for api in (one, two) * 10:
            await api.read()
        assert sim.world.now - start == pytest.approx(1.0, abs=0.01)

    run(main)


def test_round_trip_takes_its_time() -> None:
    async def main() -> None:
        sim = Sim(rtt=0.2)
        api = await sim.api("um1")
        start = sim.world.now
        await api.ask("/system/identity/print")
        assert sim.world.now - start == pytest.approx(0.2)

    run(main)


def test_print_of_many_rows_is_fast() -> None:
    import time

    world = build_isp(customers=10_000)
    sink: list[bytes] = []
    router = world.routers["um1"]
    session = router.api.open("127.0.0.1", sink.append, lambda _reset: None)
    assert session is not None
    session.feed(encode(["/login", "=name=radiusbridge", "=password=api-secret-0815"]))
    start = time.process_time()
    session.feed(encode(["/user-manager/user/print"]))
    spent = time.process_time() - start
    sentences = Decoder().feed(b"".join(sink))
    assert len(sentences) == 10_002
    start = time.process_time()
    for words in sentences:
        encode_sentence(*words, encoding="utf-8")
    assert spent < 2 * (time.process_time() - start), "no slower than writing the same words with librouteros"


def test_a_service_takes_so_many_sessions() -> None:
    async def main() -> None:
        sim = Sim()
        first = await sim.api("um1")
        await first.ask("/ip/service/set", "=numbers=api", "=max-sessions=2")
        second = await sim.api("um1")
        with pytest.raises(EOFError):
            await sim.api("um1")
        second.stream.close()
        assert await (await sim.api("um1")).ask("/system/identity/print")

    run(main)


def test_cancel_without_tag_stops_all() -> None:
    async def main() -> None:
        api = await Sim().api("um1")
        api.send("/log/listen", ".tag=a")
        api.send("/user-manager/monitor", ".tag=b")
        while ".tag=b" not in await api.read():
            pass
        api.send("/cancel")
        heard = [await api.read() for _ in range(5)]
        assert [words[0] for words in heard] == ["!trap", "!trap", "!done", "!done", "!done"]

    run(main)

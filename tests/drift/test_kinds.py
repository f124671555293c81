"""Every kind, made by doing it to the world, found with its evidence, and repaired where a verb can."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from radiusbridge.domain.drift.finding import Kind, Severity
from radiusbridge.domain.records import HoldKind, Policy
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import access
from radiusbridge.services.carrying import carry_out
from radiusbridge.simulator.build import add_cpe
from radiusbridge.simulator.switches import Switches
from tests.drift.ground import SEVEN, SIX, Town, in_town

ONE, TWO = "cust0001", "cust0002"
POOL = {"isolation_pool": "pool-isolir"}
both = pytest.mark.parametrize("ros", [SEVEN, SIX])


async def carried_out(town: Town, name: str, policy: Policy = Policy.REJECT) -> Verdict | None:
    submitted = await access.isolate(town.context, name, policy=policy)
    assert submitted.operation is not None
    return (await carry_out(town.context, submitted.operation.id)).verdict


async def isolated(town: Town, name: str, policy: Policy = Policy.REJECT) -> None:
    assert await carried_out(town, name, policy) is not Verdict.FAILED


async def quiet(town: Town) -> None:
    """Nothing is left to be told."""
    await town.passes(60.0)
    told = await town.patrol()
    assert (told.findings, told.unread, told.in_hand) == ([], [], [])


def redial(town: Town, name: str) -> None:
    session = town.cpe(name).session
    assert session is not None
    town.nas().nas.end(session, 1)


def second_line(town: Town, name: str) -> None:
    cpe = add_cpe(town.world, town.nas(), name, town.cpe(name).password, "02:99:00:00:00:01")
    cpe.switch_on()


async def stranger(town: Town) -> None:
    """An account that nobody recorded, on line."""
    owner = {"customer": "admin", "username": "stranger"} if town.six else {"name": "stranger"}
    town.manager.users.add({**owner, "password": "x"})
    town.manager.user_profiles.add({"user": "stranger", "profile": town.options.profile})
    add_cpe(town.world, town.nas(), "stranger", "x", "02:99:00:00:00:02").switch_on()
    await town.passes(10.0)


@both
def test_an_account_that_was_opened_by_hand_is_shut_again(ros: str) -> None:
    async def story(town: Town) -> None:
        await isolated(town, ONE)
        await quiet(town)
        town.by_hand(ONE, disabled="no")
        await town.passes(70.0)
        assert town.oracle.can_pass_traffic(ONE)
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.HELD_ACCEPTED, Kind.ONLINE_HELD}}
        found = told.one(Kind.HELD_ACCEPTED)
        assert (found.severity, found.repair) == (Severity.CRITICAL, "radiusbridge isolate C-0001 --hold unpaid")
        assert {seen.where for seen in found.evidence} == {"database", "um1"}
        assert {seen.where for seen in told.one(Kind.ONLINE_HELD).evidence} == {"database", "nas1"}
        # 6 made no room for the control login
        proven = "UNPROVEN" if town.six else "PROVEN"
        assert await town.repair(told, Kind.HELD_ACCEPTED, Kind.ONLINE_HELD) == {ONE: proven}
        assert not town.oracle.can_pass_traffic(ONE)
        await quiet(town)

    in_town(story, ros=ros)


@both
def test_who_is_disabled_but_still_online_is_ended(ros: str) -> None:
    async def story(town: Town) -> None:
        await access.isolate(town.context, ONE, hold=HoldKind.ABUSE)
        operation = (await town.context.database.read(lambda unit: unit.operations.listed()))[0]
        await town.context.database.write(lambda unit: unit.operations.cancel(operation.id, unit.now))
        town.by_hand(ONE, disabled="yes")
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.ONLINE_HELD}}
        assert await town.repair(told, Kind.ONLINE_HELD) == {ONE: "UNPROVEN"}, "no control login: it was shut already"
        assert not town.oracle.can_pass_traffic(ONE)
        assert (await town.context.database.read(lambda unit: unit.holds.open_holds(1)))[0].kind is HoldKind.ABUSE
        await quiet(town)

    in_town(story, ros=ros)


def test_who_is_due_and_online_is_isolated_as_unpaid() -> None:
    async def story(town: Town) -> None:
        customer = await town.find(ONE)
        late = replace(customer, paid_until=datetime(2026, 5, 1, tzinfo=UTC), grace_days=3)
        await town.context.database.write(lambda unit: unit.customers.change(late))
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.ONLINE_EXPIRED}}
        assert "late" in told.one(Kind.ONLINE_EXPIRED).words
        assert await town.repair(told, Kind.ONLINE_EXPIRED) == {ONE: "PROVEN"}
        assert not town.oracle.can_pass_traffic(ONE)
        await quiet(town)

    in_town(story)


@both
def test_who_paid_and_is_refused_is_let_in(ros: str) -> None:
    async def story(town: Town) -> None:
        town.by_hand(ONE, disabled="yes")
        redial(town, ONE)
        await town.passes(30.0)
        assert not town.oracle.can_pass_traffic(ONE)
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.PAID_REFUSED}}
        assert told.one(Kind.PAID_REFUSED).repair == "radiusbridge activate C-0001"
        assert await town.repair(told, Kind.PAID_REFUSED) == {ONE: "PROVEN"}
        await town.passes(120.0)
        assert town.oracle.can_pass_traffic(ONE)
        await quiet(town)

    in_town(story, ros=ros)


@both
@pytest.mark.parametrize("paid", [True, False])
def test_a_plan_that_is_over_is_given_again_to_who_paid(ros: str, paid: bool) -> None:
    async def story(town: Town) -> None:
        customer = await town.find(ONE)
        if paid:
            until = replace(customer, paid_until=town.clock.now() + timedelta(days=9))
            await town.context.database.write(lambda unit: unit.customers.change(until))
        while row := town.manager.plans.at_login(ONE):
            row["state"] = "used"
            town.manager.plans._ends.pop(row[".id"], None)
        redial(town, ONE)
        await town.passes(30.0)
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.PAID_REFUSED, Kind.PLAN_NOT_RUNNING}}
        found = told.one(Kind.PLAN_NOT_RUNNING)
        if not paid and not town.six:
            assert (found.action, found.repair) == (None, "radiusbridge renew C-0001 --months 1")
            return
        if not paid:
            assert found.repair == "radiusbridge activate C-0001", "6 does not say whether it was ever given"
            return
        assert await town.repair(told, Kind.PLAN_NOT_RUNNING, Kind.PAID_REFUSED) == {ONE: "PROVEN"}
        await town.passes(120.0)
        assert town.oracle.can_pass_traffic(ONE)
        await quiet(town)

    in_town(story, ros=ros)


@both
def test_a_walled_session_without_its_list_is_walled_again(ros: str) -> None:
    async def story(town: Town) -> None:
        await isolated(town, ONE, Policy.WALLED)
        await town.passes(30.0)
        assert town.oracle.walled(ONE)
        await quiet(town)
        if town.six:
            limitation = town.manager.limitations.named("isolir")
            assert limitation is not None
            town.manager.limitations.set(limitation, {"address-list": ""})
        else:
            groups = town.um.menus["/user-manager/user/group"]
            group = groups.named("isolir")
            assert group is not None
            groups.set(group, {"attributes": ""})
        redial(town, ONE)
        await town.passes(30.0)
        assert town.oracle.can_pass_traffic(ONE)
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.UNWALLED_SESSION}}
        # what was trusted once is looked at again by another process
        town.gateways._made.clear()
        ended = await town.repair(told, Kind.UNWALLED_SESSION)
        assert ended == {ONE: "PROVEN"}
        assert town.oracle.walled(ONE)
        await quiet(town)

    in_town(story, ros=ros)


@both
def test_unknown_accounts_go_only_when_pruned(ros: str) -> None:
    async def story(town: Town) -> None:
        await stranger(town)
        assert town.oracle.sessions_really("stranger")
        told = await town.patrol()
        assert told.kinds() == {"stranger": {Kind.UNKNOWN_ACCOUNT}}
        assert "--no-provision" in told.one(Kind.UNKNOWN_ACCOUNT).repair
        assert await town.repair(told, Kind.UNKNOWN_ACCOUNT) == {}, "nothing is deleted without being asked for"
        await town.repair(told, Kind.UNKNOWN_ACCOUNT, prune=True)
        assert town.manager.users.named("stranger") is None
        assert not town.oracle.sessions_really("stranger")
        await quiet(town)

    in_town(story, ros=ros)


@both
def test_a_missing_account_is_made_again(ros: str) -> None:
    async def story(town: Town) -> None:
        town.manager.users.remove(town.user(ONE))
        town.cpe(TWO).switch_off()
        town.manager.users.remove(town.user(TWO))
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.MISSING_ACCOUNT, Kind.SESSION_WITHOUT_ACCOUNT}, TWO: {Kind.MISSING_ACCOUNT}}
        ended = await town.repair(told, Kind.MISSING_ACCOUNT)
        assert set(ended) == {ONE, TWO}
        assert "FAILED" not in ended.values()
        redial(town, ONE)
        town.cpe(TWO).switch_on()
        await town.passes(30.0)
        assert town.oracle.can_pass_traffic(ONE)
        assert town.oracle.can_pass_traffic(TWO)
        await quiet(town)

    in_town(story, ros=ros)


Tamper = Callable[[Town], None]


def _password(town: Town) -> None:
    town.by_hand(ONE, password="by hand")


def _address(town: Town) -> None:
    if town.six:
        town.by_hand(ONE, **{"ip-address": "10.9.8.7"})
    else:
        town.by_hand(ONE, attributes="Framed-Pool:elsewhere")


def _shared(town: Town) -> None:
    town.by_hand(ONE, **{"shared-users": "7"})


def _plan(town: Town) -> None:
    manager = town.manager
    rest = (
        {"owner": "admin", "validity": "0s", "starts-at": "now", "price": "1"}
        if town.six
        else {"validity": "unlimited"}
    )
    manager.profiles.add({"name": "by-hand", **rest})
    for row in [row for row in manager.user_profiles.rows() if row["user"] == ONE]:
        manager.user_profiles.remove(row)
    manager.user_profiles.add({"user": ONE, "profile": "by-hand"})


@both
@pytest.mark.parametrize(
    ("tamper", "kind"),
    [
        (_password, Kind.CHANGED_PASSWORD),
        (_shared, Kind.CHANGED_ATTRIBUTE),
        (_plan, Kind.CHANGED_PROFILE),
    ],
)
def test_what_was_changed_by_hand_is_put_back(ros: str, tamper: Tamper, kind: Kind) -> None:
    async def story(town: Town) -> None:
        tamper(town)
        told = await town.patrol()
        assert told.kinds() == {ONE: {kind}}
        assert told.one(kind).repair == f"radiusbridge drift um1 --user {ONE} --repair {kind}"
        assert all("by hand" not in str(each) for each in told.findings), "a password is never told"
        alone = await town.patrol(user=ONE, kinds=frozenset({kind}))
        assert alone.kinds() == told.kinds()
        ended = await town.repair(alone, kind)
        assert set(ended) == {ONE}
        assert "FAILED" not in ended.values()
        await quiet(town)

    in_town(story, ros=ros)


def test_an_attribute_that_we_keep_is_put_back_and_others_are_left() -> None:
    async def story(town: Town) -> None:
        customer = await town.find(ONE)
        fixed = replace(customer, static_address="100.65.9.9")
        await town.context.database.write(lambda unit: unit.customers.change(fixed))
        town.by_hand(ONE, attributes="Framed-IP-Address:100.65.7.7,Mikrotik-Mark-Id:hand")
        told = await town.patrol()
        assert told.one(Kind.CHANGED_ATTRIBUTE).words == "static address is 100.65.7.7, not 100.65.9.9"
        await town.repair(told, Kind.CHANGED_ATTRIBUTE)
        assert town.user(ONE)["attributes"] == "Framed-IP-Address:100.65.9.9,Mikrotik-Mark-Id:hand"

    in_town(story)


def _lock_and_address(town: Town, lock: str, address: str) -> None:
    own = {"ip-address": address} if town.six else {"attributes": address and f"Framed-IP-Address:{address}"}
    town.by_hand(ONE, **{"caller-id": lock}, **own)


@both
def test_a_lock_that_nobody_recorded_is_told_and_taken_away_only_by_prune(ros: str) -> None:
    async def story(town: Town) -> None:
        _lock_and_address(town, "4C:5E:0C:00:00:01", "100.65.9.9")
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.UNRECORDED}}
        found = told.one(Kind.UNRECORDED)
        assert found.severity is Severity.NOTICE
        line = "radiusbridge customer edit C-0001 --caller-id 4C:5E:0C:00:00:01 --static-address 100.65.9.9"
        assert found.repair == line
        assert await town.repair(told, Kind.UNRECORDED) == {}
        assert await town.repair(told, Kind.UNRECORDED, prune=True) == {ONE: "PROVEN"}
        assert town.user(ONE)["caller-id"] == ""
        await quiet(town)
        _lock_and_address(town, "4C:5E:0C:00:00:02", "")
        recorded = replace(await town.find(ONE), caller_id="4C:5E:0C:00:00:02")
        await town.context.database.write(lambda unit: unit.customers.change(recorded))
        await quiet(town)

    in_town(story, ros=ros)


def test_a_hidden_password_is_said_to_be_hidden() -> None:
    async def story(town: Town) -> None:
        _password(town)
        told = await town.patrol()
        assert told.findings == []
        assert [(each.field, each.accounts) for each in told.hidden] == [("password", 6)]

    in_town(story, ros="7.21", switches=Switches(secrets="show-sensitive"))


@both
def test_a_session_that_no_account_is_behind_is_kicked(ros: str) -> None:
    async def story(town: Town) -> None:
        await stranger(town)
        row = town.manager.users.named("stranger")
        assert row is not None
        town.manager.users.remove(row)
        told = await town.patrol()
        assert told.kinds() == {"stranger": {Kind.SESSION_WITHOUT_ACCOUNT}}
        assert await town.repair(told, Kind.SESSION_WITHOUT_ACCOUNT) == {"stranger": "PROVEN"}
        assert not town.oracle.sessions_really("stranger")
        await quiet(town)

    in_town(story, ros=ros)


@both
@pytest.mark.parametrize("online", [True, False])
def test_a_session_that_no_nas_has_is_told_with_the_line_that_drops_it(ros: str, online: bool) -> None:
    async def story(town: Town) -> None:
        if not online:
            town.cpe(ONE).switch_off()
            await town.passes(20.0)
        ghost = town.manager.sessions.open(ONE, "nas1", "81ff0001", town.nas().host)
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.GHOST_SESSION}}
        found = told.one(Kind.GHOST_SESSION)
        assert found.sessions == ("81ff0001",)
        assert {seen.where for seen in found.evidence} == {"um1", "nas1"}
        assert found.severity is (Severity.NOTICE if online else Severity.WARNING)
        assert found.repair.startswith("on um1: /tool user-manager" if town.six else "on um1: /user-manager")
        assert found.repair.endswith('session remove [find where acct-session-id="81ff0001"]')
        town.manager.sessions.forget(ghost)
        await quiet(town)

    in_town(story, ros=ros)


@both
def test_a_session_that_the_server_does_not_count_dials_again(ros: str) -> None:
    async def story(town: Town) -> None:
        (row,) = town.manager.sessions.of(ONE)
        town.manager.sessions.forget(row)
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.UNACCOUNTED_SESSION}}
        assert told.one(Kind.UNACCOUNTED_SESSION).repair.startswith("radiusbridge kick C-0001 --session-id 8")
        assert await town.repair(told, Kind.UNACCOUNTED_SESSION) == {ONE: "PROVEN"}
        await quiet(town)

    in_town(story, ros=ros)


def test_a_nas_that_does_not_account_is_one_finding() -> None:
    async def story(town: Town) -> None:
        town.nas().nas.aaa.set(town.nas().nas.aaa.values, {"accounting": "no"})
        for name in list(town.world.customers):
            redial(town, name)
        await town.passes(20.0)
        told = await town.patrol()
        assert told.kinds()["nas1"] == {Kind.UNACCOUNTED_SESSION}
        assert told.one(Kind.UNACCOUNTED_SESSION).repair == "on nas1: /ppp aaa set accounting=yes interim-update=5m"

    in_town(story)


@both
def test_sessions_above_the_limit_are_ended_but_for_the_newest(ros: str) -> None:
    async def story(town: Town) -> None:
        town.by_hand(ONE, **{"shared-users": "2"})
        second_line(town, ONE)
        await town.passes(10.0)
        town.by_hand(ONE, **{"shared-users": "1"})
        assert len(town.oracle.sessions_really(ONE)) == 2
        older = min(town.oracle.sessions_really(ONE), key=lambda session: session.started)
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.TOO_MANY_SESSIONS}}
        assert told.one(Kind.TOO_MANY_SESSIONS).sessions == (older.acct_session_id,)
        town.cpe(ONE).wants_service = False
        assert await town.repair(told, Kind.TOO_MANY_SESSIONS) == {ONE: "PROVEN"}
        assert not older.alive
        assert len(town.oracle.sessions_really(ONE)) == 1
        await quiet(town)

    in_town(story, ros=ros)


@both
def test_a_local_secret_is_told_with_the_line_that_ends_it(ros: str) -> None:
    async def story(town: Town) -> None:
        secrets = town.menu("/ppp/secret")
        secrets.add({"name": ONE, "password": town.cpe(ONE).password, "remote-address": "10.66.0.1"})
        secrets.add({"name": TWO, "password": "x", "disabled": "yes"})
        secrets.add({"name": "tower", "password": "x"})
        told = await town.patrol()
        assert told.kinds() == {ONE: {Kind.SHADOWING_SECRET, Kind.SECRET_ADDRESS}}
        assert told.one(Kind.SHADOWING_SECRET).repair == f'on nas1: /ppp secret disable [find name="{ONE}"]'
        assert await carried_out(town, ONE) is Verdict.FAILED
        await town.passes(70.0)
        assert town.oracle.can_pass_traffic(ONE), "the secret lets a held customer in"
        told = await town.patrol(nas="nas1")
        assert told.kinds() == {ONE: {Kind.SHADOWING_SECRET, Kind.SECRET_ADDRESS, Kind.ONLINE_HELD}}
        assert {each.severity for each in told.findings} == {Severity.CRITICAL}

    in_town(story, ros=ros, server=POOL)


def test_one_name_on_two_servers_is_told_once() -> None:
    async def story(town: Town) -> None:
        second = town.world.routers["um2"].user_manager
        assert second is not None
        second.users.add({"name": ONE, "password": "x"})
        told = await town.patrol()
        assert [(each.kind, each.server, each.username) for each in told.findings] == [
            (Kind.DUPLICATE_NAME, "um2", ONE)
        ]
        assert "um1" in told.findings[0].words
        await town.repair(told, Kind.DUPLICATE_NAME, prune=True)
        assert second.users.named(ONE) is None
        assert town.user(ONE)
        await quiet(town)

    in_town(story, servers=2)


def test_names_that_would_do_harm_are_quoted() -> None:
    async def story(town: Town) -> None:
        name = "x'; rm -rf \x1b[2J $(id)"
        town.manager.users.add({"name": name, "password": "x"})
        found = (await town.patrol()).one(Kind.UNKNOWN_ACCOUNT)
        assert "\x1b" not in found.repair
        assert """--user 'x'"'"'; rm -rf ␛[2J $(id)'""" in found.repair

    in_town(story)

"""What is written to a FreeRADIUS's tables, on rows of any kind: once is enough, and what others wrote survives."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.accounts import Access, AccessChange
from radiusbridge.domain.records import Profile
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.accounts.freeradius_edits import Drop, Edit, Join, Leave, Move, Put, Writing
from radiusbridge.gateways.accounts.freeradius_rows import (
    ADDRESS,
    CHECK,
    Member,
    Pair,
    Pairs,
    UserRows,
    account_row,
    aside,
)
from radiusbridge.gateways.ports import WantedAccount

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OURS = {"auth-type", "calling-station-id", "expiration", "framed-ip-address", "cleartext-password", "nt-password"}
CHECKS = st.builds(
    Pair,
    st.sampled_from(["Auth-Type", "auth-type", "Expiration", "Calling-Station-Id", "NT-Password", "NAS-Port", "Class"]),
    st.sampled_from([":=", "==", "=", "+="]),
    st.sampled_from(["Reject", "1", "4102444800", "0", "01 Jan 2020", "x\\"]),
)
REPLIES = st.builds(
    Pair,
    st.sampled_from([ADDRESS, "Fall-Through", "Mikrotik-Rate-Limit", "Class"]),
    st.sampled_from([":=", "=", "+="]),
    st.sampled_from(["10.0.0.1", "No", "Yes", "1M/1M"]),
)
MEMBERS = st.builds(Member, st.sampled_from(["10M", "isolir", "other"]), st.integers(0, 1))
ROWS = st.builds(
    UserRows,
    st.just("cust"),
    st.lists(CHECKS, min_size=1, max_size=4).map(tuple),
    st.lists(REPLIES, max_size=3).map(tuple),
    st.lists(MEMBERS, max_size=3, unique_by=lambda each: each.group).map(
        lambda found: tuple(sorted(found, key=lambda each: each.priority))
    ),
    st.lists(CHECKS.filter(lambda pair: pair.named("Expiration")), max_size=1).map(tuple),
    st.lists(REPLIES.filter(lambda pair: pair.named(ADDRESS)), max_size=1).map(tuple),
)
WRITINGS = st.sampled_from([Writing("isolir"), Writing("isolir", "walled")])
CHANGES = st.builds(
    AccessChange, st.sampled_from(Access), st.just("isolir"), st.sampled_from(["10M", "new"]), anew=st.booleans()
)
WANTED = st.builds(
    WantedAccount,
    st.just("cust"),
    st.sampled_from([Secret("pw"), Secret("back\\slash"), None]),
    st.sampled_from([Profile("10M", 1, 1), Profile("new", 1, 1)]),
    st.sampled_from(["02:00:00:00:00:01", "", None]),
    st.sampled_from(["10.9.8.7", "", None]),
    retired=st.sampled_from(["", "other"]),
    anew=st.booleans(),
)


def written(rows: UserRows, edits: list[Edit]) -> UserRows:
    """The rows after the edits, as the statements of `Tables.apply` have it: changes at once, new rows last."""
    pairs: dict[tuple[str, str], Pairs] = {
        (CHECK, "cust"): rows.check,
        ("radreply", "cust"): rows.reply,
        (CHECK, aside("cust")): rows.aside_check,
        ("radreply", aside("cust")): rows.aside_reply,
    }
    members, new = list(rows.members), []
    for edit in edits:
        if isinstance(edit, Join | Leave):
            members = [each for each in members if each.group != edit.group]
            members += [Member(edit.group, edit.priority)] if isinstance(edit, Join) else []
            continue
        place = (edit.table, edit.owner)
        own = [pair for pair in pairs[place] if pair.named(edit.attribute)]
        others = tuple(pair for pair in pairs[place] if not pair.named(edit.attribute))
        if isinstance(edit, Drop):
            kept = tuple(pair for pair in own if edit.value is not None and pair.value != edit.value)
            pairs[place] = (*others, *kept)
        elif isinstance(edit, Move):
            assert own, "nothing is moved from where nothing is"
            pairs[place] = others
            pairs[edit.table, edit.to] = (*pairs[edit.table, edit.to], *own)
        else:
            assert isinstance(edit, Put)
            if edit.there:
                assert edit.there == len(own)
                pairs[place] = others
            new.append((place, Pair(edit.attribute, edit.op, edit.value)))
    for place, pair in new:
        pairs[place] = (*pairs[place], pair)
    return UserRows(
        "cust",
        pairs[CHECK, "cust"],
        pairs["radreply", "cust"],
        tuple(sorted(members, key=lambda each: each.priority)),
        pairs[CHECK, aside("cust")],
        pairs["radreply", aside("cust")],
    )


def strange(rows: UserRows) -> list[Pair]:
    """What is none of ours."""
    found = [
        pair
        for pair in (*rows.check, *rows.reply, *rows.aside_check, *rows.aside_reply)
        if pair.attribute.casefold() not in OURS
    ]
    return sorted(found, key=lambda pair: (pair.attribute, pair.op, pair.value))


@given(ROWS, CHANGES, WRITINGS)
def test_an_access_is_reached_by_one_writing(rows: UserRows, change: AccessChange, writing: Writing) -> None:
    after = written(rows, writing.access(rows, change, NOW))
    assert writing.access(after, change, NOW) == []
    assert strange(after) == strange(rows)
    account = account_row(after, {}, "isolir", writing.pool, NOW)
    reached, words = change.reached(account)
    blocked = after.over(NOW) or any(pair.named("Fall-Through") and pair.value == "No" for pair in after.reply)
    assert reached or (change.access is Access.OPEN and blocked), words
    if change.access is Access.WALLED:
        assert all(after.members[0].priority < other.priority for other in after.members[1:]), "no two share a rank"
    if change.access is Access.OPEN:
        before = max(sum(pair.named(ADDRESS) for pair in own) for own in (rows.reply, rows.aside_reply))
        assert sum(pair.named(ADDRESS) for pair in after.reply) == before, "a newer one takes its place"


@given(ROWS, CHANGES, WRITINGS)
def test_what_waited_comes_back_with_the_opening(rows: UserRows, change: AccessChange, writing: Writing) -> None:
    bare = replace(rows, aside_check=(), aside_reply=(), members=rows.members[:0])
    opening = replace(change, access=Access.OPEN, anew=False)
    start = written(bare, writing.access(bare, opening, NOW))
    walled = written(start, writing.access(start, replace(change, access=Access.WALLED), NOW))
    back = written(walled, writing.access(walled, opening, NOW))
    assert sorted(map(repr, back.check)) == sorted(map(repr, start.check))
    assert sorted(map(repr, back.reply)) == sorted(map(repr, start.reply))
    assert (back.members, back.aside_check, back.aside_reply) == (start.members, (), ())


@given(ROWS, WANTED, WRITINGS)
def test_an_account_is_as_wanted_by_one_writing(rows: UserRows, wanted: WantedAccount, writing: Writing) -> None:
    after = written(rows, writing.account(rows, wanted, NOW))
    assert writing.account(after, wanted, NOW) == []
    assert strange(after) == strange(rows)
    if wanted.password is not None:
        assert after.password() == wanted.password.reveal()
    if wanted.caller_id is not None:
        assert after.caller_id() == wanted.caller_id
    if wanted.static_address is not None:
        assert after.static() == wanted.static_address
    walls = [member.group for member in rows.members if member.group == "isolir"]
    order = [member.group for member in after.members]
    assert order[: len(walls) + 1] == [*walls, wanted.profile.name], "walled it stays walled"
    ranks = [member.priority for member in after.members]
    assert ranks[: len(walls) + 1] == sorted(set(ranks[: len(walls) + 1]))

"""Bandwidth profiles as FreeRADIUS groups: replies and the number of sessions in radgroupreply and radgroupcheck.

Validity and price are the database's alone. What somebody put there besides is left alone.
"""

from collections.abc import Iterator

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.profiles import ProfileRow
from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.gateways.accounts.freeradius_edits import Drop, Edit, Put, put
from radiusbridge.gateways.accounts.freeradius_rows import (
    ADDRESS_LIST,
    ASSIGNS,
    GROUP_CHECK,
    GROUP_REPLY,
    POOL,
    RATE,
    SHARED,
    Group,
    Pairs,
)
from radiusbridge.gateways.accounts.freeradius_values import stored
from radiusbridge.gateways.accounts.ppp_rates import merged, parse

ELSEWHERE = ("validity", "starts_at", "price", "time_quota", "data_quota")
"""Fields that the tables have no place for."""
_OURS = {each.casefold() for each in (RATE, POOL, ADDRESS_LIST, SHARED)}
_REPLIES = {"pool": POOL, "address_list": ADDRESS_LIST}


def refuse_beyond(profile: Profile) -> None:
    """BadInput for a profile that promises what FreeRADIUS's own tables do not keep."""
    beyond = (
        (
            profile.starts_at is StartsAt.FIRST_LOGIN,
            "starts at the first login, which FreeRADIUS's own setup cannot do",
        ),
        (bool(profile.time_quota or profile.data_quota), "has a quota, which FreeRADIUS's own setup does not count"),
    )
    for fails, words in beyond:
        if fails:
            hint = "give its customers another profile, or serve them from User Manager"
            raise BadInput(f"profile {profile.name} {words}", hint=hint)


def profile_edits(profile: Profile, have: Group) -> list[Edit]:
    """What makes the group as the profile is. BadInput."""
    refuse_beyond(profile)
    name = profile.name
    edits = [*put(GROUP_CHECK, name, SHARED, ":=", str(profile.shared_users), have.check)]
    own = [pair for pair in have.reply if pair.named(RATE)]
    now = own[0].text or "" if len(own) == 1 else ""
    rate = merged(profile, now)
    if _unlimited(rate):
        edits += [Drop(GROUP_REPLY, name, RATE)] if own else []
    elif rate != now or len(own) != 1:
        edits.append(Put(GROUP_REPLY, name, RATE, own[0].op if len(own) == 1 else "=", stored(rate), len(own)))
    for field, attribute in _REPLIES.items():
        wanted = getattr(profile, field)
        there = any(pair.named(attribute) for pair in have.reply)
        if wanted:
            edits += _replied(name, attribute, wanted, have.reply)
        elif wanted == "" and there:
            edits.append(Drop(GROUP_REPLY, name, attribute))
    return edits


def _unlimited(rate: str) -> bool:
    return not rate.strip("0/ ")


def _replied(name: str, attribute: str, text: str, have: Pairs) -> Iterator[Edit]:
    own = [pair for pair in have if pair.named(attribute)]
    if len(own) != 1 or own[0].text != text:
        yield Put(GROUP_REPLY, name, attribute, own[0].op if len(own) == 1 else "=", stored(text), len(own))


def profile_row(name: str, group: Group) -> ProfileRow:
    """What a group holds of a profile."""
    limit = parse(_one(group.reply, RATE))
    odd = dict(limit.odd)
    shared = [pair.text or "" for pair in group.check if pair.named(SHARED) and pair.op in ASSIGNS]
    if not shared:
        odd["shared_users"] = "unlimited"
    elif not shared[-1].isdecimal() or int(shared[-1]) < 1:
        odd["shared_users"] = shared[-1]
    profile = Profile(
        name,
        shared_users=1 if "shared_users" in odd else int(shared[-1]),
        pool=_one(group.reply, POOL) or None,
        address_list=_one(group.reply, ADDRESS_LIST) or None,
        **limit.values,
    )
    extras = [f"limit-at is {limit.minimum}"] if limit.minimum else []
    extras += [
        f"{pair.attribute} {pair.op} {pair.text}" for pair in group.check if pair.attribute.casefold() not in _OURS
    ]
    if group.falls_through:
        extras.append("Fall-Through: the next group is read as well")
    return ProfileRow(profile, tuple(odd.items()), ELSEWHERE, (), tuple(extras))


def _one(pairs: Pairs, attribute: str) -> str:
    """The last one: with `:=` it takes the place of those before."""
    return next((pair.text or "" for pair in reversed(pairs) if pair.named(attribute)), "")

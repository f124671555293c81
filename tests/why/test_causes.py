"""Each cause is found where it is, alone and beside another; nothing is said to be in order while the world refuses."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiusbridge.domain.why.decide import Answer, Chain
from radiusbridge.domain.why.link import State
from tests.drift.ground import SEVEN, SIX, Town, in_town
from tests.why.plants import BOTH, NIGHT, PLANTS, WHO, Plant, ask, hang_up, of


def told(chain: Chain) -> str:
    return "\n".join(f"{link.state} {link.id}@{link.where}: {link.seen} {link.evidence}" for link in chain.links)


@pytest.mark.parametrize(("ros", "plant"), BOTH, ids=lambda value: value.name if isinstance(value, Plant) else value)
def test_one_cause(ros: str, plant: Plant) -> None:
    async def story(town: Town) -> None:
        assert (await ask(town)).chain.answer is Answer.ONLINE
        plant.plant(town)
        hang_up(town)
        await town.passes(NIGHT)
        assert not town.cpe(WHO).online or not plant.refuses
        chain = (await ask(town)).chain
        assert (chain.answer, chain.first and chain.first.id) == (Answer.BROKEN, plant.link), told(chain)
        first = chain.first
        assert first is not None
        assert first.mend or first.evidence, told(chain)

    in_town(story, ros=ros)


APART = [
    (one, other)
    for one, other in combinations((plant for plant in PLANTS if plant.seen_alone and not plant.only), 2)
    if one.link != other.link
    # of an account, or at a router, that is not there nothing else can be seen
    and not {"account gone", "server dark", "NAS dark"} & {one.name, other.name}
    and ("radius row gone" not in {one.name, other.name} or "secret" not in {one.link, other.link})
]


@pytest.mark.parametrize("ros", [SEVEN, SIX])
@pytest.mark.parametrize("part", range(4))
def test_two_causes(ros: str, part: int) -> None:
    """The first wins; the other is told as well."""
    assert len(APART) > 60
    for one, other in APART[part::4]:

        async def story(town: Town, one: Plant = one, other: Plant = other) -> None:
            one.plant(town)
            other.plant(town)
            hang_up(town)
            await town.passes(NIGHT)
            chain = (await ask(town)).chain
            where = {link.id: at for at, link in enumerate(chain.links)}
            found = {link.id for link in chain.of(State.BROKEN, State.DOUBT)}
            assert chain.first is not None, (one.name, other.name, told(chain))
            assert {one.link, other.link} <= found, (one.name, other.name, told(chain))
            sure = {link.id for link in chain.of(State.BROKEN)} & {one.link, other.link}
            assert chain.first.id == min(sure, key=where.__getitem__), (one.name, other.name, told(chain))

        in_town(story, ros=ros)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from([SEVEN, SIX]), st.integers(1, 2))
def test_never_in_order_while_the_world_refuses(data: st.DataObject, ros: str, nases: int) -> None:
    chosen = data.draw(st.lists(st.sampled_from(of(ros)), max_size=3, unique_by=lambda plant: plant.name))
    seconds = data.draw(st.sampled_from([0.0, 1.0, 20.0, NIGHT]))

    async def story(town: Town) -> None:
        for plant in chosen:
            try:
                plant.plant(town)
            except (StopIteration, AssertionError):
                continue  # another plant took away what it would change
        hang_up(town)
        await town.passes(seconds)
        chain = (await ask(town)).chain
        online = town.oracle.can_pass_traffic(WHO)
        if seconds == NIGHT and not online:
            assert chain.answer in {Answer.BROKEN, Answer.UNKNOWN}, told(chain)
        if chain.answer is Answer.ONLINE:
            assert online, told(chain)
        if seconds == NIGHT and online and not any(plant.name == "NAS dark" for plant in chosen):
            assert chain.answer is Answer.ONLINE, told(chain)

    in_town(story, ros=ros, nases=nases)

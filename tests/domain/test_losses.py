"""Which sessions were lost together, and of which place that is told."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.losses import GAP, LONGEST, VAGUE, By, Located, Span, losses

START = datetime(2026, 11, 20, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def session(number: int, end: float | None, *, nas: str = "nas1", interface: str = "", begin: float = 0.0) -> Span:
    ended = None if end is None else at(end)
    return Span(
        nas, 1, f"user{number}", f"{number:x}", f"*{number:X}", at(begin), ended or at(9e4), ended, interface=interface
    )


def test_a_vlan_is_told_and_not_its_nas_and_area_again() -> None:
    lost = [Located(session(each, 1000 + each / 40, interface="vlan-120"), "utara") for each in range(142)]
    kept = [Located(session(200 + each, None, interface="vlan-120"), "utara") for each in range(8)]
    others = [Located(session(300 + each, None, interface="vlan-121"), "utara") for each in range(100)]
    (loss,) = losses([*lost, *kept, *others])
    assert loss.words == "142 of 150 on vlan-120 of nas1 within 4 s"
    assert (loss.place.by, loss.back, loss.began_at) == (By.INTERFACE, 0, at(1000))
    again = [replace(each, span=replace(each.span, began_at=at(1100), ended_at=None)) for each in lost[:40]]
    assert losses([*lost, *kept, *others, *again])[0].back == 40


def test_the_widest_place_is_told_where_all_of_it_is_lost() -> None:
    lost = [Located(session(each, 50.0, interface=f"vlan-{each % 3}"), odp=f"odp-{each % 7}") for each in range(60)]
    (loss,) = losses(lost)
    assert (loss.place.by, loss.words) == (By.NAS, "60 of 60 on nas1 within 1 s")


def test_an_odp_over_two_nases() -> None:
    lost = [Located(session(each, 50.0, nas=f"nas{each % 2}"), odp="odp-7") for each in range(8)]
    kept = [Located(session(100 + each, None, nas=f"nas{each % 2}"), odp="odp-8") for each in range(80)]
    (loss,) = losses([*lost, *kept])
    assert loss.words == "8 of 8 on odp odp-7 within 1 s"


def test_an_end_that_is_known_only_roughly_belongs_to_no_loss() -> None:
    rough = [Located(replace(session(each, 500.0), seen_at=at(500) - VAGUE * 2)) for each in range(20)]
    assert losses(rough) == ()


def test_customers_who_come_and_go_all_the_time_are_no_loss_and_hide_none() -> None:
    churn = [Located(session(each, each + 90.0, begin=float(each))) for each in range(2_000)]
    assert losses(churn) == ()
    stay = [Located(session(5_000 + each, None)) for each in range(50)]
    lost = [Located(session(3_000 + each, 1000 + each / 40)) for each in range(142)]
    (loss,) = losses([*churn, *stay, *lost])
    assert 142 <= loss.lost <= 150
    assert 142 + 90 + 50 <= loss.of <= 142 + 100 + 50
    assert loss.seconds < 10


spans = st.lists(
    st.tuples(
        st.integers(0, 400), st.none() | st.integers(1, 200), st.integers(0, 2), st.integers(0, 3), st.integers(0, 12)
    ),
    max_size=120,
)


@given(spans, st.integers(2, 8))
def test_each_loss_is_as_large_and_as_tight_as_it_says_and_none_is_told_twice(
    drawn: list[tuple[int, int | None, int, int, int]], least: int
) -> None:
    rows = [
        Located(
            session(
                name, None if lasts is None else begin + lasts, nas=f"nas{nas}", interface=f"v{nas}-{vlan}", begin=begin
            ),
            area=f"area{vlan}",
        )
        for begin, lasts, nas, vlan, name in drawn
    ]
    told = losses(rows, least=least, share=0.2)
    for loss in told:
        assert least <= loss.lost <= loss.of
        assert loss.lost >= 0.2 * loss.of
        assert loss.back <= loss.lost
        assert loss.ended_at - loss.began_at <= LONGEST
        ends = sorted(
            each.span.ended_at
            for each in rows
            if each.span.ended_at
            and loss.place in each.places()
            and loss.began_at <= each.span.ended_at <= loss.ended_at
        )
        assert len(ends) == loss.lost
        assert all(later - sooner <= GAP for sooner, later in itertools.pairwise(ends))
    assert sum(loss.lost for loss in told) <= 2 * sum(each.span.ended_at is not None for each in rows)

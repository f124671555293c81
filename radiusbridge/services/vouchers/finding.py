"""Batches and vouchers by the filter language."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.days import day_of
from radiusbridge.domain.filter_rows import Look, matches
from radiusbridge.domain.filters import All, Either, Node, Not, Term, Word, parse
from radiusbridge.domain.text import folded
from radiusbridge.domain.voucher_fields import (
    BATCHES,
    OF_BATCH,
    VOUCHERS,
    Day,
    look_at_batch,
    look_at_voucher,
)
from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers.standing import Standing, standings

ALL = 100_000
"""Batches that are looked through."""


async def batches(context: Context, text: str = "", *, limit: int = 50) -> tuple[Standing, ...]:
    """The newest batches that fit. BadInput."""
    node, day = parse(text, BATCHES), _days(context)

    def work(unit: UnitOfWork) -> tuple[Standing, ...]:
        found = standings(unit, unit.vouchers.listed(ALL if text.strip() else limit))
        today = day(unit.now)
        fitting = (each for each in found if matches(node, partial(look_at_batch, each.batch, each.states, day), today))
        return tuple(fitting)[:limit]

    return await context.database.read(work)


async def vouchers(
    context: Context, text: str = "", *, limit: int = 50, codes: bool = False
) -> tuple[tuple[VoucherBatch, Voucher], ...]:
    """The vouchers that fit, those of the newest batch first. codes: also by the codes of those that nobody has bought
    or used: who may not see them could ask for them sign by sign. BadInput."""
    node, day = parse(text, VOUCHERS), _days(context)

    def work(unit: UnitOfWork) -> tuple[tuple[VoucherBatch, Voucher], ...]:
        today = day(unit.now)
        found: list[int] = []
        for stands in _worth_looking(unit, node, day):
            batch = stands.batch
            words = str(look_at_batch(batch, {}, day, "") or "")
            for each in unit.vouchers.narrowed(batch.id, node, words, today, context.zone):
                seen = each if codes or not each.fresh else replace(each, code="")
                if matches(node, partial(look_at_voucher, batch, seen, day), today):
                    found.append(each.id)
                    if len(found) == limit:
                        return tuple(unit.vouchers.some(found))
        return tuple(unit.vouchers.some(found))

    return await context.database.read(work)


def _worth_looking(unit: UnitOfWork, node: Node, day: Day) -> Iterator[Standing]:
    """The batches that may hold a voucher that fits, the newest first."""
    today = day(unit.now)
    for each in standings(unit, unit.vouchers.listed(ALL)):
        look = partial(look_at_batch, each.batch, each.states, day)
        if any(_may(node, look, state, today) is not False for state in each.states):
            yield each


def _may(node: Node, look: Look, state: str, today: date) -> bool | None:
    """Whether a voucher in that state of the batch fits; None: it hangs on the voucher (Kleene's three values)."""
    match node:
        case Word(text):
            return True if folded(text) in folded(str(look("") or "")) else None
        case Term(field):
            if field.name == "state":
                return matches(node, lambda _: state, today)
            return matches(node, look, today) if field.name in OF_BATCH else None
        case Not(inner):
            said = _may(inner, look, state, today)
            return None if said is None else not said
        case All(nodes):
            answers = [_may(each, look, state, today) for each in nodes]
            return False if False in answers else None if None in answers else True
        case Either(nodes):
            answers = [_may(each, look, state, today) for each in nodes]
            return True if True in answers else None if None in answers else False


def _days(context: Context) -> Day:
    return lambda moment: day_of(moment, context.zone)

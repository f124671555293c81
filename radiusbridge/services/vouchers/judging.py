"""What a look at the router says of each voucher, and of the batch. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.records import Voucher
from radiusbridge.gateways.vouchers.desk import HIDDEN, Found

Judged = tuple[Voucher, Verdict | None, str]
"""The voucher with its dates as they are now; its verdict, None while nobody has tried to write it; why."""
REASONS = 3
"""How many of the reasons of a batch are told."""


def judge(row: Voucher, found: Found | None, refused: str, at: datetime) -> Judged:
    """refused: why the router did not take it just now; empty: it was not refused."""
    if row.over:
        return _over(row, found, at)
    if found is None:
        return row, *_missing(row, refused)
    seen = replace(row, written_at=row.written_at or at)
    differs = [each for each in found.differs if each != HIDDEN]
    if differs:
        return seen, Verdict.FAILED, refused or f"on the router, but not as wanted: {', '.join(differs)}"
    seen = replace(seen, read_at=row.read_at or at)
    if HIDDEN in found.differs:
        return seen, Verdict.UNPROVEN, "the router does not show the password"
    return seen, Verdict.PROVEN, ""


def _over(row: Voucher, found: Found | None, at: datetime) -> Judged:
    if found is not None:
        return row, Verdict.FAILED, f"{row.state}, and still on the router"
    if row.gone_at is not None or row.verdict is Verdict.FAILED:
        return row, row.verdict, row.words
    if row.ended_by is not None:
        return row, Verdict.UNPROVEN, f"operation {row.ended_by}, which ends it, is not over"
    return replace(row, gone_at=at), Verdict.PROVEN, ""


def _missing(row: Voucher, refused: str) -> tuple[Verdict | None, str]:
    if row.read_at is not None:
        return Verdict.FAILED, "it was on the router, and is gone"
    if row.written_at is not None:
        return Verdict.FAILED, refused or "the router took it, and does not have it"
    return (Verdict.FAILED, refused) if refused else (row.verdict, row.words)


def of_batch(judged: Sequence[Judged], strangers: int) -> tuple[Verdict, str]:
    """(the worst, the reasons). strangers: rows with the batch's label that are none of its vouchers."""
    verdicts = {verdict for _, verdict, _ in judged}
    worst = next((each for each in (Verdict.FAILED, Verdict.UNPROVEN) if each in verdicts), Verdict.PROVEN)
    if strangers and worst is Verdict.PROVEN:
        return Verdict.UNPROVEN, f"{strangers} rows with the batch's label on the router are none of its vouchers"
    said = sorted({words for _, each, words in judged if words and each is not Verdict.PROVEN})
    return worst, "; ".join(said[:REASONS])

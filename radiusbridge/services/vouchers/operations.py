"""The operation that ends one voucher: entered, given its records, and what follows from its verdict."""

from collections.abc import Sequence
from datetime import datetime

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.alias import Alias
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.records import Customer, Intent, Operation, Profile
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.first_login import told
from radiusbridge.domain.vouchers.records import Keeper, Voucher, VoucherBatch, password_of
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter
from radiusbridge.services.plans import Subject

SETTLE = 5.0
"""Seconds for which nobody may have come back."""


def enter_end(unit: UnitOfWork, context: Context, voucher_id: int, reason: str = "") -> Operation | None:
    """Have a voucher that is over off its router, and nobody online with it. Its code, which often is the password,
    stands neither in the journal and its evidence nor in audit and events: the voucher's number does. None: an
    operation does that already, or it is done. UnknownName: its router is not recorded any more."""
    batch, voucher = unit.vouchers.with_batch(voucher_id)
    if not voucher.over or voucher.gone_at is not None or unit.voucher_ends.under_way(voucher_id):
        return None
    server_id = batch.router_id
    if batch.keeper is Keeper.HOTSPOT:
        server_id = unit.nases.get(batch.router_id).server_id
    wanted = {
        "voucher_id": voucher_id,
        "batch_id": batch.id,
        "why": "void" if voucher.void_at is not None else "expired",
        "keeper": str(batch.keeper),
        "settle": SETTLE,
        "deadline": DEADLINE,
    }
    called, words = f"voucher {voucher.number}", reason or why(batch, voucher)
    entered = enter(unit, context, Operation(Intent.VOUCHER_END, server_id, 0, called, wanted, reason=words))
    unit.voucher_ends.ends_by(voucher_id, entered.id)
    return entered


def why(batch: VoucherBatch, voucher: Voucher) -> str:
    """Why it is over, with what that rests on, in UTC."""
    if voucher.void_at is not None:
        return f"void since {_utc(voucher.void_at)}"
    words = f"valid {batch.validity} s from {batch.starts}, over at {_utc(voucher.expires_at)}"
    if voucher.first_login_at is not None:
        sure = told(voucher.first_login_at, voucher.first_login_off, voucher.first_login_by)
        words += f"; first login {_utc(voucher.first_login_at)}, {sure}"
    return words


def _utc(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def voucher_subject(unit: UnitOfWork, operation: Operation) -> Subject:
    """The records that an operation on a voucher is about. Its test logins are made as its guest."""
    voucher_id = operation.wanted["voucher_id"]
    assert isinstance(voucher_id, int)
    batch, voucher = unit.vouchers.with_batch(voucher_id)
    server = unit.servers.get(operation.server_id)
    if batch.keeper is Keeper.HOTSPOT:
        nas = unit.nases.get(batch.router_id)
        return Subject(server, (nas,), None, None, keeper=nas, label=batch.label, account=voucher.code)
    guest = Customer("", voucher.code, server.id, 0, password=Secret(password_of(batch, voucher)))
    nases = tuple(unit.nases.of_server(server.id))
    return Subject(server, nases, guest, _profile(unit, batch.profile), label=batch.label, account=voucher.code)


def alias_of(operation: Operation, subject: Subject) -> Alias | None:
    """The voucher's number in place of its code, which is good until it is off the router. None: no voucher's."""
    if operation.intent is not Intent.VOUCHER_END or not subject.account:
        return None
    return Alias(subject.account, operation.username)


def _profile(unit: UnitOfWork, name: str) -> Profile | None:
    try:
        return unit.profiles.named(name)
    except UnknownName:
        return None


def after_voucher(unit: UnitOfWork, operation: Operation, verdict: Verdict, reasons: Sequence[str]) -> None:
    """The verdict is the voucher's, too; in the transaction of the verdict."""
    if operation.intent is Intent.VOUCHER_END:
        said = "; ".join(reasons) if verdict is not Verdict.PROVEN else ""
        unit.voucher_ends.ended(operation.id, verdict, said, unit.now)

"""What an import from Mikhmon comes to, held against what is known: new, changed, the same, refused. Pure.

Known dates are never taken back, what was made here is never changed, and a sale is booked once, however often it is
read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.values import parse_duration
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import form_of
from radiusbridge.domain.vouchers.mikhmon import Held, HeldSale, HeldUser, Unread, in_time
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import (
    LONGEST_COMMENT,
    BatchStatus,
    Keeper,
    Mode,
    Voucher,
    VoucherBatch,
)
from radiusbridge.domain.vouchers.sales import Entry, Sale

CASHIER = "mikhmon"
FIRST_LOGIN_OFF = 15.0
"""Seconds that a first login was before Mikhmon's script, which waits twice for five, took its time."""
LONGEST_NAME = 64
LONGEST_VALIDITY = 100 * 366 * 86_400
USERS, SCRIPTS = "/ip/hotspot/user", "/system/script"
OVERDUE = "its validity is over, and the router still lets it in"
GONE, BY_SALE = "it is gone from the router", "gone from the router; known by its sale"
_LABEL_SIGNS = 16


@dataclass(frozen=True, slots=True)
class Place:
    """The NAS that is read."""

    nas_id: int
    name: str


@dataclass(frozen=True, slots=True)
class KnownVoucher:
    """A voucher of the database on that router, without its password. sold_here: our own ledger has its sale."""

    voucher: Voucher
    origin: Origin
    sold_here: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the database has. vouchers: by key. sales: keys of sales that are booked."""

    vouchers: Mapping[str, KnownVoucher]
    sales: frozenset[str]


@dataclass(slots=True)
class Group:
    """A batch, and vouchers that it lacks; their `batch_id` and `row` are given when they are stored."""

    batch: VoucherBatch
    vouchers: list[Voucher] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Booking:
    """A sale that is to be booked; ids and turn of its line are given when it is stored."""

    code_key: str
    line: Sale


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What would be stored. same, sales_same: known as they are. overdue: still let in after their end."""

    groups: tuple[Group, ...]
    changes: tuple[Voucher, ...]
    bookings: tuple[Booking, ...]
    refused: tuple[Unread, ...]
    same: int
    sales_same: int
    overdue: int

    @property
    def new(self) -> int:
        """Vouchers that were not known."""
        return sum(len(group.vouchers) for group in self.groups)

    def part(self, most: int) -> "tuple[ImportPlan, bool]":
        """What of it is stored together, and whether that is all: vouchers first, then their sales, then changes."""
        groups, left = [], most
        for group in self.groups:
            groups += [Group(group.batch, group.vouchers[:left])] if left else []
            left -= min(left, len(group.vouchers))
        if self.new > most:
            return replace(self, groups=tuple(groups), changes=(), bookings=()), False
        if len(self.bookings) > left:
            return replace(self, changes=(), bookings=self.bookings[:left]), False
        return self, True

    @property
    def amount(self) -> int:
        """Rupiah that the sales to be booked come to."""
        return sum(booking.line.amount for booking in self.bookings)


def plan(held: Held, known: Known, place: Place, now: datetime) -> ImportPlan:
    """Hold what was read against what is known."""
    return _Planner(held, known, place, now).planned()


@dataclass(slots=True)
class _Planner:
    held: Held
    known: Known
    place: Place
    now: datetime
    groups: dict[str, Group] = field(default_factory=dict)
    changes: list[Voucher] = field(default_factory=list)
    refused: list[Unread] = field(default_factory=list)
    same: int = 0
    overdue: int = 0

    def planned(self) -> ImportPlan:
        ours = {key for key, each in self.known.vouchers.items() if each.origin is Origin.HERE}
        for row in self.held.unread:
            if row.menu == USERS and folded(row.name) in ours:
                self.same += 1
            else:
                self.refused.append(row)
        there, sales = self._users(ours), self._readable_sales()
        self._gone(there, sales)
        bookings, sales_same = self._bookings(sales)
        for group in self.groups.values():
            group.batch = replace(group.batch, form=form_of([each.code for each in group.vouchers]))
        return ImportPlan(
            tuple(self.groups.values()),
            tuple(self.changes),
            bookings,
            tuple(self.refused),
            self.same,
            sales_same,
            self.overdue,
        )

    # -- users that are there

    def _users(self, ours: set[str]) -> set[str]:
        """Take those over that can be; the keys of all that are there."""
        there: set[str] = set()
        newest = self.held.newest_sales()
        for user in self.held.users:
            if user.key in ours:
                self.same += 1
            elif user.key in there:
                self._refuse(USERS, user.name, user.comment, "another user differs from it by its case or server only")
            elif why := _why_not(user.name, user.profile):
                self._refuse(USERS, user.name, user.comment, why)
            else:
                self._take(user, newest.get(user.key))
            there.add(user.key)
        return there

    def _take(self, user: HeldUser, sale: HeldSale | None) -> None:
        terms = self.held.terms.get(user.profile)
        validity = _validity(terms.validity) if terms is not None else None
        found = self._facts(user, sale, validity)
        self.overdue += found.words == OVERDUE
        if user.key in self.known.vouchers:
            self._compare(self.known.vouchers[user.key].voucher, found)
            return
        note = user.note or (sale.note if sale is not None else None)
        price = terms.price if terms is not None else 0
        mode = _mode(user)
        batch = self._batch(
            VoucherBatch(
                "",
                Keeper.HOTSPOT,
                self.place.nas_id,
                self.place.name,
                user.profile,
                0,
                mode=mode,
                hotspot_server=user.server,
                time_limit=user.time_limit,
                data_limit=user.data_limit,
                validity=validity,
                price=price,
                selling_price=(terms.selling if terms is not None else 0) or price,
                comment=_plain(note.text if note is not None else ""),
            )
        )
        password = user.password if mode is Mode.PAIR else None
        batch.vouchers.append(replace(found, password=password))

    def _facts(self, user: HeldUser, sale: HeldSale | None, validity: int | None) -> Voucher:
        """What the row says of a voucher."""
        ends, first = user.expires_at, None
        if ends is not None:
            if sale is not None and sale.at <= ends:
                first = sale.at
            elif validity is not None:
                first = ends - timedelta(seconds=validity)
        over = ends is not None and ends <= self.now
        verdict, words = Verdict.PROVEN, ""
        if user.disabled:
            verdict, words = Verdict.FAILED, "disabled on the router"
        elif over and not user.capped:
            words = OVERDUE
        elif user.password is None:
            verdict, words = Verdict.UNPROVEN, "the router does not show the password"
        drawn = user.note.drawn_at if user.note is not None else first
        return Voucher(
            0,
            0,
            user.name,
            drawn_at=min(drawn or self.now, self.now),
            written_at=self.now,
            read_at=self.now,
            sold_at=None if sale is None else sale.at,
            first_login_at=None if first is None else first - timedelta(seconds=FIRST_LOGIN_OFF),
            first_login_off=None if first is None else FIRST_LOGIN_OFF,
            first_login_by="" if first is None else CASHIER,
            expires_at=ends,
            expired_at=ends if over and user.capped else None,
            verdict=verdict,
            words=words,
        )

    def _compare(self, before: Voucher, found: Voucher) -> None:
        """Nothing that is known is taken back."""
        if before.void_at is not None:
            after = replace(before, verdict=Verdict.FAILED, words="void, and still on the router")
        else:
            late = found if before.first_login_at is None else before
            after = replace(
                before,
                sold_at=before.sold_at or found.sold_at,
                first_login_at=late.first_login_at,
                first_login_off=late.first_login_off,
                first_login_by=late.first_login_by,
                expires_at=found.expires_at or before.expires_at,
                expired_at=before.expired_at or found.expired_at,
                read_at=before.read_at or found.read_at,
                written_at=before.written_at or found.written_at,
                verdict=found.verdict,
                words=found.words,
            )
        self._changed(before, after)

    def _changed(self, before: Voucher, after: Voucher) -> None:
        if after == before:
            self.same += 1
        else:
            self.changes.append(after)

    # -- vouchers that are gone, and known by a sale or from before

    def _gone(self, there: set[str], sales: list[HeldSale]) -> None:
        newest = {sale.code_key: sale for sale in sales if sale.code_key not in there}
        for key, known in self.known.vouchers.items():
            if known.origin is Origin.MIKHMON and key not in there:
                self._left(known.voucher, newest.pop(key, None))
        for key, sale in newest.items():
            if key in self.known.vouchers:
                continue  # made here: the sale is refused with the others
            group = self._batch(
                VoucherBatch(
                    "",
                    Keeper.HOTSPOT,
                    self.place.nas_id,
                    self.place.name,
                    sale.profile,
                    0,
                    validity=sale.validity,
                    price=sale.price,
                    selling_price=sale.price,
                    comment=_plain(sale.note.text if sale.note is not None else ""),
                )
            )
            drawn = sale.note.drawn_at if sale.note is not None else None
            empty = Voucher(0, 0, sale.name, drawn_at=min(drawn or sale.at, sale.at), words=BY_SALE)
            used = self._used(empty, sale)
            group.vouchers.append(replace(used, gone_at=None if used.expired_at is None else self.now))

    def _left(self, before: Voucher, sale: HeldSale | None) -> None:
        if before.void_at is not None:
            self._changed(before, replace(before, gone_at=before.gone_at or self.now, verdict=Verdict.PROVEN, words=""))
            return
        after = before
        if sale is not None and before.first_login_at is None:
            after = self._used(before, sale)
        if after.expires_at is not None and after.expires_at <= self.now and after.expired_at is None:
            after = replace(after, expired_at=after.expires_at)
        if after.expired_at is not None:
            after = replace(after, gone_at=after.gone_at or self.now)
        if after.expired_at is not None or after.first_login_at is not None:
            after = replace(after, verdict=None if before.read_at is None else Verdict.PROVEN, words=BY_SALE)
        else:
            after = replace(after, verdict=Verdict.FAILED, words=GONE)
        self._changed(before, after)

    def _used(self, voucher: Voucher, sale: HeldSale) -> Voucher:
        ends = None if sale.validity is None else sale.at + timedelta(seconds=sale.validity)
        return replace(
            voucher,
            sold_at=voucher.sold_at or sale.at,
            first_login_at=sale.at - timedelta(seconds=FIRST_LOGIN_OFF),
            first_login_off=FIRST_LOGIN_OFF,
            first_login_by=CASHIER,
            expires_at=ends,
            expired_at=ends if ends is not None and ends <= self.now else None,
        )

    # -- the ledger

    def _readable_sales(self) -> list[HeldSale]:
        found = []
        for sale in in_time(self.held.sales):
            why = _why_not(sale.name, sale.profile)
            if not why and sale.at > self.now + timedelta(days=1):
                why = "it is of the future: the router's clock was wrong"
            if why:
                self._refuse(SCRIPTS, sale.name, sale.key, why)
            else:
                found.append(sale)
        return found

    def _bookings(self, sales: Iterable[HeldSale]) -> tuple[tuple[Booking, ...], int]:
        found, same, keys = [], 0, set(self.known.sales)
        for sale in sales:
            known = self.known.vouchers.get(sale.code_key)
            if sale.key in keys or (known is not None and known.sold_here):
                same += 1
            elif known is not None and known.origin is Origin.HERE:
                self._refuse(SCRIPTS, sale.name, sale.at.isoformat(), "that code was drawn here: sell it here")
            else:
                keys.add(sale.key)
                found.append(Booking(sale.code_key, self._line(sale)))
        return tuple(found), same

    def _line(self, sale: HeldSale) -> Sale:
        return Sale(
            sale.at, Entry.SALE, 0, 0, sale.name, sale.profile, self.place.name, "", CASHIER, sale.price, sale.price, 0,
            key=sale.key, note="imported from Mikhmon", origin=Origin.MIKHMON,
        )  # fmt: skip

    # -- shared

    def _batch(self, about: VoucherBatch) -> Group:
        parts = (
            about.router_id, about.profile, about.hotspot_server, about.time_limit, about.data_limit, about.mode,
            about.validity, about.price, about.selling_price, about.comment,
        )  # fmt: skip
        label = f"mikhmon-{sha256(repr(parts).encode(errors='surrogatepass')).hexdigest()[:_LABEL_SIGNS]}"
        if label not in self.groups:
            batch = replace(about, label=label, status=BatchStatus.DONE, origin=Origin.MIKHMON, finished_at=self.now)
            self.groups[label] = Group(batch)
        return self.groups[label]

    def _refuse(self, menu: str, name: str, text: str, reason: str) -> None:
        self.refused.append(Unread(menu, name, safe(text, 300), reason))


def _mode(user: HeldUser) -> Mode:
    if user.password is None:
        return user.note.mode if user.note is not None else Mode.SAME
    typed = user.password.reveal()
    return Mode.SAME if typed == user.name else Mode.PAIR if typed else Mode.CODE


def _why_not(name: str, profile: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        return "its name cannot be typed or is too long"
    if not profile.isprintable() or len(profile) > LONGEST_NAME:
        return "its profile's name is none"
    return ""


def _plain(text: str) -> str:
    return safe(text.replace("[", "(").replace("]", ")"), LONGEST_COMMENT)


def _validity(text: str) -> int | None:
    try:
        found = parse_duration(text)
    except BadInput:
        return None  # nobody can say what it means; without one nothing ends before its time
    return found if 0 < found <= LONGEST_VALIDITY else None

"""What is ordered, what that means before anything is drawn, and the drawing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.clock import Entropy
from radiusbridge.domain.errors import BadInput, Refused, UnknownName
from radiusbridge.domain.local_access import PPP
from radiusbridge.domain.records import Profile, StartsAt
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import folded
from radiusbridge.domain.values import format_duration
from radiusbridge.domain.vouchers import codes
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.records import (
    ASK_FROM,
    LABEL_SIGNS,
    LARGEST,
    MOST,
    Keeper,
    Mode,
    Starts,
    Voucher,
    VoucherBatch,
    check_outlet,
    expiry,
)
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require

AT_ONCE = 10_000
"""Vouchers that are drawn in one transaction."""
REQUESTS = 130.0
"""API requests a second that a small router handles."""
OCTETS = 350
"""That a voucher takes in the database with its indexes, as measured over a million of them."""
_COMMANDS: Mapping[Keeper, float] = {Keeper.HOTSPOT: 1.0, Keeper.USER_MANAGER: 2.0}
"""For one voucher."""
_STARTS = {StartsAt.ASSIGNED: Starts.GENERATION, StartsAt.FIRST_LOGIN: Starts.FIRST_LOGIN}


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks for. server: a User Manager; nas: a router whose own hotspot users they are to be. None: as
    the profile says."""

    quantity: int
    profile: str
    server: str | None = None
    nas: str | None = None
    hotspot_server: str = ""
    mode: Mode = Mode.SAME
    form: CodeForm = field(default_factory=CodeForm)
    time_limit: int | None = None
    data_limit: int | None = None
    validity: int | None = None
    starts: Starts | None = None
    price: int | None = None
    selling_price: int | None = None
    outlet: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be drawn. live: codes that a guess may hit there already. clash: the chance that two of the codes were
    the same, if nobody looked. guess: seconds until somebody who tries 10 a second has hit one, as likely as not.
    seconds: of writing, at 130 requests a second."""

    batch: VoucherBatch
    live: int
    clash: float
    guess: float
    seconds: float
    warnings: tuple[str, ...]

    @property
    def asks(self) -> bool:
        """Whether it is so many that the number is to be typed."""
        return self.batch.size >= ASK_FROM

    @property
    def octets_here(self) -> int:
        """That they take in the database, roughly."""
        return self.batch.size * OCTETS

    @property
    def octets_there(self) -> int:
        """Of the values that the router keeps of them; what it needs beside those is its own affair."""
        form, mode = self.batch.form, self.batch.mode
        code = len(form.prefix) + form.length + form.check
        password = {Mode.CODE: 0, Mode.SAME: code, Mode.PAIR: form.length}[mode]
        note = LABEL_SIGNS + len("rb- ") + len(self.batch.comment.encode())
        return self.batch.size * (code + password + note + len(self.batch.profile.encode()))


async def preview(context: Context, order: Order) -> Preview:
    """What the order would come to. BadInput and UnknownName: it cannot be, and why."""
    if order.quantity > LARGEST:
        raise BadInput(
            f"{order.quantity:,} would take {format_duration(int(order.quantity / REQUESTS))} or more to write",
            target=f"quantity {order.quantity}",
            hint=f"up to {LARGEST:,} at once",
        )
    batch = await context.database.read(lambda unit: _ordered(unit, order))
    live = await context.database.read(lambda unit: unit.vouchers.live(batch.keeper, batch.router_id))
    codes.check_quantity(order.form, order.quantity, live)
    space = order.form.space
    guess = codes.guess_seconds(live + order.quantity, space)
    warnings = []
    if guess < codes.SOON:
        warnings.append(
            f"somebody who tries {codes.TRIES:.0f} codes a second hits one within a week, as likely as not: "
            "take longer codes"
        )
    if batch.mode is Mode.CODE:
        warnings.append("without a password a guessed code is enough; so it is where code and password are the same")
    seconds = order.quantity * _COMMANDS[batch.keeper] / REQUESTS
    return Preview(batch, live, codes.clash_chance(order.quantity, space), guess, seconds, tuple(warnings))


async def order(context: Context, wanted: Order, *, typed: int | None = None) -> VoucherBatch:
    """As `order_all`, of what one batch has room for. BadInput: it is more."""
    if wanted.quantity > MOST:
        hint = "radiusbridge voucher generate makes several of them"
        raise BadInput(f"a batch has up to {MOST:,} vouchers", target=f"quantity {wanted.quantity}", hint=hint)
    [batch] = await order_all(context, wanted, typed=typed)
    return batch


async def order_all(context: Context, wanted: Order, *, typed: int | None = None) -> tuple[VoucherBatch, ...]:
    """Draw what is ordered, in so many batches as it takes; it is on no router yet. typed: the number, where it is so
    many that it is asked for.

    All batches are there before the first code is drawn: what is cut off is finished by writing them. Refused: it was
    not typed; otherwise as `preview`.
    """
    require(context, "voucher.generate")
    told = await preview(context, wanted)
    if told.asks and typed != wanted.quantity:
        raise Refused(
            f"{wanted.quantity:,} vouchers take about {format_duration(max(1, int(told.seconds)))} to write",
            hint=f"--yes-count {wanted.quantity}",
        )
    entropy = context.entropy
    new = replace(told.batch, who=context.who, channel=context.channel)
    sizes = [min(MOST, wanted.quantity - begun) for begun in range(0, wanted.quantity, MOST)]

    def create(unit: UnitOfWork) -> tuple[VoucherBatch, ...]:
        of = replace(new, outlet=unit.voucher_outlets.written(new.outlet))
        made = tuple(unit.vouchers.create(replace(of, size=size, label=_label(entropy)), unit.now) for size in sizes)
        for batch in made:
            about = {"size": batch.size, "router": batch.router, "profile": batch.profile, "label": batch.label}
            subject = f"voucher batch {batch.id}"
            unit.note("voucher.generate", subject, who=batch.who, channel=batch.channel, after=about)
        draw_more(unit, made[0], entropy)
        return made

    batches = await context.database.write(create)
    for batch in batches:
        while not await context.database.write(partial(draw_more, batch=batch, entropy=entropy)):
            pass
    return batches


def draw_more(unit: UnitOfWork, batch: VoucherBatch, entropy: Entropy) -> bool:
    """Draw vouchers that the batch lacks, so many as fit into one transaction. True: it lacks none any more."""
    have = unit.vouchers.drawn(batch.id)
    fresh = drawn(unit, batch, entropy, min(AT_ONCE, batch.size - have))
    rows = [
        Voucher(batch.id, have + at, code, password=password, drawn_at=unit.now)
        for at, (code, password) in enumerate(fresh, 1)
    ]
    if rows:
        unit.vouchers.add(batch, [replace(row, expires_at=expiry(batch, row)) for row in rows])
    return have + len(rows) == batch.size


def drawn(
    unit: UnitOfWork, batch: VoucherBatch, entropy: Entropy, count: int, avoid: frozenset[str] = frozenset()
) -> list[tuple[str, Secret | None]]:
    """So many (code, password), none of them drawn for that router before, nor among the folded names to avoid."""
    found: dict[str, str] = {}
    while len(found) < count:
        new = {folded(code): code for code in (batch.form.draw(entropy) for _ in range(count - len(found)))}
        known = unit.vouchers.taken(batch.keeper, batch.router_id, new)
        found |= {key: code for key, code in new.items() if key not in known and key not in avoid}
    form = CodeForm(batch.form.alphabet, batch.form.length)
    pair = batch.mode is Mode.PAIR
    return [(code, Secret(form.draw(entropy)) if pair else None) for code in found.values()]


def _label(entropy: Entropy) -> str:
    return f"rb-{CodeForm(length=LABEL_SIGNS).draw(entropy)}"


def _ordered(unit: UnitOfWork, order: Order) -> VoucherBatch:
    check_outlet(order.outlet)
    if order.server is not None and order.nas is not None:
        raise BadInput("either a User Manager or a router's own hotspot users", hint="--server NAME or --nas NAME")
    profile = _profile(unit, order.profile)
    if order.nas is not None:
        nas = unit.nases.named(order.nas)
        keeper, router_id, router = Keeper.HOTSPOT, nas.id, nas.name
        if nas.api is None:
            raise BadInput("no API access is stored", target=nas.name, hint=f"radiusbridge nas edit {nas.name} --api")
        validity, starts = order.validity, order.starts or Starts.FIRST_LOGIN
        if validity is None and profile is not None and profile.validity:
            validity, starts = profile.validity, order.starts or _STARTS[profile.starts_at]
    else:
        keeper = Keeper.USER_MANAGER
        server = _server(unit, order.server)
        router_id, router = server
        profile = profile or unit.profiles.named(order.profile)
        validity, starts = _by_user_manager(order, profile)
    price = profile.price if profile is not None else 0
    return VoucherBatch(
        "",
        keeper,
        router_id,
        router,
        order.profile if profile is None else profile.name,
        order.quantity,
        mode=order.mode,
        form=order.form,
        hotspot_server=order.hotspot_server,
        time_limit=order.time_limit or None,
        data_limit=order.data_limit or None,
        validity=validity or None,
        starts=starts,
        price=price if order.price is None else order.price,
        selling_price=(order.price or price) if order.selling_price is None else order.selling_price,
        outlet=unit.voucher_outlets.spelled(order.outlet),
        comment=order.comment,
    )


def _profile(unit: UnitOfWork, name: str) -> Profile | None:
    try:
        return unit.profiles.named(name)
    except UnknownName:
        return None


def _server(unit: UnitOfWork, name: str | None) -> tuple[int, str]:
    if name is not None:
        server = unit.servers.named(name)
        if server.api is None:
            hint = "--server with a User Manager, or --nas NAME for a router's own hotspot users"
            raise BadInput("vouchers are kept by routers, and it is none", target=server.name, hint=hint)
        if server.standby:
            raise BadInput("it stands by; vouchers are the active server's, and go to it, too", target=server.name)
        if server.kind == PPP:
            hint = "--nas NAME for its own hotspot users"
            raise BadInput("its accounts are PPP secrets, which are no vouchers", target=server.name, hint=hint)
        return server.id, server.name
    able = [server for server in unit.servers.all() if server.api is not None and server.kind != PPP]
    servers = [server for server in able if not server.standby]
    if len(servers) != 1:
        what = "there are several User Managers" if servers else "there is no User Manager yet"
        raise BadInput(what, hint="say which: --server NAME, or --nas NAME for a router's own hotspot users")
    return servers[0].id, servers[0].name


def _by_user_manager(order: Order, profile: Profile) -> tuple[int | None, Starts]:
    """User Manager counts limits and validity by the profile: what is ordered has to be what it says."""
    if order.mode is Mode.CODE:
        raise BadInput("User Manager would let anybody in who knows no password", hint="--mode same, or pair")
    if order.hotspot_server:
        raise BadInput("User Manager's users are not of one hotspot server", hint="leave it out, or --nas NAME")
    starts = _STARTS[profile.starts_at]
    for what, wanted, have in (
        ("time limit", order.time_limit, profile.time_quota),
        ("data limit", order.data_limit, profile.data_quota),
        ("validity", order.validity, profile.validity or order.validity),
    ):
        if wanted is not None and wanted != (have or 0):
            raise BadInput(
                f"User Manager counts the {what} by the profile, and {profile.name} has another",
                hint=f"radiusbridge profile edit {profile.name}, or a profile of its own",
            )
    if profile.validity and order.starts not in {None, starts}:
        raise BadInput(
            f"User Manager counts the validity of {profile.name} from {starts}",
            hint=f"radiusbridge profile edit {profile.name}",
        )
    # what the profile does not limit, the agent ends
    return profile.validity or order.validity, order.starts or starts

"""Changes of rows that a router's hotspot has by itself: local users, user profiles, IP bindings, and what is removed
from the other lists. Each is audited before it goes out, and read back: the verdict says what was read."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from radiusbridge.domain.errors import BadInput, PeerRefused, RadiusbridgeError, UnknownName, Unreachable
from radiusbridge.domain.hotspot import HotspotRow, Listing, Terms, read_terms, write_terms
from radiusbridge.domain.records import Nas
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Verdict
from radiusbridge.gateways.hotspot import PASSWORD, SCRIPT, Hotspot, Values, plain
from radiusbridge.services.context import Context
from radiusbridge.services.hotspot.lists import gateway, only
from radiusbridge.services.permissions import require
from radiusbridge.services.vouchers import veil

READS, PAUSE = 3, 0.5
"""How often a row is read back where nobody answers, and the seconds between."""
Judged = tuple[Verdict, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of a change. words: the legs, the worst first. rows: as they were read last."""

    verdict: Verdict
    action: str
    nas: str
    name: str
    words: tuple[str, ...]
    rows: tuple[HotspotRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows are meant: of a list, by what they are called, else by their `.id`; a user that is a voucher which
    nobody has bought or used also by its number, `voucher 12/37`, as lists show it. server: the hotspot server of a
    local user, where several have one of that name."""

    listing: Listing
    name: str = ""
    nas: str | None = None
    id: str = ""
    server: str = ""


@dataclass(slots=True)
class _Change:
    """One change of one row. write: sends it, and says the row's `.id`. judge: reads it back."""

    context: Context
    hotspot: Hotspot
    action: str
    name: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    write: Callable[[], Awaitable[str]]
    judge: Callable[[str], Awaitable[Judged]]
    reason: str = ""
    words: list[str] = field(default_factory=list)

    async def carry_out(self) -> Changed:
        """Audit, write, read back. Raises BadInput, and Unreachable while nothing was sent."""
        subject = f"{self.hotspot.nas}/{self.name}"
        await self._note(self.action, subject, self.before, self.after)
        identifier = ""
        try:
            identifier = await self.write()
        except BadInput:
            raise
        except Unreachable as error:
            self.words.append(f"write: it may have been carried out or not: {error.line()}")
        except PeerRefused as error:
            told = Changed(Verdict.FAILED, self.action, self.hotspot.nas, self.name, (f"write: {error.line()}",))
            await self._note(f"{self.action}.failed", subject, None, {"said": told.words[0]})
            return told
        verdict, words = await self._read_back(identifier)
        if verdict is not Verdict.PROVEN:
            said: dict[str, object] = {"said": "; ".join(words)}
            await self._note(f"{self.action}.{verdict.lower()}", subject, None, said)
        return Changed(verdict, self.action, self.hotspot.nas, self.name, (*words, *self.words))

    async def _read_back(self, identifier: str) -> Judged:
        error = ""
        for _ in range(READS):
            try:
                return await self.judge(identifier)
            except Unreachable as failure:
                error = failure.line()
                await self.context.clock.sleep(PAUSE)
            except RadiusbridgeError as failure:
                error = failure.line()
                break
        return Verdict.UNPROVEN, (f"read back: it could not be read: {error}",)

    async def _note(
        self, action: str, subject: str, before: Mapping[str, object] | None, after: Mapping[str, object] | None
    ) -> None:
        who, channel = self.context.who, self.context.channel
        await self.context.database.write(
            lambda unit: unit.note(
                action, subject, who=who, channel=channel, before=before, after=after, reason=self.reason
            )
        )


async def add(
    context: Context, listing: Listing, name: str, values: Values, *, nas: str | None = None, reason: str = ""
) -> Changed:
    """Make a row. name: what it is called. A user, profile or binding that is there already FAILS it."""
    action = f"hotspot.{listing}.add"
    require(context, action)
    hotspot = gateway(context, await only(context, nas))
    plain(listing, values)

    async def judge(identifier: str) -> Judged:
        if identifier:
            return await _as_wanted(hotspot, listing, values, identifier)
        rows = await hotspot.find(listing, name)
        if len(rows) != 1:
            return Verdict.FAILED, (f"read back: there is {'no' if not rows else 'more than one'} such row",)
        return await _as_wanted(hotspot, listing, values, rows[0].id)

    write = partial(hotspot.add, listing, values)
    return await _Change(context, hotspot, action, name, None, _told(values), write, judge, reason).carry_out()


async def change(context: Context, chosen: Chosen, values: Values, *, reason: str = "", verb: str = "edit") -> Changed:
    """Change one row; what is not given stays. UnknownName, BadInput."""
    action = f"hotspot.{chosen.listing}.{verb}"
    require(context, action)
    nas = await only(context, chosen.nas)
    hotspot = gateway(context, nas)
    plain(chosen.listing, values)
    row = await one(hotspot, await called(context, nas, chosen))
    told = await veiled(context, nas, row)

    async def write() -> str:
        await hotspot.change(chosen.listing, row.id, values)
        return row.id

    async def judge(_identifier: str) -> Judged:
        return await _as_wanted(hotspot, chosen.listing, values, row.id)

    before = {name: told.values.get(name.replace("-", "_")) for name in values if name != PASSWORD}
    name = told.name or chosen.name
    return await _Change(context, hotspot, action, name, before, _told(values), write, judge, reason).carry_out()


async def switch(context: Context, chosen: Chosen, *, enabled: bool, reason: str = "") -> Changed:
    """Enable or disable a user, a binding or a server. Of whom it disables, live sessions are another matter."""
    verb = "enable" if enabled else "disable"
    return await change(context, chosen, {"disabled": not enabled}, reason=reason, verb=verb)


async def sold_for(context: Context, chosen: Chosen, change_terms: Callable[[Terms], Terms]) -> dict[str, str]:
    """What to write so that a user profile is sold on other terms; the rest of its on-login script stays."""
    hotspot = gateway(context, await only(context, chosen.nas))
    script = await hotspot.script((await one(hotspot, chosen)).id)
    return {SCRIPT: write_terms(script, change_terms(read_terms(script) or Terms()))}


async def remove(context: Context, chosen: Chosen, *, reason: str = "") -> Changed:
    """Take rows away: one of a list that can be written; of cookies and hosts all that are called so."""
    action = f"hotspot.{chosen.listing}.remove"
    require(context, action)
    nas = await only(context, chosen.nas)
    hotspot = gateway(context, nas)
    several = chosen.listing in {Listing.COOKIE, Listing.HOST}
    rows = await _some(hotspot, chosen) if several else (await one(hotspot, await called(context, nas, chosen)),)
    first = await veiled(context, nas, rows[0])

    async def write() -> str:
        for row in rows:
            await hotspot.remove(chosen.listing, row.id)
        return ""

    async def judge(_identifier: str) -> Judged:
        left = [row for row in rows if await hotspot.get(chosen.listing, row.id) is not None]
        if left:
            return Verdict.FAILED, (f"read back: {len(left)} of {len(rows)} still there",)
        return Verdict.PROVEN, (f"read back: {len(rows)} gone",)

    before: dict[str, object] = dict(first.values) if len(rows) == 1 else {"rows": [dict(row.values) for row in rows]}
    name = first.name or chosen.name
    return await _Change(context, hotspot, action, name, before, None, write, judge, reason).carry_out()


async def reset_counters(context: Context, chosen: Chosen, *, reason: str = "") -> Changed:
    """Let what a local user has used count from zero."""
    action = "hotspot.user.reset"
    require(context, action)
    nas = await only(context, chosen.nas)
    hotspot = gateway(context, nas)
    row = await one(hotspot, await called(context, nas, chosen))
    told = await veiled(context, nas, row)
    names = ("uptime", "bytes_in", "bytes_out")
    used = {name: row.values.get(name) for name in names}

    async def write() -> str:
        await hotspot.reset_counters(row.id)
        return row.id

    async def judge(_identifier: str) -> Judged:
        now = await hotspot.get(Listing.USER, row.id)
        if now is None:
            return Verdict.FAILED, ("read back: the user is gone",)
        left = [name for name in names if _number(now, name) > 0 and _number(now, name) >= _number(row, name)]
        if left:
            return Verdict.FAILED, (f"read back: {', '.join(left)} did not go down",)
        return Verdict.PROVEN, (
            f"read back: up {now.text('uptime') or 0} s, {now.text('bytes_out') or 0} bytes loaded",
        )

    before: dict[str, object] = dict(used)
    return await _Change(context, hotspot, action, told.name, before, None, write, judge, reason).carry_out()


def checked(listing: Listing, values: Values) -> None:
    """BadInput for what cannot be written to a row of that list."""
    plain(listing, values)


async def called(context: Context, nas: Nas, chosen: Chosen) -> Chosen:
    """The same, by the name that the row has on the router."""
    if chosen.listing is not Listing.USER:
        return chosen
    return replace(chosen, name=await veil.name_of(context, nas.id, chosen.name))


async def veiled(context: Context, nas: Nas, row: HotspotRow) -> HotspotRow:
    """The row as others may read it."""
    return await veil.veiled_row(context, nas.id, row) if row.listing is Listing.USER else row


async def one(hotspot: Hotspot, chosen: Chosen) -> HotspotRow:
    """The one row that is meant. UnknownName; BadInput where several are."""
    rows = await _some(hotspot, chosen)
    if len(rows) > 1:
        told = ", ".join(f"{row.id} ({row.text('server') or row.text('type')})" for row in rows)
        raise BadInput(f"several rows are called so: {safe(told, 200)}", target=chosen.name, hint="say which: --id ID")
    return rows[0]


async def _some(hotspot: Hotspot, chosen: Chosen) -> tuple[HotspotRow, ...]:
    rows: tuple[HotspotRow, ...]
    if chosen.id:
        row = await hotspot.get(chosen.listing, chosen.id)
        rows = () if row is None or (chosen.name and row.name != chosen.name) else (row,)
    else:
        rows = await hotspot.find(chosen.listing, chosen.name)
    if chosen.server:
        rows = tuple(row for row in rows if row.text("server") == chosen.server)
    if not rows:
        raise UnknownName(
            f"{hotspot.nas} has no such hotspot {chosen.listing}",
            target=chosen.name or chosen.id,
            hint=f"radiusbridge hotspot {chosen.listing} list --nas {hotspot.nas}",
        )
    return rows


async def _as_wanted(hotspot: Hotspot, listing: Listing, values: Values, identifier: str) -> Judged:
    differs = await hotspot.differs(listing, identifier, values)
    if differs is None:
        return Verdict.FAILED, ("read back: there is no such row",)
    hidden = [name for name in differs if name.endswith("?")]
    wrong = [name for name in differs if not name.endswith("?")]
    if wrong:
        return Verdict.FAILED, (f"read back: not as wanted: {', '.join(wrong)}",)
    if hidden:
        return Verdict.UNPROVEN, ("read back: the router hides the password; all else is as wanted",)
    return Verdict.PROVEN, ("read back: as wanted",)


def _number(row: HotspotRow, name: str) -> float:
    value = row.values.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _told(values: Values) -> dict[str, object]:
    return {name: "***" if name == PASSWORD else value if isinstance(value, str | int | bool) else str(value)
            for name, value in values.items()}  # fmt: skip

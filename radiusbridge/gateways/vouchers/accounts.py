"""A voucher's row as the account that an operation reads, takes away, and reads again; another's is never touched."""

from dataclasses import dataclass

from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.errors import PeerRefused
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.again import gone_is_fine
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.ports import AccountServer, KickReply
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros import menus

_USER = menus.HOTSPOT_USER
_ASKED = (".id", "name", "disabled", "comment")


@dataclass(frozen=True, slots=True)
class HotspotUsers:
    """An `AccountKeeper` of a router's own hotspot users. label: of the batch; its rows' comments begin with it."""

    router: Router
    label: str

    async def read_account(self, username: str) -> AccountRow | None:
        """The user's row; it has no plan, and counts no sessions. PeerRefused: a user of that name is another's, and
        may be let in."""
        rows = await self.router.read_of(_USER.command("print"), ("name",), (username,), proplist=_ASKED)
        ours = [row for row in rows if row.get("comment", "").startswith(self.label)]
        if not ours:
            if rows:
                raise _others(username)
            return None
        row = ours[0]
        return AccountRow(
            row[".id"], row.get("name", ""), is_yes(row.get("disabled")), shared_users=None, plans_count=False
        )

    async def remove_account(self, account: AccountRow) -> None:
        """Take the row away; one that is gone already is fine."""
        await gone_is_fine(self.router, _USER.command("remove"), account.id)

    async def close_session(self, row_id: str) -> KickReply:
        """There is no such thing here."""
        return KickReply(KickAnswer.UNAVAILABLE, f"a hotspot closes no session {row_id} by itself")


@dataclass(frozen=True, slots=True)
class ServerUsers:
    """An `AccountKeeper` of User Manager's users. label: as of `HotspotUsers`."""

    server: AccountServer
    label: str

    async def read_account(self, username: str) -> AccountRow | None:
        """As the server says. PeerRefused: the user is another's."""
        account = await self.server.read_account(username)
        if account is not None:
            listed = await self.server.listed_account(username)
            if listed is not None and not listed.comment.startswith(self.label):
                raise _others(username)
        return account

    async def remove_account(self, account: AccountRow) -> None:
        """As the server does."""
        await self.server.remove_account(account)

    async def close_session(self, row_id: str) -> KickReply:
        """As the server does."""
        return await self.server.close_session(row_id)


def _others(username: str) -> PeerRefused:
    return PeerRefused("a user of that name there is none of the batch's, and is left alone", target=safe(username, 40))

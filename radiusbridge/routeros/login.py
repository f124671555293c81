"""The login dialogue: RouterOS 6.43 and later takes the password, older releases answer it with a challenge."""

from collections.abc import Mapping
from typing import Protocol

from librouteros.login import encode_password

from radiusbridge.domain.errors import BadInput, LoginRefused, NotSuchPeer
from radiusbridge.domain.secret import Secret
from radiusbridge.routeros.commands import Value
from radiusbridge.routeros.errors import RouterTrap, TrapKind
from radiusbridge.routeros.exchange import Result


class LoginCaller(Protocol):
    """What can send `/login`."""

    async def login_call(self, attributes: Mapping[str, Value]) -> Result:
        """Send one `/login` and return how it ended."""
        ...


async def log_in(connection: LoginCaller, user: str, password: Secret) -> None:
    """Log in. Raises LoginRefused, or NotSuchPeer for a challenge that is none."""
    try:
        answer = await connection.login_call({"name": user, "password": password.reveal()})
        if answer.ret is not None:
            await connection.login_call({"name": user, "response": _response(answer.ret, password)})
    except RouterTrap as trap:
        hint = "check user and password, and that its group has the policy `api` (/user)"
        said = "user or password is wrong" if trap.kind is TrapKind.BAD_LOGIN else trap.summary
        raise LoginRefused(f"the router refuses the login: {said}", target=trap.target, hint=hint) from trap


def _response(challenge: str, password: Secret) -> str:
    try:
        response: str = encode_password(challenge, password.reveal())
    except UnicodeEncodeError:
        raise BadInput("RouterOS before 6.43 takes only ASCII passwords", hint="give the account another one") from None
    except ValueError as error:
        raise NotSuchPeer("the router's login challenge is not one") from error
    return response

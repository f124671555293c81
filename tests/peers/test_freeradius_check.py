"""`server test` of a FreeRADIUS: each step on the real server and PostgreSQL, and what is wrong by its name."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from radiusbridge.domain.errors import LoginRefused, NotAllowed, NotSuchPeer, RadiusbridgeError, Unreachable
from radiusbridge.domain.records import TlsMode
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.factory import Gateways
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.simulator.tls import self_signed
from tests.gateways.support import findings
from tests.peers.freeradius_sql import OUR_PASSWORD, FreeRadiusPlace
from tests.peers.programs import until
from tests.peers.test_freeradius_accounts import gateways as gateways
from tests.peers.test_freeradius_accounts import made, server_of

pytestmark = pytest.mark.peer


async def test_a_server_is_tested_step_by_step(radius_place: FreeRadiusPlace, gateways: Gateways) -> None:
    told = await findings(gateways.account_server(server_of(radius_place)).inspect())
    assert {step: each.mark for step, each in told.items()} == {
        "name": Mark.OK,
        "tcp": Mark.OK,
        "login": Mark.OK,
        "tables": Mark.OK,
        "rights": Mark.OK,
        "indexes": Mark.WARN,
        "sessions": Mark.OK,
        "radius-row": Mark.OK,
        "radius": Mark.OK,
        "signing": Mark.OK,
    }
    assert "radacct" in told["indexes"].words, "FreeRADIUS's own schema has none for its own simul_count_query"
    radius_place.execute(told["indexes"].hint)
    radius_place.execute("ALTER TABLE radcheck ADD note text; DROP INDEX radreply_username")
    radius_place.execute("INSERT INTO nas (nasname, shortname, secret) VALUES ('127.0.0.0/8', 'here', 's')")
    radius_place.account("cust", "81300001", "Start")
    radius_place.execute("UPDATE radacct SET acctupdatetime = now() - interval '2 hours'")
    told = await findings(gateways.account_server(server_of(radius_place, priority=2)).inspect())
    assert "radreply" in told["indexes"].words
    assert "radcheck.note" in told["tables"].words
    assert "client here" in told["radius-row"].words
    assert (told["sessions"].mark, "1 of them not heard of" in told["sessions"].words) == (Mark.WARN, True)
    radius_place.execute(told["indexes"].hint)
    radius_place.execute("ALTER TABLE radcheck DROP note; DROP INDEX radacct_username_open")
    radius_place.execute("REVOKE UPDATE ON radreply FROM radiusbridge")
    try:
        told = await findings(gateways.account_server(server_of(radius_place, priority=3)).inspect())
        assert (list(told)[-1], told["rights"].mark) == ("rights", Mark.FAILED)
        assert told["rights"].hint == 'GRANT UPDATE ON radreply TO "radiusbridge"'
        server = gateways.account_server(server_of(radius_place))
        with pytest.raises(NotAllowed, match="right"):
            await made(server)
    finally:
        radius_place.execute("GRANT UPDATE ON radreply TO radiusbridge")


WRONG: tuple[tuple[dict[str, Any], type[RadiusbridgeError], str], ...] = (
    ({"password": Secret("wrong")}, LoginRefused, "login"),
    ({"database": "nothing"}, NotSuchPeer, "login"),
    ({"database": "postgres"}, NotSuchPeer, "tables"),
    ({"port": 1}, Unreachable, "tcp"),
    ({"host": "nowhere.invalid"}, Unreachable, "name"),
    ({"tls": TlsMode.TLS}, NotSuchPeer, "login"),
)


@pytest.mark.parametrize(("changes", "kind", "step"), WRONG)
async def test_what_is_wrong_on_the_way_is_named(
    radius_place: FreeRadiusPlace,
    gateways: Gateways,
    changes: dict[str, Any],
    kind: type[RadiusbridgeError],
    step: str,
) -> None:
    record = server_of(radius_place)
    assert record.sql is not None
    server = gateways.account_server(replace(record, sql=replace(record.sql, **changes)))
    with pytest.raises(kind) as caught:
        await server.read_account("cust")
    assert caught.value.hint
    assert OUR_PASSWORD not in caught.value.line()
    told = await findings(server.inspect())
    assert (list(told)[-1], told[step].mark) == (step, Mark.FAILED)


async def test_tls_is_checked_or_told_to_be_not(
    radius_place: FreeRadiusPlace, gateways: Gateways, tmp_path: Path
) -> None:
    certificate, key = self_signed(["127.0.0.1"])
    data, authority, other = radius_place.cluster.data, tmp_path / "ca.pem", tmp_path / "other.pem"
    authority.write_bytes(certificate)
    other.write_bytes(self_signed(["127.0.0.1"])[0])
    for name, content in (("server.crt", certificate), ("server.key", key)):
        (data / name).write_bytes(content)
        (data / name).chmod(0o600)
        shutil.chown(data / name, data.owner(), data.group())
    record = server_of(radius_place)
    assert record.sql is not None

    async def tested(**changes: Any) -> Finding:
        assert record.sql is not None
        sql = replace(record.sql, **changes)
        return (await findings(gateways.account_server(replace(record, sql=sql)).inspect()))["login"]

    def switched(state: str) -> None:
        radius_place.execute(f"ALTER SYSTEM SET ssl = {state}")
        radius_place.execute("SELECT pg_reload_conf()")
        until(lambda: radius_place.execute("SHOW ssl") == [(state,)], f"ssl {state}")

    switched("on")
    try:
        assert (await tested(tls=TlsMode.TLS, ca_file=str(authority))).words.endswith("TLS, certificate checked")
        for ca_file in (str(other), None):
            wrong = await tested(tls=TlsMode.TLS, ca_file=ca_file)
            assert (wrong.mark, "certificate verify failed" in wrong.words) == (Mark.FAILED, True)
        assert (await tested()).words.endswith("TLS, certificate not checked")
    finally:
        switched("off")

"""Somebody else's PostgreSQL is only read: FreeRADIUS's tables with more columns than we know, and without indexes."""

import psycopg
import pytest

from radiusbridge.db.foreign import read_tables
from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.domain.secret import Secret
from tests.db.postgresql import Cluster

WANTED = {"radcheck": ("username", "value", "missing"), "billing_plans": ("planName",), "none": ("x",)}


def test_known_columns_of_known_tables_are_read_in_order(cluster: Cluster) -> None:
    url = cluster.create("radius")
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute('CREATE TABLE radcheck (id int, more jsonb, "UserName" text, value text, at date)')
            connection.execute('CREATE TABLE billing_plans ("planName" text)')
            connection.execute("""INSERT INTO radcheck VALUES (2, '{}', 'budi', NULL), (1, NULL, 'ali', E'a\\n''b')""")
        name, tables = read_tables(Secret(url), WANTED)
        assert tables == {"radcheck": [{"username": "ali", "value": "a\n'b"}, {"username": "budi", "value": ""}]}
        assert "radius" in name
    finally:
        cluster.drop("radius")


@pytest.mark.parametrize("url", ["/tmp/some.db", "mysql://u:geheim@h/radius", "postgresql://u:geheim@127.0.0.1:1/x"])
def test_what_cannot_be_read_is_said_without_the_password(url: str) -> None:
    with pytest.raises(RadiusbridgeError) as caught:
        read_tables(Secret(url), WANTED)
    assert "geheim" not in caught.value.line()
    assert isinstance(caught.value, BadInput) == ("127.0.0.1" not in url)

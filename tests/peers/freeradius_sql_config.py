"""The configuration of a FreeRADIUS 3.2 that has its accounts in PostgreSQL, to be filled in with str.format."""

from tests.peers.freeradius_config import AUTHENTICATE, LISTEN

SQL = (
    """\
client nases {{
    ipaddr = 127.0.0.0/8
    secret = {secret}
    require_message_authenticator = yes
    nas_type = other
}}
modconfdir = {stock}/mods-config
modules {{
    pap {{
    }}
    chap {{
    }}
    mschap {{
        use_mppe = no
    }}
    expr {{
    }}
    expiration {{
    }}
    logintime {{
        minimum_timeout = 60
    }}
    sql {{
        dialect = "postgresql"
        driver = "rlm_sql_postgresql"
        server = "{server}"
        port = {port}
        login = "{login}"
        password = "{password}"
        radius_db = "{database}"
        acct_table1 = "radacct"
        acct_table2 = "radacct"
        postauth_table = "radpostauth"
        authcheck_table = "radcheck"
        groupcheck_table = "radgroupcheck"
        authreply_table = "radreply"
        groupreply_table = "radgroupreply"
        usergroup_table = "radusergroup"
        client_table = "nas"
        read_groups = yes
        delete_stale_sessions = yes
        auto_escape = yes
        group_attribute = "SQL-Group"
        pool {{
            start = 2
            min = 1
            max = 4
            spare = 1
            uses = 0
            retry_delay = 1
            lifetime = 0
            idle_timeout = 60
            connect_timeout = 5
        }}
        $INCLUDE {stock}/mods-config/sql/main/postgresql/queries.conf
    }}
}}
policy {{
    $INCLUDE {stock}/policy.d/accounting
    peer_sign {{
        update reply {{
            &Message-Authenticator := 0x00
        }}
    }}
}}
server sql {{
"""
    + LISTEN
    + """\
    authorize {{
        chap
        mschap
        sql
        {unknown}
        expiration
        logintime
        pap
        {decide}
    }}
"""
    + AUTHENTICATE
    + """\
    preacct {{
        acct_unique
        {elsewhere}
    }}
    accounting {{
        sql
    }}
    session {{
        sql
    }}
    post-auth {{
        sql
        peer_sign
        Post-Auth-Type REJECT {{
            sql
            peer_sign
        }}
    }}
}}
"""
)

PASS_ON = """\
home_server usermanager {{
    type = auth
    ipaddr = {host}
    port = {auth}
    secret = {secret}
    src_ipaddr = {source}
    response_window = 20
}}
home_server usermanager-acct {{
    type = acct
    ipaddr = {host}
    port = {acct}
    secret = {secret}
    src_ipaddr = {source}
    response_window = 20
}}
home_server_pool usermanager {{
    home_server = usermanager
}}
home_server_pool usermanager-acct {{
    home_server = usermanager-acct
}}
realm usermanager {{
    auth_pool = usermanager
    acct_pool = usermanager-acct
    nostrip
}}
"""
"""Whom SQL does not know is asked for at another server, as in docs/howto/user-manager-to-freeradius.md."""
UNKNOWN = """\
if (notfound) {
            update control {
                &Proxy-To-Realm := "usermanager"
            }
        }"""
ELSEWHERE = """\
if ("%{sql:SELECT count(*) FROM radcheck WHERE username = '%{User-Name}'}" == "0") {
            update control {
                &Proxy-To-Realm := "usermanager"
            }
        }"""

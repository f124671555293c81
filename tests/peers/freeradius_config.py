"""Configurations of FreeRADIUS 3.2, to be filled in with str.format."""

COMMON = """\
prefix = /usr
exec_prefix = /usr
libdir = /usr/lib/freeradius
name = radiusd
raddbdir = {directory}
confdir = {directory}
run_dir = {directory}/run
logdir = {directory}/log
radacctdir = {directory}/acct
db_dir = {directory}/run
pidfile = {directory}/run/radiusd.pid
max_request_time = 30
cleanup_delay = 5
max_requests = 262144
hostname_lookups = no
log {{
    colourise = no
    auth = no
}}
security {{
    allow_core_dumps = no
    max_attributes = 200
    reject_delay = 0
    status_server = yes
    allow_vulnerable_openssl = yes
}}
proxy_requests = no
thread pool {{
    start_servers = 4
    max_servers = 8
    min_spare_servers = 1
    max_spare_servers = 4
    max_queue_size = 262144
    max_requests_per_server = 0
    auto_limit_acct = no
}}
"""

AUTH = """\
client signed {{
    ipaddr = 127.0.0.1
    secret = {secret}
    require_message_authenticator = yes
}}
clients legacyclients {{
    client legacy {{
        ipaddr = 127.0.0.1
        secret = {secret}
        require_message_authenticator = no
    }}
}}
modules {{
    pap {{
    }}
    chap {{
    }}
    mschap {{
        use_mppe = no
    }}
    detail {{
        filename = {directory}/acct/detail
        permissions = 0600
        header = "%t"
    }}
    always ok {{
        rcode = ok
    }}
    files {{
        filename = {directory}/users
    }}
    expr {{
    }}
    always handled {{
        rcode = handled
    }}
}}
policy {{
    peer_authorize {{
        if (&User-Name == "silent") {{
            update control {{
                &Response-Packet-Type := Do-Not-Respond
            }}
            handled
        }}
        if ((&User-Name == "otp") && !&State) {{
            update reply {{
                &Reply-Message := "Enter the code"
                &State := "%{{randstr:aaaaaaaaaaaaaaaa}}"
            }}
            update control {{
                &Response-Packet-Type := Access-Challenge
            }}
            handled
        }}
        chap
        mschap
        files
        pap
    }}
    peer_sign {{
        update reply {{
            &Message-Authenticator := 0x00
        }}
    }}
}}
server signed {{
    listen {{
        type = auth
        ipaddr = 127.0.0.1
        port = {auth}
    }}
    listen {{
        type = acct
        ipaddr = 127.0.0.1
        port = {acct}
    }}
    authorize {{
        peer_authorize
        Autz-Type Status-Server {{
            ok
        }}
    }}
    accounting {{
        if (&User-Name == "unstored") {{
            handled
        }}
        detail
    }}
    authenticate {{
        Auth-Type PAP {{
            pap
        }}
        Auth-Type CHAP {{
            chap
        }}
        Auth-Type MS-CHAP {{
            mschap
        }}
    }}
    post-auth {{
        peer_sign
        Post-Auth-Type REJECT {{
            peer_sign
        }}
        Post-Auth-Type Challenge {{
            peer_sign
        }}
    }}
}}
server legacy {{
    listen {{
        type = auth
        ipaddr = 127.0.0.1
        port = {legacy}
        clients = legacyclients
    }}
    authorize {{
        peer_authorize
    }}
    authenticate {{
        Auth-Type PAP {{
            pap
        }}
        Auth-Type CHAP {{
            chap
        }}
        Auth-Type MS-CHAP {{
            mschap
        }}
    }}
}}
"""

USERS = """\
alice	Cleartext-Password := "alice-pw-1"
	Reply-Message := "hello alice"

bob	Cleartext-Password := "bob-pw-1", Auth-Type := Reject
	Reply-Message := "account suspended"

carol	Cleartext-Password := "carol-pw-1"
	Service-Type := Framed-User,
	Framed-Protocol := PPP,
	Framed-Pool := "pool-active",
	Session-Timeout := 3600,
	Mikrotik-Rate-Limit := "10M/20M 15M/30M 8M/16M 10/10",
	Mikrotik-Address-List := "customers-active",
	Class := 0x636c6173732d6361726f6c

żaneta	Cleartext-Password := "zażółć-gęślą"
	Reply-Message := "cześć"

otp	Cleartext-Password := "otp-pw-1"

hashed	NT-Password := 0x2c60cf240e9bec8759714102daa56173

silent	Cleartext-Password := "silent-pw-1"
"""

DAE = """\
client dac {{
    ipaddr = 127.0.0.1
    secret = {secret}
}}
modules {{
    expr {{
    }}
    always ok {{
        rcode = ok
    }}
    always reject {{
        rcode = reject
    }}
    always handled {{
        rcode = handled
    }}
}}
policy {{
    dae_checks {{
        # RFC 5176 6.3: an Event-Timestamp that is stale, or ahead of us, is dropped silently
        if (&Event-Timestamp) {{
            update request {{
                &Tmp-Integer-0 := "%{{expr: %l - %{{integer:&Event-Timestamp}}}}"
                &Tmp-Integer-1 := "%{{expr: %{{integer:&Event-Timestamp}} - %l}}"
            }}
            if ((&Tmp-Integer-0 < 2147483648) && (&Tmp-Integer-0 > 300)) {{
                handled
            }}
            if ((&Tmp-Integer-1 < 2147483648) && (&Tmp-Integer-1 > 300)) {{
                handled
            }}
        }}
        if (&NAS-Identifier && (&NAS-Identifier != "lab-nas")) {{
            update reply {{
                &Error-Cause := NAS-Identification-Mismatch
            }}
            reject
        }}
        if (&NAS-IP-Address && (&NAS-IP-Address != 192.0.2.1)) {{
            update reply {{
                &Error-Cause := NAS-Identification-Mismatch
            }}
            reject
        }}
        if (!&Acct-Session-Id && !&User-Name) {{
            update reply {{
                &Error-Cause := Missing-Attribute
            }}
            reject
        }}
        if ((&Packet-Type == Disconnect-Request) && (&Filter-Id || &Session-Timeout || &Mikrotik-Rate-Limit)) {{
            update reply {{
                &Error-Cause := Unsupported-Attribute
            }}
            reject
        }}
        if (&Mikrotik-Address-List) {{
            update reply {{
                &Error-Cause := Unsupported-Attribute
            }}
            reject
        }}
    }}
    dae_find {{
        if (&Acct-Session-Id) {{
            update control {{
                &Tmp-String-0 := "%{{Acct-Session-Id}}"
            }}
        }}
        else {{
            update control {{
                &Tmp-String-0 := "%{{User-Name}}"
            }}
        }}
        if (&control:Tmp-String-0 =~ /^err-([0-9]+)$/) {{
            update reply {{
                &Error-Cause := "%{{1}}"
            }}
            reject
        }}
        if (&control:Tmp-String-0 =~ /^mute-/) {{
            handled
        }}
        if (&control:Tmp-String-0 =~ /^bare-/) {{
            reject
        }}
        if ((&control:Tmp-String-0 =~ /^noframed-/) && &Framed-IP-Address) {{
            update reply {{
                &Error-Cause := Unsupported-Attribute
            }}
            reject
        }}
        if (&control:Tmp-String-0 !~ /^(static-|noframed-|0x8130AbCd$)/) {{
            update reply {{
                &Error-Cause := Session-Context-Not-Found
            }}
            reject
        }}
        ok
    }}
    dae_stamp {{
        if (&request:Event-Timestamp) {{
            update reply {{
                &Event-Timestamp := "%l"
            }}
        }}
    }}
}}
server dae {{
    listen {{
        type = coa
        ipaddr = 127.0.0.1
        port = {dae}
    }}
    recv-coa {{
        dae_checks
        dae_find
    }}
    send-coa {{
        dae_stamp
    }}
}}
server dae-strict {{
    listen {{
        type = coa
        ipaddr = 127.0.0.1
        port = {strict}
    }}
    recv-coa {{
        if (!&Event-Timestamp || !&Message-Authenticator) {{
            handled
        }}
        dae_checks
        dae_find
    }}
    send-coa {{
        dae_stamp
    }}
}}
# Before 3.2.4 the Message-Authenticator of CoA and Disconnect replies was computed over a zeroed authenticator
server dae-missigned {{
    listen {{
        type = coa
        ipaddr = 127.0.0.1
        port = {missigned}
    }}
    recv-coa {{
        dae_checks
        dae_find
    }}
    send-coa {{
        update reply {{
            &Message-Authenticator := 0x00
        }}
    }}
}}
"""

EAP = """\
client nas {{
    ipaddr = {nas}
    secret = {secret}
    require_message_authenticator = yes
}}
modules {{
    files {{
        filename = {directory}/users
    }}
    eap {{
        default_eap_type = md5
        timer_expire = 60
        max_sessions = 64
        md5 {{
        }}
    }}
    detail {{
        filename = {directory}/acct/detail
        permissions = 0600
        header = "%t"
    }}
}}
server eap {{
    listen {{
        type = auth
        ipaddr = {host}
        port = {auth}
    }}
    listen {{
        type = acct
        ipaddr = {host}
        port = {acct}
    }}
    authorize {{
        eap {{
            ok = return
        }}
        files
    }}
    authenticate {{
        eap
    }}
    accounting {{
        detail
    }}
}}
"""

SQL = """\
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
    listen {{
        type = auth
        ipaddr = {host}
        port = {auth}
    }}
    listen {{
        type = acct
        ipaddr = {host}
        port = {acct}
    }}
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
    authenticate {{
        Auth-Type PAP {{
            pap
        }}
        Auth-Type CHAP {{
            chap
        }}
        Auth-Type MS-CHAP {{
            mschap
        }}
    }}
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

PASS_ON = """\
home_server usermanager {{
    type = auth
    ipaddr = {host}
    port = {auth}
    secret = {secret}
    src_ipaddr = {source}
    response_window = 5
}}
home_server usermanager-acct {{
    type = acct
    ipaddr = {host}
    port = {acct}
    secret = {secret}
    src_ipaddr = {source}
    response_window = 5
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

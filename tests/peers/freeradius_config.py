"""Configurations of FreeRADIUS 3.2 as a server for logins, to be filled in with str.format."""

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

LISTEN = """\
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
"""
"""Both ports of a server."""
AUTHENTICATE = """\
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
"""

AUTH = (
    """\
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
"""
    + LISTEN
    + """\
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
"""
    + AUTHENTICATE
    + """\
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
"""
    + AUTHENTICATE
    + """\
}}
"""
)

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

EAP = (
    """\
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
"""
    + LISTEN
    + """\
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
)

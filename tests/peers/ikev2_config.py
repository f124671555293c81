"""Configurations of two strongSwan charons, a VPN gateway and its customers, to be filled in with str.format."""

DAEMON = """\
charon {{
    load = random nonce drbg aes md5 sha1 sha2 hmac kdf gmp socket-default kernel-libipsec kernel-netlink vici updown \
eap-identity eap-md5 {more}
    filelog {{
        log {{
            path = {log}
            default = 1
            flush_line = yes
        }}
    }}
    plugins {{
        vici {{
            socket = {socket}
        }}
        {settings}
    }}
}}
"""

EAP_RADIUS = """\
eap-radius {{
    accounting = yes
    nas_identifier = peer-ikev2
    servers {{
        primary {{
            address = {radius}
            auth_port = {auth}
            acct_port = {acct}
            secret = {secret}
        }}
    }}
    dae {{
        enable = yes
        listen = {nas}
        port = {dae}
        secret = {secret}
    }}
}}
"""

GATEWAY = """\
connections {{
    customers {{
        version = 2
        local_addrs = {outside}
        proposals = aes128-sha256-modp2048
        encap = yes
        pools = inner
        local {{
            auth = psk
            id = gateway.example
        }}
        remote {{
            auth = eap-radius
            eap_id = %any
        }}
        children {{
            net {{
                local_ts = {services}
                esp_proposals = aes128-sha256
            }}
        }}
    }}
}}
pools {{
    inner {{
        addrs = {pool}
    }}
}}
secrets {{
    ike {{
        id = gateway.example
        secret = "psk-of-the-gateway"
    }}
}}
"""

CUSTOMER = """\
connections {{
    {user} {{
        version = 2
        local_addrs = {inside}
        remote_addrs = {outside}
        proposals = aes128-sha256-modp2048
        vips = 0.0.0.0
        encap = yes
        local {{
            auth = eap-md5
            id = {user}
            eap_id = {user}
        }}
        remote {{
            auth = psk
            id = gateway.example
        }}
        children {{
            {user} {{
                remote_ts = {service}/32
                esp_proposals = aes128-sha256
            }}
        }}
    }}
}}
secrets {{
    ike-{user} {{
        id = gateway.example
        secret = "psk-of-the-gateway"
    }}
    eap-{user} {{
        id = {user}
        secret = "{password}"
    }}
}}
"""

"""The configuration of FreeRADIUS 3.2 as a NAS's Dynamic Authorization Server, to be filled in with str.format."""

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

"""Configurations of hostapd and wpa_supplicant for a wired port, to be filled in with str.format."""

HOSTAPD = """\
interface=p1
driver=wired
ctrl_interface={control}/hostapd
ieee8021x=1
eapol_version=2
eap_reauth_period=0
use_pae_group_addr=1
own_ip_addr={nas}
nas_identifier=peer-nas
auth_server_addr={radius}
auth_server_port={auth}
auth_server_shared_secret={secret}
acct_server_addr={radius}
acct_server_port={acct}
acct_server_shared_secret={secret}
radius_das_port={dae}
radius_das_client={radius} {secret}
radius_das_time_window=300
radius_das_require_event_timestamp=1
radius_das_require_message_authenticator=1
"""

SUPPLICANT = """\
ctrl_interface={control}/supplicant
ap_scan=0
eapol_version=2
network={{
    key_mgmt=IEEE8021X
    eapol_flags=0
    identity="{user}"
    password="{password}"
    eap=MD5
}}
"""

ACTION = """\
#!/bin/sh
# hostapd_cli -a calls it with interface, event and MAC address: hostapd's wired driver opens and closes nothing itself
case "$2" in
AP-STA-CONNECTED) {bridge} fdb replace "$3" dev p1 master static ;;
AP-STA-DISCONNECTED) {bridge} fdb del "$3" dev p1 master ;;
esac
echo "$(date +%s.%N) $2 $3" >>{log}
"""

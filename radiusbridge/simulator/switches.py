"""One switch for each thing that is not known about real devices; a program has to work for every setting."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """How this world settles what is not established about RouterOS."""

    nak_insufficient: int | None = 402
    """Error-Cause of the NAK for too few identifying attributes; None: a NAK without Error-Cause."""
    nak_mismatch: int | None = 503
    """Error-Cause when the attributes contradict each other."""
    nak_not_found: int | None = 503
    nak_nas_mismatch: int | None = 403
    nak_unsupported: int | None = 401
    dae_message_authenticator: Literal["verify", "ignore", "require"] = "verify"
    dae_event_timestamp_window: float | None = 300.0
    dae_duplicate_cache: bool = False
    """Whether an exact retransmission gets the stored answer; else it is carried out again."""
    dae_session_id_alone: bool = False
    dae_user_name_alone: bool = False
    dae_unsupported_ignored: bool = True
    """Whether attributes that are unknown to a Disconnect-Request are passed over; else NAK."""
    dae_local_sessions: bool = False
    """Whether sessions of local secrets can be ended over RADIUS."""
    dae_stop_before_ack: bool = True
    dae_signs_replies: bool = False
    coa_address_list: Literal["accept", "nak", "ignore"] = "accept"

    coa_rate_limit: Literal["accept", "nak", "ignore"] = "accept"
    """Whether a CoA-Request's Mikrotik-Rate-Limit changes the session's queue; `ignore`: it is acknowledged and passed
    over."""

    disable_closes_sessions: bool = False
    delete_closes_sessions: bool = False
    close_session_waits: bool = False
    """Whether close-session ends only when the NAS has answered."""
    close_acked_ends_row: bool = True
    """Whether the session row ends with the NAS's ACK; else only with the Accounting-Stop."""
    shared_users: Literal["drop-oldest", "reject"] = "drop-oldest"
    shared_users_nak_admits: bool = True
    """Whether a NAK for the oldest session frees its place."""
    um_signs_replies: bool | None = None
    """None: from 7.15 on, and never on 6."""
    um_status_server: bool = False
    user_attributes_replace_group: bool = True
    duplicate_user_text: str = "failure: user with the same name already exists"
    name_finds_row: bool = True
    """Whether set and remove take a name in `.id`."""
    file_read: Literal["octets", "text"] = "octets"
    """Whether /file/read gives every octet of a file; else it ends at the first zero octet."""
    reboot_answer: Literal["done", "none"] = "done"
    """Whether /system/reboot is answered by `!done`; else the connection dies without it."""
    secrets: Literal["shown", "sensitive", "show-sensitive"] = "sensitive"
    """When print shows passwords: always, with the policy, or (from 7.21) only when asked with show-sensitive."""
    hidden_as: str | None = "*****"
    """What stands in place of a hidden password; None: the property is left out."""
    booleans: Literal["true", "yes"] = "true"
    """How print spells booleans."""
    hotspot_active_id: Literal["address", "count"] = "address"
    """What the `.id` in /ip/hotspot/active is made of: the guest's address, so that a guest who is back has the same
    again, or a count."""
    local_session_id: Literal["lower", "upper"] = "lower"
    """The case of the hex digits in /ppp/active's session-id."""

    um6_activation_restarts: bool = True
    """Whether assigning a profile that a user already has starts a new validity; else the old row is applied again."""
    um6_activation_queues: bool = False
    """Whether a profile waits behind the one in force although it was to be activated."""
    um6_activation_drops_others: bool = False
    um6_activation_resets_counters: bool = False
    """Whether usage counts from zero for a profile that is newly activated."""
    um6_waiting_is_actual: bool = False
    """Whether actual-profile names a profile that waits for its first login."""
    um6_actual_profile_stays: bool = False
    """Whether actual-profile still names a profile that is over or was removed."""
    um6_refuses_in_use: bool = False
    """Whether a profile or limitation that something refers to can not be removed; else what refers to it goes too."""
    um6_bind_clears_flag: bool = False
    """Whether caller-id-bind-on-first-use reads no once a device is bound."""
    um6_close_ends_row: bool = True
    """Whether close-session ends the row where no CoA can be sent; else nothing happens."""
    um6_till_time_moves: bool = True
    """Whether till-time of an active session is that of its last accounting; else it is empty."""
    um6_session_timeout: bool = True
    """Whether the Access-Accept says by Session-Timeout what is left of validity and uptime."""
    um6_byte_suffix: bool = False
    """Whether print writes rates and limits with a trailing B, as exports do."""

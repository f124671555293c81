"""What the tables are about, as people count them."""

TOPICS: dict[str, tuple[str, ...]] = {
    "servers": ("server", "breaker"),
    "standby": ("standby_pair",),
    "nases": ("nas", "nas_seen"),
    "devices": ("device_card",),
    "profiles": ("profile",),
    "customers": ("customer",),
    "holds": ("hold",),
    "renewals": ("renewal",),
    "operations": ("operation",),
    "evidence": ("operation_step", "operation_change", "import_row"),
    "audit": ("audit_entry",),
    "outbox": ("outbox_event",),
    "bulk runs": ("bulk_run",),
    "bulk rows": ("bulk_row",),
    "lines": ("speed_period", "line_quality"),
    "probes": ("probe_result",),
    "refusals": ("refusal",),
    "readings": ("router_minute",),
    "sessions": ("session_span",),
    "alerts": ("alert_rule", "alert_episode", "alert_mute", "alert_channel", "alert_notice"),
    "vouchers": ("voucher",),
    "voucher batches": ("voucher_batch",),
    "voucher sales": ("voucher_sale", "voucher_shift", "voucher_shift_end"),
    "voucher books": ("voucher_day", "voucher_day_part", "voucher_least", "voucher_count", "voucher_outlet"),
    "voucher prints": ("voucher_print", "voucher_trace", "voucher_printer", "voucher_template"),
    "settings": ("meta", "duty", "timer"),
}
"""A table that is in none of them is counted among `OTHERS`."""
OTHERS = "others"

"""How a database stands, and what was copied, as JSON and for people."""

from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.domain.sizes import size_text

if TYPE_CHECKING:
    from radiusbridge.db.copying.run import Copied
    from radiusbridge.services.databases import Status


def status_view(found: "Status") -> output.View:
    """`db status`."""
    standing, index = found.standing, found.standing.index
    return {
        "database": standing.target,
        "kind": standing.kind,
        "software": standing.software,
        "revision": standing.revision,
        "current": standing.current,
        "size": standing.size,
        "rows": dict(standing.rows),
        "search_index": None
        if index is None
        else {"present": index.present, "sound": index.sound, "lacking": index.lacking},
        "unfinished": {name: standing.unfinished.get(name, 0) for name in ("queued", "running", "waiting")},
        "leases": [
            {"what": each.what, "owner": each.owner, "until": each.until.isoformat(), "state": state.value}
            for each, state in found.leases
        ],
        "key_fits": not standing.key,
        "durable": dict(standing.durable),
        "read_only": list(standing.read_only),
        "wrong": list(found.wrong),
    }


def told_status(found: "Status") -> None:
    """The same for people."""
    standing, index = found.standing, found.standing.index
    schema = standing.revision or "none yet: run radiusbridge db upgrade"
    pairs = [
        ("database", standing.target),
        ("software", standing.software),
        ("schema", f"{schema}{', current' if standing.current else ''}"),
        ("size", size_text(standing.size)),
        ("key", standing.key or "fits"),
        ("commits", ", ".join(f"{name} {value}" for name, value in standing.durable.items())),
        ("writable", "no: " + "; ".join(standing.read_only) if standing.read_only else "yes"),
    ]
    if index is not None:
        unfinished = ", ".join(f"{count} {name}" for name, count in sorted(standing.unfinished.items()))
        pairs += [
            ("search", _index_words(index.present, index.sound, index.lacking)),
            ("unfinished", unfinished or "none"),
            ("leases", f"{len(found.leases)}" if found.leases else "none"),
            *((each.what, f"{state}, {each.owner}") for each, state in found.leases),
            *((f"  {topic}", f"{count:,}") for topic, count in standing.rows.items() if count),
        ]
    output.details(pairs)
    for each in found.wrong:
        output.line(f"wrong: {each}")


def _index_words(present: bool, sound: bool | None, lacking: int) -> str:
    if not present:
        return "without an index, slower (radiusbridge db upgrade tells why)"
    state = "by an index" if sound else "the index is there, but does not find customers"
    return f"{state}; {lacking} customers wait to be brought in" if lacking else state


def copy_view(copied: "Copied", seconds: float) -> output.View:
    """`db copy`."""
    return {
        "database": copied.source,
        "to": copied.target,
        "rows": copied.rows,
        "digest": copied.digest,
        "seconds": round(seconds, 3),
        "unfinished": copied.unfinished,
        "search_index": copied.searchable,
        "tables": [{"name": each.table, "rows": each.rows, "digest": each.digest} for each in copied.tables],
    }

"""The agent's configuration: a TOML file, or a few options. Everything is checked before anything is taken over."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_host_port
from radiusbridge.services.probes.files.document import LARGEST, Document, TooMany, load, parse
from radiusbridge.services.probes.files.fields import Fields
from radiusbridge.services.router_desk.rounds import KEEP, What
from radiusbridge.services.secret_files import secret_from_file

METRICS_PORT, SYSLOG_PORT = 9817, 5514
_OFF = "off"
_AGENT = ("metrics", "insecure_metrics", "executor", "timers", "follow", "stop_within")
_TABLES = ("agent", "drift", "probes", "syslog", "backups")
_SHORTEST = 5.0
_LONGEST = 31 * 86_400
"""Seconds between two runs of a timer, at least and at most."""
_BETWEEN = "5s to 31d"
_STOP_MOST = 3_600.0

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class ProbeTimer:
    """A file of probes that is run every so many seconds."""

    file: Path
    every: float
    keep: float | None = None
    """Seconds that results are kept in the database; None: they are not."""


@dataclass(frozen=True, slots=True)
class BackupTimer:
    """Files of routers that are kept every so many seconds: `services.router_desk.rounds.Round`, with the password's
    file in place of the password. folder None: beside the data."""

    every: float = 86_400.0
    folder: Path | None = None
    what: tuple[What, ...] = (What.EXPORT, What.DATABASE)
    routers: tuple[str, ...] = ()
    keep: int = KEEP
    sensitive: bool = False
    password_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """What the agent does. metrics, syslog: where it listens; None: nowhere. drift: seconds between two patrols; None:
    none. stop_within: seconds that running operations have to end in before they are handed over."""

    metrics: Address | None = ("127.0.0.1", METRICS_PORT)
    insecure_metrics: bool = False
    executor: bool = True
    timers: bool = True
    follow: bool = True
    stop_within: float = 10.0
    drift: float | None = 900.0
    drift_servers: tuple[str, ...] = ()
    probes: tuple[ProbeTimer, ...] = ()
    backups: BackupTimer | None = None
    syslog: Address | None = None
    senders: dict[str, str] = field(default_factory=dict)
    """Addresses that send syslog beside those in the database, with the name of the server or NAS."""


def checked(config: Config) -> Config:
    """Refuse what must not be. BadInput."""
    if config.metrics is not None and not config.insecure_metrics and not is_loopback(config.metrics[0]):
        raise BadInput(
            "health and metrics are served on loopback only: they tell servers' and NASes' names to whoever asks",
            target=safe(config.metrics[0], 80),
            hint="127.0.0.1:PORT and a proxy with TLS before it, or --insecure-metrics",
        )
    if config.syslog is not None and config.syslog == config.metrics:
        raise BadInput("syslog and metrics want the same port")
    if config.drift is not None and not _SHORTEST <= config.drift <= _LONGEST:
        raise BadInput("the time between two drift patrols is out of range", target="--drift", hint=_BETWEEN)
    if config.stop_within > _STOP_MOST:
        raise BadInput("the time to end is out of range", target="--stop-within", hint="up to 1h")
    return config


def is_loopback(host: str) -> bool:
    """Whether nobody outside of this machine reaches it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def parse_listen(port: int) -> Callable[[str], Address | None]:
    """Reads `HOST[:PORT]` or `off`."""

    def parse_text(text: str) -> Address | None:
        return None if text == _OFF else parse_host_port(text, port)

    return parse_text


def read_config(file: Path) -> Config:
    """The configuration in a file. BadInput: it cannot be read; BadProbes with every problem and its line."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or "that is no file name"
        raise BadInput(f"the configuration cannot be read: {told}", target=safe(str(file))) from error
    if len(content) > LARGEST:
        raise BadInput("that is no configuration: it is too long", target=safe(str(file)))
    document = parse(file, content) if content.strip() else Document(file, "", {})
    config = Config()
    with suppress(TooMany):
        config = _read(document)
    document.check()
    return checked(config)


def _read(document: Document) -> Config:
    top = Fields(document, (), document.data, _TABLES, "the configuration of the agent")
    config = _agent(_table(document, "agent", _AGENT), Config())
    config = _drift(_table(document, "drift", ("every", "servers")), config)
    config = replace(_syslog(document, config), backups=_backups(document))
    tables = document.data.get("probes", [])
    if not isinstance(tables, list):
        top.wrong("probes", "probes is an array of tables", "write [[probes]] above each")
        tables = []
    timers = [_probes(document, index, table) for index, table in enumerate(tables)]
    return replace(config, probes=tuple(timer for timer in timers if timer is not None))


def _table(document: Document, name: str, known: tuple[str, ...]) -> Fields:
    return Fields(document, (name,), document.data.get(name, {}), known, f"[{name}]")


def _agent(fields: Fields, config: Config) -> Config:
    metrics = config.metrics
    if "metrics" in fields:
        metrics = fields.parsed("metrics", parse_listen(METRICS_PORT))
    within = fields.seconds("stop_within")
    if within is not None and within > _STOP_MOST:
        fields.wrong("stop_within", "stop_within is out of range", "up to 1h")
    return replace(
        config,
        metrics=metrics,
        stop_within=config.stop_within if within is None else within,
        insecure_metrics=_flag(fields, "insecure_metrics", config.insecure_metrics),
        executor=_flag(fields, "executor", config.executor),
        timers=_flag(fields, "timers", config.timers),
        follow=_flag(fields, "follow", config.follow),
    )


def _flag(fields: Fields, key: str, default: bool) -> bool:
    value = fields.flag(key)
    return default if value is None else value


def _drift(fields: Fields, config: Config) -> Config:
    every = config.drift
    if "every" in fields:
        every = None if fields.is_word("every", _OFF) else _interval(fields)
    return replace(config, drift=every, drift_servers=fields.several("servers", _name) or ())


def _interval(fields: Fields) -> float | None:
    seconds = fields.seconds("every")
    if seconds is not None and not _SHORTEST <= seconds <= _LONGEST:
        fields.wrong("every", "every is out of range", _BETWEEN)
    return seconds


def _name(text: str) -> str:
    return text.strip()


def _syslog(document: Document, config: Config) -> Config:
    fields = _table(document, "syslog", ("listen", "from"))
    listen = fields.parsed("listen", parse_listen(SYSLOG_PORT)) if "listen" in fields else None
    senders: dict[str, str] = {}
    given = document.data.get("syslog", {})
    table = given.get("from", {}) if isinstance(given, dict) else {}
    if not isinstance(table, dict):
        fields.wrong("from", "from is a table of addresses and names", 'from = { "10.0.0.1" = "bras-1" }')
        table = {}
    for address, name in table.items():
        keys = ("syslog", "from", address)
        try:
            ip_address(address)
        except ValueError:
            document.wrong(keys, f"{safe(address, 60)!r} is no address")
            continue
        if not isinstance(name, str):
            document.wrong(keys, "an address goes with the name of a server or NAS")
            continue
        senders[address] = name
    return replace(config, syslog=listen, senders=senders)


def _backups(document: Document) -> BackupTimer | None:
    if "backups" not in document.data:
        return None
    usual = BackupTimer()
    fields = _table(document, "backups", ("every", "folder", "what", "routers", "keep", "sensitive", "password_file"))
    every = _interval(fields) if "every" in fields else usual.every
    what = fields.several("what", _kind)
    folder = fields.parsed("folder", lambda text: (document.folder / text).expanduser())
    secret = fields.parsed("password_file", lambda text: _password(document.folder / text))
    keep = fields.number("keep", 0, 10_000)
    return BackupTimer(
        usual.every if every is None else every,
        folder,
        usual.what if what is None else tuple(dict.fromkeys(what)),
        fields.several("routers", _name) or (),
        usual.keep if keep is None else keep,
        _flag(fields, "sensitive", usual.sensitive),
        secret,
    )


def _kind(text: str) -> What:
    try:
        return What(text)
    except ValueError:
        raise BadInput(f"{safe(text, 40)!r} is no kind of file", hint=", ".join(What)) from None


def _password(path: Path) -> Path:
    """That file, which has to be readable by us alone; it is read anew for each round. BadInput."""
    secret_from_file(str(path), "backup password")
    return path


def _probes(document: Document, index: int, table: object) -> ProbeTimer | None:
    fields = Fields(document, ("probes", index), table, ("file", "every", "keep"), "a table of probes")
    every = _interval(fields) if "every" in fields else 60.0
    keep = fields.seconds("keep")
    file = fields.parsed("file", lambda text: _probe_file(document.folder / text))
    if "file" not in fields:
        fields.wrong(None, "there is no file", 'file = "probes.toml"')
    return None if file is None or every is None else ProbeTimer(file, every, keep)


def _probe_file(path: Path) -> Path:
    """That file, which has to be one of probes; what is in it is read anew for each run. BadInput."""
    load(path)
    return path

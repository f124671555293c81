"""From a file of probes to the probes: everything is checked before anything is sent."""

from contextlib import suppress

from radiusbridge.domain.clock import Entropy
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.probe_runs import ProbeCase, ProbeSuite, State
from radiusbridge.domain.probes import TIMEOUT, Probe, ProbeKind
from radiusbridge.domain.records import Customer, LoginMethod
from radiusbridge.domain.text import safe
from radiusbridge.services.probes.files.document import Document, TooMany
from radiusbridge.services.probes.files.entries import Entries, Entry, Shared
from radiusbridge.services.probes.files.fields import Fields, parse_probe_name
from radiusbridge.services.probes.files.targets import DYNAMIC, Names, Secrets, Target, read_targets
from radiusbridge.services.probes.run import check_probe

MOST_PROBES = 50_000
"""After targets and methods were multiplied out."""

_TABLES = ("suite", "defaults", "targets", "probe")


def read_suite(document: Document, entropy: Entropy, names: Names | None = None) -> ProbeSuite:
    """The probes of a file. names: what the database knows, where a target stands by its name.

    Raises BadProbes with all that is wrong.
    """
    reader = _Reader(document, entropy, names)
    with suppress(TooMany):
        reader.read()
    document.check()
    return ProbeSuite(reader.name, str(document.file), tuple(reader.cases))


class _Reader:
    """Fills `name` and `cases`; what is wrong is noted in the document."""

    def __init__(self, document: Document, entropy: Entropy, names: Names | None) -> None:
        self.name = ""
        self.cases: list[ProbeCase] = []
        self._document = document
        self._entropy = entropy
        self._names = names
        self._targets: dict[str, Target | None] = {}
        self._defaults = Shared()

    def read(self) -> None:
        """Read all of it."""
        data = self._document.data
        top = Fields(self._document, (), data, _TABLES, "a file of probes")
        self.name = top.parsed("suite", parse_probe_name) or safe(self._document.file.stem, 60)
        secrets = Secrets(self._document.folder)
        self._targets = read_targets(self._document, secrets, self._names)
        entries = Entries(self._document, secrets, lambda: list(self._targets))
        self._defaults = entries.defaults()
        tables = data.get("probe")
        if not isinstance(tables, list) or not tables:
            top.wrong("probe", "there is no probe in this file", "write [[probe]] above each")
            return
        for index, table in enumerate(tables):
            entry = entries.entry(index, table, self._defaults)
            if entry is not None:
                self._multiply(entry)
            if len(self.cases) > MOST_PROBES:
                self._document.wrong(("probe", index), f"from here on there are more than {MOST_PROBES} probes")
                raise TooMany

    def _multiply(self, entry: Entry) -> None:
        """The probes of an entry; what is wrong with all of them is told of the first."""
        for name in entry.targets:
            target = self._targets[name]
            if target is None:
                continue
            methods = entry.values.get("method") or (target.method or LoginMethod.PAP,)
            for method in methods if entry.kind is ProbeKind.AUTH else methods[:1]:
                case = self._case(entry, name, target, method)
                if case is None:
                    return
                self.cases.append(case)

    def _case(self, entry: Entry, target_name: str, target: Target, method: LoginMethod) -> ProbeCase | None:
        access = target.access(entry.kind, entry.port)
        if access is None:
            side = "a NAS" if entry.kind in DYNAMIC else "a server"
            entry.fields.wrong("target", f"{target_name} is not the name of {side}, which a probe of that kind needs")
            return None
        customer = self._customer(entry, target)
        password = entry.values.get("password_file")
        if customer is not None:
            if not customer.test_account:
                hint = "schedules use accounts made for tests: radiusbridge customer add --test-account"
                entry.fields.wrong("user", f"{safe(customer.username, 60)} is a customer", hint)
                return None
            password = password or customer.password
        values = entry.values
        try:
            probe = Probe(
                entry.kind,
                access,
                target_name,
                values.get("user", ""),
                password,
                method,
                entry.answer,
                entry.accounting,
                entry.attributes,
                entry.expect,
                entry.expect_attributes,
                values.get("max_time"),
                values.get("timeout", TIMEOUT),
                values.get("retries"),
                tuple(sorted({**self._defaults.labels, **target.labels, **entry.labels}.items())),
            )
            check_probe(probe, self._entropy)
        except BadInput as error:
            self._document.refused(entry.fields.keys, error)
            return None
        several = (len(entry.targets) > 1, len(entry.values.get("method", ())) > 1 and entry.kind is ProbeKind.AUTH)
        parts = [part for part, shown in zip((target_name, str(method)), several, strict=True) if shown]
        warn, severity = values.get("warn_time"), values.get("severity", State.CRITICAL)
        name = "/".join([entry.name, *parts])
        return ProbeCase(name, entry.name, target_name, probe, warn, severity, target.server_id)

    def _customer(self, entry: Entry, target: Target) -> Customer | None:
        if self._names is None or not target.server_id:
            return None
        given = next((value for name, value in entry.attributes if name == "User-Name"), "")
        user = given or entry.values.get("user", "")
        return self._names.customer(target.server_id, user) if user else None

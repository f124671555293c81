"""Some of the probes of a file."""

from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.probe_runs import ProbeCase, ProbeSuite
from radiusbridge.domain.text import safe
from radiusbridge.services.probes.files.document import nearest


def chosen(suite: ProbeSuite, only: tuple[str, ...]) -> tuple[ProbeCase, ...]:
    """The probes that any of `only` names: a probe (with or without its target and method), or `label=value`.

    UnknownName for a word that none of them has.
    """
    if not only:
        return suite.cases
    for word in only:
        if not any(_is_meant(case, word) for case in suite.cases):
            known = {case.entry for case in suite.cases} | {case.name for case in suite.cases}
            known |= {f"{name}={value}" for case in suite.cases for name, value in case.probe.labels}
            raise UnknownName(f"no probe of this file is or has “{safe(word, 60)}”", hint=nearest(word, sorted(known)))
    return tuple(case for case in suite.cases if any(_is_meant(case, word) for word in only))


def _is_meant(case: ProbeCase, word: str) -> bool:
    name, equals, value = word.partition("=")
    return (name, value) in case.probe.labels if equals else word in {case.name, case.entry}

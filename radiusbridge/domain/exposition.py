"""The text format of Prometheus (version 0.0.4)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]


def escaped(text: str) -> str:
    """A label's value as it stands between quotes."""
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


@dataclass(slots=True)
class Family:
    """A metric with its samples. kind: gauge or counter."""

    name: str
    kind: str
    words: str
    samples: list[tuple[Labels, float]] = field(default_factory=list)

    def add(self, value: float | None, **labels: str) -> None:
        """Add a sample; None: there is none."""
        if value is not None:
            self.samples.append((labels, value))


def rendered(families: Iterable[Family]) -> str:
    """All of them; one without samples is left out."""
    return "".join(f"{line}\n" for family in families if family.samples for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.words}"
    yield f"# TYPE {family.name} {family.kind}"
    for labels, value in family.samples:
        pairs = ",".join(f'{name}="{escaped(text)}"' for name, text in labels.items())
        yield f"{family.name}{{{pairs}}} {number(value)}" if pairs else f"{family.name} {number(value)}"


def number(value: float) -> str:
    """A value; an integer stays one."""
    return str(value) if isinstance(value, int) else f"{value:.6f}"

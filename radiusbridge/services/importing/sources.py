"""Where an import reads: rows that can be read again, and what is to be known of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from radiusbridge.domain.imports import Field, SourceRow


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which heading of a source is taken for what. field None: it is not used."""

    heading: str
    field: Field | None


class Source(Protocol):
    """Customers somewhere else. Reading blocks."""

    @property
    def name(self) -> str:
        """What it is called in messages, journal and audit log; never a secret."""
        ...

    @property
    def headings(self) -> Sequence[str]:
        """Of the cells of its rows, as they stand there."""
        ...

    @property
    def mapped(self) -> Sequence[Mapped]:
        """What its headings are taken for."""
        ...

    @property
    def words(self) -> Sequence[str]:
        """What else is to be known before anything is taken over, a sentence each."""
        ...

    @property
    def from_1904(self) -> bool:
        """Whether it counts days from 1904."""
        ...

    def rows(self) -> Iterator[SourceRow]:
        """All of it, from the beginning. BadInput: it cannot be read further."""
        ...


@dataclass(frozen=True, slots=True)
class Gathered:
    """A source that was read whole into memory: a router's list, or tables of a database."""

    name: str
    found: Sequence[SourceRow]
    fields: Sequence[Field]
    words: Sequence[str] = ()
    from_1904: bool = False

    @property
    def headings(self) -> Sequence[str]:
        """The names of the fields."""
        return tuple(map(str, self.fields))

    @property
    def mapped(self) -> Sequence[Mapped]:
        """Nothing had to be guessed."""
        return ()

    def rows(self) -> Iterator[SourceRow]:
        """All of it."""
        return iter(self.found)

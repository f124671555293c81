"""The filter language: one line that verbs and screens understand alike, as a tree of terms. Pure.

    budi timur                every word occurs in some field
    "budi santoso"            the words as one
    area:utara                a text field that holds it; `*` stands for anything: user:*@wisp
    area=utara                is exactly that (case does not count)
    state:held,walled         one of these
    up>2h  rate>=10M  down<1G paid<2026-12-01  paid<today  paid<+7d   compared; durations, rates, sizes, days
    phone:none                nothing is there
    4c:5e:0c:11:22:33         a MAC, or three octets of one at least, is a word
    -area:utara  !state:live  not
    area:utara or area:barat  either; `and` binds closer and may be left out; ( ) group

What a field is called, of which kind it is and which words it knows stands in a `Vocabulary`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.filter_values import Kind, Value, parse_value
from radiusbridge.domain.vocabulary import Field as Field
from radiusbridge.domain.vocabulary import Vocabulary as Vocabulary

LONGEST = 1000
"""Characters that a filter may have."""
DEEPEST = 20
"""Parentheses within each other."""


class Op(StrEnum):
    """How a field is compared."""

    HOLDS = ":"
    IS = "="
    IS_NOT = "!="
    MORE = ">"
    LEAST = ">="
    LESS = "<"
    MOST = "<="


@dataclass(frozen=True, slots=True)
class Word:
    """Occurs in some field."""

    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """One field compared; of several values one has to fit."""

    field: Field
    op: Op
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """Every one; with none, everything."""

    nodes: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one."""

    nodes: tuple["Node", ...]


Node = Word | Term | Not | All | Either


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\()|(?P<close>\))
        |(?P<mac>(?:[0-9A-Fa-f]{2}:){2,5}[0-9A-Fa-f]{0,2}(?=[\s()]|$))
        |(?P<negation>[-!](?=[^\s]))
        |(?P<name>[A-Za-z][A-Za-z_-]*)(?P<op>!=|>=|<=|:|=|>|<)(?P<value>(?:"[^"]*"|[^\s"()])*)
        |"(?P<quoted>[^"]*)"
        |(?P<word>[^\s()"]+)
    )""",
    re.VERBOSE,
)
_VALUE = re.compile(r'"([^"]*)"|([^,"]+)')


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str = ""
    op: str = ""
    value: str = ""


def parse(text: str, vocabulary: Vocabulary) -> Node:
    """The tree of a filter; an empty line holds for everything. BadInput: where it cannot be understood, and why."""
    if len(text) > LONGEST:
        raise BadInput(f"the filter has {len(text)} characters", hint=f"{LONGEST} are allowed")
    parser = _Parser(list(_tokens(text)), vocabulary)
    node = parser.either(0)
    if parser.left():
        raise BadInput("the filter has a ) too many", hint="take it away, or write it in quotes")
    return node


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadInput(f"the filter cannot be read from “{text[at : at + 20].strip()}” on", hint="close the quotes")
        at = match.end()
        kind = match.lastgroup or ""
        if match["name"] is not None:
            yield _Token("term", match["name"], match["op"], match["value"])
        elif match["quoted"] is not None:
            yield _Token("word", match["quoted"])
        elif match["mac"] is not None:
            yield _Token("word", match["mac"])
        elif match["word"] is not None:
            yield _Token({"or": "or", "and": "and"}.get(match["word"].lower(), "word"), match["word"])
        else:
            yield _Token(kind)


class _Parser:
    """Recursive descent: either > all > not > one."""

    def __init__(self, tokens: list[_Token], vocabulary: Vocabulary) -> None:
        self._tokens = tokens
        self._at = 0
        self._vocabulary = vocabulary

    def left(self) -> bool:
        """Whether something was not read."""
        return self._at < len(self._tokens)

    def either(self, depth: int) -> Node:
        """Alternatives."""
        if depth > DEEPEST:
            raise BadInput("the filter has too many parentheses within each other", hint=f"{DEEPEST} are allowed")
        nodes = [self._all(depth)]
        while self._next_is("or"):
            self._at += 1
            nodes.append(self._all(depth))
        if len(nodes) > 1 and All() in nodes:
            raise BadInput("the filter has an “or” with nothing beside it", hint='the word itself is written "or"')
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def _all(self, depth: int) -> Node:
        nodes = []
        while self.left() and not self._next_is("or", "close"):
            if self._next_is("and"):
                self._at += 1
                continue
            nodes.append(self._one(depth))
        return nodes[0] if len(nodes) == 1 else All(tuple(nodes))

    def _one(self, depth: int) -> Node:
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == "negation":
            if not self.left() or self._next_is("or", "and", "close"):
                raise BadInput("the filter ends after a “not”", hint="write what is to be left out after - or !")
            return Not(self._one(depth))
        if token.kind == "open":
            node = self.either(depth + 1)
            if not self._next_is("close"):
                raise BadInput("the filter has a ( that is not closed", hint="add a ), or write it in quotes")
            self._at += 1
            return node
        if token.kind == "term":
            return self._term(token)
        return Word(token.text)

    def _next_is(self, *kinds: str) -> bool:
        return self.left() and self._tokens[self._at].kind in kinds

    def _term(self, token: _Token) -> Node:
        asked, op = self._vocabulary.named(token.text), Op(token.op)
        texts = [quoted or bare for quoted, bare in _VALUE.findall(token.value)]
        if not texts:
            raise BadInput(f"“{asked.name}{op}” lacks what to look for", hint=f"{asked.name}:none is for nothing there")
        ordered = op not in {Op.HOLDS, Op.IS, Op.IS_NOT}
        if ordered and (asked.kind in {Kind.TEXT, Kind.CHOICE} or len(texts) > 1):
            raise BadInput(f"“{asked.name}” cannot be compared with {op} so", hint=f"write {asked.name}:{texts[0]}")
        values = tuple(parse_value(asked.name, asked.kind, asked.choices, each) for each in texts)
        if ordered and None in values:
            raise BadInput(f"“{asked.name}” cannot be compared with nothing", hint=f"write {asked.name}:none")
        return Not(Term(asked, Op.IS, values)) if op is Op.IS_NOT else Term(asked, op, values)


def fields_of(node: Node) -> frozenset[str]:
    """The names of the fields that a filter asks for; `""` stands for words."""
    match node:
        case Word():
            return frozenset({""})
        case Term():
            return frozenset({node.field.name})
        case Not():
            return fields_of(node.node)
        case All() | Either():
            return frozenset().union(*map(fields_of, node.nodes))


def split(node: Node, known: Callable[[str], bool]) -> tuple[Node, Node]:
    """(what asks only for known fields, the rest): both have to hold. `known("")` is for words."""
    parts = node.nodes if isinstance(node, All) else (node,)
    inside = tuple(part for part in parts if all(map(known, fields_of(part))))
    outside = tuple(part for part in parts if part not in inside)
    return _joined(inside), _joined(outside)


def _joined(nodes: tuple[Node, ...]) -> Node:
    return nodes[0] if len(nodes) == 1 else All(nodes)

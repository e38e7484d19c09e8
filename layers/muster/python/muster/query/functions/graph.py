"""Functions on links and references, which are one graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from muster.catalog.model import FieldKind, LinkType
from muster.query.check.terms import Checker
from muster.query.functions.arguments import Bound
from muster.query.functions.seeds import seeds
from muster.query.functions.signature import Group, Parameter, Signature
from muster.query.refusals import nearest, problem, shown
from muster.query.tree import NumberSign, Word
from muster.replica.condition import Condition, Edges, Reachable, Related
from muster.text import fold

MAX_DEPTH = 10_000
_QUERY = Parameter("query", optional=True)
_TYPES = Parameter("types", optional=True, also=("type", "refType", "refTypes"))
_DIR = Parameter("dir", optional=True, also=("direction",))

GROUP: Group = Group(
    "Links and references",
    (
        Signature(
            ("inR", "inboundReferences"),
            "inR([query], [types])",
            "Assets that others lead to, by a link or a reference; only others that the query "
            "finds, only by links and references of these names.",
            'object HAVING inR(type = "File System", refType IN ("Depends", "Using")) >= 3',
            ("condition", "related"),
            (_QUERY, _TYPES),
        ),
        Signature(
            ("outR", "outboundReferences"),
            "outR([query], [types])",
            "Assets that lead to others, likewise.",
            "object NOT HAVING outR()",
            ("condition", "related"),
            (_QUERY, _TYPES),
        ),
        Signature(
            ("linked",),
            "linked([query], [types], [dir])",
            "Assets that are one step from others, `out` to them, `in` from them, or `any`.",
            'linked(type = Printer, type = "Owns", dir = "out")',
            ("condition", "related"),
            (_QUERY, _TYPES, _DIR),
        ),
        Signature(
            ("reachable",),
            "reachable(query, [types], [dir], [depth])",
            "Assets that can be reached from those that the query finds, in up to `depth` steps; "
            "`out` with the links, `in` against them, or `any`.",
            'reachable(key = SRV-12, types = ("Runs on"), dir = "in", depth = 4)',
            ("condition",),
            (Parameter("query"), _TYPES, _DIR, Parameter("depth", optional=True)),
        ),
    ),
)

type Direction = Literal["in", "out", "any"]
type Number = tuple[NumberSign, int]

_DIRECTIONS: dict[str, Direction] = {
    "in": "in",
    "inbound": "in",
    "out": "out",
    "outbound": "out",
    "any": "any",
    "both": "any",
}
_FIXED: dict[str, Direction] = {"inR": "in", "outR": "out"}


def related(bound: Bound, checker: Checker, number: Number = (">=", 1)) -> Condition:
    """Return what `inR`, `outR` and `linked` ask: so many assets one step away that are found."""
    direction = _FIXED.get(bound.signature.name) or _direction(bound)
    where = seeds(bound, checker)
    return Related(edges(bound, checker, direction), where, *number)


def reachable(bound: Bound, checker: Checker) -> Condition:
    """Return what `reachable` asks."""
    where = seeds(bound, checker)
    return Reachable(where, edges(bound, checker, _direction(bound)), _depth(bound))


def edges(bound: Bound, checker: Checker, direction: Direction) -> Edges:
    """Return the steps that count: all, or those of the link types and reference fields named."""
    words = [_word(bound, value) for value in bound.values("types")]
    if not words:
        return Edges(direction)
    link_types: dict[str, None] = {}
    fields: dict[str, None] = {}
    for word in words:
        kinds = [each for each in _link_types(checker) if _answers(word.text, _names(each))]
        named = _references(checker, word.text)
        if not kinds and not named:
            raise _unknown(word, checker)
        for kind in kinds:
            checker.use("link_type", kind.id, kind.name)
        for name in named:
            checker.use("field_type", checker.context.catalog.fields[name].id, name)
        link_types |= dict.fromkeys(kind.id for kind in kinds)
        fields |= dict.fromkeys(named)
    return Edges(direction, tuple(link_types), tuple(fields))


def _link_types(checker: Checker) -> Iterable[LinkType]:
    return checker.context.catalog.link_types.values()


def _names(kind: LinkType) -> tuple[str, ...]:
    return kind.id, kind.name, kind.inbound_name, kind.outbound_name


def _references(checker: Checker, words: str) -> list[str]:
    fields = checker.context.catalog.fields.values()
    references = (f for f in fields if f.kind is FieldKind.REFERENCE)
    return [f.name for f in references if _answers(words, (f.name, f.label))]


def _answers(words: str, names: Iterable[str]) -> bool:
    return fold(words) in map(fold, names)


def _unknown(word: Word, checker: Checker) -> Exception:
    links = [kind.name for kind in _link_types(checker)]
    fields = checker.context.catalog.fields.values()
    references = [f.label for f in fields if f.kind is FieldKind.REFERENCE]
    return problem(
        "unknown_value",
        f"There is no type of links and no reference field {shown(word.text)}.",
        word.span,
        expected=[*links, *references][:50],
        suggestions=nearest(word.text, [*links, *references]),
    )


def _word(bound: Bound, value: object) -> Word:
    if isinstance(value, Word):
        return value
    detail = "Types of links are named by words."
    raise problem("wrong_arguments", detail, bound.call.span, expected=["a type of links"])


def _direction(bound: Bound) -> Direction:
    word = bound.word("dir")
    if word is None:
        return "any"
    found = _DIRECTIONS.get(word.text.strip().casefold())
    if found is None:
        detail = f"{shown(word.text)} is no direction."
        raise problem("wrong_arguments", detail, word.span, expected=["in", "out", "any"])
    return found


def _depth(bound: Bound) -> int | None:
    word = bound.word("depth")
    if word is None:
        return None
    bare = word.text.strip()
    if not bare.isdecimal() or not bare.isascii() or not 1 <= int(bare[:9]) <= MAX_DEPTH:
        detail = f"The depth is a number of steps from 1 to {MAX_DEPTH:,}."
        raise problem("wrong_arguments", detail, word.span, expected=["a number of steps"])
    return int(bare[:9])

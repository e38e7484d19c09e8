"""Operators that suit a path, and the words of the language with what they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from muster.query.check.paths import Paths
from muster.query.check.predicates import operators_of
from muster.query.check.terms import NO_VALUES, Kind, Target
from muster.query.context import Context
from muster.query.parse.keywords import NEGATABLE, OBJECT
from muster.query.refusals import InvalidQueryError
from muster.query.suggest.suggestion import Suggestion
from muster.query.tree import Name

_DOCS = {
    "=": "equals, case and accents apart",
    "==": "equals, case and accents too",
    "!=": "has a value, and none equals",
    "~": "has words like these",
    "!~": "has no words like these",
    "<": "less, or before",
    "<=": "at most, or not after",
    ">": "more, or after",
    ">=": "at least, or not before",
    "LIKE": "has this text in it",
    "HAS": "has this word or phrase",
    "STARTSWITH": "begins with",
    "ENDSWITH": "ends with",
    "MATCHES": "is of a pattern with * and ?",
    "IN": "is one of",
    "IN CASE": "is one of, case and accents too",
    "BETWEEN": "from one to another, both included",
    "IS EMPTY": "has no value",
    "IS NOT EMPTY": "has a value",
    "UNDER": "is this, or lies below it",
    "HAVING": "what the values are together",
    "WAS": "had this value once",
    "CHANGED": "was changed",
    "AND": "both",
    "OR": "one of the two",
    "NOT": "the opposite",
    "ORDER BY": "sort by",
    "LIMIT": "at most so many",
    "ASC": "ascending",
    "DESC": "descending",
    "NULLS": "where those without a value come",
    "AFTER": "after a moment",
    "BEFORE": "before a moment",
    "ON": "on a day",
    "DURING": "between two moments",
    "FROM": "the value before",
    "TO": "the value after",
    "BY": "who changed it",
    "CASE": "case and accents count",
}
_PAST_KINDS = frozenset(Kind) - NO_VALUES - {Kind.CAUSE}
_NOT_PAST = frozenset({"id", "key", "created", "updated", "createdBy", "updatedBy", "image"})


def targets_of(context: Context, path: Name | None) -> tuple[Target, ...]:
    """Return the meanings of a path, none where it has none."""
    if path is None:
        return ()
    try:
        return Paths(context.catalog).targets(path)
    except InvalidQueryError:
        return ()


def operators(context: Context, path: Name | None) -> Iterator[Suggestion]:
    """Yield the operators that suit what a path means, most usual first."""
    if path is not None and path.quoted == (False,) and path.parts[0].upper() == OBJECT:
        yield from keywords(["HAVING", "NOT HAVING"])
        return
    names: dict[str, None] = {}
    for target in targets_of(context, path):
        names |= dict.fromkeys(_suited(target))
    positive = [name for name in names if not name.startswith("NOT ")]
    negated = [f"NOT {name}" for name in positive if name in NEGATABLE]
    empty = ["IS NOT EMPTY"] if "IS EMPTY" in names else []
    yield from keywords([*positive, *empty, *negated], kind_is_operator=True)


def _suited(target: Target) -> Iterator[str]:
    yield from operators_of(target)
    field = target.field
    if field is not None and (field.many or target.kind is Kind.USER):
        yield "HAVING"
    steps = target.place.hops[: -1 if target.kind is Kind.REFERENCE else None]
    if target.kind in _PAST_KINDS and not steps and target.name not in _NOT_PAST:
        yield from ("WAS", "CHANGED")


def keywords(words: Iterable[str], *, kind_is_operator: bool = False) -> Iterator[Suggestion]:
    """Yield words of the language."""
    for word in words:
        positive = _DOCS.get(word.removeprefix("NOT "), "")
        doc = _DOCS.get(word) or (f"not: {positive}" if positive else "")
        yield Suggestion(word, "operator" if kind_is_operator else "keyword", word, doc)

"""In which order the answer comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from muster.query import tree
from muster.query.check.builtins import BUILT_INS
from muster.query.check.terms import Checker, Kind, Target
from muster.query.check.wording import MOST_WORDS
from muster.query.context import Context
from muster.query.refusals import problem, shown
from muster.query.tree import Bare, Compare, Match, Word
from muster.replica.port import Sort
from muster.text import fold, words

_UNSORTED = frozenset({Kind.OPAQUE, Kind.FILE})


def sort_of(query: tree.Query, checker: Checker) -> tuple[Sort, ...]:
    """Return the sort keys: those of the query, or the dialect's habit."""
    if query.order:
        return tuple(_key(order, checker) for order in query.order)
    if checker.context.dialect == "aql":
        return (Sort("name", empty_first=True),)
    return (Sort("updated_at", descending=True),)


def _key(order: tree.Order, checker: Checker) -> Sort:
    targets = checker.targets(order.path)
    path = ".".join(order.path.parts)
    if len(targets) > 1:
        names = [target.name for target in targets]
        detail = f"{shown(path)} is a label of several fields: order by one of them."
        raise problem("ambiguous_field", detail, order.span, expected=names, suggestions=names[:3])
    field = _field(targets[0])
    if field is None:
        detail = f"{shown(path)} has no order."
        raise problem("wrong_type", detail, order.span, expected=["a field with an order"])
    return Sort(
        field,
        order.descending,
        targets[0].place.hops,
        _empty_first(order, checker),
        ranked(targets[0], checker.context),
    )


def _field(target: Target) -> str | None:
    """Return what `Sort` calls the target; references are in the order of their assets' names."""
    if target.field is None:
        return BUILT_INS[target.name.casefold()].sort
    if target.kind in _UNSORTED:
        return None
    return "name" if target.kind is Kind.REFERENCE else target.field.name


def ranked(target: Target, context: Context) -> tuple[str, ...] | None:
    """Return the ids of what has names in the order that people know; None for other values.

    Options come as their field lists them, types by label, folders by path, members by name.
    """
    match target.kind:
        case Kind.OPTION:
            assert target.field is not None
            return tuple(option.id for option in target.field.options)
        case Kind.TYPE:
            types = context.catalog.types
            return _sorted({type_id: kind.label for type_id, kind in types.items()})
        case Kind.FOLDER | Kind.PATH:
            folders = context.folders
            return _sorted({folder_id: folders.path_of(folder_id) for folder_id in folders.by_id})
        case Kind.USER:
            return _sorted({member.id: member.name for member in context.people.all})
    return None


def _sorted(names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda each: (fold(names[each]), each)))


def _empty_first(order: tree.Order, checker: Checker) -> bool:
    if order.nulls is not None:
        return order.nulls == "FIRST"
    return checker.context.dialect == "aql" and not order.descending


def rank_of(query: tree.Query, checker: Checker) -> str | None:
    """Return the words by which to rank: those that the query looks for in all texts.

    They have to stand by themselves or under AND, and the query has no order of its own.
    """
    if query.order:
        return None
    text = " ".join(text for each in _joined(query.where) for text in _sought(each, checker))
    found = words(text)
    return " ".join(found[:MOST_WORDS]) if len(found) > MOST_WORDS else text or None


def _joined(expression: tree.Expression | None) -> Iterator[tree.Expression]:
    if isinstance(expression, tree.And):
        for item in expression.items:
            yield from _joined(item)
    elif expression is not None:
        yield expression


def _sought(expression: tree.Expression, checker: Checker) -> Iterator[str]:
    match expression:
        case Bare(word=word):
            yield word.text
        case (
            Compare(path=path, sign="~" | "=" | "==", value=Word() as word)
            | Match(path=path, verb="HAS", value=Word() as word, negated=False)
        ):
            (target, *_) = checker.targets(path)
            if target.kind is Kind.ALL_TEXT and not target.place.hops:
                yield word.text

"""Functions that stand for types and folders with what is below, and saved searches."""

from __future__ import annotations

from muster.query.check.terms import Checker, Folders, Types, Values
from muster.query.context import SavedSearch
from muster.query.functions.arguments import Bound
from muster.query.functions.signature import Group, Parameter, Signature
from muster.query.parse import parse
from muster.query.refusals import InvalidQueryError, nearest, problem, shown
from muster.query.tree import Word
from muster.replica.condition import Condition, Every
from muster.text import fold

MAX_SEARCHES = 20
"""Saved searches in one query, those in them included, each as often as it is named."""
_COUNTED = "saved searches"

GROUP: Group = Group(
    "Types, folders and searches",
    (
        Signature(
            ("objectTypeAndChildren",),
            "objectTypeAndChildren(type, …)",
            "These types and all below them.",
            'type IN objectTypeAndChildren("Asset Details")',
            ("types",),
            (Parameter("types", many=True),),
        ),
        Signature(
            ("folderAndChildren",),
            "folderAndChildren(folder, …)",
            "These folders and all below them.",
            'folder IN folderAndChildren("/Berlin")',
            ("folders",),
            (Parameter("folders", many=True),),
        ),
        Signature(
            ("savedSearch",),
            "savedSearch(name)",
            "What a saved search of this name or id finds; its order and limit do not count.",
            'savedSearch("Broken laptops") AND folder UNDER "/Berlin"',
            ("condition",),
            (Parameter("name"),),
        ),
    ),
)


def types_and_children(bound: Bound, checker: Checker) -> Values:
    """Return the types that are named, and all below them."""
    catalog = checker.context.catalog
    named = [each for value in bound.values("types") for each in checker.types(value)]
    return Types(tuple(sorted({below for each in named for below in catalog.subtypes(each)})))


def folders_and_children(bound: Bound, checker: Checker) -> Values:
    """Return the folders that are named, and all below them; below the root lies everything."""
    tree = checker.context.folders
    named = [each for value in bound.values("folders") for each in checker.folders(value)]
    found: dict[str | None, None] = {}
    for each in named:
        below = tree.by_id if each is None else [folder.id for folder in tree.subtree(each)]
        found |= dict.fromkeys([*([None] if each is None else []), *below])
    return Folders(tuple(found))


def saved_search(bound: Bound, checker: Checker) -> Condition:
    """Return what a saved search asks, in its own dialect and with its parameters' defaults."""
    word = bound.word("name")
    assert word is not None
    search = _search(word, checker)
    _require_room(search, word, checker)
    checker.use("saved_search", search.id, search.name)
    inner = checker.inside(search.id, search.dialect)
    try:
        query = parse(search.query, dialect=search.dialect, parameters=search.parameters)
        return Every() if query.where is None else inner.expression(query.where)
    except InvalidQueryError as error:
        wrong = error.errors[0]
        if wrong.code == "search_cycle":
            raise problem(wrong.code, wrong.detail, word.span) from error
        detail = f"In the saved search {shown(search.name)}: {wrong.detail}"
        raise problem(wrong.code, detail, word.span) from error


def _search(word: Word, checker: Checker) -> SavedSearch:
    searches, folded = checker.context.searches, fold(word.text)
    by_id = [each for each in searches if each.id == word.text.strip()]
    found = by_id or [each for each in searches if fold(each.name) == folded]
    if found:
        return found[0]
    names = [each.name for each in searches]
    detail = f"There is no saved search {shown(word.text)} that you may use."
    raise problem(
        "unknown_value",
        detail,
        word.span,
        expected=names[:50],
        suggestions=nearest(word.text, names),
    )


def _require_room(search: SavedSearch, word: Word, checker: Checker) -> None:
    if search.id in checker.expanding:
        detail = f"The saved search {shown(search.name)} leads back to itself."
        raise problem("search_cycle", detail, word.span)
    kept = checker.context.kept
    kept[_COUNTED] = kept.get(_COUNTED, 0) + 1
    if kept[_COUNTED] > MAX_SEARCHES:
        detail = (
            f"A query has at most {MAX_SEARCHES} saved searches in it (the limit of searches), "
            "those in them included."
        )
        raise problem("limit_exceeded", detail, word.span)

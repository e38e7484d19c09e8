"""Functions of Asset Tracker: one's own assets, named ones, and what is linked to them."""

from __future__ import annotations

from collections.abc import Iterable

from muster.query.check.conditions import NEVER, some_of
from muster.query.check.measures import boolean_of
from muster.query.check.terms import Checker
from muster.query.functions.arguments import Bound
from muster.query.functions.seeds import seeds
from muster.query.functions.signature import Group, Parameter, Signature
from muster.query.refusals import problem, shown
from muster.query.tree import Word
from muster.replica.condition import Condition, Edges, Equal, Place, Reachable

GROUP: Group = Group(
    "My assets and linked ones",
    (
        Signature(
            ("my",),
            "my()",
            "Assets that name you in some field for people, and your primary asset.",
            "my() AND type = Computer",
            ("condition",),
        ),
        Signature(
            ("my_primary",),
            "my_primary()",
            "Your primary asset.",
            "my_primary()",
            ("condition",),
        ),
        Signature(
            ("my_with_linked",),
            "my_with_linked()",
            "What `my()` finds, and all that is linked to it, directly or not.",
            "my_with_linked() AND NOT type UNDER Accessory",
            ("condition",),
        ),
        Signature(
            ("user_is",),
            "user_is(person)",
            "Assets that name this person in some field for people.",
            'user_is("ada@example.org")',
            ("condition",),
            (Parameter("person"),),
        ),
        Signature(
            ("user_is_with_linked",),
            "user_is_with_linked(person)",
            "What `user_is` finds, and all that is linked to it, directly or not.",
            'user_is_with_linked("ada@example.org")',
            ("condition",),
            (Parameter("person"),),
        ),
        Signature(
            ("id_in",),
            "id_in(id, …)",
            "The assets of these ids or keys.",
            "id_in(LAP-1, LAP-2)",
            ("condition",),
            (Parameter("ids", many=True),),
        ),
        Signature(
            ("linked_items",),
            "linked_items(asset or query, [indirect], [include])",
            "Assets linked to that one, or to those that the query finds; also indirectly, and "
            "these assets themselves, with `true` in the second and the third place.",
            "linked_items(LAP-1, true, false)",
            ("condition",),
            (
                Parameter("query", also=("id",)),
                Parameter("indirect", optional=True, also=("include-indirect",)),
                Parameter("include", optional=True, also=("includeParent", "include-parent")),
            ),
        ),
    ),
)


def my(_bound: Bound, checker: Checker) -> Condition:
    """Return the condition that a field for people has the caller, or it is the primary asset."""
    return some_of([_held_by((checker.context.me,), checker), my_primary(_bound, checker)])


def my_primary(_bound: Bound, checker: Checker) -> Condition:
    """Return the condition that it is the caller's primary asset."""
    asset = checker.context.primary_assets.get(checker.context.me)
    return NEVER if asset is None else Equal(Place("id"), (asset,))


def my_with_linked(bound: Bound, checker: Checker) -> Condition:
    """Return the condition that it is one's own, or linked to that, directly or not."""
    return _with_linked(my(bound, checker), checker)


def user_is(bound: Bound, checker: Checker) -> Condition:
    """Return the condition that some field for people has this person."""
    person = bound.value("person")
    assert person is not None
    return _held_by(checker.people(person), checker)


def user_is_with_linked(bound: Bound, checker: Checker) -> Condition:
    """Return the condition that it is somebody's, or linked to that, directly or not."""
    return _with_linked(user_is(bound, checker), checker)


def id_in(bound: Bound, _checker: Checker) -> Condition:
    """Return the condition that the id or the key is one of these."""
    words: list[str] = []
    for value in bound.values("ids"):
        if not isinstance(value, Word):
            detail = "Ids and keys are words."
            raise problem("wrong_arguments", detail, value.span, expected=["an id or a key"])
        words.append(value.text.strip())
    texts = tuple(words)
    return some_of([Equal(Place("id"), texts), Equal(Place("key"), texts)])


def linked_items(bound: Bound, checker: Checker) -> Condition:
    """Return the condition that links join it with what is found."""
    where = seeds(bound, checker)
    depth = None if _said(bound, "indirect") else 1
    return Reachable(where, _all_links(checker), depth, seeds_too=_said(bound, "include"))


def _held_by(people: Iterable[str], checker: Checker) -> Condition:
    values = tuple(people)
    return some_of([Equal(Place(name), values) for name in checker.user_fields()])


def _with_linked(where: Condition, checker: Checker) -> Condition:
    return Reachable(where, _all_links(checker), seeds_too=True)


def _all_links(checker: Checker) -> Edges:
    """Return links of every type; references would join all that stands in one place."""
    return Edges("any", tuple(sorted(checker.context.catalog.link_types)), ())


def _said(bound: Bound, parameter: str) -> bool:
    word = bound.word(parameter)
    if word is None:
        return False
    said = boolean_of(word.text)
    if said is None:
        detail = f"{shown(word.text)} is neither true nor false."
        raise problem("wrong_arguments", detail, word.span, expected=["true", "false"])
    return said

"""Versions, and what HAVING asks of all values together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from muster.query.check.conditions import all_of, some_of
from muster.query.check.terms import NO_VALUES, Checker, Target, Values, Version
from muster.query.functions.arguments import Bound
from muster.query.functions.signature import Group, Parameter, Signature
from muster.query.refusals import InvalidQueryError, problem, shown
from muster.query.tree import Name, NumberSign, Span, Value
from muster.replica.condition import Condition, Count, Empty, Only

_ONE_OR_MORE = (Parameter("values", many=True),)

GROUP: Group = Group(
    "Versions and lists of values",
    (
        Signature(
            ("version",),
            "version(text)",
            "A version to compare with, part by part: 13.10 comes after 13.2, a pre-release "
            "before its release.",
            '"OS version" < version("13.2")',
            ("version",),
            (Parameter("text"),),
        ),
        Signature(
            ("ALL",),
            "ALL(value, …)",
            "Behind HAVING: each of these is among the values.",
            "Colours HAVING ALL(red, blue)",
            ("having",),
            _ONE_OR_MORE,
        ),
        Signature(
            ("ONLY",),
            "ONLY(value, …)",
            "Behind HAVING: there are values, and each is one of these.",
            "Colours HAVING ONLY(red, blue)",
            ("having",),
            _ONE_OR_MORE,
        ),
        Signature(
            ("COUNT",),
            "COUNT()",
            "Behind HAVING, with a comparison: how many values there are.",
            "Member HAVING COUNT() > 2",
            ("having",),
        ),
    ),
)

type Number = tuple[NumberSign, int]


def version(bound: Bound, _checker: Checker) -> Values:
    """Return a version."""
    word = bound.word("text")
    assert word is not None
    return Version(word.text)


def has_all(path: Name, bound: Bound, checker: Checker) -> Condition:
    """Return the condition that each of these is among the values."""
    parameter = bound.signature.parameters[0].name
    targets = _targets(path, checker)
    return all_of([_one(targets, value, checker) for value in bound.values(parameter)])


def has_only(path: Name, bound: Bound, checker: Checker) -> Condition:
    """Return the condition that there are values, and each is one of these."""
    targets = _targets(path, checker)
    values = bound.values("values")

    def only(target: Target) -> Condition:
        stored = [each for value in values for each in checker.stored(target, value)]
        return Only(target.place, tuple(each for each in stored if each is not None))

    found = _fitting(targets, only)
    none = [Empty(target.place) for target, _ in found]
    one = [condition for _, condition in found]
    if len(found) == 1:
        return one[0]
    each_only = [some_of(pair) for pair in zip(none, one, strict=True)]
    return all_of([some_of(one), *each_only])


def has_count(path: Name, checker: Checker, number: Number | None) -> Condition:
    """Return the condition on the number of values."""
    targets = _targets(path, checker)
    if len(targets) > 1:
        names = [target.name for target in targets]
        detail = "This is a label of several fields: count the values of one of them."
        raise problem("ambiguous_field", detail, path.span, expected=names, suggestions=names[:3])
    sign, count = number or (">=", 1)
    return Count(targets[0].place, sign, count)


def _targets(path: Name, checker: Checker) -> tuple[Target, ...]:
    targets = checker.targets(path)
    for target in targets:
        if target.kind in NO_VALUES:
            detail = f"{shown(target.name)} is {target.kind}, and has no values to look at."
            raise problem("wrong_type", detail, path.span, expected=["a field"])
    return targets


def _one(targets: Sequence[Target], value: Value, checker: Checker) -> Condition:
    found = _fitting(targets, lambda target: checker.equal(target, value))
    return some_of([condition for _, condition in found])


def _fitting(
    targets: Sequence[Target], ask: Callable[[Target], Condition]
) -> list[tuple[Target, Condition]]:
    """Return what is asked of those of the targets that it suits; raises when it suits none."""
    found: list[tuple[Target, Condition]] = []
    wrong: list[InvalidQueryError] = []
    for target in targets:
        try:
            found.append((target, ask(target)))
        except InvalidQueryError as error:
            wrong.append(error)
    if not found:
        raise wrong[0]
    return found


def refuse_number(number: Number | None, bound: Bound, span: Span) -> None:
    """Raise InvalidQueryError where a number stands behind what counts nothing."""
    if number is not None:
        detail = f"`{bound.signature.name}` counts nothing, so that no number can stand behind it."
        raise problem("wrong_type", detail, span, expected=["COUNT()"])

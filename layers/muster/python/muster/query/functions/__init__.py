"""The functions of the language: as conditions, as values, and behind HAVING."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from muster.query.check.terms import Assets, Checker, Kind, Target, Values
from muster.query.functions import graph, kinds, lists, own, people, quality, times
from muster.query.functions.arguments import Bound, bind
from muster.query.functions.elsewhere import not_connected
from muster.query.functions.signatures import SIGNATURES, Signature, names, signature_of
from muster.query.refusals import InvalidQueryError, nearest, problem, shown
from muster.query.tree import Call, Name, NumberSign
from muster.replica.condition import Condition

_CONDITIONS: Mapping[str, Callable[[Bound, Checker], Condition]] = {
    "my": own.my,
    "my_primary": own.my_primary,
    "my_with_linked": own.my_with_linked,
    "user_is": own.user_is,
    "user_is_with_linked": own.user_is_with_linked,
    "id_in": own.id_in,
    "linked_items": own.linked_items,
    "inR": graph.related,
    "outR": graph.related,
    "linked": graph.related,
    "reachable": graph.reachable,
    "savedSearch": kinds.saved_search,
    "duplicateOf": quality.duplicate_of,
    "missingRequired": quality.missing_required,
    "stale": quality.stale,
}
_VALUES: Mapping[str, Callable[[Bound, Checker], Values]] = {
    "currentUser": people.current_user,
    "user": people.user,
    "inactiveUsers": people.inactive_users,
    "objectTypeAndChildren": kinds.types_and_children,
    "folderAndChildren": kinds.folders_and_children,
    "version": lists.version,
}
_HAVING: Mapping[str, Callable[[Name, Bound, Checker], Condition]] = {
    "user": lists.has_all,
    "ALL": lists.has_all,
    "ONLY": lists.has_only,
}


def condition(call: Call, checker: Checker) -> Condition:
    """Return what a function asks that stands by itself; raises InvalidQueryError."""
    bound = _bound(call)
    ask = _CONDITIONS.get(bound.signature.name)
    if ask is None:
        raise _misplaced(call, bound.signature, "is no condition by itself", "condition")
    return ask(bound, checker)


def values(call: Call, checker: Checker, target: Target | None) -> Values:
    """Return what a function stands for as a value of a target, None where it is none of a path.

    A function that is a condition stands for the assets that meet it, where a reference is asked
    for. Raises InvalidQueryError.
    """
    bound = _bound(call)
    name = bound.signature.name
    if "date" in bound.signature.uses:
        return times.moment(bound, checker.context.clock)
    if name in _VALUES:
        return _VALUES[name](bound, checker)
    if name in _CONDITIONS and target is not None and target.kind is Kind.REFERENCE:
        return Assets(_CONDITIONS[name](bound, checker))
    raise _misplaced(call, bound.signature, "is no value", "date")


def having(
    path: Name | None,
    call: Call,
    sign: NumberSign | None,
    number: int | None,
    checker: Checker,
) -> Condition:
    """Return what `path HAVING call [sign number]` asks, `object HAVING` where the path is None.

    Raises InvalidQueryError.
    """
    bound = _bound(call)
    counted = None if sign is None or number is None else (sign, number)
    name = bound.signature.name
    if path is None:
        if "related" not in bound.signature.uses:
            raise _misplaced(call, bound.signature, "can't stand behind `object HAVING`", "related")
        return graph.related(bound, checker, counted or (">=", 1))
    if name == "COUNT":
        return lists.has_count(path, checker, counted)
    if name not in _HAVING:
        raise _misplaced(call, bound.signature, "can't stand behind HAVING", "having")
    lists.refuse_number(counted, bound, call.span)
    return _HAVING[name](path, bound, checker)


def _bound(call: Call) -> Bound:
    signature = signature_of(call.name)
    if signature is None:
        raise problem(
            "unknown_function",
            f"There is no function {shown(call.name)}.",
            call.span,
            suggestions=nearest(call.name, names()),
        )
    if signature.waits_for:
        raise not_connected(call, signature)
    return bind(call, signature)


def _misplaced(call: Call, signature: Signature, what: str, use: str) -> InvalidQueryError:
    fitting = [each.form for each in SIGNATURES if use in each.uses and not each.waits_for]
    detail = f"`{signature.name}` {what}. It is used as in `{signature.example}`."
    return problem("wrong_type", detail, call.span, expected=fitting)


__all__ = ["SIGNATURES", "condition", "having", "names", "signature_of", "values"]

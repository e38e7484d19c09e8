"""Arguments of a call, brought to the parameters of its function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from muster.query.functions.signature import Parameter, Signature
from muster.query.refusals import InvalidQueryError, nearest, problem, shown
from muster.query.tree import (
    Argument,
    Call,
    Compare,
    Expression,
    In,
    Listed,
    Name,
    Raw,
    Span,
    Value,
    Word,
)

type Given = Value | Listed | Expression | Raw


@dataclass(frozen=True)
class Bound:
    """A call whose arguments are told apart, by the usual names of the parameters."""

    call: Call
    signature: Signature
    given: Mapping[str, tuple[tuple[Given, Span], ...]]

    def all(self, parameter: str) -> list[tuple[Given, Span]]:
        """Return what was given for a parameter, lists taken apart, with where it stands."""
        return [one for each in self.given.get(parameter, ()) for one in _members(*each)]

    def one(self, parameter: str) -> tuple[Given, Span] | None:
        """Return the only thing given for a parameter; None for nothing."""
        found = self.all(parameter)
        if len(found) > 1:
            name = self.signature.name
            raise problem(
                "wrong_arguments", f"`{name}` takes one {parameter}, not {len(found)}.", found[1][1]
            )
        return found[0] if found else None

    def values(self, parameter: str) -> list[Value]:
        """Return the words and calls given for a parameter; raises InvalidQueryError for others."""
        return [_value(self, parameter, *each) for each in self.all(parameter)]

    def value(self, parameter: str) -> Value | None:
        """Return the only word or call given for a parameter; None for nothing."""
        found = self.one(parameter)
        return None if found is None else _value(self, parameter, *found)

    def word(self, parameter: str) -> Word | None:
        """Return the only word given for a parameter; raises InvalidQueryError for a call."""
        found = self.value(parameter)
        if isinstance(found, Call):
            raise _no_value(self, parameter, found.span)
        return found


def bind(call: Call, signature: Signature) -> Bound:
    """Return a call's arguments by parameter.

    Raises InvalidQueryError for one that has no place, with it, and for one that is missing.
    """
    given: dict[str, list[tuple[Given, Span]]] = {}
    for index, argument in enumerate(call.arguments):
        named = _named(signature, argument, index)
        if named is not None:
            parameter, value = named
            if parameter.name in given and not parameter.many:
                raise _twice(signature, parameter, argument.span)
        else:
            parameter, value = _next(call, signature, given, argument), argument.value
        given.setdefault(parameter.name, []).append((value, argument.span))
    for parameter in signature.parameters:
        if not parameter.optional and parameter.name not in given:
            raise _missing(call, signature, parameter)
    return Bound(call, signature, {name: tuple(found) for name, found in given.items()})


def _named(signature: Signature, argument: Argument, index: int) -> tuple[Parameter, Given] | None:
    """Return the parameter that an argument names, and what it gives for it.

    `type = Owns` reads as a condition, `refType IN (…)` too: which of them it is only the function
    can tell. A function that takes a query takes it first, so there `type = …` is one.
    """
    if argument.name is not None:
        return _parameter(signature, argument.name, argument.span), argument.value
    found = _assignment(argument.value)
    if found is None or (index == 0 and _first_is_query(signature) and _is_field(found[0])):
        return None
    for parameter in signature.parameters:
        if found[0] in parameter.names:
            return parameter, found[1]
    return None


def _assignment(value: Given) -> tuple[str, Given] | None:
    match value:
        case Compare(path=Name(parts=(name,)), sign="=", value=given):
            return name.casefold(), given
        case In(path=Name(parts=(name,)), values=given, span=span, negated=False, case=False):
            return name.casefold(), Listed(given, span)
    return None


def _first_is_query(signature: Signature) -> bool:
    return bool(signature.parameters) and signature.parameters[0].name == "query"


def _is_field(name: str) -> bool:
    return name in {"type", "id"}


def _parameter(signature: Signature, name: str, span: Span) -> Parameter:
    for parameter in signature.parameters:
        if name.casefold() in parameter.names:
            return parameter
    known = [parameter.name for parameter in signature.parameters]
    raise problem(
        "wrong_arguments",
        f"`{signature.name}` has no parameter {shown(name)}. It is written `{signature.form}`.",
        span,
        expected=known,
        suggestions=nearest(name, known),
    )


def _next(
    call: Call,
    signature: Signature,
    given: Mapping[str, object],
    argument: Argument,
) -> Parameter:
    for parameter in signature.parameters:
        if parameter.name not in given or parameter.many:
            return parameter
    most = len(signature.parameters)
    count = f"takes {_counted(most)}" if most else "takes no argument"
    raise problem(
        "wrong_arguments",
        f"`{signature.name}` {count}, not {len(call.arguments)}. It is written `{signature.form}`.",
        argument.span,
        expected=[")"],
    )


def _counted(number: int) -> str:
    return "one argument" if number == 1 else f"up to {number} arguments"


def _missing(call: Call, signature: Signature, parameter: Parameter) -> InvalidQueryError:
    end = call.span[1]
    return problem(
        "wrong_arguments",
        f"`{signature.name}` needs its {parameter.name}. It is written `{signature.form}`.",
        (max(call.span[0], end - 1), end),
        expected=[parameter.name],
    )


def _twice(signature: Signature, parameter: Parameter, span: Span) -> InvalidQueryError:
    return problem(
        "wrong_arguments", f"`{signature.name}` is given its {parameter.name} twice.", span
    )


def _members(given: Given, span: Span) -> Iterator[tuple[Given, Span]]:
    if isinstance(given, Listed):
        yield from ((value, value.span) for value in given.values)
    else:
        yield given, span


def _value(bound: Bound, parameter: str, given: Given, span: Span) -> Value:
    if isinstance(given, Word | Call):
        return given
    raise _no_value(bound, parameter, span)


def _no_value(bound: Bound, parameter: str, span: Span) -> InvalidQueryError:
    return problem(
        "wrong_arguments",
        f"`{bound.signature.name}` takes a plain value as its {parameter}. "
        f"It is written `{bound.signature.form}`.",
        span,
        expected=[parameter],
    )

"""What a function takes where its bracket is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from muster.query.context import Context
from muster.query.functions.signatures import Parameter, Signature, signature_of
from muster.query.suggest import values
from muster.query.suggest.suggestion import Suggestion
from muster.query.tree import Name

_OFFSETS = (("-1h", "an hour ago"), ("-1d", "a day ago"), ("-1w", "a week ago"))
_MONTHS = (("-1mo", "a month ago"), ("-1y", "a year ago"))
_DIRECTIONS = (
    ("out", "from the asset to others"),
    ("in", "from others to the asset"),
    ("any", "both ways"),
)


def parameter_at(function: str, index: int) -> Parameter | None:
    """Return the parameter that a function's argument of this number, from 0, stands for."""
    signature = signature_of(function)
    listed = signature.parameters if signature else ()
    if index < len(listed):
        return listed[index]
    return listed[-1] if listed and listed[-1].many else None


def parameter_named(function: str, path: Name | None) -> Parameter | None:
    """Return a function's parameter of this name, as in `dir = in`."""
    signature = signature_of(function)
    if signature is None or path is None or len(path.parts) > 1:
        return None
    name = path.parts[0].casefold()
    return next((each for each in signature.parameters if name in each.names), None)


def named_arguments(function: str, index: int) -> Iterator[Suggestion]:
    """Yield the names of the optional parameters that may still be given."""
    signature = signature_of(function)
    for parameter in signature.parameters[index:] if signature else ():
        if parameter.name in _NAMED:
            yield Suggestion(
                _NAMED[parameter.name],
                "keyword",
                parameter.name,
                "of this function",
                also=parameter.also,
            )


def arguments(context: Context, function: str, parameter: Parameter) -> Iterator[Suggestion]:
    """Yield what a parameter takes, as far as the catalog and the people tell."""
    signature = signature_of(function)
    kinds = parameter.name == "types" and signature is not None and "types" in signature.uses
    listed = values.types if kinds else _LISTED.get(parameter.name)
    if listed is not None:
        yield from listed(context)


def takes_values(function: str, parameter: Parameter) -> bool:
    """Tell whether a parameter takes values of the path before the function, as in ALL(…)."""
    signature: Signature | None = signature_of(function)
    return parameter.name == "values" and signature is not None and "having" in signature.uses


_NAMED = {"types": "types = (", "dir": "dir = ", "depth": "depth = "}


def _offsets(_: Context) -> Iterator[Suggestion]:
    for offset, doc in (*_OFFSETS, *_MONTHS):
        yield Suggestion(offset, "value", offset, doc)


def _ages(_: Context) -> Iterator[Suggestion]:
    for age in ("30d", "90d", "6mo", "1y"):
        yield Suggestion(age, "value", age)


def _directions(_: Context) -> Iterator[Suggestion]:
    for word, doc in _DIRECTIONS:
        yield Suggestion(f'"{word}"', "value", word, doc)


def _booleans(_: Context) -> Iterator[Suggestion]:
    for word in ("true", "false"):
        yield Suggestion(word, "value", word)


_LISTED: dict[str, Callable[[Context], Iterator[Suggestion]]] = {
    "people": values.people,
    "person": values.people,
    "folders": values.folders,
    "types": values.link_types,
    "dir": _directions,
    "offset": _offsets,
    "age": _ages,
    "indirect": _booleans,
    "include": _booleans,
    "name": values.searches,
}

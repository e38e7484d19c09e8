"""Filters with operators, such as `cf.computer.ram__gte=16`, as conditions of the query language.

They mean what the language means by the same comparison, since they are checked by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

from muster.assets import refusals
from muster.errors import FieldError
from muster.query.check.checking import check
from muster.query.context import Context, context_of
from muster.query.refusals import InvalidQueryError
from muster.query.tokens import form_of
from muster.query.tree import Compare, Empty, Expression, In, Match, Name, Or, Query, Word
from muster.replica import condition
from muster.replica.condition import Condition, Equal, InFolder, Not, Place, Some
from muster.scope import Scope

_NOWHERE = (0, 0)
type _Maker = Callable[[Name, Word], Expression]
_ONE: Mapping[str, _Maker] = {
    "contains": lambda path, word: Match(path, "LIKE", word, _NOWHERE),
    "startswith": lambda path, word: Match(path, "STARTSWITH", word, _NOWHERE),
    "endswith": lambda path, word: Match(path, "ENDSWITH", word, _NOWHERE),
    "eq": lambda path, word: Compare(path, "=", word, _NOWHERE),
    "lt": lambda path, word: Compare(path, "<", word, _NOWHERE),
    "lte": lambda path, word: Compare(path, "<=", word, _NOWHERE),
    "gt": lambda path, word: Compare(path, ">", word, _NOWHERE),
    "gte": lambda path, word: Compare(path, ">=", word, _NOWHERE),
}
"""What an operator makes of one value; of several, one has to be so."""


@dataclass(frozen=True)
class Conditions:
    """Makes conditions of filters, for one caller."""

    scope: Scope
    time_zone: str | None = None

    def of_field(self, parameter: str, name: str, operator: str, texts: Sequence[str]) -> Condition:
        """Return the condition of `parameter`: a field or built-in, and what its values have to be.

        Raises InvalidParameterError that names the parameter.
        """
        path = Name(tuple(name.split(".")), _NOWHERE)
        words = tuple(_word(text, operator) for text in texts)
        if operator == "not":
            wanted: Expression = In(path, words, _NOWHERE, negated=True)
        elif operator in {"empty", "filled"}:
            wanted = Empty(path, _NOWHERE, negated=operator == "filled")
        else:
            each = tuple(_ONE[operator](path, word) for word in words)
            wanted = each[0] if len(each) == 1 else Or(each, _NOWHERE)
        try:
            return check(Query("", wanted), self._context).where
        except InvalidQueryError as error:
            _bad(parameter, error.detail)

    @cached_property
    def _context(self) -> Context:
        return context_of(self.scope, time_zone=self.time_zone)


def not_of_types(ids: Sequence[str]) -> Condition:
    """Return that an asset is of none of these types."""
    return Not(Equal(Place("type"), tuple(ids)))


def not_in_folders(ids: Sequence[str | None], *, below: bool) -> Condition:
    """Return that an asset is in none of these folders, None being the root, nor `below` them."""
    if below:
        return Not(InFolder(tuple(ids)))
    place = Place("folder")
    named = Equal(place, tuple(each for each in ids if each is not None))
    return Not(Some((named, condition.Empty(place))) if None in ids else named)


def _word(text: str, operator: str) -> Word:
    form = form_of(text)
    if operator in {"contains", "startswith", "endswith"} or form in {"text", "units"}:
        return Word(text, _NOWHERE, "quoted")
    return Word(text, _NOWHERE, form)  # type: ignore[arg-type] # the others are a Word's


def _bad(parameter: str, detail: str) -> NoReturn:
    error = FieldError("invalid_parameter", detail, parameter=parameter)
    raise refusals.InvalidParameterError(detail, errors=[error])

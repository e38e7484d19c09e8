"""From a cursor's place to suggestions: one source for each thing that the grammar expects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from muster.query.context import Context
from muster.query.functions.signatures import Parameter
from muster.query.parse.keywords import OBJECT, TIMES
from muster.query.suggest import values as known
from muster.query.suggest.arguments import (
    arguments,
    named_arguments,
    parameter_at,
    parameter_named,
    takes_values,
)
from muster.query.suggest.fields import fields
from muster.query.suggest.functions import functions
from muster.query.suggest.operators import keywords, operators, targets_of
from muster.query.suggest.outlook import Outlook, outlook
from muster.query.suggest.stored import assets, stored
from muster.query.suggest.suggestion import MOST, Suggestion, chosen
from muster.query.tree import Name
from muster.replica.port import Replica

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_WITH_EMPTY = frozenset({"=", "!=", "WAS", "FROM", "TO"})
_NOT_IN_QUOTES = frozenset({"function", "keyword", "operator"})
_ASSETS = frozenset({"query", "ids"})
"""Parameters that take an asset's id or key."""
_WITH_FIELDS = frozenset({"query", "field"})
_OF_QUERIES = frozenset({"NOT", "("})
"""What an argument begins with only where it is a query."""
_PUNCTUATION = frozenset("(),")
MOST_FIELDS = 30
"""Where functions may stand too, which shall not be crowded out."""


def suggest(
    context: Context, text: str, position: int, *, replica: Replica | None = None
) -> list[Suggestion]:
    """Return what may stand at a position of a text, the likeliest first, at most `MOST`.

    The text need not be whole, and what follows the position need not be right; where what stands
    before it is wrong, there is nothing. With a replica, assets and values that they hold are among
    them; it is asked as it stands, a time or two.
    """
    seen = outlook(text, max(0, min(position, len(text))), context.dialect)
    if seen is None:
        return []
    completion = _Completion(context, replica, seen)
    ordered = sorted(seen.expected, key=lambda expected: expected in _PUNCTUATION)
    found = [each for expected in ordered for each in completion.of(expected)]
    first = {each.insert: each for each in reversed(found)}
    return [first[insert] for insert in dict.fromkeys(each.insert for each in found)][:MOST]


@dataclass(frozen=True)
class _Completion:
    context: Context
    replica: Replica | None
    seen: Outlook

    def of(self, expected: str) -> list[Suggestion]:
        """Suggest for one of the things that are expected."""
        if expected in ("a condition", "a field"):
            return self._condition(expected)
        takes = self._parameter()
        if expected in _OF_QUERIES and takes is not None and takes.name != "query":
            return []
        source = _SOURCES.get(expected)
        return self._chosen(keywords([expected]) if source is None else source(self))

    def _condition(self, expected: str) -> list[Suggestion]:
        """Suggest fields, and functions: in a function's bracket only where it takes a query."""
        takes = self._parameter()
        if takes is not None and takes.name not in _WITH_FIELDS:
            return []
        found, begun = fields(self.context, self.seen)
        called = expected == "a condition" and (takes is None or takes.name == "query")
        most = MOST_FIELDS if called else MOST
        named = chosen(found, begun, self.seen.span, most)
        return [*named, *self._chosen(functions("condition") if called else ())]

    def _parameter(self) -> Parameter | None:
        """Return the parameter that the cursor's argument stands for."""
        begins = self.seen.calls and not self.seen.operator and "a value" in self.seen.expected
        return parameter_at(*self.seen.calls[-1]) if begins else None

    def operator(self) -> Iterator[Suggestion]:
        yield from operators(self.context, self.seen.path)

    def value(self) -> Iterator[Suggestion]:
        seen = self.seen
        if not seen.operator:
            yield from self._argument()
            return
        named = parameter_named(seen.calls[-1][0], seen.path) if seen.calls else None
        if named is not None:
            yield from arguments(self.context, seen.calls[-1][0], named)
        if named is None or targets_of(self.context, seen.path):
            yield from self._compared()

    def function(self) -> Iterator[Suggestion]:
        if self.seen.operator != "HAVING":
            yield from (each for each in self._of_path() if each.kind == "function")
            return
        itself = _is_object(self.seen.path)
        yield from functions("related" if itself else "having")

    def _compared(self) -> Iterator[Suggestion]:
        """Yield what stands behind an operator."""
        operator = self.seen.operator
        if operator == "BY":
            yield from known.people(self.context)
            yield from functions("people")
        elif operator in TIMES:
            yield from known.moments(self.context)
            yield from functions("date")
        else:
            yield from self._of_path()
        if operator in _WITH_EMPTY:
            yield Suggestion("EMPTY", "keyword", "EMPTY", "no value")

    def _argument(self) -> Iterator[Suggestion]:
        """Yield what the function takes whose bracket is open."""
        function, index = self.seen.calls[-1]
        parameter = self._parameter()
        yield from named_arguments(function, index)
        if parameter is None:
            return
        if takes_values(function, parameter):
            yield from self._of_path()
        yield from arguments(self.context, function, parameter)
        if self.replica is not None and parameter.name in _ASSETS and self._begun:
            yield from assets(self.replica, self._begun)

    def _of_path(self) -> Iterator[Suggestion]:
        for target in targets_of(self.context, self.seen.path):
            yield from known.values(self.context, target)
            if self.replica is not None:
                yield from stored(self.replica, self.context.catalog, target, self._begun)

    @property
    def _begun(self) -> str:
        return ".".join([*self.seen.head, self.seen.partial])

    def _chosen(self, found: Iterable[Suggestion]) -> list[Suggestion]:
        fit = (e for e in found if not (self.seen.in_quotes and e.kind in _NOT_IN_QUOTES))
        return chosen(fit, self._begun, self.seen.span)


def _is_object(path: Name | None) -> bool:
    return path is not None and path.quoted == (False,) and path.parts[0].upper() == OBJECT


_SOURCES: dict[str, Callable[[_Completion], Iterable[Suggestion]]] = {
    "an operator": _Completion.operator,
    "a value": _Completion.value,
    "a function": _Completion.function,
    "a comparison": lambda _: keywords(_COMPARISONS),
    "a whole number": lambda _: (),
}

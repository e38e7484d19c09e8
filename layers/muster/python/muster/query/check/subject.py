"""What a path's values are asked: each kind of values answers to the operators that suit it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from muster.catalog.model import FieldType
from muster.query import tree
from muster.query.check import builtins
from muster.query.check.conditions import NEVER, negated, some_of, through
from muster.query.check.terms import (
    Assets,
    Checker,
    Folders,
    Kind,
    Met,
    Network,
    Persons,
    Stored,
    Target,
    Types,
    Values,
    Version,
)
from muster.query.check.wording import Verb
from muster.query.refusals import InvalidQueryError, problem, shown
from muster.query.tree import Span, Word
from muster.replica.condition import Condition, Empty, Equal, Place

type OrderSign = Literal["<", "<=", ">", ">="]

_GIVEN: dict[type, str] = {
    Persons: "people",
    Types: "asset types",
    Folders: "folders",
    Version: "a version",
    Network: "a network",
    Assets: "assets",
}
_ALWAYS = {(each.leaf, each.kind): each.always for each in builtins.BUILT_IN}


def is_empty_word(value: tree.Value) -> bool:
    """Tell whether a value asks for what is empty: `""`, or EMPTY or NULL without quotes."""
    if not isinstance(value, Word):
        return False
    if not value.text.strip():
        return True
    return value.form == "text" and value.text.upper() in {"EMPTY", "NULL"}


class Subject:
    """The values of one target. What a kind does not know is refused, with what it does know."""

    operators: ClassVar[tuple[str, ...]] = ("=", "!=", "IN", "IS EMPTY")
    """What suits this kind, for refusals and completion."""

    def __init__(self, checker: Checker, target: Target) -> None:
        """`checker` says what is around."""
        self.checker = checker
        self.target = target

    @property
    def place(self) -> Place:
        """Where the values are."""
        return self.target.place

    @property
    def field(self) -> FieldType:
        """The definition; for kinds that only fields have."""
        assert self.target.field is not None
        return self.target.field

    def holds_words(self) -> bool:
        """Tell whether Asset Tracker's `=` looks for words in it."""
        return False

    def empty(self) -> Condition:
        """Return the condition that there is no value."""
        if self.target.field is not None or not _ALWAYS[self.place.leaf, self.target.kind]:
            return Empty(self.place)
        # What every asset has is not there only where the path leads to no asset.
        return Empty(Place("id", self.place.hops)) if self.place.hops else NEVER

    def present(self) -> Condition:
        """Return the condition that there is a value."""
        return negated(self.empty())

    def equal(self, values: Sequence[tree.Value], *, exact: bool = False) -> Condition:
        """Return the condition that some value is one of these, of which none is empty."""
        stored: list[object] = []
        others: list[Condition] = []
        for value in values:
            meant = self.meaning(value)
            if isinstance(meant, Stored):
                stored += meant.values
            else:
                others.append(self.meets(meant, value.span))
        if stored:
            others.insert(0, self.one_of(tuple(stored), exact=exact))
        return some_of(others)

    def one_of(self, stored: tuple[object, ...], *, exact: bool = False) -> Condition:
        """Return the condition that some value is one of these, in stored form; None is empty."""
        values = tuple(value for value in stored if value is not None)
        # Only texts have a case: of all else `==` is `=`.
        exact = exact and self.target.kind is Kind.TEXT
        found: list[Condition] = [Equal(self.place, values, exact)] if values else []
        if len(values) < len(stored):
            found.append(through(self.place.hops, Empty(Place(self.place.leaf))))
        return some_of(found)

    def ordered(self, sign: OrderSign, value: tree.Value) -> Condition:
        """Return the condition that some value lies on that side of this one."""
        raise self.unfit(sign, value.span)

    def between(self, low: tree.Value, high: tree.Value) -> Condition:
        """Return the condition that some value lies between these, which belong to it."""
        raise self.unfit("BETWEEN", (low.span[0], high.span[1]))

    def text(self, verb: Verb, word: Word) -> Condition:
        """Return the condition that some text has this in it, begins with it, and so on."""
        raise self.unfit(verb, word.span)

    def near(self, word: Word) -> Condition:
        """Return the condition that the words, or ones much like them, are in some text."""
        raise self.unfit("~", word.span)

    def under(self, value: tree.Value) -> Condition:
        """Return the condition that some value is this, or below it."""
        raise self.unfit("UNDER", value.span)

    def read(self, word: Word) -> Values:
        """Return what a word means among these values; raises InvalidQueryError."""
        raise self.unfit("=", word.span)

    def meaning(self, value: tree.Value) -> Values:
        """Return what a word, or a function, means among these values."""
        if isinstance(value, Word):
            return self.read(value)
        from muster.query import functions

        return functions.values(value, self.checker, self.target)

    def stored(self, value: tree.Value) -> tuple[object, ...]:
        """Return all values in stored form that this one means; None is empty."""
        if is_empty_word(value):
            return (None,)
        meant = self.meaning(value)
        if isinstance(meant, Stored):
            return meant.values
        raise self.wrong(meant, value.span)

    def meets(self, meant: Values, span: Span) -> Condition:
        """Return the condition that some value is one of what was meant, where it isn't stored."""
        if isinstance(meant, Met) and self.target.kind in meant.kinds:
            return meant.condition(self.place)
        raise self.wrong(meant, span)

    def wrong(self, meant: Values, span: Span) -> InvalidQueryError:
        """Return the refusal of values of another kind."""
        given = _GIVEN.get(type(meant), "a date" if hasattr(meant, "day") else "something else")
        return problem(
            "wrong_type",
            f"{shown(self.target.name)} is {self.target.kind}, and this gives {given}.",
            span,
            expected=[str(self.target.kind)],
        )

    def bad(self, word: Word, example: str) -> InvalidQueryError:
        """Return the refusal of a word that these values are not written as."""
        return problem(
            "wrong_type",
            f"{shown(self.target.name)} is {self.target.kind} such as {example}, "
            f"and {shown(word.text)} is none.",
            word.span,
            expected=[str(self.target.kind)],
        )

    def unfit(self, operator: str, span: Span) -> InvalidQueryError:
        """Return the refusal of an operator that does not suit these values."""
        return problem(
            "wrong_type",
            f"{operator} does not suit {shown(self.target.name)}, which is {self.target.kind}. "
            f"What suits it: {', '.join(self.operators)}.",
            span,
            expected=self.operators,
        )

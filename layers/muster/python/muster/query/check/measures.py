"""Values that are numbers, amounts of money, durations, yes or no."""

from __future__ import annotations

import re
from typing import Any

from muster.catalog.model import FieldKind
from muster.catalog.values import HANDLERS, TextDialect, ValueProblem
from muster.query import tree
from muster.query.check.subject import OrderSign, Subject
from muster.query.check.terms import Stored, Values
from muster.query.check.texts import KNOWS_NOTHING, within
from muster.query.refusals import problem
from muster.query.tree import Word
from muster.replica.condition import Condition, Within

_NUMBER = re.compile(r"[+-]?(?:\d{1,60}(?:\.\d{0,60})?|\.\d{1,60})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_ORDER = ("<", "<=", ">", ">=", "BETWEEN")
_YES = frozenset({"true", "yes", "1"})
_NO = frozenset({"false", "no", "0"})
_DURATION = '"2h 30min", 3d or 90 (seconds)'
_AMOUNT = '"100 EUR"'
_LONGEST = 64
_BESIDE = re.compile(r"(?<=[a-z])(?=\d)")


def number_of(text: str) -> int | float | None:
    """Return the number that a text writes, None for none."""
    bare = text.strip()
    if not _NUMBER.fullmatch(bare):
        return None
    return int(bare) if bare.lstrip("+-").isdecimal() else float(bare)


def boolean_of(text: str) -> bool | None:
    """Return what a text such as `yes` or `false` says, None for neither."""
    bare = text.strip().casefold()
    return bare in _YES if bare in _YES | _NO else None


class OrderedSubject(Subject):
    """Values in stored form that have an order."""

    operators = ("=", "!=", "IN", "IS EMPTY", *_ORDER)

    def ordered(self, sign: OrderSign, value: tree.Value) -> Condition:
        """Compare with what the value means in stored form."""
        return within(self, sign, self._one(value))

    def between(self, low: tree.Value, high: tree.Value) -> Condition:
        """Compare with what the values mean in stored form."""
        return Within(self.place, self._one(low), self._one(high))

    def short(self, word: Word, example: str) -> str:
        """Return a word's text; raises InvalidQueryError for one too long to be worth reading."""
        if len(word.text) > _LONGEST:
            raise self.bad(word, example)
        return word.text

    def _one(self, value: tree.Value) -> Any:
        meant = self.meaning(value)
        if isinstance(meant, Stored) and len(meant.values) == 1:
            return meant.values[0]
        raise self.wrong(meant, value.span)


class NumberSubject(OrderedSubject):
    """Numbers."""

    def read(self, word: Word) -> Values:
        """Take the word as a number."""
        number = number_of(word.text)
        if number is None:
            raise self.bad(word, "16 or -3.5")
        return Stored((number,))


class DurationSubject(OrderedSubject):
    """Durations, in seconds."""

    def read(self, word: Word) -> Values:
        """Take the word as `2h30min`, `PT2H30M`, `2w3d` or bare seconds."""
        text = _BESIDE.sub(" ", self.short(word, _DURATION))
        handler = HANDLERS[FieldKind.DURATION]
        assert handler.read is not None
        try:
            seconds = handler.read(self.field, text, TextDialect(), KNOWS_NOTHING)
        except ValueProblem as error:
            raise self.bad(word, _DURATION) from error
        return Stored((seconds,))


class MoneySubject(OrderedSubject):
    """Amounts of money. Those of another currency are neither equal, nor more or less."""

    def read(self, word: Word) -> Values:
        """Take the word as an amount in a currency, or in the field's one."""
        handler = HANDLERS[FieldKind.MONEY]
        assert handler.read is not None
        try:
            text = self.short(word, _AMOUNT)
            amount = handler.read(self.field, text, TextDialect(), KNOWS_NOTHING)
        except ValueProblem as error:
            expected = [f"an amount such as {'100' if self.field.currency else _AMOUNT}"]
            raise problem("wrong_type", error.detail, word.span, expected=expected) from error
        return Stored((amount,))

    def between(self, low: tree.Value, high: tree.Value) -> Condition:
        """Compare within one currency."""
        least, most = self._one(low), self._one(high)
        if least["currency"] != most["currency"]:
            span = low.span[0], high.span[1]
            detail = "Both amounts have to be in the same currency."
            raise problem("wrong_type", detail, span, expected=[f"amounts in {least['currency']}"])
        return Within(self.place, least, most)


class BooleanSubject(Subject):
    """Yes or no."""

    def read(self, word: Word) -> Values:
        """Take the word as yes or no."""
        return Stored((self.truth(word),))

    def truth(self, word: Word) -> bool:
        """Return what a word says; raises InvalidQueryError."""
        said = boolean_of(word.text)
        if said is None:
            raise self.bad(word, "true or false")
        return said

"""Values that are days, moments and times of day."""

from __future__ import annotations

from datetime import UTC, date, datetime

from muster.catalog.model import FieldKind
from muster.catalog.values import HANDLERS, ValueProblem
from muster.query import tree
from muster.query.check.measures import OrderedSubject
from muster.query.check.subject import OrderSign, Subject
from muster.query.check.terms import Checker, Stored, Values
from muster.query.check.texts import KNOWS_NOTHING, within
from muster.query.dates import Moment, NoDateError, from_now, read_literal, read_offset
from muster.query.parse import parse
from muster.query.refusals import InvalidQueryError, problem, shown
from muster.query.tree import Span, Word
from muster.replica.condition import Condition, Equal, Within

EXPECTED = ("a date such as 2026-11-24", "an offset such as -2m3w2d", "a function such as now()")
_ORDER = ("<", "<=", ">", ">=", "BETWEEN")


def read_moment(word: Word, checker: Checker) -> Moment:
    """Return the day or moment that a word names; raises InvalidQueryError."""
    clock = checker.context.clock
    try:
        if word.form == "offset":
            return _from_now(word, checker)
        return read_literal(word.text, clock)
    except NoDateError as error:
        if word.form == "quoted" and word.text.strip()[:1] in {"+", "-"}:
            return _quoted_offset(word, checker, error)
        if word.form == "quoted" and word.text.rstrip()[-1:] == ")":
            return _quoted_call(word, checker)
        raise problem("wrong_type", str(error), word.span, expected=EXPECTED) from error


def _quoted_offset(word: Word, checker: Checker, no_date: NoDateError) -> Moment:
    try:
        return _from_now(word, checker)
    except NoDateError as error:
        raise problem("wrong_type", str(error), word.span, expected=EXPECTED) from no_date


def _quoted_call(word: Word, checker: Checker) -> Moment:
    """Return the moment of a function in quotes: Atlassian writes `Created > "now(-2h)"`."""
    from muster.query import functions

    try:
        asked = parse(word.text, dialect=checker.context.dialect).where
        if isinstance(asked, tree.Test):
            meant = functions.values(asked.call, checker, None)
            if isinstance(meant, Moment):
                return meant
    except InvalidQueryError as error:
        raise problem(error.errors[0].code, error.detail, word.span) from error
    detail = f"{shown(word.text)} is no date."
    raise problem("wrong_type", detail, word.span, expected=EXPECTED)


def _from_now(word: Word, checker: Checker) -> Moment:
    offset = read_offset(word.text, inside=False)
    if offset.months:
        detail = f"In {shown(word.text)} m is months; in a function's brackets it is minutes."
        checker.remark("months", detail, word.span)
    return from_now(offset, checker.context.clock)


class DateSubject(Subject):
    """Days. Of a moment, the caller's day counts."""

    operators = ("=", "!=", "IN", "IS EMPTY", *_ORDER)

    def read(self, word: Word) -> Values:
        """Take the word as a date or an offset."""
        return read_moment(word, self.checker)

    def stored(self, value: tree.Value) -> tuple[object, ...]:
        """Return the day."""
        meant = self.meaning(value)
        return (meant.day.isoformat(),) if isinstance(meant, Moment) else super().stored(value)

    def meets(self, meant: Values, span: Span) -> Condition:
        """Compare days."""
        if isinstance(meant, Moment):
            return Equal(self.place, (meant.day.isoformat(),))
        return super().meets(meant, span)

    def ordered(self, sign: OrderSign, value: tree.Value) -> Condition:
        """Compare days."""
        return within(self, sign, self._day(value).isoformat())

    def between(self, low: tree.Value, high: tree.Value) -> Condition:
        """Compare days."""
        return Within(self.place, self._day(low).isoformat(), self._day(high).isoformat())

    def _day(self, value: tree.Value) -> date:
        meant = self.meaning(value)
        if isinstance(meant, Moment):
            return meant.day
        raise self.wrong(meant, value.span)


class MomentSubject(Subject):
    """Moments. A day is all of it, from midnight to midnight at the caller's place."""

    operators = ("=", "!=", "IN", "IS EMPTY", *_ORDER)

    def read(self, word: Word) -> Values:
        """Take the word as a date, with or without a time, or an offset."""
        return read_moment(word, self.checker)

    def stored(self, value: tree.Value) -> tuple[object, ...]:
        """Return the moment; a whole day is refused, since it is no value."""
        meant = self.meaning(value)
        if not isinstance(meant, Moment):
            return super().stored(value)
        if meant.end is not None:
            detail = f"{shown(self.target.name)} holds moments: here a time of day is needed too."
            raise problem("wrong_type", detail, value.span, expected=["2026-11-24T08:30"])
        return (self.written(meant.start),)

    def meets(self, meant: Values, span: Span) -> Condition:
        """Compare with a moment, or with all of a day."""
        if not isinstance(meant, Moment):
            return super().meets(meant, span)
        if meant.end is None:
            return Equal(self.place, (self.written(meant.start),))
        return self._span(meant.start, meant.end, included=False)

    def ordered(self, sign: OrderSign, value: tree.Value) -> Condition:
        """Compare: before a day is before its start, after it at its end or later."""
        meant = self._moment(value)
        if meant.end is not None and sign in {"<=", ">"}:
            edge = self.written(meant.end)
            return within(self, "<" if sign == "<=" else ">=", edge)
        return within(self, sign, self.written(meant.start))

    def between(self, low: tree.Value, high: tree.Value) -> Condition:
        """Compare: days belong to it as wholes."""
        first, last = self._moment(low), self._moment(high)
        return self._span(first.start, last.end or last.start, included=last.end is None)

    def _span(self, start: datetime, end: datetime, *, included: bool) -> Condition:
        return Within(self.place, self.written(start), self.written(end), high_included=included)

    def _moment(self, value: tree.Value) -> Moment:
        meant = self.meaning(value)
        if isinstance(meant, Moment):
            return meant
        raise self.wrong(meant, value.span)

    def written(self, at: datetime) -> datetime | str:
        """Return a moment as it is stored: built-in ones as times, those of fields as text."""
        return moment_text(at) if self.target.field is not None else at


def moment_text(at: datetime) -> str:
    """Return a moment as RFC 3339 text in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class TimeSubject(OrderedSubject):
    """Times of day."""

    def read(self, word: Word) -> Values:
        """Take the word as `8:30` or `08:30:15`."""
        try:
            return Stored((HANDLERS[FieldKind.TIME].parse(self.field, word.text, KNOWS_NOTHING),))
        except ValueProblem as error:
            raise self.bad(word, "08:30 or 08:30:15") from error

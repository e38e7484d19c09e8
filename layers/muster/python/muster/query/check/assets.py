"""Values that are assets, or that tell of an asset as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from muster.ids import is_id
from muster.query import tree
from muster.query.check.conditions import all_of, negated, some_of, through
from muster.query.check.measures import BooleanSubject, boolean_of, number_of
from muster.query.check.subject import OrderSign, Subject
from muster.query.check.terms import Assets, Stored, Values
from muster.query.check.wording import HOW, Verb, look_for, piece
from muster.query.context import MOST_NAMED
from muster.query.refusals import problem, shown
from muster.query.tree import Span, Word
from muster.replica.condition import (
    Anywhere,
    Condition,
    Edges,
    Empty,
    Equal,
    Every,
    Has,
    Like,
    Near,
    Place,
    Related,
    Sign,
)

_VERBS = ("~", "LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES")
_NATURAL = ("key", "tag", "serial", "name")


class ReferenceSubject(Subject):
    """Assets that a field names, by id, key, tag, serial number or name."""

    operators = ("=", "!=", "IN", "IS EMPTY", *_VERBS)

    def equal(self, values: Sequence[tree.Value], *, exact: bool = False) -> Condition:
        """Ask for the assets that answer to these words, or that a function gives."""
        words = [value for value in values if isinstance(value, Word)]
        others = [value for value in values if not isinstance(value, Word)]
        found = [super().equal(others, exact=exact)] if others else []
        ids = tuple(w.text.strip() for w in words if is_id("asset", w.text.strip()))
        names = tuple(w.text for w in words if not is_id("asset", w.text.strip()))
        if ids:
            found.append(Equal(self.place, ids))
        if names:
            found += [Equal(Place(leaf, self.place.hops), names) for leaf in _NATURAL]
        return some_of(found)

    def stored(self, value: tree.Value) -> tuple[object, ...]:
        """Return the ids of the assets that answer to a word, trashed ones too."""
        if not isinstance(value, Word):
            return super().stored(value)
        found = self.checker.context.find_assets(value.text.strip())
        if len(found) > MOST_NAMED:
            detail = (
                f"More than {MOST_NAMED:,} assets answer to {shown(value.text)} (the limit of "
                "assets of one name): use a key, a tag or an id."
            )
            raise problem("limit_exceeded", detail, value.span)
        return tuple(found)

    def meets(self, meant: Values, span: Span) -> Condition:
        """Ask for assets that a sub-query gives."""
        if isinstance(meant, Assets):
            return through(self.place.hops, meant.where)
        return super().meets(meant, span)

    def text(self, verb: Verb, word: Word) -> Condition:
        """Look into the names of the assets."""
        if verb == "HAS":
            return Has(self._names, look_for(word))
        return Like(self._names, piece(verb, word), HOW[verb])

    def near(self, word: Word) -> Condition:
        """Look for the words, or such as are like them, in the names of the assets."""
        return Near(self._names, look_for(word))

    @property
    def _names(self) -> Place:
        return Place("name", self.place.hops)


class FileSubject(Subject):
    """Stored files, by id."""

    def read(self, word: Word) -> Values:
        """Take the word as a file's id."""
        if not is_id("file", word.text.strip()):
            raise self.bad(word, "fil_01JW0000000000000000000000")
        return Stored((word.text.strip(),))


class OpaqueSubject(Subject):
    """Places on the earth and JSON: there or not there."""

    operators = ("IS EMPTY",)


class LinksSubject(Subject):
    """The number of assets that links join with this one, whichever way."""

    operators = ("=", "!=", "IN", "<", "<=", ">", ">=", "BETWEEN", "IS EMPTY")

    def empty(self) -> Condition:
        """Return the condition that there is none."""
        return self.count("=", 0)

    def present(self) -> Condition:
        """Return that there is a number: without links it is 0."""
        return self.count(">=", 0)

    def equal(self, values: Sequence[tree.Value], *, exact: bool = False) -> Condition:  # noqa: ARG002 - numbers have no case
        """Compare the number."""
        return some_of(self.count("=", self._number(value)) for value in values)

    def ordered(self, sign: OrderSign, value: tree.Value) -> Condition:
        """Compare the number."""
        return self.count(sign, self._number(value))

    def between(self, low: tree.Value, high: tree.Value) -> Condition:
        """Compare the number."""
        least, most = self._number(low), self._number(high)
        return all_of([self.count(">=", least), self.count("<=", most)])

    def count(self, sign: Sign, number: int) -> Condition:
        """Return the condition on the number."""
        kinds = tuple(sorted(self.checker.context.catalog.link_types))
        return through(self.place.hops, Related(Edges("any", kinds, ()), Every(), sign, number))

    def _number(self, value: tree.Value) -> int:
        number = number_of(value.text) if isinstance(value, Word) else None
        if not isinstance(number, int):
            detail = f"{shown('links')} is a whole number."
            raise problem("wrong_type", detail, value.span, expected=["a whole number"])
        return number


class PresenceSubject(BooleanSubject):
    """Whether the asset has images, or files."""

    operators = ("=", "!=", "IN")

    def one_of(self, stored: tuple[object, ...], *, exact: bool = False) -> Condition:  # noqa: ARG002 - as above
        """Return the condition that what is said of it is one of these."""
        empty = Empty(Place(self.place.leaf))
        found = [negated(empty) if there else empty for there in stored]
        return through(self.place.hops, some_of(found))


class DeletedSubject(BooleanSubject):
    """Whether the asset lies in the trash."""

    operators = ("=", "!=", "IN")


class AllTextSubject(Subject):
    """All texts of the asset: each is looked into by itself."""

    operators = ("HAS", "~", "=", "!=")

    def holds_words(self) -> bool:
        """Tell that it does."""
        return True

    def equal(self, values: Sequence[tree.Value], *, exact: bool = False) -> Condition:  # noqa: ARG002 - words are found whatever their case
        """Look for the words: nothing is equal to all texts."""
        return some_of(self.text("HAS", self._word(value)) for value in values)

    def text(self, verb: Verb, word: Word) -> Condition:
        """Look for words that stand one behind the other in some text."""
        if verb != "HAS":
            raise problem(
                "wrong_type",
                f"{verb} looks into one text: write text HAS, or name a field.",
                word.span,
                expected=["HAS", "~"],
                suggestions=["text HAS"],
            )
        return through(self.place.hops, Has(None, look_for(word)))

    def near(self, word: Word) -> Condition:
        """Look for the words, or such as are like them, in any texts."""
        return through(self.place.hops, Near(None, look_for(word)))

    def _word(self, value: tree.Value) -> Word:
        if isinstance(value, Word):
            return value
        detail = "All texts are compared with words, not with what a function gives."
        raise problem("wrong_type", detail, value.span, expected=["a word or a phrase"])


class AnySubject(Subject):
    """Any field, whichever: equal as a whole."""

    operators = ("=", "==", "!=", "IN")

    def equal(self, values: Sequence[tree.Value], *, exact: bool = False) -> Condition:
        """Look for the value in every field."""
        meant: dict[object, None] = {}
        for value in values:
            if not isinstance(value, Word):
                detail = "Any field is compared with words, not with what a function gives."
                raise problem("wrong_type", detail, value.span, expected=["a value"])
            meant |= dict.fromkeys(self._readings(value.text))
        return through(self.place.hops, Anywhere(tuple(meant), exact))

    def _readings(self, text: str) -> list[object]:
        """Return all that a word can be in stored form; texts come first."""
        number = number_of(text)
        said = None if number is not None else boolean_of(text)
        options = (
            o.id
            for f in self.checker.context.catalog.fields.values()
            for o in f.options
            if o.label.casefold() == text.strip().casefold()
        )
        return [text, *(v for v in (number, said) if v is not None), *options]

"""What was: the states of an asset one after the other, and what each step changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from muster.query import tree
from muster.text import fold
from tests.oracle.attributes import Attribute, cell, listed
from tests.oracle.meaning import Meaning, ValueTest
from tests.oracle.readings import means_empty, moment
from tests.oracle.refusal import Refusal, Unclear
from tests.oracle.world import Step, Thing

type ThingTest = Callable[[Thing], bool]
_TICK = timedelta(microseconds=1)
_BUILT_IN = frozenset({"name", "tag", "serial", "type", "folder", "description"})


class Past:
    """Tests of what was."""

    def __init__(self, meaning: Meaning) -> None:
        """Values mean in the past what they mean now."""
        self.meaning = meaning

    def was(self, attribute: Attribute, asked: tree.Was) -> ThingTest:
        """Return the test for having had a value at some moment of a period."""
        held = self._held(attribute)
        test = self._sought(attribute, asked.value)
        start, end = self._period(asked.when)

        def check(thing: Thing) -> bool:
            return any(
                _meets(came, gone, start, end) and test(held(step))
                for step, came, gone in _times(thing)
            )

        return check

    def changed(self, attribute: Attribute, asked: tree.Changed) -> ThingTest:
        """Return the test for a step in a period that changed the values so."""
        held = self._held(attribute)
        actors = self._actors(asked.by) if asked.by else _any
        before = self._one(attribute, asked.before) if asked.before else _any
        after = self._one(attribute, asked.after) if asked.after else _any
        start, end = self._period(asked.when)

        def meets(old: Step, new: Step) -> bool:
            gone, come = _difference(held(old), held(new))
            changed = bool(gone or come) and _inside(new.at, start, end) and actors(new.by)
            # What is not asked for is met by whatever went and came, and by nothing too.
            went = asked.before is None or any(map(before, gone))
            return changed and went and (asked.after is None or any(map(after, come)))

        return lambda thing: any(map(meets, thing.steps, thing.steps[1:]))

    def _held(self, attribute: Attribute) -> Callable[[Step], list[Any]]:
        if attribute.hops:
            raise Refusal("wrong_type")
        name = attribute.name
        if attribute.field is not None:
            return lambda step: listed((step.body.get("fields") or {}).get(name))
        if name not in _BUILT_IN:
            raise Refusal("wrong_type")
        return lambda step: listed(step.body.get(name))

    def _sought(self, attribute: Attribute, value: tree.Value) -> Callable[[list[Any]], bool]:
        if means_empty(value):
            return lambda values: not values
        test = self._then(attribute, value)
        return lambda values: any(map(test, values))

    def _one(self, attribute: Attribute, value: tree.Value) -> ValueTest:
        """Return the test of one value; None stands for empty."""
        if means_empty(value):
            return lambda stored: stored is None
        test = self._then(attribute, value)
        return lambda stored: stored is not None and test(stored)

    def equal(self, attribute: Attribute, value: tree.Value) -> ValueTest:
        """Return the test for being this very value: no whole day, no network's address and
        no version that is spelled otherwise.
        """
        if attribute.kind == "datetime":
            return self._moment(value)
        if attribute.kind == "network" and isinstance(value, tree.Word) and "/" in value.text:
            if attribute.field and attribute.field.kind == "ip":
                raise Refusal("wrong_type")
            return lambda stored: fold(stored) == fold(value.text)
        if attribute.kind == "version" and isinstance(value, tree.Word):
            return lambda stored: fold(stored) == fold(value.text)
        return self.meaning.equal(attribute, value)

    def _then(self, attribute: Attribute, value: tree.Value) -> ValueTest:
        """Return the test of a value in the past, where assets are known by their ids."""
        if attribute.kind != "reference":
            return self.equal(attribute, value)
        if isinstance(value, tree.Call):
            raise Unclear
        word = value
        named = {t.id for t in self.meaning.world.things if self.meaning.answers(t, word.text)}
        return lambda stored: stored in named or stored == word.text

    def _moment(self, value: tree.Value) -> ValueTest:
        """Return the test of a moment: what was a whole day long is not asked."""
        asked = self.meaning.calendar.read(value)
        if asked is None or asked.end:
            raise Refusal("wrong_type")
        return lambda stored: moment(stored) == asked.start

    def _actors(self, value: tree.Value) -> Callable[[str], bool]:
        words = [value.text] if isinstance(value, tree.Word) else self.meaning.persons(value)
        ids = {each for word in words for each in self.meaning.people(word)}
        if not ids:
            raise Refusal("unknown_value")
        return lambda actor: actor in ids

    def _period(self, when: tree.When | None) -> tuple[datetime | None, datetime | None]:
        """Return the first moment of a period, and the one behind its last."""
        if when is None:
            return None, None
        found = [self.meaning.calendar.read(value) for value in when.values]
        first, last = found[0], found[-1]
        if first is None or last is None:
            raise Refusal("wrong_type")
        if when.word == "BEFORE":
            return None, first.start
        if when.word == "AFTER":
            return first.end or first.start + _TICK, None
        if when.word == "ON":
            day = self.meaning.calendar.whole(first.day)
            return day.start, day.end
        return first.start, last.end or last.start + _TICK


def _any(_: Any) -> bool:
    return True


def _times(thing: Thing) -> Iterator[tuple[Step, datetime, datetime | None]]:
    """Yield each state with the moment that it came, and the one at which it was gone."""
    ends = [*(step.at for step in thing.steps[1:]), None]
    for step, gone in zip(thing.steps, ends, strict=True):
        yield step, step.at, gone


def _meets(
    came: datetime, gone: datetime | None, start: datetime | None, end: datetime | None
) -> bool:
    """Tell whether a state was there in a period. Its first moment belongs to it in any case."""
    if end is not None and (came >= end or (start is not None and start >= end)):
        return False
    return start is None or came >= start or gone is None or gone > start


def _inside(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or at >= start) and (end is None or at < end)


def _difference(old: list[Any], new: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return the values that went and those that came; None stands for empty."""
    were, are = {cell(v) for v in old}, {cell(v) for v in new}
    gone = [value for value in old if cell(value) not in are]
    come = [value for value in new if cell(value) not in were]
    if not old and come:
        gone = [None]
    if not new and gone:
        come = [None]
    return gone, come

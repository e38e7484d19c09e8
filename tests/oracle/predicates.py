"""What each predicate of a query means: a test of one asset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from muster.query import tree
from muster.text import fold
from tests.oracle.asking import (
    Equal,
    ThingTest,
    able,
    anywhere,
    each_of,
    every_value,
    is_worded,
    none_of,
    nothing_of,
    one_of,
    some,
    text_of,
    turned,
)
from tests.oracle.attributes import Attribute, Attributes, distinct
from tests.oracle.functions import Functions
from tests.oracle.looking import Looking
from tests.oracle.meaning import NOT_CONNECTED, Meaning, ValueTest
from tests.oracle.past import Past
from tests.oracle.readings import means_empty, ordered
from tests.oracle.refusal import Refusal, Unclear
from tests.oracle.world import Thing, World

_ORDERS = frozenset({"<", "<=", ">", ">="})


class Predicates:
    """The predicates of one caller of one world. A predicate's faults show when it is built."""

    def __init__(
        self, world: World, visible: Callable[[Thing], bool], dialect: tree.Dialect
    ) -> None:
        """`visible` tells which assets are there."""
        self.dialect = dialect
        self.meaning = Meaning(world, visible)
        self.looking = Looking(world)
        self.attributes = Attributes(world, visible)
        self.functions = Functions(self)
        self.past = Past(self.meaning)

    def inside(self, dialect: tree.Dialect) -> Predicates:
        """Return the same in another dialect, for a query inside this one."""
        return Predicates(self.meaning.world, self.meaning.visible, dialect)

    def test(self, expression: tree.Expression | None) -> ThingTest:
        """Return the test that an expression is."""
        if expression is None:
            return lambda _: True
        make = getattr(self, f"_{type(expression).__name__.casefold()}")
        made: ThingTest = make(expression)
        return made

    def _and(self, both: tree.And) -> ThingTest:
        tests = [self.test(item) for item in both.items]
        return lambda thing: all(test(thing) for test in tests)

    def _or(self, either: tree.Or) -> ThingTest:
        tests = [self.test(item) for item in either.items]
        return lambda thing: any(test(thing) for test in tests)

    def _not(self, no: tree.Not) -> ThingTest:
        test = self.test(no.item)
        return lambda thing: not test(thing)

    def _bare(self, bare: tree.Bare) -> ThingTest:
        return anywhere("HAS", bare.word.text)

    def _test(self, test: tree.Test) -> ThingTest:
        return self.functions.condition(test.call)

    def _compare(self, asked: tree.Compare) -> ThingTest:
        attributes = self.attributes.named(asked.path)
        kinds = {each.kind for each in attributes}
        if "whole" in kinds:
            return self._whole(asked)
        if "any" in kinds:
            return self._in_any([asked.value], negated=asked.sign == "!=", sign=asked.sign)
        if asked.sign in ("~", "!~"):
            text = text_of(asked.value)
            pairs = able(attributes, lambda a: self.looking.looks(a, "NEAR", text))
            return turned(some(pairs), negated=asked.sign == "!~")
        return self._equal_or_ordered(attributes, asked)

    def _equal_or_ordered(self, attributes: list[Attribute], asked: tree.Compare) -> ThingTest:
        if asked.sign in _ORDERS:
            value = asked.value
            return some(able(attributes, lambda a: self.meaning.compared(a, asked.sign, value)))
        if means_empty(asked.value):
            return turned(nothing_of(attributes), negated=asked.sign == "!=")
        if self.dialect == "nql" and asked.sign in ("=", "!="):
            return self._worded(attributes, asked)
        return self._equal(attributes, asked)

    def _equal(self, attributes: list[Attribute], asked: tree.Compare) -> ThingTest:
        exact = asked.sign == "=="
        pairs = able(attributes, lambda a: self.meaning.equal(a, asked.value, exact=exact))
        return none_of(attributes, pairs) if asked.sign == "!=" else some(pairs)

    def _worded(self, attributes: list[Attribute], asked: tree.Compare) -> ThingTest:
        """Return what `=` means in Asset Tracker's dialect: of texts, having the words."""
        worded = [isinstance(asked.value, tree.Word) and is_worded(each) for each in attributes]
        if not any(worded):
            return self._equal(attributes, asked)
        if not all(worded):
            raise Unclear
        text = text_of(asked.value)
        pairs = able(attributes, lambda a: self.looking.looks(a, "HAS", text))
        return turned(some(pairs), negated=asked.sign == "!=")

    def _whole(self, asked: tree.Compare) -> ThingTest:
        verbs = {"=": "HAS", "!=": "HAS", "~": "NEAR", "!~": "NEAR"}
        if asked.sign not in verbs:
            raise Refusal("wrong_type")
        if means_empty(asked.value):
            raise Unclear
        test = anywhere(verbs[asked.sign], text_of(asked.value))
        return turned(test, negated=asked.sign.startswith("!"))

    def _match(self, asked: tree.Match) -> ThingTest:
        attributes = self.attributes.named(asked.path)
        text = text_of(asked.value)
        if attributes[0].kind == "whole":
            if asked.verb != "HAS":
                raise Refusal("wrong_type")
            return turned(anywhere("HAS", text), negated=asked.negated)
        pairs = able(attributes, lambda a: self.looking.looks(a, asked.verb, text))
        return turned(some(pairs), negated=asked.negated)

    def _in(self, asked: tree.In) -> ThingTest:
        attributes = self.attributes.named(asked.path)
        kind = attributes[0].kind
        if kind == "any":
            sign = "==" if asked.case else "="
            return self._in_any(asked.values, negated=asked.negated, sign=sign)
        if kind == "whole":
            raise Refusal("wrong_type")
        empties = [value for value in asked.values if means_empty(value)]
        rest = [value for value in asked.values if not means_empty(value)]
        equal = partial(self.meaning.equal, exact=asked.case)
        pairs = able(attributes, lambda a: self._one_of(a, rest, equal))
        if asked.negated:
            return none_of(attributes, pairs)
        found, empty = some(pairs), nothing_of(attributes)
        return lambda thing: found(thing) or (bool(empties) and empty(thing))

    def _one_of(
        self, attribute: Attribute, values: Sequence[tree.Value], equal: Equal
    ) -> ValueTest:
        tests = [equal(attribute, value) for value in values]
        return lambda stored: any(test(stored) for test in tests)

    def _in_any(self, values: Sequence[tree.Value], *, negated: bool, sign: str) -> ThingTest:
        """Return the test for some field, whichever, that equals one of the values."""
        if sign not in ("=", "==", "!="):
            raise Refusal("wrong_type")
        exact = sign == "=="
        asked = [text_of(value) for value in values]
        numbers = {float(text) for text in asked if text.isdecimal()}
        if exact or not all(map(fold, asked)) or numbers & {0.0, 1.0}:
            raise Unclear
        folded = set(map(fold, asked))
        options = {
            option.id
            for field in self.meaning.world.fields.values()
            for option in field.options
            if fold(option.label) in folded
        }

        def meets(value: Any) -> bool:
            if isinstance(value, str):
                return fold(value) in folded or value in options
            return isinstance(value, int | float) and value in numbers

        return turned(lambda thing: any(map(meets, every_value(thing))), negated=negated)

    def _between(self, asked: tree.Between) -> ThingTest:
        def inside(attribute: Attribute) -> ValueTest:
            self.meaning.check_alike(attribute, asked.low, asked.high)
            low = self.meaning.compared(attribute, ">=", asked.low)
            high = self.meaning.compared(attribute, "<=", asked.high)
            return lambda stored: low(stored) and high(stored)

        pairs = able(self.attributes.named(asked.path), inside)
        return turned(some(pairs), negated=asked.negated)

    def _empty(self, asked: tree.Empty) -> ThingTest:
        attributes = self.attributes.named(asked.path)
        if attributes[0].kind in ("whole", "any"):
            raise Unclear
        return turned(nothing_of(attributes), negated=asked.negated)

    def _under(self, asked: tree.Under) -> ThingTest:
        attributes = self.attributes.named(asked.path)
        whole = isinstance(asked.value, tree.Word) and asked.value.text.strip() == "/"
        if whole and [(each.kind, each.hops) for each in attributes] == [("folder", 0)]:
            return lambda _: not asked.negated
        pairs = able(attributes, lambda a: self._below(a, asked.value))
        return turned(some(pairs), negated=asked.negated)

    def _below(self, attribute: Attribute, value: tree.Value) -> ValueTest:
        world = self.meaning.world
        if isinstance(value, tree.Call):
            return self.meaning.equal(attribute, value)
        text = value.text
        if attribute.kind == "type":
            ids = {t for each in self.meaning.types(text) for t in world.below(each)}
        elif attribute.kind == "folder":
            if text.strip() == "/":
                raise Unclear  # everything lies in the root: see `_under`
            ids = {f for each in self.meaning.folders(text) for f in world.inside(each)}
        else:
            raise Refusal("wrong_type")
        return lambda stored: stored in ids

    def _having(self, asked: tree.Having) -> ThingTest:
        sign, number = asked.sign or ">=", 1 if asked.number is None else asked.number
        if asked.path is None:
            test = self.functions.related(asked.call, sign, number)
            return turned(test, negated=asked.negated)
        attributes = self.attributes.named(asked.path)
        name = asked.call.name.casefold()
        if name == "count":
            if len(attributes) > 1:
                raise Refusal("ambiguous_field")
            test = one_of(attributes, lambda vs: ordered(len(distinct(vs)), sign, number))
        elif asked.sign is not None:
            raise Refusal("wrong_arguments")
        else:
            test = self._having_values(attributes, name, asked.call)
        return turned(test, negated=asked.negated)

    def _having_values(self, attributes: list[Attribute], name: str, call: tree.Call) -> ThingTest:
        if name in NOT_CONNECTED:
            raise Refusal("not_connected")
        if name not in ("user", "all", "only"):
            raise Refusal("wrong_arguments")
        values = [a.value for a in call.arguments if isinstance(a.value, tree.Word)]
        if name == "only":
            return each_of(able(attributes, lambda a: self._one_of(a, values, self.past.equal)))
        tests = [
            some(able(attributes, partial(self.meaning.equal, value=value))) for value in values
        ]
        return lambda thing: all(test(thing) for test in tests)

    def _was(self, asked: tree.Was) -> ThingTest:
        tests = able(self.attributes.named(asked.path), lambda a: self.past.was(a, asked))
        return turned(lambda t: any(test(t) for _, test in tests), negated=asked.negated)

    def _changed(self, asked: tree.Changed) -> ThingTest:
        tests = able(self.attributes.named(asked.path), lambda a: self.past.changed(a, asked))
        return lambda thing: any(test(thing) for _, test in tests)

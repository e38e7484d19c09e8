"""What each predicate of a query means: a test of one asset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from muster.query import tree
from muster.text import fold, words
from tests.oracle import texts
from tests.oracle.attributes import Attribute, Attributes, cell, distinct
from tests.oracle.functions import Functions
from tests.oracle.meaning import (
    NOT_CONNECTED,
    Meaning,
    ValueTest,
    check_words,
    means_empty,
    ordered,
)
from tests.oracle.past import Past
from tests.oracle.refusal import ANY, Refusal, Unclear
from tests.oracle.world import Thing, World

type ThingTest = Callable[[Thing], bool]
type Equal = Callable[[Attribute, tree.Value], ValueTest]
type Pair = tuple[Attribute, ValueTest]

_WORDED = frozenset(
    "text text_area url email group project repository page global_id name description tag"
    " serial auto_number".split()
)
"""Kinds of fields, and built-ins, in which `=` looks for words in Asset Tracker's dialect."""
_ORDERS = frozenset({"<", "<=", ">", ">="})


class Predicates:
    """The predicates of one caller of one world. A predicate's faults show when it is built."""

    def __init__(
        self, world: World, visible: Callable[[Thing], bool], dialect: tree.Dialect
    ) -> None:
        """`visible` tells which assets are there."""
        self.dialect = dialect
        self.meaning = Meaning(world, visible)
        self.attributes = Attributes(world, visible)
        self.functions = Functions(self)
        self.past = Past(self.meaning)

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
        return _anywhere("HAS", bare.word.text)

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
            text = _text(asked.value)
            pairs = _able(attributes, lambda a: self.meaning.looks(a, "NEAR", text))
            return _turned(_some(pairs), negated=asked.sign == "!~")
        if asked.sign in _ORDERS:
            value = asked.value
            return _some(_able(attributes, lambda a: self.meaning.compared(a, asked.sign, value)))
        if means_empty(asked.value):
            return _turned(_empty(attributes), negated=asked.sign == "!=")
        if self.dialect == "nql" and asked.sign in ("=", "!="):
            return self._worded(attributes, asked)
        return self._equal(attributes, asked)

    def _equal(self, attributes: list[Attribute], asked: tree.Compare) -> ThingTest:
        exact = asked.sign == "=="
        pairs = _able(attributes, lambda a: self.meaning.equal(a, asked.value, exact=exact))
        return _none_of(attributes, pairs) if asked.sign == "!=" else _some(pairs)

    def _worded(self, attributes: list[Attribute], asked: tree.Compare) -> ThingTest:
        """Return what `=` means in Asset Tracker's dialect: of texts, having the words."""
        worded = [isinstance(asked.value, tree.Word) and _is_worded(each) for each in attributes]
        if not any(worded):
            return self._equal(attributes, asked)
        if not all(worded):
            raise Unclear
        text = _text(asked.value)
        pairs = _able(attributes, lambda a: self.meaning.looks(a, "HAS", text))
        return _turned(_some(pairs), negated=asked.sign == "!=")

    def _whole(self, asked: tree.Compare) -> ThingTest:
        verbs = {"=": "HAS", "!=": "HAS", "~": "NEAR", "!~": "NEAR"}
        if asked.sign not in verbs:
            raise Refusal("wrong_type")
        if means_empty(asked.value):
            raise Unclear
        test = _anywhere(verbs[asked.sign], _text(asked.value))
        return _turned(test, negated=asked.sign.startswith("!"))

    def _match(self, asked: tree.Match) -> ThingTest:
        attributes = self.attributes.named(asked.path)
        text = _text(asked.value)
        if attributes[0].kind == "whole":
            if asked.verb != "HAS":
                raise Refusal("wrong_type")
            return _turned(_anywhere("HAS", text), negated=asked.negated)
        pairs = _able(attributes, lambda a: self.meaning.looks(a, asked.verb, text))
        return _turned(_some(pairs), negated=asked.negated)

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
        pairs = _able(attributes, lambda a: self._one_of(a, rest, equal))
        if asked.negated:
            return _none_of(attributes, pairs)
        found, empty = _some(pairs), _empty(attributes)
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
        asked = [_text(value) for value in values]
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

        return _turned(lambda thing: any(map(meets, _all_values(thing))), negated=negated)

    def _between(self, asked: tree.Between) -> ThingTest:
        def inside(attribute: Attribute) -> ValueTest:
            self.meaning.check_alike(attribute, asked.low, asked.high)
            low = self.meaning.compared(attribute, ">=", asked.low)
            high = self.meaning.compared(attribute, "<=", asked.high)
            return lambda stored: low(stored) and high(stored)

        pairs = _able(self.attributes.named(asked.path), inside)
        return _turned(_some(pairs), negated=asked.negated)

    def _empty(self, asked: tree.Empty) -> ThingTest:
        attributes = self.attributes.named(asked.path)
        if attributes[0].kind in ("whole", "any"):
            raise Unclear
        return _turned(_empty(attributes), negated=asked.negated)

    def _under(self, asked: tree.Under) -> ThingTest:
        pairs = _able(self.attributes.named(asked.path), lambda a: self._below(a, asked.value))
        return _turned(_some(pairs), negated=asked.negated)

    def _below(self, attribute: Attribute, value: tree.Value) -> ValueTest:
        world = self.meaning.world
        if isinstance(value, tree.Call):
            return self.meaning.equal(attribute, value)
        text = value.text
        if attribute.kind == "type":
            ids = {t for each in self.meaning.types(text) for t in world.below(each)}
        elif attribute.kind == "folder":
            if text.strip() == "/":
                raise Unclear
            ids = {f for each in self.meaning.folders(text) for f in world.inside(each)}
        else:
            raise Refusal("wrong_type")
        return lambda stored: stored in ids

    def _having(self, asked: tree.Having) -> ThingTest:
        sign, number = asked.sign or ">=", 1 if asked.number is None else asked.number
        if asked.path is None:
            test = self.functions.related(asked.call, sign, number)
            return _turned(test, negated=asked.negated)
        attributes = self.attributes.named(asked.path)
        name = asked.call.name.casefold()
        if name == "count":
            if len(attributes) > 1:
                raise Refusal("ambiguous_field")
            test = _some_of(attributes, lambda vs: ordered(len(distinct(vs)), sign, number))
        elif asked.sign is not None:
            raise Refusal("wrong_arguments")
        else:
            test = self._having_values(attributes, name, asked.call)
        return _turned(test, negated=asked.negated)

    def _having_values(self, attributes: list[Attribute], name: str, call: tree.Call) -> ThingTest:
        if name in NOT_CONNECTED:
            raise Refusal("not_connected")
        if name not in ("user", "all", "only"):
            raise Refusal("wrong_arguments")
        values = [a.value for a in call.arguments if isinstance(a.value, tree.Word)]
        if name == "only":
            return _only(_able(attributes, lambda a: self._one_of(a, values, self.past.equal)))
        tests = [
            _some(_able(attributes, partial(self.meaning.equal, value=value))) for value in values
        ]
        return lambda thing: all(test(thing) for test in tests)

    def _was(self, asked: tree.Was) -> ThingTest:
        tests = _able(self.attributes.named(asked.path), lambda a: self.past.was(a, asked))
        return _turned(lambda t: any(test(t) for _, test in tests), negated=asked.negated)

    def _changed(self, asked: tree.Changed) -> ThingTest:
        tests = _able(self.attributes.named(asked.path), lambda a: self.past.changed(a, asked))
        return lambda thing: any(test(thing) for _, test in tests)


def _text(value: tree.Value) -> str:
    if isinstance(value, tree.Call):
        raise Refusal("wrong_type")
    return value.text


def _is_worded(attribute: Attribute) -> bool:
    field = attribute.field
    if attribute.kind != "text":
        return False
    return (str(field.kind) if field else attribute.name) in _WORDED


def _anywhere(verb: str, text: str) -> ThingTest:
    """Return the test for words in an asset's texts: a phrase in one, near words in any."""
    check_words(text)
    if verb == "HAS":
        return lambda thing: any(texts.has(each, text) for each in texts.texts_of(thing))
    return lambda thing: all(
        any(texts.near(each, word) for each in texts.texts_of(thing)) for word in words(text)
    )


def _able[T](
    attributes: list[Attribute], make: Callable[[Attribute], T]
) -> list[tuple[Attribute, T]]:
    """Return the attributes that can be asked so; the first one's refusal when none can."""
    made: list[tuple[Attribute, T]] = []
    refusals: list[Refusal] = []
    for attribute in attributes:
        try:
            made.append((attribute, make(attribute)))
        except Refusal as refusal:
            refusals.append(refusal)
    if not made:
        codes = {refusal.code for refusal in refusals}
        raise Refusal(codes.pop() if len(codes) == 1 else ANY)
    return made


def _some(pairs: list[Pair]) -> ThingTest:
    return lambda thing: any(test(v) for each, test in pairs for v in _values(each, thing))


def _none_of(attributes: list[Attribute], pairs: list[Pair]) -> ThingTest:
    found = _some(pairs)
    return lambda thing: any(_values(each, thing) for each in attributes) and not found(thing)


def _values(attribute: Attribute, thing: Thing) -> list[Any]:
    """Return what is compared: of links it is how many there are."""
    values = attribute.values(thing)
    return [len(values)] if attribute.kind == "links" else values


def _some_of(attributes: list[Attribute], test: Callable[[list[Any]], bool]) -> ThingTest:
    return lambda thing: any(test(each.values(thing)) for each in attributes)


def _only(pairs: list[Pair]) -> ThingTest:
    """Return the test for having values, each of which passes."""

    def check(thing: Thing) -> bool:
        values = [(test, value) for each, test in pairs for value in each.values(thing)]
        return bool(values) and all(test(value) for test, value in values)

    return check


def _empty(attributes: list[Attribute]) -> ThingTest:
    return lambda thing: not any(each.values(thing) for each in attributes)


def _turned(test: ThingTest, *, negated: bool) -> ThingTest:
    return (lambda thing: not test(thing)) if negated else test


def _all_values(thing: Thing) -> list[Any]:
    body = thing.body
    members = [body.get(each) for each in ("name", "tag", "serial", "key", "description")]
    found = [thing.id, *members]
    for value in thing.fields.values():
        found += value if isinstance(value, list) else [value]
    return [cell(each) if isinstance(each, dict) else each for each in found if each is not None]

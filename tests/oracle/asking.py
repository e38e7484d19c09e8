"""How tests of values become tests of assets: some value, none, each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from muster.query import tree
from muster.text import words
from tests.oracle import texts
from tests.oracle.attributes import Attribute, cell
from tests.oracle.meaning import ValueTest
from tests.oracle.readings import check_words
from tests.oracle.refusal import ANY, Refusal
from tests.oracle.world import Thing

type ThingTest = Callable[[Thing], bool]
type Equal = Callable[[Attribute, tree.Value], ValueTest]
type Pair = tuple[Attribute, ValueTest]

_WORDED = frozenset(
    {
        "auto_number",
        "description",
        "email",
        "global_id",
        "group",
        "name",
        "page",
        "project",
        "repository",
        "serial",
        "tag",
        "text",
        "text_area",
        "url",
    }
)
"""Kinds of fields, and built-ins, in which `=` looks for words in Asset Tracker's dialect."""


def text_of(value: tree.Value) -> str:
    """Return the text that a value writes; a function writes none."""
    if isinstance(value, tree.Call):
        raise Refusal("wrong_type")
    return value.text


def is_worded(attribute: Attribute) -> bool:
    """Tell whether Asset Tracker's `=` looks for words in an attribute."""
    field = attribute.field
    if attribute.kind != "text":
        return False
    return (str(field.kind) if field else attribute.name) in _WORDED


def anywhere(verb: str, text: str) -> ThingTest:
    """Return the test for words in an asset's texts: a phrase in one, near words in any."""
    check_words(text)
    if verb == "HAS":
        return lambda thing: any(texts.has(each, text) for each in texts.texts_of(thing))
    return lambda thing: all(
        any(texts.near(each, word) for each in texts.texts_of(thing)) for word in words(text)
    )


def able[T](
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


def some(pairs: list[Pair]) -> ThingTest:
    """Return the test for some value that passes, of whichever attribute."""
    return lambda thing: any(test(v) for each, test in pairs for v in compared_values(each, thing))


def none_of(attributes: list[Attribute], pairs: list[Pair]) -> ThingTest:
    """Return the test for having a value, and none that passes."""
    found = some(pairs)
    return lambda thing: (
        any(compared_values(each, thing) for each in attributes) and not found(thing)
    )


def compared_values(attribute: Attribute, thing: Thing) -> list[Any]:
    """Return what is compared: of links it is how many there are."""
    values = attribute.values(thing)
    return [len(values)] if attribute.kind == "links" else values


def one_of(attributes: list[Attribute], test: Callable[[list[Any]], bool]) -> ThingTest:
    """Return the test for an attribute whose values pass together."""
    return lambda thing: any(test(each.values(thing)) for each in attributes)


def each_of(pairs: list[Pair]) -> ThingTest:
    """Return the test for having values, each of which passes."""

    def check(thing: Thing) -> bool:
        values = [(test, value) for each, test in pairs for value in each.values(thing)]
        return bool(values) and all(test(value) for test, value in values)

    return check


def nothing_of(attributes: list[Attribute]) -> ThingTest:
    """Return the test for having no value at all."""
    return lambda thing: not any(each.values(thing) for each in attributes)


def turned(test: ThingTest, *, negated: bool) -> ThingTest:
    """Return a test, or its complement."""
    return (lambda thing: not test(thing)) if negated else test


def every_value(thing: Thing) -> list[Any]:
    """Return all values of an asset, in its fields or not."""
    body = thing.body
    members = [body.get(each) for each in ("name", "tag", "serial", "key", "description")]
    found = [thing.id, *members]
    for value in thing.fields.values():
        found += value if isinstance(value, list) else [value]
    return [cell(each) if isinstance(each, dict) else each for each in found if each is not None]

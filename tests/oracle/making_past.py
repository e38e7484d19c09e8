"""Predicates on what was, made at random: mostly on what really happened to some asset."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle.attributes import Attribute, listed
from tests.oracle.making_predicates import Fields
from tests.oracle.spelling import name, value
from tests.oracle.world import Step, World

_BUILT_IN = ("name", "folder", "type", "description", "tag")


class Past:
    """Makes predicates on the past of one world."""

    def __init__(self, random: Random, world: World, fields: Fields) -> None:
        """`random` decides everything; `fields` spells values."""
        self.random = random
        self.world = world
        self.fields = fields

    def built_in(self) -> tuple[str, Attribute]:
        """Return a built-in that has a past."""
        chosen = self.random.choice(_BUILT_IN)
        return name(self.random, chosen), self.fields.attributes.built_in(chosen)

    def predicate(self, path: str, attribute: Attribute) -> str:
        """Return a predicate on what an attribute was."""
        random = self.random
        old, new, at = self._change(attribute)
        if random.random() < 0.5:
            no = random.choice(("", "", "NOT "))
            sought = self._one(attribute, random.choice((old, new)))
            return f"{path} WAS {no}{sought}{self._when(at)}"
        text = f"{path} CHANGED"
        for word, there in (("FROM", old), ("TO", new)):
            if random.random() < 0.45:
                text += f" {word} {self._one(attribute, there)}"
        if random.random() < 0.25:
            text += f" BY {random.choice(('currentUser()', 'Bob', 'system', 'user(Bob, Zoë)'))}"
        return text + self._when(at)

    def _change(self, attribute: Attribute) -> tuple[list[Any], list[Any], Step | None]:
        """Return what some asset had before and after a step, and the step."""
        found = [
            (_held(old, attribute), _held(new, attribute), new)
            for thing in self.world.things
            for old, new in zip(thing.steps, thing.steps[1:], strict=False)
        ]
        changes = [each for each in found if each[0] != each[1]]
        return self.random.choice(changes) if changes else ([], [], None)

    def _one(self, attribute: Attribute, there: list[Any]) -> str:
        random = self.random
        if random.random() < 0.3:
            return self.fields.of(attribute, calls=False)
        if not there or attribute.kind == "opaque":
            return random.choice(("EMPTY", "NULL", "''"))
        if attribute.kind in ("date", "datetime"):
            return str(random.choice(there))
        return value(random, self.fields.spelled(attribute, random.choice(there)))

    def _when(self, step: Step | None) -> str:
        if self.random.random() < 0.4:
            return ""
        if step is None or self.random.random() < 0.4:
            return self.fields.times.when()
        moment = step.at.isoformat().replace("+00:00", "Z")
        word = self.random.choice(("AFTER", "BEFORE", "ON", "DURING"))
        other = self.fields.times.time()
        both = self.random.choice(((moment, other), (other, moment), (moment, moment)))
        return f" DURING ({', '.join(both)})" if word == "DURING" else f" {word} {moment}"


def _held(step: Step, attribute: Attribute) -> list[Any]:
    held = step.body if attribute.field is None else step.body["fields"]
    return listed(held.get(attribute.name))

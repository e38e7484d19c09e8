"""Looking into texts: those that attributes are, and the names of what they name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from muster.text import fold
from tests.oracle import texts
from tests.oracle.attributes import Attribute
from tests.oracle.readings import check_words
from tests.oracle.refusal import Refusal, Unclear
from tests.oracle.world import World

_TEXTUAL = frozenset({"text", "path", "network", "mac", "version", "cause"})
_MOST_STARS = 5


class Looking:
    """The texts of one world's values."""

    def __init__(self, world: World) -> None:
        """`world` has the names."""
        self.world = world

    def looks(self, attribute: Attribute, verb: str, text: str) -> Callable[[Any], bool]:
        """Return the test for text that has, begins with, is near … a text."""
        spellings = self._spellings(attribute)
        if verb in ("HAS", "NEAR"):
            check_words(text)
        if verb == "MATCHES" and text.count("*") > _MOST_STARS:
            raise Refusal("limit_exceeded")
        if not fold(text):
            raise Unclear
        return lambda stored: any(texts.looks(verb, each, text) for each in spellings(stored))

    def _spellings(self, attribute: Attribute) -> Callable[[Any], Sequence[str]]:
        """Return what tells the texts of a stored value."""
        kind, field = attribute.kind, attribute.field
        if kind in _TEXTUAL:
            whole = attribute.name == "id"
            return lambda stored: [] if not whole and texts.is_id(stored) else [stored]
        if kind == "option" and field:
            return lambda stored: [o.label for o in field.options if o.id == stored]
        if kind == "user":
            # Who made or changed an asset is known by an id, and that is no text.
            free = field is not None
            return lambda stored: self._names_of_person(stored, free=free)
        if kind == "reference":
            return lambda stored: [self.world.by_id[stored].body["name"]]
        if kind == "folder":
            return lambda stored: [self.world.folders[stored].name]
        if kind == "type":
            types = self.world.types
            return lambda stored: [types[stored].label, types[stored].name]
        raise Refusal("wrong_type")

    def _names_of_person(self, stored: str, *, free: bool) -> list[str]:
        for member in self.world.members:
            if member.id == stored:
                return [member.name, member.email]
        return [stored] if free and not texts.is_id(stored) else []

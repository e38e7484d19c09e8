"""Predicates made at random: each kind of attribute with the operators that it has."""

from __future__ import annotations

from random import Random
from typing import Any

from muster.catalog.model import FieldKind
from tests.oracle import making_values
from tests.oracle.attributes import Attribute, Attributes
from tests.oracle.making_times import Times
from tests.oracle.spelling import bent, keyword, name, quoted, value
from tests.oracle.texts import texts_of
from tests.oracle.world import Thing, World

_ORDERED = {
    **dict.fromkeys(("number", "money", "date", "datetime"), 0.75),
    **dict.fromkeys(("text", "path", "time", "version"), 0.34),
}
"""For each kind up to which turn it is compared by order."""
_LOOKED_AT = frozenset(
    {"text", "path", "version", "network", "mac", "option", "user", "reference", "folder", "type"}
)
_VERBS = ("LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES")
_PLAIN = ("name", "tag", "serial", "description", "key", "type", "folder", "created", "updatedBy")


class Fields:
    """Makes predicates for one world."""

    def __init__(self, random: Random, world: World) -> None:
        """`random` decides everything."""
        self.random = random
        self.world = world
        self.attributes = Attributes(world, lambda _: True)
        self.times = Times(random, world)

    def predicate(self, path: str, attribute: Attribute) -> str:
        """Return a predicate on an attribute."""
        turn = self.random.random()
        if turn < 0.12 or attribute.kind in ("opaque", "file"):
            return self._empty(path)
        if turn < 0.22:
            return self._having(path, attribute)
        if turn < _ORDERED.get(attribute.kind, 0):
            return self._ordered(path, attribute)
        if turn < 0.65 and attribute.kind in _LOOKED_AT:
            return self._looked(path, attribute)
        if turn < 0.8 and attribute.kind in ("folder", "type"):
            no = self.random.choice(("", "", "NOT "))
            return f"{path} {no}UNDER {self.of(attribute)}"
        return self._equal(path, attribute)

    def _empty(self, path: str) -> str:
        no = self.random.choice(("", "NOT "))
        return f"{path} IS {no}{self.random.choice(('EMPTY', 'NULL', 'empty'))}"

    def _equal(self, path: str, attribute: Attribute) -> str:
        random = self.random
        if random.random() < 0.7:
            sign = random.choice(("=", "=", "=", "!=", "==", "<>"))
            return f"{path} {sign} {self.of(attribute)}"
        no = random.choice(("", "", "NOT "))
        if attribute.kind in ("user", "type", "folder") and random.random() < 0.3:
            return f"{path} {no}IN {self._call(attribute)}"
        values = [self.of(attribute, calls=False) for _ in range(random.randint(1, 4))]
        if random.random() < 0.15:
            values.append(random.choice(("''", '"  "')))
        case = keyword(random, "CASE ") if random.random() < 0.15 else ""
        return f"{path} {no}IN {case}({', '.join(values)})"

    def _ordered(self, path: str, attribute: Attribute) -> str:
        random = self.random
        if random.random() < 0.25:
            low, high = self.of(attribute), self.of(attribute)
            no = random.choice(("", "", "NOT "))
            return f"{path} {no}BETWEEN {low} AND {high}"
        sign = random.choice(("=", "<", "<=", ">", ">=", "!="))
        return f"{path} {sign} {self.of(attribute)}"

    def _looked(self, path: str, attribute: Attribute) -> str:
        random = self.random
        text = bent(random, self._text(attribute))
        if random.random() < 0.3:
            return f"{path} {random.choice(('~', '~', '!~'))} {quoted(random, text)}"
        verb = random.choice(_VERBS)
        if verb == "MATCHES":
            text = random.choice((f"{text[:3]}*", f"*{text[2:6]}*", text.replace("a", "?")))
        no = random.choice(("", "", "NOT "))
        return f"{path} {no}{keyword(random, verb)} {value(random, text)}"

    def _having(self, path: str, attribute: Attribute) -> str:
        random = self.random
        no = random.choice(("", "", "NOT "))
        if random.random() < 0.5 or attribute.kind in ("date", "datetime"):
            sign = random.choice(("=", "!=", "<", "<=", ">", ">="))
            compared = f" {sign} {random.randint(0, 3)}" if random.random() < 0.8 else ""
            return f"{path} {no}HAVING COUNT(){compared}"
        values = ", ".join(self.of(attribute, calls=False) for _ in range(random.randint(1, 2)))
        function = random.choice(("ALL", "ONLY", "user" if attribute.kind == "user" else "all"))
        return f"{path} {no}HAVING {function}({values})"

    def of(self, attribute: Attribute, *, calls: bool = True) -> str:
        """Return a value for an attribute: mostly one that some asset has."""
        random = self.random
        if attribute.kind in ("date", "datetime"):
            return (
                self.times.time() if random.random() < 0.8 or not calls else self._call(attribute)
            )
        if calls and random.random() < 0.15:
            called = self._call(attribute)
            if called:
                return called
        return value(random, self._text(attribute))

    def _call(self, attribute: Attribute) -> str:
        random, kind = self.random, attribute.kind
        if kind in ("date", "datetime"):
            return self.times.called()
        if kind == "user":
            person = value(random, random.choice(making_values.PEOPLE))
            calls = ("currentUser()", f"user({person}, Bob)", f"user({person})", "inactiveUsers()")
            return random.choice(calls)
        if kind in ("version", "text"):
            return f"version({quoted(random, random.choice(making_values.VERSIONS))})"
        if kind == "type":
            return f"objectTypeAndChildren({self._text(attribute)!r})"
        if kind == "folder" and self.world.folders:
            return f"folderAndChildren({quoted(random, self._text(attribute))})"
        return ""

    def _text(self, attribute: Attribute) -> str:
        """Return a value's text: one that is there, or one that could be."""
        random = self.random
        held = [v for thing in self.world.things for v in attribute.values(thing)]
        if held and random.random() < 0.85:
            return self.spelled(attribute, random.choice(held))
        return self._made_up(attribute)

    def _made_up(self, attribute: Attribute) -> str:
        random, field = self.random, attribute.field
        if field is not None:
            made = making_values.one(random, field, [t.id for t in self.world.things], self.world)
            return self.spelled(attribute, made)
        if attribute.kind in ("type", "folder"):
            ids = sorted(self.world.types if attribute.kind == "type" else self.world.folders)
            return self.spelled(attribute, random.choice(ids))
        return random.choice(
            making_values.PEOPLE if attribute.kind == "user" else making_values.TEXTS
        )

    def spelled(self, attribute: Attribute, stored: Any) -> str:
        """Return a stored value as a query may write it."""
        make = getattr(self, f"_say_{attribute.kind}", None)
        made: str = make(attribute, stored) if make else str(stored)
        return made

    def _say_option(self, attribute: Attribute, stored: str) -> str:
        assert attribute.field
        option = next(o for o in attribute.field.options if o.id == stored)
        return self.random.choice((option.id, option.label, option.label.upper()))

    def _say_user(self, _: Attribute, stored: str) -> str:
        known = [m for m in self.world.members if m.id == stored]
        return self.random.choice((stored, known[0].name, known[0].email)) if known else stored

    def _say_reference(self, _: Attribute, stored: str) -> str:
        thing: Thing | None = self.world.by_id.get(stored)
        if thing is None:
            return stored
        body = thing.body
        return str(self.random.choice((stored, body["key"], body["name"], body.get("tag", "x"))))

    def _say_type(self, _: Attribute, stored: str) -> str:
        found = self.world.types[stored]
        return self.random.choice((found.name, found.label, found.label.upper(), stored))

    def _say_folder(self, _: Attribute, stored: str) -> str:
        path = self.world.path(stored)
        return self.random.choice((path, path.upper(), self.world.folders[stored].name, stored))

    def _say_money(self, attribute: Attribute, stored: dict[str, Any]) -> str:
        digits = 0 if stored["currency"] == "JPY" else 2
        amount = f"{stored['minor'] / 10**digits:.{digits}f}"
        named = self.random.random() < 0.5 or not (attribute.field and attribute.field.currency)
        return f"{amount} {stored['currency']}" if named else amount

    def _say_boolean(self, _: Attribute, stored: bool) -> str:
        return self.random.choice(("true", "YES", "1") if stored else ("false", "no", "0"))

    def _say_network(self, _: Attribute, stored: str) -> str:
        return self.random.choice((stored, *making_values.NETWORKS))

    def plain_built_in(self) -> tuple[str, Attribute]:
        """Return a built-in that can stand behind references."""
        chosen = self.random.choice(_PLAIN)
        return name(self.random, chosen), self.attributes.built_in(chosen.casefold())

    def built_in(self) -> str:
        """Return a predicate on a built-in."""
        random = self.random
        if random.random() < 0.65:
            return self.predicate(*self.plain_built_in())
        if random.random() < 0.1:
            return self.status()
        kind = next(iter(self.world.types))
        return random.choice(
            (
                f"deleted = {random.choice(('true', 'false'))}",
                f"hasImage = {random.choice(('true', 'no'))}",
                "hasFiles = yes",
                "image IS EMPTY",
                f"links {random.choice(('>', '=', '<=', '!='))} {random.randint(0, 3)}",
                f"links IS {random.choice(('', 'NOT '))}EMPTY",
                f"schema = {self.world.types[kind].label}",
                f"primaryOf {random.choice(('=', '!=', '=='))} {self._person()}",
                f"primaryOf IS {random.choice(('', 'NOT '))}EMPTY",
                f"folder {random.choice(('', 'NOT '))}UNDER '/'",
                f"source {random.choice(('=', '!='))} {random.choice(('api', 'web', 'import'))}",
                f"path {random.choice(('LIKE', 'STARTSWITH', '='))} {self._path()}",
                f"id = {quoted(random, random.choice(self.world.things).id)}",
                f"objectTypeId = {quoted(random, kind)}",
                f"any {random.choice(('=', '!='))} {quoted(random, self._found_text())}",
                f"label ~ {quoted(random, bent(random, self._found_text()))}",
            )
        )

    def _person(self) -> str:
        person = value(self.random, self.random.choice(making_values.PEOPLE))
        return self.random.choice(("currentUser()", person, f"user({person}, Ada)"))

    def status(self) -> str:
        """Return a predicate on the one status field, where there is one."""
        found = self.world.of_kind(FieldKind.STATUS)
        return self.predicate("status", self.attributes.of_field(found[0]))

    def _path(self) -> str:
        folder = self.random.choice(sorted(self.world.folders))
        return quoted(self.random, bent(self.random, self.world.path(folder)))

    def _found_text(self) -> str:
        return self.random.choice(texts_of(self.random.choice(self.world.things)))

    def texts(self) -> str:
        """Return a predicate on all texts of an asset."""
        random = self.random
        text = bent(random, self._found_text())
        pieces = text.split()
        if len(pieces) > 2:
            text = " ".join(pieces[:2] if random.random() < 0.7 else random.sample(pieces, 2))
        return random.choice(
            (
                f"text HAS {quoted(random, text)}",
                f"text ~ {quoted(random, text)}",
                f"text !~ {quoted(random, text)}",
                f"text NOT HAS {quoted(random, text)}",
                f"text {random.choice(('=', '!='))} {quoted(random, text)}",
                quoted(random, text),
                quoted(random, text),
            )
        )

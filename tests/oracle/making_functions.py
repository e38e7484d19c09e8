"""Functions that are conditions, made at random."""

from __future__ import annotations

from random import Random
from typing import Protocol

from tests.oracle.making_values import PEOPLE
from tests.oracle.spelling import quoted, value
from tests.oracle.world import World


class Conditions(Protocol):
    """Where the queries in brackets come from."""

    def expression(self, depth: int) -> str:
        """Return a condition."""
        ...

    def path(self, field: str) -> str:
        """Return a field as a query names it."""
        ...


class Functions:
    """Makes functions for one world."""

    def __init__(self, random: Random, world: World, conditions: Conditions) -> None:
        """`random` decides everything."""
        self.random = random
        self.world = world
        self.conditions = conditions

    def function(self, depth: int) -> str:
        """Return a condition that is a function."""
        random = self.random
        if random.random() < 0.45:
            return self._own()
        turn = random.random()
        if turn < 0.3:
            return self._related(depth)
        if turn < 0.6:
            no = random.choice(("", "", "NOT "))
            sign = random.choice((">=", ">", "=", "<", "<=", "!="))
            compared = f" {sign} {random.randint(0, 3)}" if random.random() < 0.7 else ""
            return f"object {no}HAVING {self._related(depth)}{compared}"
        if turn < 0.85:
            return self._reachable(depth)
        flags = random.choice(("", ", true", ", true, true", ", false, true", ", yes, no"))
        return f"linked_items({self._seeds(depth)}{flags})"

    def _own(self) -> str:
        random = self.random
        person = random.choice((value(random, random.choice(PEOPLE)), "currentUser()"))
        field = random.choice(list(self.world.fields))
        keys = ", ".join(quoted(random, self._named()) for _ in range(random.randint(1, 3)))
        choices = (
            f"id_in({keys})", "my()", "my_primary()", "my_with_linked()", f"user_is({person})",
            f"user_is_with_linked({person})", f"duplicateOf({quoted(random, field)})",
            f"duplicateOf({random.choice(('name', 'serial', 'tag'))})", "missingRequired()",
            *(f"savedSearch({quoted(random, each.name)})" for each in self.world.searches),
            f"stale({random.choice(('90d', '3mo', '1d', '5w', '1y'))})",
        )  # fmt: skip
        return random.choice(choices)

    def _named(self) -> str:
        thing = self.random.choice(self.world.things)
        return self.random.choice((thing.id, thing.body["key"], thing.body["key"].lower()))

    def _seeds(self, depth: int) -> str:
        random = self.random
        if random.random() < 0.4:
            key = self.random.choice(self.world.things).body["key"]
            return random.choice((f"key = {quoted(random, key)}", quoted(random, key)))
        return self.conditions.expression(depth + 2)

    def _related(self, depth: int) -> str:
        random = self.random
        names = ("inR", "outR", "inboundReferences", "outboundReferences", "linked")
        function = random.choice(names)
        asked = random.choice(("", '""', self._seeds(depth), self._seeds(depth)))
        arguments = [asked] if asked else []
        if random.random() < 0.35:
            named = ", ".join(self._ways())
            form = f"refType IN ({named})" if function != "linked" else f"types=({named})"
            arguments.append(form)
        if function == "linked" and random.random() < 0.4:
            arguments.append(f'dir="{random.choice(("in", "out", "any"))}"')
        return f"{function}({', '.join(arguments)})"

    def _ways(self) -> list[str]:
        random = self.random
        links = [n for t in self.world.link_types.values() for n in (t.name, t.outbound_name, t.id)]
        fields = [each.name for each in self.world.fields.values() if each.kind == "reference"]
        return [
            quoted(random, random.choice([*links, *fields])) for _ in range(random.choice((1, 2)))
        ]

    def _reachable(self, depth: int) -> str:
        random = self.random
        arguments = [self._seeds(depth)]
        if random.random() < 0.4:
            arguments.append(f"types=({', '.join(self._ways())})")
        if random.random() < 0.6:
            arguments.append(f'dir="{random.choice(("in", "out", "any"))}"')
        if random.random() < 0.5:
            arguments.append(f"depth={random.randint(1, 3)}")
        return f"reachable({', '.join(arguments)})"

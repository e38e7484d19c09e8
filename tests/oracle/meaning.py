"""What a value of a query means beside an attribute: a test of one stored value."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from ipaddress import ip_address, ip_network
from typing import Any

from muster.query.tree import Call, Value, Word
from muster.text import fold
from tests.oracle import texts
from tests.oracle.attributes import Attribute
from tests.oracle.moments import Calendar
from tests.oracle.readings import at, lies_in, mac_of, moment, number_of, only, ordered, time_of
from tests.oracle.refusal import Refusal, Unclear
from tests.oracle.world import Thing, World

type ValueTest = Callable[[Any], bool]

_MONEY = re.compile(r"([+-]?\d+(?:\.\d+)?)(?:\s+([A-Z]{3}))?")
_DIGITS = {"JPY": 0}
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
NOT_CONNECTED = frozenset(
    {
        "connectedtickets",
        "currentassignee",
        "currentproject",
        "currentreporter",
        "group",
        "hastests",
        "inventorystart",
        "lastbuild",
        "membersof",
        "notscannedin",
    }
)


class Meaning:
    """The meaning of values in one world, as one caller sees it."""

    def __init__(self, world: World, visible: Callable[[Thing], bool]) -> None:
        """`visible` tells which assets are there."""
        self.world = world
        self.visible = visible
        self.calendar = Calendar(world.now, world.zone)

    def equal(self, attribute: Attribute, value: Value, *, exact: bool = False) -> ValueTest:
        """Return the test for being equal to the value."""
        if isinstance(value, Call):
            return self._equal_call(attribute, value)
        kind = attribute.kind
        if exact and kind in ("text", "path"):
            return lambda stored: stored == value.text
        if kind in ("date", "datetime"):
            return self.compared(attribute, "=", value)
        if kind in ("number", "links"):
            number = number_of(attribute, value)
            return lambda stored: stored == number
        make = getattr(self, f"_equal_{kind}", None)
        if make is None:
            raise Refusal("wrong_type")
        made: ValueTest = make(attribute, value.text)
        return made

    def _equal_text(self, _: Attribute, text: str) -> ValueTest:
        return lambda stored: fold(stored) == fold(text)

    def _equal_time(self, _: Attribute, text: str) -> ValueTest:
        asked = time_of(text)
        return lambda stored: stored == asked

    _equal_path = _equal_cause = _equal_text

    def _equal_mac(self, _: Attribute, text: str) -> ValueTest:
        asked = mac_of(text)
        return lambda stored: stored == asked

    def _equal_file(self, _: Attribute, text: str) -> ValueTest:
        if not texts.is_id(text):
            raise Refusal("wrong_type")
        return lambda stored: stored == text

    def _equal_network(self, _: Attribute, text: str) -> ValueTest:
        try:
            if "/" not in text:
                sought = ip_address(text)
                return lambda stored: "/" not in stored and ip_address(stored) == sought
            network = ip_network(text, strict=False)
        except ValueError as error:
            raise Refusal("wrong_type") from error
        return lambda stored: lies_in(stored, network)

    def _equal_version(self, _: Attribute, text: str) -> ValueTest:
        sought = texts.version(text)
        if sought is None:
            raise Unclear
        return lambda stored: texts.version(stored) == sought

    def _equal_money(self, attribute: Attribute, text: str) -> ValueTest:
        amount = self._money(attribute, text)
        return lambda stored: (stored["minor"], stored["currency"]) == amount

    def _money(self, attribute: Attribute, text: str) -> tuple[float, str]:
        found = _MONEY.fullmatch(text.strip())
        currency = found and (found[2] or (attribute.field and attribute.field.currency))
        if not found or not currency:
            raise Refusal("wrong_type")
        minor = float(found[1]) * 10 ** _DIGITS.get(currency, 2)
        return round(minor, 6), currency

    def _equal_boolean(self, _: Attribute, text: str) -> ValueTest:
        if text.casefold() not in _TRUTH:
            raise Refusal("wrong_type")
        return lambda stored: stored is _TRUTH[text.casefold()]

    def _equal_option(self, attribute: Attribute, text: str) -> ValueTest:
        assert attribute.field
        options = attribute.field.options
        ids = {o.id for o in options if o.id == text or fold(o.label) == fold(text)}
        if not ids:
            raise Refusal("unknown_value")
        return lambda stored: stored in ids

    def _equal_user(self, _: Attribute, text: str) -> ValueTest:
        ids = set(self.people(text))
        return lambda stored: stored in ids or fold(stored) == fold(text)

    def _equal_owner(self, _: Attribute, text: str) -> ValueTest:
        ids = self.people(text)
        if not ids:
            raise Refusal("unknown_value")
        return lambda stored: stored in ids

    def people(self, text: str) -> list[str]:
        """Return the ids of the members whom a text names: by id, else e-mail, else name."""
        for known_by in ("id", "email", "name"):
            asked, turned = (text, str) if known_by == "id" else (fold(text), fold)
            found = [m.id for m in self.world.members if turned(getattr(m, known_by)) == asked]
            if found:
                return found
        return []

    def _equal_reference(self, _: Attribute, text: str) -> ValueTest:
        if texts.is_id(text):
            return lambda stored: stored == text
        return lambda stored: self.answers(self.world.by_id[stored], text)

    def answers(self, thing: Thing, text: str) -> bool:
        """Tell whether an asset is called so."""
        names = (thing.body.get(each) for each in texts.TITLES)
        return any(name and fold(name) == fold(text) for name in names)

    def _equal_type(self, _: Attribute, text: str) -> ValueTest:
        ids = self.types(text)
        return lambda stored: stored in ids

    _equal_schema = _equal_type

    def types(self, text: str) -> set[str]:
        """Return the types of this id, name or label."""
        asked = fold(text)
        for known_by in ("id", "name", "label"):
            found = {
                each.id
                for each in self.world.types.values()
                if getattr(each, known_by) == text or fold(getattr(each, known_by)) == asked
            }
            if found:
                return found
        raise Refusal("unknown_value")

    def _equal_folder(self, _: Attribute, text: str) -> ValueTest:
        ids = self.folders(text)
        return lambda stored: stored in ids

    def folders(self, text: str) -> set[str]:
        """Return the folders of this id, path or name; none for the root."""
        steps = [step.strip() for step in text.split("/") if step.strip()]
        if text.startswith("/"):
            path = fold("/" + "/".join(steps))
            found = {f for f in self.world.folders if fold(self.world.path(f)) == path}
        else:
            every = self.world.folders.values()
            found = {f.id for f in every if f.id == text or fold(f.name) == fold(text)}
        if not found and (steps or not text.startswith("/")):
            raise Refusal("unknown_value")
        return found

    def _equal_call(self, attribute: Attribute, call: Call) -> ValueTest:
        name, kind = call.name.casefold(), attribute.kind
        if kind in ("date", "datetime") and self.calendar.read(call):
            return self.compared(attribute, "=", call)
        if name in ("currentuser", "user") and kind in ("user", "owner"):
            each = [self._equal_user(attribute, text) for text in self.persons(call)]
            return lambda stored: any(test(stored) for test in each)
        if name == "inactiveusers" and kind == "user":
            members = {member.id for member in self.world.members}
            return lambda stored: stored.startswith("mem_") and stored not in members
        if name == "objecttypeandchildren" and kind == "type":
            ids = {below for t in self.types(only(call)) for below in self.world.below(t)}
            return lambda stored: stored in ids
        if name == "folderandchildren" and kind == "folder":
            ids = {below for f in self.folders(only(call)) for below in self.world.inside(f)}
            return lambda stored: stored in ids
        return self._equal_version_call(attribute, call)

    def _equal_version_call(self, attribute: Attribute, call: Call) -> ValueTest:
        if call.name.casefold() in NOT_CONNECTED:
            raise Refusal("not_connected")
        if call.name.casefold() == "version" and attribute.kind in ("version", "text"):
            return self._equal_version(attribute, only(call))
        raise Refusal("wrong_type")

    def persons(self, call: Call) -> list[str]:
        """Return what `user(…)` and `currentUser()` name, in words."""
        if call.name.casefold() == "currentuser":
            return [self.world.me]
        named: list[str] = []
        for argument in call.arguments:
            value = argument.value
            if isinstance(value, Word):
                named.append(value.text)
            elif isinstance(value, Call):
                named += self.persons(value)
        return named

    def compared(self, attribute: Attribute, sign: str, value: Value) -> ValueTest:
        """Return the test for lying before, at or behind the value."""
        kind = attribute.kind
        called = isinstance(value, Call) and value.name.casefold() == "version"
        if kind == "version" or (called and kind == "text"):
            return self._versions(sign, only(value) if isinstance(value, Call) else value.text)
        if kind in ("date", "datetime"):
            return self._times(kind, sign, value)
        if isinstance(value, Call):
            raise Refusal("wrong_type")
        if kind in ("number", "links"):
            number = number_of(attribute, value)
            return lambda stored: ordered(stored, sign, number)
        if kind == "money":
            amount, currency = self._money(attribute, value.text)
            return lambda stored: (
                stored["currency"] == currency and ordered(stored["minor"], sign, amount)
            )
        if kind in ("text", "path", "time"):
            asked = time_of(value.text) if kind == "time" else fold(value.text)
            return lambda stored: ordered(fold(stored), sign, asked)
        raise Refusal("wrong_type")

    def check_alike(self, attribute: Attribute, low: Value, high: Value) -> None:
        """Refuse two bounds that can't be compared with one value."""
        called = isinstance(low, Call) or isinstance(high, Call)
        versions = attribute.kind == "version" or (attribute.kind == "text" and called)
        if versions and attribute.multiple:
            raise Refusal("wrong_type")
        if attribute.kind == "money" and isinstance(low, Word) and isinstance(high, Word):
            bounds = (self._money(attribute, each.text) for each in (low, high))
            if len({currency for _, currency in bounds}) > 1:
                raise Refusal("wrong_type")

    def _versions(self, sign: str, text: str) -> ValueTest:
        sought = texts.version(text)
        if sought is None:
            raise Unclear

        def test(stored: Any) -> bool:
            there = texts.version(stored)
            return there is not None and ordered(there, sign, sought)

        return test

    def _times(self, kind: str, sign: str, value: Value) -> ValueTest:
        asked = self.calendar.read(value)
        if asked is None:
            raise Refusal("wrong_type")
        if kind == "date":
            return lambda stored: ordered(stored, sign, asked.day.isoformat())
        return lambda stored: at(moment(stored).astimezone(UTC), sign, asked)

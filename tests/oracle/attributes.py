"""What a path names: attributes, each with a kind and the values that an asset has of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from muster.catalog.model import OPTION_KINDS, FieldKind, FieldType
from muster.query.tree import Name
from muster.text import fold
from tests.oracle.refusal import Refusal
from tests.oracle.world import Thing, World

K = FieldKind
_KINDS = {
    K.INTEGER: "number",
    K.NUMBER: "number",
    K.DURATION: "number",
    K.BOOLEAN: "boolean",
    K.DATE: "date",
    K.DATETIME: "datetime",
    K.TIME: "time",
    K.MONEY: "money",
    K.IP: "network",
    K.CIDR: "network",
    K.MAC: "mac",
    K.VERSION: "version",
    K.USER: "user",
    K.REFERENCE: "reference",
    K.ASSET_TYPE: "type",
    K.GEO: "opaque",
    K.JSON: "opaque",
    K.IMAGE: "file",
    K.FILE: "file",
}
_ALIASES = {
    "title": "name",
    "label": "name",
    "objecttype": "type",
    "objecttypeid": "type",
    "category": "folder",
    "created_at": "created",
    "updated_at": "updated",
    "created_by": "createdby",
    "updated_by": "updatedby",
    "objectschema": "schema",
    "objectschemaid": "schema",
    "anyattribute": "any",
}
_APART = frozenset({"issues", "lastseen"})
"""What is not connected yet."""
_TEXTS = ("id", "key", "name", "description", "tag", "serial")


@dataclass(frozen=True)
class Attribute:
    """Something that assets have values of. Values are stored ones; those that are empty are not
    among them.
    """

    kind: str
    name: str
    values: Callable[[Thing], list[Any]]
    field: FieldType | None = None
    hops: int = 0
    forks: bool = False
    """Whether a reference on the way may have several values."""

    @property
    def multiple(self) -> bool:
        """Whether an asset may have several values."""
        return self.forks or (self.field is not None and self.field.many)


def is_empty(value: Any) -> bool:
    """Tell whether a value is none."""
    return value is None or value == [] or (isinstance(value, str) and not fold(value))


def listed(value: Any) -> list[Any]:
    """Return the values of a member of a body."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if not is_empty(each)]


def cell(value: Any) -> Any:
    """Return what two equal values have in common."""
    if isinstance(value, str):
        return fold(value)
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return value


def distinct(values: Iterable[Any]) -> list[Any]:
    """Return each value once, the first of those that are equal."""
    return list({cell(value): value for value in reversed(list(values))}.values())[::-1]


class Attributes:
    """The attributes of a world's assets. `visible` tells which assets are there."""

    def __init__(self, world: World, visible: Callable[[Thing], bool]) -> None:
        """Nothing is worked out before it is asked for."""
        self.world = world
        self.visible = visible

    def named(self, path: Name) -> list[Attribute]:
        """Return what a path may mean: several where fields share a label."""
        return self._walk([fold(part) for part in path.parts])

    def _walk(self, parts: list[str]) -> list[Attribute]:
        taken, fields, built_in = self._first(parts)
        rest = parts[taken:]
        if built_in:
            if rest:
                raise Refusal("unknown_field")
            return [self.built_in(built_in)]
        if not rest:
            return [self.of_field(each) for each in fields]
        ways = [each for each in fields if each.kind is K.REFERENCE]
        if not ways:
            raise Refusal("unknown_field")
        return [self._behind(way, far) for way in ways for far in self._walk(rest)]

    def _first(self, parts: list[str]) -> tuple[int, list[FieldType], str]:
        """Return how many parts name something, and the fields or the built-in that they name."""
        for taken in range(len(parts), 0, -1):
            spelled = ".".join(parts[:taken])
            if taken == 1 and self._is_built_in(spelled):
                return 1, [], _ALIASES.get(spelled, spelled)
            named = [each for name, each in self.world.fields.items() if fold(name) == spelled]
            if named:
                return taken, named, ""
            labelled = [
                self.world.fields[name]
                for name, labels in self.world.labels.items()
                if spelled in map(fold, labels)
            ]
            if labelled:
                return taken, labelled, ""
        raise Refusal("unknown_field")

    def _is_built_in(self, spelled: str) -> bool:
        return spelled in _APART or hasattr(self, f"_{_ALIASES.get(spelled, spelled)}_values")

    def of_field(self, field: FieldType) -> Attribute:
        """Return a field's attribute."""
        kind = "option" if field.kind in OPTION_KINDS else _KINDS.get(field.kind, "text")
        if field.kind is K.AUTO_NUMBER:
            kind = "text" if field.number_template else "number"
        read = self._targets if field.kind is K.REFERENCE else self._held
        return Attribute(kind, field.name, lambda thing: read(thing, field.name), field)

    def _held(self, thing: Thing, name: str) -> list[Any]:
        return listed(thing.fields.get(name))

    def _targets(self, thing: Thing, name: str) -> list[str]:
        """Return the ids of the assets that a reference leads to, of those that are there."""
        there = [self.world.by_id.get(each) for each in listed(thing.fields.get(name))]
        return [each.id for each in there if each is not None and self.visible(each)]

    def _behind(self, way: FieldType, far: Attribute) -> Attribute:
        def values(thing: Thing) -> list[Any]:
            reached = [self.world.by_id[each] for each in self._targets(thing, way.name)]
            return [value for each in reached for value in far.values(each)]

        return replace(far, values=values, hops=far.hops + 1, forks=far.forks or way.many)

    def built_in(self, name: str) -> Attribute:
        """Return a built-in's attribute."""
        if name in _APART:
            raise Refusal("not_connected")
        if name == "status":
            return self._status_field()
        kind = "text" if name in _TEXTS else _BUILT_IN_KINDS[name]
        return Attribute(kind, name, getattr(self, f"_{name}_values"))

    def _status_field(self) -> Attribute:
        found = self.world.of_kind(K.STATUS)
        if len(found) != 1:
            raise Refusal("ambiguous_field" if found else "unknown_field")
        return self.of_field(found[0])

    def _member(self, thing: Thing, name: str) -> list[Any]:
        return listed(thing.body.get(name))

    def _id_values(self, thing: Thing) -> list[Any]:
        return [thing.id]

    def _key_values(self, thing: Thing) -> list[Any]:
        return self._member(thing, "key")

    def _name_values(self, thing: Thing) -> list[Any]:
        return self._member(thing, "name")

    def _description_values(self, thing: Thing) -> list[Any]:
        return self._member(thing, "description")

    def _tag_values(self, thing: Thing) -> list[Any]:
        return self._member(thing, "tag")

    def _serial_values(self, thing: Thing) -> list[Any]:
        return self._member(thing, "serial")

    def _type_values(self, thing: Thing) -> list[Any]:
        return self._member(thing, "type")

    def _schema_values(self, thing: Thing) -> list[Any]:
        return [list(self.world.ancestors(thing.body["type"]))[-1].id]

    def _folder_values(self, thing: Thing) -> list[Any]:
        return self._member(thing, "folder")

    def _path_values(self, thing: Thing) -> list[Any]:
        return [self.world.path(each) for each in self._member(thing, "folder")]

    def _status_values(self, _: Thing) -> list[Any]:
        raise NotImplementedError

    def _created_values(self, thing: Thing) -> list[Any]:
        return [thing.created.at]

    def _updated_values(self, thing: Thing) -> list[Any]:
        return [thing.updated.at]

    def _createdby_values(self, thing: Thing) -> list[Any]:
        return [thing.created.by]

    def _updatedby_values(self, thing: Thing) -> list[Any]:
        return [thing.updated.by]

    def _source_values(self, thing: Thing) -> list[Any]:
        return [thing.created.cause]

    def _deleted_values(self, thing: Thing) -> list[Any]:
        return [thing.trashed]

    def _hasimage_values(self, thing: Thing) -> list[Any]:
        return [bool(thing.body.get("images"))]

    def _hasfiles_values(self, thing: Thing) -> list[Any]:
        return [bool(thing.body.get("files"))]

    def _image_values(self, thing: Thing) -> list[Any]:
        return self._member(thing, "images")[:1]

    def _primaryof_values(self, thing: Thing) -> list[Any]:
        return [member for member, asset in self.world.primary.items() if asset == thing.id]

    def _links_values(self, thing: Thing) -> list[Any]:
        """Return the assets that links lead to, or from."""
        ends = {j.target for j in self.world.links if j.source == thing.id}
        ends |= {j.source for j in self.world.links if j.target == thing.id}
        there = [self.world.by_id.get(each) for each in ends]
        return [each.id for each in there if each is not None and self.visible(each)]

    def _text_values(self, _: Thing) -> list[Any]:
        raise Refusal("wrong_type")

    def _any_values(self, _: Thing) -> list[Any]:
        raise Refusal("wrong_type")


_BUILT_IN_KINDS = {
    "type": "type",
    "schema": "schema",
    "folder": "folder",
    "path": "path",
    "created": "datetime",
    "updated": "datetime",
    "createdby": "user",
    "updatedby": "user",
    "source": "cause",
    "deleted": "boolean",
    "hasimage": "boolean",
    "hasfiles": "boolean",
    "image": "file",
    "links": "links",
    "primaryof": "owner",
    "text": "whole",
    "any": "any",
}

"""Asset types, field types, link types and folders: what a tenant's catalog is made of."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict


class FieldKind(StrEnum):
    """What a field holds. Shapes are those of `muster.catalog.values`."""

    TEXT = "text"
    TEXT_AREA = "text_area"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    DURATION = "duration"
    SELECT = "select"
    MULTI_SELECT = "multi_select"
    STATUS = "status"
    USER = "user"
    GROUP = "group"
    URL = "url"
    EMAIL = "email"
    IP = "ip"
    CIDR = "cidr"
    MAC = "mac"
    MONEY = "money"
    GEO = "geo"
    REFERENCE = "reference"
    ASSET_TYPE = "asset_type"
    PROJECT = "project"
    REPOSITORY = "repository"
    PAGE = "page"
    VERSION = "version"
    GLOBAL_ID = "global_id"
    IMAGE = "image"
    FILE = "file"
    JSON = "json"
    AUTO_NUMBER = "auto_number"


OPTION_KINDS = frozenset({FieldKind.SELECT, FieldKind.MULTI_SELECT, FieldKind.STATUS})


class CatalogModel(BaseModel):
    """A catalog record's body; `id` and `version` are the record's own, not part of the body."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def body(self) -> dict[str, Any]:
        """Return the record body: JSON values, without id and version."""
        return self.model_dump(mode="json", exclude={"id", "version"}, exclude_none=True)


class Option(CatalogModel):
    """A choice of a select, multi-select or status field. Used ones are retired, not deleted."""

    id: str
    label: str
    color: str | None = None
    icon: str | None = None
    category: str | None = None
    retired: bool = False


class FieldType(CatalogModel):
    """A field that asset types may carry. `name` is dotted, unique and never changes."""

    id: str = ""
    version: int = 0
    name: str
    label: str
    kind: FieldKind
    help: str | None = None
    unit: str | None = None
    unique: bool = False
    required: bool = False
    pattern: str | None = None
    min_values: int = 0
    max_values: int | None = 1
    """None: any number. Above 1, the stored value is a list."""
    minimum: float | None = None
    maximum: float | None = None
    default: Any = None
    """In stored form."""
    options: tuple[Option, ...] = ()
    currency: str | None = None
    reference_types: tuple[str, ...] = ()
    """Asset type ids that a reference may point to; empty: any."""
    number_template: str | None = None
    """Auto-number only, such as "INV-{n}"; None: the bare integer."""
    summable: bool = False
    hidden: bool = False

    def body(self) -> dict[str, Any]:
        """Return the record body, in which "any number of values" is a null."""
        return {**super().body(), "max_values": self.max_values}

    @property
    def many(self) -> bool:
        """Tell whether the stored value is a list."""
        return self.kind is FieldKind.MULTI_SELECT or self.max_values != 1

    def option(self, id_or_label: str) -> Option | None:
        """Return the option of this id, or else of this label (case does not count)."""
        folded = id_or_label.casefold().strip()
        for option in self.options:
            if option.id == id_or_label:
                return option
        return next((o for o in self.options if o.label.casefold() == folded), None)


class Placement(CatalogModel):
    """A field on a type, and where the type's page shows it."""

    field: str
    """The field type's dotted name."""
    label: str | None = None
    required: bool | None = None
    in_create: bool = True
    section: str | None = None
    x: int = 0
    y: int = 0
    width: int = 1
    height: int = 1
    mobile_order: int | None = None
    background_color: str | None = None
    text_color: str | None = None
    label_color: str | None = None


class AssetType(CatalogModel):
    """A type of assets. `name` is dotted and unique; fields of the parent are inherited."""

    id: str = ""
    version: int = 0
    name: str
    label: str
    key_prefix: str
    """Human keys are `<key_prefix>-<n>`; types may share a prefix and then share its numbers."""
    description: str | None = None
    icon: str | None = None
    color: str | None = None
    parent: str | None = None
    abstract: bool = False
    fields: tuple[Placement, ...] = ()


class LinkType(CatalogModel):
    """A kind of link: "A `outbound_name` B", "B `inbound_name` A"."""

    id: str = ""
    version: int = 0
    name: str
    inbound_name: str
    outbound_name: str
    symmetric: bool = False
    color: str | None = None
    source_types: tuple[str, ...] = ()
    target_types: tuple[str, ...] = ()


class Folder(CatalogModel):
    """A node of the folder tree; `parent` None is the root's child."""

    id: str = ""
    version: int = 0
    name: str
    parent: str | None = None


@dataclass(frozen=True)
class PlacedField:
    """A field as one type has it: its definition with the placement nearest to the type."""

    definition: FieldType
    placement: Placement
    inherited: bool

    @property
    def label(self) -> str:
        """Return the label that this type shows."""
        return self.placement.label or self.definition.label

    @property
    def required(self) -> bool:
        """Tell whether an asset of this type needs a value."""
        required = self.placement.required
        return self.definition.required if required is None else required


@dataclass(frozen=True)
class Catalog:
    """All types, fields and link types of a tenant as of commit `seq`; by id, immutable."""

    seq: int
    types: Mapping[str, AssetType] = field(default_factory=dict)
    fields: Mapping[str, FieldType] = field(default_factory=dict)
    """By dotted name."""
    link_types: Mapping[str, LinkType] = field(default_factory=dict)

    @cached_property
    def _types_by_word(self) -> Mapping[str, AssetType]:
        by_label = {t.label.casefold(): t for t in self.types.values()}
        return by_label | {t.name.casefold(): t for t in self.types.values()}

    def at(self, seq: int) -> Self:
        """Return the same catalog as of a later commit, which did not touch it."""
        if seq == self.seq:
            return self
        later = copy(self)
        object.__setattr__(later, "seq", seq)
        return later

    def type_of(self, reference: str) -> AssetType | None:
        """Return the type of this id, dotted name or label."""
        return self.types.get(reference) or self._types_by_word.get(reference.casefold().strip())

    def link_type_of(self, reference: str) -> LinkType | None:
        """Return the link type of this id or name."""
        folded = reference.casefold()
        named = (lt for lt in self.link_types.values() if lt.name.casefold() == folded)
        return self.link_types.get(reference) or next(named, None)

    def ancestors(self, type_id: str) -> Iterator[AssetType]:
        """Yield the type and then its parents, nearest first; a cycle ends the walk."""
        seen: set[str] = set()
        current = self.types.get(type_id)
        while current is not None and current.id not in seen:
            seen.add(current.id)
            yield current
            current = self.types.get(current.parent) if current.parent else None

    def subtypes(self, type_id: str) -> frozenset[str]:
        """Return the ids of the type and all below it."""
        return frozenset(t for t in self.types if any(a.id == type_id for a in self.ancestors(t)))

    @cached_property
    def _placed(self) -> dict[str, Mapping[str, PlacedField]]:
        return {}

    def fields_of(self, type_id: str) -> Mapping[str, PlacedField]:
        """Return the type's fields by dotted name: inherited ones first, then its own, in order."""
        if type_id not in self._placed:
            placed: dict[str, PlacedField] = {}
            for owner in reversed(list(self.ancestors(type_id))):
                for place in owner.fields:
                    definition = self.fields.get(place.field)
                    if definition is not None:
                        placed[place.field] = PlacedField(definition, place, owner.id != type_id)
            self._placed[type_id] = placed
        return self._placed[type_id]


CatalogKind = Literal["asset_type", "field_type", "link_type"]

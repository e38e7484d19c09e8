"""What the routes of the catalog give back, for the document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from muster.catalog.drafts import PlacementDraft
from muster.catalog.model import FieldKind


class _Output(BaseModel):
    model_config = ConfigDict(defer_build=True)


class ActorView(_Output):
    """Who did something."""

    id: str
    name: str


class StampView(_Output):
    """When (RFC 3339, UTC), and who."""

    at: str
    by: ActorView


class TypeBrief(_Output):
    """An asset type in few words."""

    id: str
    name: str | None
    label: str | None


class _Stamped(_Output):
    id: str
    version: int
    created: StampView
    updated: StampView


class PlacementView(PlacementDraft):
    """A field on a type."""

    model_config = ConfigDict(defer_build=True)


class OptionView(_Output):
    """A choice."""

    id: str
    label: str
    color: str | None
    icon: str | None
    category: str | None
    retired: bool


class TypeFieldView(_Output):
    """A field as a type has it, inherited ones included."""

    field: str
    label: str
    kind: FieldKind
    required: bool
    inherited: bool
    inherited_from: TypeBrief | None
    section: str | None


class AssetTypeView(_Stamped):
    """An asset type: `fields` are its own placements, `all_fields` what its assets have."""

    name: str
    label: str
    key_prefix: str
    description: str | None
    icon: str | None
    color: str | None
    parent: TypeBrief | None
    abstract: bool
    fields: list[PlacementView]
    all_fields: list[TypeFieldView]


class FieldTypeView(_Stamped):
    """A field type."""

    name: str
    label: str
    kind: FieldKind
    help: str | None
    unit: str | None
    unique: bool
    required: bool
    pattern: str | None
    min_values: int
    max_values: int | None
    minimum: float | None
    maximum: float | None
    default: Any
    options: list[OptionView]
    currency: str | None
    reference_types: list[TypeBrief]
    number_template: str | None
    summable: bool
    hidden: bool


class LinkTypeView(_Stamped):
    """A link type."""

    name: str
    outbound_name: str
    inbound_name: str
    symmetric: bool
    color: str | None
    source_types: list[TypeBrief]
    target_types: list[TypeBrief]


class FolderBrief(_Output):
    """A folder by id and path."""

    id: str
    path: str | None


class FolderView(_Stamped):
    """A folder, with how many assets and folders lie directly in it (the trash included)."""

    name: str
    path: str
    parent: FolderBrief | None
    assets: int
    folders: int


class SchemaFieldView(TypeFieldView):
    """A field of a type with all that a form or an import needs to know."""

    help: str | None
    unit: str | None
    unique: bool
    pattern: str | None
    min_values: int
    max_values: int | None
    minimum: float | None
    maximum: float | None
    default: Any
    options: list[OptionView]
    currency: str | None
    reference_types: list[TypeBrief]
    in_create: bool
    read_only: bool
    example: Any
    """A value that it takes, where there is one for all fields of the kind."""


class SchemaView(_Output):
    """What an asset of a type holds. `may_write` tells whether the caller's token may write it."""

    type: TypeBrief
    abstract: bool
    may_write: bool
    fields: list[SchemaFieldView]


class StarterCounts(_Output):
    """How many were made, of each kind; the others were there."""

    asset_types: int
    field_types: int
    link_types: int


class StarterView(_Output):
    """What installing the starter catalog made."""

    created: StarterCounts
    status: Literal["installed", "unchanged"]

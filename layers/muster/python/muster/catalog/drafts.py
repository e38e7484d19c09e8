"""What is sent to the catalog."""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from muster.catalog.model import FieldKind
from muster.http.paging import ListQuery


def _printable(text: str) -> str:
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in text):
        raise PydanticCustomError("control_character", "Control characters are not allowed here")
    return text


def _line(longest: int) -> Any:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


Line = Annotated[str, _line(120), AfterValidator(_printable)]
Word = Annotated[str, _line(255), AfterValidator(_printable)]
Path = Annotated[str, _line(2_000), AfterValidator(_printable)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
_Cell = Annotated[int, Field(ge=0, le=1_000)]
_Span = Annotated[int, Field(ge=1, le=1_000)]
_Bound = Annotated[float, Field(allow_inf_nan=False)]


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class NameKey(_Input):
    """An asset type by id, dotted name or label: exactly one of them."""

    id: Word | None = None
    name: Word | None = None
    label: Word | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise PydanticCustomError("one_of", "Give exactly one of id, name and label")
        return self


def _shape(value: Any) -> str:
    return "key" if isinstance(value, (Mapping, NameKey)) else "text"


TypeReference = Annotated[
    Annotated[Word, Tag("text")] | Annotated[NameKey, Tag("key")], Discriminator(_shape)
]
"""An asset type by id, dotted name or label, bare or as the one member of an object."""


class PlacementDraft(_Input):
    """A field on a type, and where the type's page shows it."""

    field: Word
    """The field's dotted name."""
    label: Line | None = None
    """What this type calls the field, where that is not the field's own label."""
    required: bool | None = None
    """Whether an asset of this type needs a value; null: as the field says."""
    in_create: bool = True
    section: Line | None = None
    x: _Cell = 0
    y: _Cell = 0
    width: _Span = 1
    height: _Span = 1
    mobile_order: _Cell | None = None
    background_color: Color | None = None
    text_color: Color | None = None
    label_color: Color | None = None


_Placements = Annotated[list[PlacementDraft], Field(max_length=500)]
_LAPTOP: dict[str, Any] = {
    "name": "type.laptop",
    "label": "Laptop",
    "key_prefix": "LAP",
    "icon": "laptop",
    "parent": "type.computer",
    "fields": [{"field": "laptop.screen.size", "section": "Screen"}],
}


class TypeDraft(_Input):
    """An asset type."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "type.camera", "label": "Camera", "key_prefix": "CAM"}, _LAPTOP]
        }
    )

    name: Word
    """Dotted, unique, and the same for ever: `type.laptop`."""
    label: Line
    key_prefix: Word
    """2 to 10 capital letters and digits: keys are `LAP-1`, `LAP-2`, …"""
    description: Prose | None = None
    icon: Line | None = None
    """The name of a built-in icon, or the id of a stored image (`fil_…`)."""
    color: Color | None = None
    parent: TypeReference | None = None
    """Whose fields it inherits."""
    abstract: bool = False
    """True: no asset is of this type, only of types below it."""
    fields: _Placements = Field(default_factory=list)


class TypePatch(_Input):
    """What is to change of an asset type. `fields` is replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"label": "Notebook"}]})

    label: Line | None = None
    key_prefix: Word | None = None
    description: Prose | None = None
    icon: Line | None = None
    """The name of a built-in icon, or the id of a stored image (`fil_…`)."""
    color: Color | None = None
    parent: TypeReference | None = None
    abstract: bool | None = None
    fields: _Placements | None = None


class OptionDraft(_Input):
    """A choice. With the `id` of one that is there it is that one, changed; without, a new one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"label": "In repair", "color": "#c77700"}]}
    )

    id: Word | None = None
    label: Line
    color: Color | None = None
    icon: Line | None = None
    category: Line | None = None
    retired: bool = False
    """True: it can't be newly chosen, and stays where it is chosen already."""


class NewOption(_Input):
    """A choice to add."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"label": "In repair", "color": "#c77700"}]}
    )

    label: Line
    color: Color | None = None
    icon: Line | None = None
    category: Line | None = None
    position: _Cell | None = None
    """Where in the list, from 0; null: last."""


class OptionPatch(_Input):
    """What is to change of a choice."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"retired": True}]})

    label: Line | None = None
    color: Color | None = None
    icon: Line | None = None
    category: Line | None = None
    retired: bool | None = None
    position: _Cell | None = None


class _FieldRules(_Input):
    help: Prose | None = None
    unit: Line | None = None
    """Shown after the value, such as GB."""
    pattern: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    """A regular expression (RE2) that the whole of a text matches."""
    minimum: _Bound | None = None
    maximum: _Bound | None = None
    """Bounds of numbers; of money in minor units, of durations in seconds."""
    default: Any = None
    """In the form that an asset's value has."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    """The only currency that a money field takes."""
    number_template: Word | None = None
    """Auto-number only, such as `INV-{n}`."""


_Options = Annotated[list[OptionDraft], Field(max_length=1_000)]
_Types = Annotated[list[TypeReference], Field(max_length=200)]
_Count = Annotated[int, Field(ge=0, le=500)]
_Most = Annotated[int, Field(ge=1, le=500)]


class FieldDraft(_FieldRules):
    """A field type, which asset types can carry."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "computer.memory.size",
                    "label": "Memory",
                    "kind": "integer",
                    "unit": "GB",
                    "minimum": 0,
                },
                {
                    "name": "asset.status",
                    "label": "Status",
                    "kind": "status",
                    "options": [{"label": "In use", "color": "#2e7d32"}, {"label": "Lost"}],
                },
            ]
        }
    )

    name: Word
    """Dotted, unique, and the same for ever: `computer.memory.size`."""
    label: Line
    kind: FieldKind
    unique: bool = False
    required: bool = False
    min_values: _Count = 0
    max_values: _Most | None = 1
    """Above 1, a value is a list; null: any number."""
    options: _Options = Field(default_factory=list)
    reference_types: _Types = Field(default_factory=list)
    """The types that a reference may point to, with those below them; empty: any."""
    summable: bool = False
    hidden: bool = False


class FieldPatch(_FieldRules):
    """What is to change of a field type. `options` and `reference_types` are replaced as a whole.

    The kind can change only while no asset holds a value.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"label": "RAM", "unit": "GiB"}]})

    label: Line | None = None
    kind: FieldKind | None = None
    unique: bool | None = None
    required: bool | None = None
    min_values: _Count | None = None
    max_values: _Most | None = None
    options: _Options | None = None
    reference_types: _Types | None = None
    summable: bool | None = None
    hidden: bool | None = None


class LinkTypeDraft(_Input):
    """A kind of link between assets: "A `outbound_name` B", "B `inbound_name` A"."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Connection",
                    "outbound_name": "is connected to",
                    "inbound_name": "has connected to it",
                }
            ]
        }
    )

    name: Line
    outbound_name: Line
    inbound_name: Line
    symmetric: bool = False
    """True: it has no direction, and two assets have it once."""
    color: Color | None = None
    source_types: _Types = Field(default_factory=list)
    target_types: _Types = Field(default_factory=list)
    """The types that either end may have, with those below them; empty: any."""


class LinkTypePatch(_Input):
    """What is to change of a link type."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"color": "#1565c0"}]})

    name: Line | None = None
    outbound_name: Line | None = None
    inbound_name: Line | None = None
    symmetric: bool | None = None
    color: Color | None = None
    source_types: _Types | None = None
    target_types: _Types | None = None


class FolderDraft(_Input):
    """A folder. `parent` is the folder that it lies in, by id or path; null: the root."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Berlin"}]})

    name: Word
    parent: Path | None = None


class FolderPatch(_Input):
    """A new name, another place, or both. A `parent` of null is the root."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Berlin, Mitte"}]})

    name: Word | None = None
    parent: Path | None = None


class CatalogQuery(ListQuery):
    """What the lists of types take."""

    q: Word | None = None
    """Only what has this in its name or label; case and accents don't count."""


class FoldersQuery(ListQuery):
    """What the list of folders takes."""

    parent: Word | None = None
    """Only what lies directly in this folder: an id, or `root`; sorted by name."""
    under: Word | None = None
    """Only this folder and all below it, by id."""
    path: Path | None = None
    """Only the folder at this path, such as `/Berlin/Office 2`."""


class DeleteQuery(_Input):
    """What stands in the way of removing it."""

    ignore_uses: bool = False
    """Remove it although saved searches name it, which then stop to work."""


class DeleteFolderQuery(_Input):
    """What becomes of what is in the folder. Without either the folder has to be empty."""

    move_to: Path | None = None
    """Where its folders and assets go: an id, a path, or `root`."""
    recursive: bool = False
    """Remove the folders below it too, and lay their assets in the trash."""

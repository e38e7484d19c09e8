"""Assets as callers write them, and the pure rules on an asset record's body.

A body has `type`, `name`, `key` and `fields` (stored form by dotted name), and where they hold
something `folder`, `tag`, `serial`, `description`, `trashed_at` and `trashed_by`. Empty members are
absent, so that two bodies are equal when the assets are.
"""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic import Tag as PydanticTag
from pydantic_core import PydanticCustomError

from muster.ledger.model import Record

KIND = "asset"
LINK_KIND = "link"

MAX_CUSTOM_FIELDS = 500


def _printable(text: str) -> str:
    if any(unicodedata.category(c) == "Cc" for c in text):
        raise PydanticCustomError("control_character", "Control characters are not allowed here")
    return text


def _plain(text: str) -> str:
    if any(unicodedata.category(c) == "Cc" and c not in "\n\r\t" for c in text):
        raise PydanticCustomError("control_character", "Control characters are not allowed here")
    return text


def _line(longest: int) -> Any:
    """Return the constraints of one line of text."""
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


Name = Annotated[str, _line(255), AfterValidator(_printable)]
Tag = Annotated[str, _line(100), AfterValidator(_printable)]
Serial = Annotated[str, _line(200), AfterValidator(_printable)]
Description = Annotated[
    str, StringConstraints(min_length=1, max_length=32_768), AfterValidator(_plain)
]
Word = Annotated[str, _line(512), AfterValidator(_printable)]
Path = Annotated[str, _line(2_000), AfterValidator(_printable)]
CustomFields = Annotated[dict[str, Any], Field(max_length=MAX_CUSTOM_FIELDS)]


class _Input(BaseModel):
    """What a caller sends: frozen, and nothing in it that has no meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class _Key(_Input):
    """A natural key: exactly one of the members."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.given()) != 1:
            names = ", ".join(type(self).model_fields)
            raise PydanticCustomError("one_of", "Give exactly one of {names}", {"names": names})
        return self

    def given(self) -> dict[str, str]:
        """Return the member that was given, by its name."""
        return self.model_dump(exclude_none=True)


class TypeKey(_Key):
    """An asset type or link type by one of its names."""

    id: Word | None = None
    name: Word | None = None
    label: Word | None = None


class FolderKey(_Key):
    """A folder by id or by path, such as `/Berlin/Office 2`."""

    id: Word | None = None
    path: Path | None = None


class AssetKey(_Key):
    """An asset by id or natural key; `ref` names an earlier row of the same batch."""

    id: Word | None = None
    key: Word | None = None
    tag: Word | None = None
    serial: Word | None = None
    ref: Word | None = None


def _shape(value: Any) -> str:
    """Tell a text from a natural key, so that a refusal speaks of the one that was meant."""
    return "key" if isinstance(value, (dict, _Key)) else "text"


_Text = PydanticTag("text")
_Named = PydanticTag("key")
_ByShape = Discriminator(_shape)

TypeReference = Annotated[Annotated[Word, _Text] | Annotated[TypeKey, _Named], _ByShape]
FolderReference = Annotated[Annotated[Path, _Text] | Annotated[FolderKey, _Named], _ByShape]
AssetReference = Annotated[Annotated[Word, _Text] | Annotated[AssetKey, _Named], _ByShape]


class AssetDraft(_Input):
    """A new asset. `name` defaults to the tag, else the serial number, else the type's label."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "laptop",
                    "name": "Anna's laptop",
                    "tag": "IT-00042",
                    "serial": "5CG1234XYZ",
                    "folder": "/Berlin/Office 2",
                    "custom_fields": {"computer.cpu": "Intel Core i7-1365U"},
                }
            ]
        }
    )

    type: TypeReference
    name: Name | None = None
    folder: FolderReference | None = None
    tag: Tag | None = None
    serial: Serial | None = None
    description: Description | None = None
    custom_fields: CustomFields = Field(default_factory=dict)


class AssetPatch(_Input):
    """A merge-patch (RFC 7396): what is absent stays, null clears. Lists are replaced as wholes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Bob's laptop", "description": None, "custom_fields": {"computer.ram": 32}}
            ]
        }
    )

    name: Name | None = None
    folder: FolderReference | None = None
    tag: Tag | None = None
    serial: Serial | None = None
    description: Description | None = None
    custom_fields: CustomFields = Field(default_factory=dict)


class AssetUpsert(AssetDraft):
    """A draft to match: `key` may be matched on, though only Muster gives keys out."""

    key: Word | None = None


class Move(_Input):
    """Where an asset goes; null is the root."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"folder": "/Berlin/Office 2"}]})

    folder: FolderReference | None


class TypeChange(_Input):
    """Another type, with values for the fields that it asks for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"type": "computer"}]})

    type: TypeReference
    custom_fields: CustomFields = Field(default_factory=dict)


class Clone(AssetPatch):
    """What is different in the copy; unique values, tag and serial number are not copied."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Bob's laptop", "copy_links": True}]}
    )

    copy_links: bool = False


class Revert(_Input):
    """The commit whose change to this asset is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"seq": 118}]})

    seq: int = Field(ge=1, le=2**53)


class LinkDraft(_Input):
    """A link from an asset: outbound reads "this `outbound_name` target"."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"type": "installed_in", "target": {"tag": "IT-00007"}}]}
    )

    type: TypeReference
    target: AssetReference
    direction: Literal["outbound", "inbound"] = "outbound"


def reference_text(reference: str | TypeKey) -> str:
    """Return what a type is looked up by."""
    return reference if isinstance(reference, str) else next(iter(reference.given().values()))


def is_trashed(record: Record) -> bool:
    """Tell whether the asset lies in the trash."""
    return "trashed_at" in record.body


def title_of(body: Mapping[str, Any], type_label: str) -> str:
    """Return the name of an asset that was given none."""
    return str(body.get("tag") or body.get("serial") or type_label)

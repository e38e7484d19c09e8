"""What can be done to an asset, as data: the operations that bulk work and sequences are lists of.

A field is a dotted name of the catalog, or a built-in: `name`, `tag`, `serial`, `description`,
`folder`. Values are as in an asset's `custom_fields`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from muster.assets.model import (
    AssetReference,
    CustomFields,
    Description,
    FolderReference,
    TypeReference,
    Word,
)
from muster.ledger.model import Actor

MAX_OPERATIONS = 50
MAX_VALUES = 500
BUILT_IN = ("name", "tag", "serial", "description", "folder")
"""What every asset has beside the fields of its type."""

ValueText = Annotated[str, StringConstraints(max_length=32_768)]
Offset = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=60,
        pattern=r"^[+-]{1,2}(\d{1,5}[ymwdYMWD])+$",
    ),
]
"""A sign and years, months, weeks and days, such as `+2w3d` or `-1m`."""
Direction = Literal["outbound", "inbound"]


class _Operation(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class SetField(_Operation):
    """Give a field a value: `value` as typed JSON (null clears), or `text` in the language of
    sequences, such as `+2` or `$currentDate$`.
    """

    op: Literal["set"]
    field: Word
    value: Any = None
    text: ValueText | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        # A null text is none at all, while a null value clears where there is no text.
        told = (
            self.value is not None
            if self.text is not None
            else "value" not in self.model_fields_set
        )
        if told:
            raise PydanticCustomError("one_of", "Give either value or text")
        return self


class ClearField(_Operation):
    """Take a field's value away."""

    op: Literal["clear"]
    field: Word


class ToggleField(_Operation):
    """Turn yes into no and no into yes; an empty field becomes yes."""

    op: Literal["toggle"]
    field: Word


class AddValues(_Operation):
    """Add values to a field that holds several; those that it has already stay once."""

    op: Literal["add"]
    field: Word
    values: Annotated[list[Any], Field(min_length=1, max_length=MAX_VALUES)]


class RemoveValues(_Operation):
    """Take values from a field that holds several; those that it has not are no matter."""

    op: Literal["remove"]
    field: Word
    values: Annotated[list[Any], Field(min_length=1, max_length=MAX_VALUES)]


class AppendText(_Operation):
    """Put a text behind the one that is there, as it is: blanks and line breaks are yours."""

    op: Literal["append"]
    field: Word
    text: Annotated[str, StringConstraints(min_length=1, max_length=32_768)]


class IncreaseField(_Operation):
    """Add to a number or an amount of money; an empty one counts as nothing. Negative takes away.

    Money is written as in `custom_fields`, or as a text in the field's own currency.
    """

    op: Literal["increase"]
    field: Word
    by: Any


class ShiftDate(_Operation):
    """Set a date to so long before or after the time of the run, not of its value: `+2w`, `-1m`."""

    op: Literal["shift"]
    field: Word
    offset: Offset


class MoveAsset(_Operation):
    """Put the asset into another folder; null is the root."""

    op: Literal["move"]
    folder: FolderReference | None


class ChangeType(_Operation):
    """Make it an asset of another type, with values for the fields that it asks for."""

    op: Literal["change_type"]
    type: TypeReference
    custom_fields: CustomFields = Field(default_factory=dict)


class LinkAsset(_Operation):
    """Link the asset with one other; a link that is there already stays as it is."""

    op: Literal["link"]
    type: TypeReference
    target: AssetReference
    direction: Direction = "outbound"


class UnlinkAsset(_Operation):
    """Remove the asset's links of a type; `target` and `direction` say which, else all of them."""

    op: Literal["unlink"]
    type: TypeReference
    target: AssetReference | None = None
    direction: Direction | None = None


class CommentOn(_Operation):
    """Say something about the asset, in Markdown."""

    op: Literal["comment"]
    text: Description


class DeleteAsset(_Operation):
    """Lay the asset in the trash."""

    op: Literal["delete"]


class RestoreAsset(_Operation):
    """Take the asset out of the trash; select with `trashed=yes`."""

    op: Literal["restore"]


Operation = Annotated[
    SetField
    | ClearField
    | ToggleField
    | AddValues
    | RemoveValues
    | AppendText
    | IncreaseField
    | ShiftDate
    | MoveAsset
    | ChangeType
    | LinkAsset
    | UnlinkAsset
    | CommentOn
    | DeleteAsset
    | RestoreAsset,
    Field(discriminator="op"),
]
FieldOperation = (
    SetField | ClearField | ToggleField | AddValues | RemoveValues | AppendText | IncreaseField
    | ShiftDate
)  # fmt: skip
Operations = Annotated[list[Operation], Field(min_length=1, max_length=MAX_OPERATIONS)]


class OperationList(BaseModel):
    """Operations by themselves, as a run or a sequence keeps them."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    operations: Operations


@dataclass(frozen=True)
class Issue:
    """The issue that a sequence is run from: its key, and two members' ids, or names."""

    key: str
    assignee: str | None = None
    reporter: str | None = None


@dataclass(frozen=True)
class RunContext:
    """When and by whom operations are carried out: the same for all assets of a run."""

    now: datetime
    """Aware UTC."""
    actor: Actor
    time_zone: str = "UTC"
    """In which days begin and end, an IANA name."""
    issue: Issue | None = None


@dataclass(frozen=True)
class Policy:
    """What a run does about what does not fit."""

    missing_field: Literal["skip", "fail"] = "skip"
    """An asset whose type has not the field is skipped, or fails."""
    ignore_errors: bool = False
    """An operation that fails is left out with a warning; without, the asset stays as it is."""

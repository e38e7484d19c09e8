"""Sequences and their runs as callers write them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from muster.assets.model import FolderReference, Name, TypeReference, Word
from muster.assets.selection import Selection
from muster.operations.model import Operation

MAX_OPERATIONS = 50
MAX_TRIGGERS = 10
MAX_SCHEDULES = 10

EventName = Literal[
    "asset_created",
    "asset_updated",
    "asset_trashed",
    "asset_restored",
    "asset_moved",
    "asset_type_changed",
    "comment_added",
]
Visibility = Literal["private", "public"]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
ZoneName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
CronText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _pair(value: Any) -> Any:
    """Take Asset Tracker's pair of field and text as what it is: setting a field."""
    if isinstance(value, Mapping) and value.keys() == {"field", "text"}:
        return {"op": "set", **value}
    return value


Operations = Annotated[
    list[Annotated[Operation, BeforeValidator(_pair)]],
    Field(min_length=1, max_length=MAX_OPERATIONS),
]


class Trigger(_Input):
    """What sets the sequence off: an event, of some assets only where it says so."""

    event: EventName
    types: list[TypeReference] = Field(default_factory=list, max_length=50)
    """Assets of these types; none: of all."""
    include_subtypes: bool = True
    folders: list[FolderReference] = Field(default_factory=list, max_length=50)
    """Assets in these folders or below; none: in all."""
    field: Word | None = None
    """For `asset_updated`: only when this field changed."""
    from_: Any = Field(default=None, alias="from")
    """Only when the field had this value; several values: when it is gone from them."""
    to: Any = None
    """Only when the field has this value now; several values: when it came to them."""


class ScheduleDraft(_Input):
    """When the sequence runs by itself, and over which assets."""

    cron: CronText
    """Minute, hour, day, month, weekday: `0 7 * * MON-FRI`."""
    time_zone: ZoneName | None = None
    """An IANA name; none: the sequence's."""
    selection: Selection


class SequenceDraft(_Input):
    """A sequence: operations in their order, and what sets them off."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Check in",
                    "operations": [
                        {"field": "description", "text": "+ Checked on $currentDate$"},
                        {"op": "move", "folder": None},
                    ],
                }
            ]
        }
    )

    name: Name
    description: Prose | None = None
    visibility: Visibility = "private"
    operations: Operations
    ignore_errors: bool = False
    """Leave out an operation that fails, with a warning, instead of the whole asset."""
    enabled: bool = True
    time_zone: ZoneName | None = None
    """Whose days the markers mean: an IANA name; none: the organisation's."""
    triggers: list[Trigger] = Field(default_factory=list, max_length=MAX_TRIGGERS)
    schedules: list[ScheduleDraft] = Field(default_factory=list, max_length=MAX_SCHEDULES)


class SequencePatch(_Input):
    """What is to change (merge-patch): what is absent stays; lists are replaced as wholes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    name: Name | None = None
    description: Prose | None = None
    visibility: Visibility | None = None
    operations: Operations | None = None
    ignore_errors: bool | None = None
    enabled: bool | None = None
    time_zone: ZoneName | None = None
    triggers: list[Trigger] | None = Field(default=None, max_length=MAX_TRIGGERS)
    schedules: list[ScheduleDraft] | None = Field(default=None, max_length=MAX_SCHEDULES)


class IssueDraft(_Input):
    """The issue that the run is for; assignee and reporter are members' ids, or names."""

    key: Word
    assignee: Word | None = None
    reporter: Word | None = None


class SequenceRun(_Input):
    """Over which assets the sequence is to run."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"selection": {"assets": ["LAP-1", "LAP-2"]}}]}
    )

    selection: Selection
    issue: IssueDraft | None = None
    title: Name | None = None


def dumped(model: BaseModel) -> dict[str, Any]:
    """Return what was given, as JSON values: what stands at its default is left out."""
    return model.model_dump(mode="json", exclude_unset=True, by_alias=True)

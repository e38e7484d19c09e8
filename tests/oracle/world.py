"""A tenant as plain records: what the oracle reads, and what is loaded into a real scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from muster.access.model import Member
from muster.catalog.model import AssetType, FieldKind, FieldType, Folder, LinkType
from muster.query.tree import Dialect


@dataclass(frozen=True)
class Step:
    """An asset's body as one commit left it."""

    at: datetime
    by: str
    """The actor's id."""
    cause: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Thing:
    """An asset with all that happened to it. `row` counts assets in the order of their creation."""

    id: str
    row: int
    steps: tuple[Step, ...]

    @property
    def body(self) -> Mapping[str, Any]:
        """The body as it is now."""
        return self.steps[-1].body

    @property
    def created(self) -> Step:
        """The step that made it."""
        return self.steps[0]

    @property
    def updated(self) -> Step:
        """The last step."""
        return self.steps[-1]

    @property
    def trashed(self) -> bool:
        """Whether it lies in the trash."""
        return "trashed_at" in self.body

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The values of its fields, in stored form."""
        found: Mapping[str, Any] = self.body.get("fields") or {}
        return found


@dataclass(frozen=True)
class Joint:
    """A link."""

    type: str
    source: str
    target: str


@dataclass(frozen=True)
class Search:
    """A saved search."""

    name: str
    query: str
    dialect: Dialect


@dataclass(frozen=True)
class World:
    """All that an answer depends on."""

    types: Mapping[str, AssetType]
    fields: Mapping[str, FieldType]
    """By dotted name."""
    link_types: Mapping[str, LinkType]
    folders: Mapping[str, Folder]
    members: tuple[Member, ...]
    things: tuple[Thing, ...]
    """Those that are not purged, in the order of their creation."""
    links: tuple[Joint, ...]
    me: str
    now: datetime
    zone: ZoneInfo
    primary: Mapping[str, str] = field(default_factory=dict)
    """The primary asset of a member, by the member's id."""
    searches: tuple[Search, ...] = ()
    purged: tuple[Thing, ...] = ()
    """Assets that were there once: what names them leads nowhere."""

    @cached_property
    def by_id(self) -> Mapping[str, Thing]:
        """The assets by id."""
        return {thing.id: thing for thing in self.things}

    def ancestors(self, type_id: str) -> Iterator[AssetType]:
        """Yield a type and what it descends from, nearest first."""
        at: str | None = type_id
        while at is not None:
            yield self.types[at]
            at = self.types[at].parent

    def below(self, type_id: str) -> set[str]:
        """Return a type and its descendants."""
        return {t for t in self.types if any(a.id == type_id for a in self.ancestors(t))}

    def path(self, folder_id: str) -> str:
        """Return a folder's path, such as `/Berlin/Office`."""
        folder = self.folders[folder_id]
        above = self.path(folder.parent) if folder.parent else ""
        return f"{above}/{folder.name}"

    def inside(self, folder_id: str) -> set[str]:
        """Return a folder and all that lie in it."""
        found = {folder_id}
        while True:
            more = {f.id for f in self.folders.values() if f.parent in found} - found
            if not more:
                return found
            found |= more

    def placed(self, type_id: str) -> dict[str, bool]:
        """Return the fields that a type has, and whether each is required."""
        found: dict[str, bool] = {}
        for owner in reversed(list(self.ancestors(type_id))):
            for place in owner.fields:
                required = place.required
                if required is None:
                    required = self.fields[place.field].required
                found[place.field] = required
        return found

    @cached_property
    def labels(self) -> Mapping[str, set[str]]:
        """The labels of each field: its own, and those that types give it."""
        found = {name: {each.label} for name, each in self.fields.items()}
        for each in self.types.values():
            for place in each.fields:
                if place.label:
                    found[place.field].add(place.label)
        return found

    def of_kind(self, *kinds: FieldKind) -> list[FieldType]:
        """Return the fields of these kinds."""
        return [each for each in self.fields.values() if each.kind in kinds]

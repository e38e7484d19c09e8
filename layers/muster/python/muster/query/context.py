"""What a query is checked against: the caller's catalog, folders, people, moment and time zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from muster.access.model import Member
from muster.catalog.load import FolderTree, load_catalog, load_folders
from muster.catalog.model import Catalog
from muster.errors import FieldError
from muster.ids import is_id
from muster.query.dates import Clock
from muster.query.refusals import UnknownTimeZoneError
from muster.query.tree import Dialect
from muster.replica.port import AssetQuery
from muster.scope import Scope
from muster.text import fold

MOST_NAMED = 1_000
"""Assets that may answer to one name where their ids are needed."""
_NATURAL = ("key", "tag", "serial", "name")
_LONGEST_ZONE = 64


@dataclass(frozen=True)
class SavedSearch:
    """A saved search that the caller may use."""

    id: str
    name: str
    query: str
    dialect: Dialect
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """The defaults of its parameters."""


@dataclass(frozen=True)
class People:
    """The tenant's members, read when a query first names somebody."""

    read: Callable[[], Sequence[Member]]

    @cached_property
    def all(self) -> tuple[Member, ...]:
        """All members."""
        return tuple(self.read())

    def called(self, words: str) -> list[Member]:
        """Return the member of this id, or else those of this e-mail address, or else name."""
        by_id, by_email, by_name = self._indexes
        folded = fold(words)
        return by_id.get(words) or by_email.get(folded) or by_name.get(folded) or []

    @cached_property
    def _indexes(self) -> tuple[dict[str, list[Member]], ...]:
        by_id: dict[str, list[Member]] = {}
        by_email: dict[str, list[Member]] = {}
        by_name: dict[str, list[Member]] = {}
        for member in self.all:
            by_id[member.id] = [member]
            by_email.setdefault(fold(member.email), []).append(member)
            by_name.setdefault(fold(member.name), []).append(member)
        return by_id, by_email, by_name


def _nothing() -> dict[str, str]:
    """Know no primary assets."""
    return {}


def _none() -> list[SavedSearch]:
    """Know no saved searches."""
    return []


def _no_ids(_: str) -> list[str]:
    """Know no assets."""
    return []


@dataclass(frozen=True)
class Context:
    """All that the meaning of a query's text depends on. What costs a call is read when needed."""

    catalog: Catalog
    folders: FolderTree
    people: People
    me: str
    """The caller's member id."""
    now: datetime
    """Aware."""
    zone: ZoneInfo
    dialect: Dialect = "muster"
    read_searches: Callable[[], Sequence[SavedSearch]] = _none
    read_primary_assets: Callable[[], Mapping[str, str]] = _nothing
    """By member id."""
    find_assets: Callable[[str], list[str]] = _no_ids
    """Gives the ids of the assets, trashed ones too, that answer to an id, key, tag, serial number
    or name; more than `MOST_NAMED` when there are."""

    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What the checker works out once for all of a query."""

    @property
    def clock(self) -> Clock:
        """The caller's moment and time zone."""
        return Clock(self.now, self.zone)

    @cached_property
    def searches(self) -> tuple[SavedSearch, ...]:
        """The saved searches that the caller may use, the caller's own first."""
        return tuple(self.read_searches())

    @cached_property
    def primary_assets(self) -> Mapping[str, str]:
        """The primary asset of each member that has one, by member id."""
        return self.read_primary_assets()


def context_of(
    scope: Scope,
    *,
    dialect: Dialect = "muster",
    time_zone: str | None = None,
    me: str | None = None,
) -> Context:
    """Return the context of a caller, as the replica stands.

    The time zone is the tenant's where none is given; `me` is who acts, unless it is said for whom.
    Raises UnknownTimeZoneError.
    """
    person = me or scope.actor.id
    return Context(
        catalog=load_catalog(scope),
        folders=load_folders(scope),
        people=People(scope.people),
        me=person,
        now=scope.now(),
        zone=zone_named(time_zone or scope.time_zone),
        dialect=dialect,
        read_searches=lambda: list(_searches(scope, person)),
        read_primary_assets=lambda: _primary_assets(scope),
        find_assets=lambda words: _find_assets(scope, words),
    )


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone such as `Europe/Berlin`; raises UnknownTimeZoneError."""
    try:
        if len(name) <= _LONGEST_ZONE:
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass  # said below
    detail = f"There is no time zone {name[:_LONGEST_ZONE]!r}; one is Europe/Berlin."
    error = FieldError("unknown_time_zone", detail, parameter="time_zone")
    raise UnknownTimeZoneError(detail, errors=[error])


def _searches(scope: Scope, person: str) -> Iterator[SavedSearch]:
    """Yield the saved searches that somebody may use; see `muster.searches`."""
    bodies = {r.id: r.body for r in scope.replica.records("saved_search")}
    usable = {i: body for i, body in bodies.items() if _may_use(body, person)}
    for search_id in sorted(usable, key=lambda i: (usable[i].get("owner") != person, i)):
        body = usable[search_id]
        yield SavedSearch(
            id=search_id,
            name=body["name"],
            query=body["query"],
            dialect=body.get("dialect", "muster"),
            parameters={
                each["name"]: each["default"]
                for each in body.get("parameters", ())
                if each.get("default") is not None
            },
        )


def _may_use(body: Mapping[str, Any], person: str) -> bool:
    shared = person in body.get("shared_with", ())
    return body.get("visibility") == "public" or body.get("owner") == person or shared


def _primary_assets(scope: Scope) -> dict[str, str]:
    """Return members' primary assets: what their `preference` records say."""
    return {
        record.body["member"]: record.body["primary_asset"]
        for record in scope.replica.records("preference")
        if record.body.get("primary_asset")
    }


def _find_assets(scope: Scope, words: str) -> list[str]:
    if is_id("asset", words):
        return [words]
    found: dict[str, None] = {}
    for name in _NATURAL:
        query = AssetQuery(equals={name: [words]}, trashed="any", limit=MOST_NAMED + 1)
        found |= dict.fromkeys(record.id for record in scope.replica.find_assets(query).items)
    return list(found)

"""What the rest of Muster may ask of a replica."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from muster.ledger.model import Commit, Record

if TYPE_CHECKING:  # a cold start that searches nothing needs none of them
    from muster.replica.condition import Condition
    from muster.replica.measures import AggregateQuery, Aggregates


@dataclass(frozen=True)
class Sort:
    """One sort key: a built-in or the dotted name of a field, as `leaf` of
    `muster.replica.condition.Place` has it. Ids are in order of creation.

    Empty values come last whichever the direction, first with `empty_first`. Of equal assets the
    one created first comes first, or last when the last sort key is descending. In keys numbers
    count: LAP-2, LAP-10. Of several values the first one of the list counts; behind `hops`, as in
    `muster.replica.condition.Place`, the smallest, or the largest where it descends.
    """

    field: str
    descending: bool = False
    hops: tuple[str, ...] = ()
    empty_first: bool = False
    ranked: tuple[str, ...] | None = None
    """Stored values in the order in which they come; others come behind them by themselves."""


@dataclass(frozen=True)
class AssetQuery:
    """Which assets. Conditions of different kinds are joined by AND, values of one by OR."""

    types: Sequence[str] = ()
    """Asset type ids; `include_subtypes` is resolved by the caller."""
    folders: Sequence[str] = ()
    include_subfolders: bool = False
    equals: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Built-in or dotted field name → accepted values in stored form (text without regard to case
    and accents). For a multi-valued field any of its values may match. None matches empty."""
    text: str | None = None
    """Words that must all occur in some text of the asset; one that ends in `*` is a prefix."""
    trashed: Literal["no", "yes", "any"] = "no"
    where: Condition | None = None
    """What the query language asks beyond the rest."""
    rank: str | None = None
    """Words by which to order in place of `sort`: first assets whose key, tag or serial number is
    this very text, then those that have all words in their titles (name, tag, serial, key), then
    all words anywhere, then the beginnings of words, then what is near. Newest first in each."""
    sort: Sequence[Sort] = (Sort("updated_at", descending=True),)
    limit: int = 50
    after: Sequence[Any] | None = None
    """`Page.next` of the page before: the last row's sort values and id."""
    count: bool = False


@dataclass(frozen=True)
class Page:
    """One page of an answer, and the commit at which the replica stood."""

    items: tuple[Record, ...]
    next: tuple[Any, ...] | None
    total: int | None
    seq: int


@dataclass(frozen=True)
class LinkRow:
    """A link between two assets, with the record's id and version."""

    id: str
    version: int
    type: str
    source: str
    """The outbound end: "source `outbound_name` target"."""
    target: str


@dataclass(frozen=True)
class ExplainedCondition:
    """What became of one of the conditions that all must hold."""

    says: str
    lists: int | None
    """How many assets an index lists for it; None where no index does, or not in short time."""
    more: bool
    """Whether it lists more than that: nobody counted further."""
    use: Literal["listed", "walked", "checked"]
    """`listed`: its list was read; `walked`: the order was read only where it holds; else it was
    checked for each asset looked at."""


@dataclass(frozen=True)
class Explained:
    """How the first page of a query was come by."""

    conditions: tuple[ExplainedCondition, ...]
    order: str
    given_up: bool
    """Whether assets were first read in order, and found to be too few."""
    rows: int
    """How many are on the page."""
    looked_at: int
    """How many assets were looked at, each as often as it was."""
    assets: int
    """How many there are, those in the trash too."""
    seconds: float
    seq: int


class Replica(Protocol):
    """One tenant's replica. Nothing here writes tenant data.

    Methods answer from the file as it stands; `catch_up` first where the answer must hold every
    commit made before the call. It costs one ledger call when there is nothing new.
    """

    def catch_up(self) -> int:
        """Apply the commits after the last one applied; build or rebuild the file when needed.

        Returns the sequence number at which the replica stands.
        """
        ...

    def seq(self) -> int:
        """Return the sequence number at which the replica stands, without a ledger call."""
        ...

    def fence(self, name: str) -> int:
        """Return the sequence number of the last applied commit that touched a fence
        (`muster.ledger.model.FENCES`), 0 for none; kept in memory, so that it costs nothing.
        """
        ...

    def apply(self, commit: Commit) -> None:
        """Apply one commit that this process just wrote, if it is the next one; else do nothing."""
        ...

    def records(self, kind: str) -> list[Record]:
        """Return all records of a kind that is small (types, fields, folders), by id."""
        ...

    def page_of(
        self, kind: str, *, limit: int, after: str | None = None, descending: bool = False
    ) -> Page:
        """Return records of any kind in id order, a page at a time; `after` is the last id seen."""
        ...

    def get_many(self, kind: str, ids: Iterable[str]) -> dict[str, Record]:
        """Return those of the records that exist, by id."""
        ...

    def find_assets(self, query: AssetQuery) -> Page:
        """Return one page of assets.

        As `count`, `aggregate` and `explain` it raises `query_too_slow` (QueryTooSlowError) where
        the answer would take more than two seconds.
        """
        ...

    def count(self, query: AssetQuery, most: int) -> tuple[int, bool]:
        """Return how many assets there are, at most so many, and whether that is all of them.
        Order, limit and cursor of the query don't matter.
        """
        ...

    def explain(self, query: AssetQuery) -> Explained:
        """Answer the first page of a query, and return how that was done."""
        ...

    def aggregate(self, query: AggregateQuery) -> Aggregates:
        """Return groups of assets with their sizes, sums and the like."""
        ...

    def match_assets(self, field_name: str, value: Any, *, limit: int = 10) -> list[Record]:
        """Return untrashed assets whose built-in or dotted field equals the value, as in
        `AssetQuery.equals`.
        """
        ...

    def size(self) -> int:
        """Return how many assets there are, those in the trash included."""
        ...

    def count_assets(self, *, by: Literal["type", "folder", "link_type"]) -> dict[str, int]:
        """Return how many assets (trashed too), or links, use each type, folder or link type."""
        ...

    def field_in_use(self, field_name: str, *, option: str | None = None) -> int:
        """Return how many assets (trashed too) hold a value of a field, or this option of it."""
        ...

    def links_of(self, asset_ids: Iterable[str]) -> list[LinkRow]:
        """Return the links at any of these assets, either end, by id."""
        ...

    def comments_of(self, asset_id: str, *, limit: int, before: str | None = None) -> Page:
        """Return a page of an asset's comments, newest first: those with ids before `before`."""
        ...

    def commits(
        self,
        *,
        after: int = 0,
        limit: int = 50,
        descending: bool = False,
        before: int | None = None,
    ) -> list[CommitRow]:
        """Return the log as a list of commits without bodies."""
        ...


@dataclass(frozen=True)
class CommitRow:
    """A commit as the change list shows it."""

    seq: int
    at: datetime
    actor_id: str
    actor_name: str
    cause: str
    request_id: str
    job: str | None
    message: str | None
    changes: tuple[tuple[str, str, str, int], ...]
    """kind, id, op, version"""

"""What searches give back, for the document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from muster.assets.api import ItemView
from muster.http.shapes import PageOf


class _Output(BaseModel):
    model_config = ConfigDict(defer_build=True)


class FragmentView(_Output):
    """A piece of a text."""

    text: str
    start: int
    """Where it begins in the value, in characters."""
    marks: list[tuple[int, int]]
    """What was looked for: from, and up to, in characters of `text`."""


class HighlightView(_Output):
    """A text of an asset that has what was looked for."""

    field: str
    """`name tag serial key description`, or a field's dotted name."""
    fragments: list[FragmentView]


class WarningView(_Output):
    """What is right in a query, and may not be what was meant."""

    code: str
    detail: str
    position: int
    """The first character that it is about, from 0."""
    end: int
    """The one behind the last."""


class FoundView(ItemView):
    """An asset that was found: all of it, or what `view` and `fields` leave."""

    highlights: list[HighlightView] = Field(default_factory=list)
    """With `highlight` only."""


class FoundPage(PageOf[FoundView]):
    """One page of what a query finds."""

    warnings: list[WarningView] = Field(default_factory=list)


class UseView(_Output):
    """Something that a query names."""

    kind: Literal["field_type", "asset_type", "folder", "link_type", "saved_search"]
    id: str
    name: str


class QueryProblemView(_Output):
    """What is wrong in a query."""

    code: str
    detail: str
    position: int | None = None
    end: int | None = None
    expected: list[str] = Field(default_factory=list)
    suggestions: list[str] = Field(default_factory=list)
    """Names that may have been meant."""


class ValidationView(_Output):
    """Whether a query can be answered."""

    valid: bool
    canonical: str | None = None
    """The query as Muster writes it; null where it is not valid."""
    warnings: list[WarningView] = Field(default_factory=list)
    uses: list[UseView] = Field(default_factory=list)
    """The fields, types, folders, link types and saved searches that it names."""
    errors: list[QueryProblemView] = Field(default_factory=list)


class SuggestionView(_Output):
    """Something that may stand at the cursor."""

    insert: str
    """Put it in place of the characters from `position` to `end`."""
    kind: str
    """`field operator keyword function option type folder link_type person asset search value`"""
    label: str
    description: str
    position: int
    end: int


class SuggestionsView(_Output):
    """What may stand at the cursor, the likeliest first."""

    items: list[SuggestionView]


class CountView(_Output):
    """How many assets a query finds."""

    count: int
    is_exact: bool
    """False: there are at least so many."""
    warnings: list[WarningView] = Field(default_factory=list)


class ConditionView(_Output):
    """What became of one of the conditions that all must hold."""

    says: str
    lists: int | None
    """How many assets an index lists for it; null where none does, or not in short time."""
    more: bool
    """True: it lists more than that, and nobody counted further."""
    use: Literal["listed", "walked", "checked"]
    """`listed`: its list was read. `walked`: only those assets were read in order for which it
    holds. `checked`: it was looked at for each asset that was read."""


class ExplanationView(_Output):
    """How the first page of a query is come by."""

    canonical: str
    """The query as Muster writes it."""
    conditions: list[ConditionView]
    order: str
    """How the order is come by."""
    given_up: bool
    """True: assets were first read in order, and found to be too few."""
    found: int
    """How many are on the page."""
    looked_at: int
    """How many assets were looked at, each as often as it was."""
    assets: int
    """How many there are, those in the trash too."""
    milliseconds: float
    seq: int
    """The commit at which the replica stood."""
    warnings: list[WarningView] = Field(default_factory=list)


class GroupView(_Output):
    """A group of assets."""

    keys: list[Any]
    """One for each of `group_by`, as an asset shows it; null is empty."""
    count: int
    """How many assets."""
    values: list[Any]
    """One for each of `measures`; of money a list with an amount for each currency."""


class AggregateView(_Output):
    """Groups of assets; without `group_by` one of all."""

    groups: list[GroupView]
    total_groups: int
    """How many there are; more than are shown where `limit` cut them."""
    warnings: list[WarningView] = Field(default_factory=list)

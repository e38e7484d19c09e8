"""Which assets a job is about: some by name, those of a list in a file, or what is found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from muster.assets import refusals
from muster.assets.decide import look
from muster.assets.filtered import filtered
from muster.assets.found import Asked, compiled, in_order_of_creation, page_of, question_of
from muster.assets.listed import InvalidSelectionError, lines, list_object
from muster.assets.model import KIND, AssetKey, AssetReference, Word
from muster.assets.resolve import Resolver
from muster.errors import ConflictError, NotFoundError
from muster.ledger.model import Record
from muster.replica.port import AssetQuery, Page
from muster.scope import Scope

__all__ = [
    "InvalidSelectionError",
    "Selected",
    "SelectedPage",
    "Selection",
    "check_selection",
    "question",
    "records_of",
    "selected",
    "selected_pages",
]

MAX_NAMED = 10_000
_PAGE = 1_000
_WAYS = ("assets", "file", "filter", "query", "all")

FilterText = Annotated[str, StringConstraints(max_length=2_000)]
FilterValue = FilterText | list[FilterText] | bool


class Selection(BaseModel):
    """Which assets: exactly one of the members.

    `filter` has the parameters of `GET /v1/assets`, such as `{"type": "laptop", "folder":
    "/Berlin", "include_subfolders": true, "cf.asset.status": ["In stock", "Lent"]}`.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        json_schema_extra={"examples": [{"filter": {"type": "laptop"}}]},
    )

    assets: list[AssetReference] | None = Field(default=None, min_length=1, max_length=MAX_NAMED)
    """Ids, keys, tags or serial numbers, or natural keys such as `{"tag": "IT-7"}`."""
    file: Word | None = None
    """A file (`fil_…`, or the upload that it came by) with one id, key, tag or serial number a
    line, or in the first column of a CSV."""
    filter: dict[str, FilterValue] | None = Field(default=None, max_length=100)
    query: str | None = None
    """A query, such as `type = Laptop AND warranty.end < +30d`; see docs/query-language.md. Its
    order and its LIMIT count."""
    dialect: Literal["muster", "nql", "aql"] = "muster"
    """Of the query."""
    parameters: dict[str, str | bool | int | float | list[str | bool | int | float]] | None = Field(
        default=None, max_length=100
    )
    """Values of the query's placeholders."""
    time_zone: Annotated[str, StringConstraints(max_length=64)] | None = None
    """Whose days the query means, an IANA name; by default the organisation's."""
    all: Literal[True] | None = None
    """Every asset that is not in the trash."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in _WAYS if getattr(self, name) is not None]
        if len(given) != 1:
            words = "Give exactly one of assets, file, filter, query and all"
            raise PydanticCustomError("one_of", words)
        more = (self.dialect != "muster", self.parameters, self.time_zone is not None)
        if given != ["query"] and any(more):
            words = "dialect, parameters and time_zone belong to a query"
            raise PydanticCustomError("one_of", words)
        return self


@dataclass(frozen=True)
class Selected:
    """A selected asset, or a name that led to none: then `record` is None, and `code` says why."""

    text: str
    record: Record | None
    code: str = ""
    detail: str = ""


def check_selection(
    scope: Scope, selection: Selection, *, time_zone: str | None = None
) -> Selection:
    """Return the selection as a job keeps it: a query with the time zone whose days it means.

    That is `time_zone`, or else the organisation's. Raises InvalidSelectionError, InvalidQueryError
    or what a list refuses, where nothing could be selected by it. Names are not looked up: those
    that lead nowhere are told one by one.
    """
    if selection.file is not None:
        list_object(scope, selection.file)
    elif selection.filter is not None:
        filtered(scope, selection.filter)
    elif selection.query is not None:
        zone = selection.time_zone or time_zone or scope.time_zone
        kept = selection.model_copy(update={"time_zone": zone})
        compiled(scope, _asked(kept))
        return kept
    return selection


@dataclass(frozen=True)
class SelectedPage:
    """Some of what is selected, and where the next page begins: JSON values, None at the end."""

    found: tuple[Selected, ...]
    next: list[Any] | None


def selected(scope: Scope, selection: Selection) -> Iterator[Selected]:
    """Yield the selected assets as the replica has them: in the order of a list, else of creation.

    An asset that is named twice comes once. Streamed: a page of records is in memory, and for
    lists the ids that have come.
    """
    for page in selected_pages(scope, selection):
        yield from page.found


def selected_pages(
    scope: Scope, selection: Selection, *, after: Sequence[Any] | None = None
) -> Iterator[SelectedPage]:
    """Yield what `selected` does by pages of up to 1,000; `after` is `next` of the page before.

    The replica catches up once, before the first page.
    """
    scope.replica.catch_up()
    if selection.assets is not None:
        yield from _named_pages(scope, selection.assets, after)
    elif selection.file is not None:
        yield from _named_pages(scope, lines(scope, selection.file), after)
    else:
        for page in _record_pages(scope, selection, after):
            found = tuple(Selected(record.id, record) for record in page.items)
            yield SelectedPage(found, None if page.next is None else list(page.next))


def question(scope: Scope, selection: Selection) -> AssetQuery | None:
    """Return what the replica is asked for all that is selected; raises as a list does.

    None for what has to be walked: lists, and queries with a LIMIT.
    """
    if selection.assets is not None or selection.file is not None:
        return None
    if selection.query is None:
        return filtered(scope, selection.filter or {})
    checked = compiled(scope, _asked(selection))
    return None if checked.limit is not None else question_of(checked)


def _record_pages(
    scope: Scope, selection: Selection, after: Sequence[Any] | None
) -> Iterator[Page]:
    """Yield pages in an order that changes leave as it is, but where a query gives its own."""
    if selection.query is None:
        yield from _pages(scope, filtered(scope, selection.filter or {}), after)
        return
    checked = compiled(scope, _asked(selection))
    if checked.limit is None and not checked.query.order:
        yield from _pages(scope, question_of(checked), after)
        return
    while True:
        page = page_of(scope, checked, AssetQuery(limit=_PAGE, after=after))
        yield page
        after = page.next
        if after is None:
            return


def _asked(selection: Selection) -> Asked:
    return Asked(
        selection.query or "",
        dialect=selection.dialect,
        parameters=selection.parameters or {},
        time_zone=selection.time_zone,
        pointer="/selection/query",
    )


def records_of(scope: Scope, query: AssetQuery) -> Iterator[Record]:
    """Yield all assets that a question finds, in the order of their creation."""
    for page in _pages(scope, query, None):
        yield from page.items


def _pages(scope: Scope, query: AssetQuery, after: Sequence[Any] | None) -> Iterator[Page]:
    while True:
        page = scope.replica.find_assets(
            replace(in_order_of_creation(query), limit=_PAGE, after=after, count=False)
        )
        yield page
        after = page.next
        if after is None:
            return


def _named_pages(
    scope: Scope, references: Iterable[AssetReference], after: Sequence[Any] | None
) -> Iterator[SelectedPage]:
    """Yield pages of a list; a later one takes note of the ids that came in those before it."""
    resolver = Resolver(scope, look(scope).catalog)
    begin, position = int(after[0]) if after else 0, 0
    come: set[str] = set()
    for some in batched(references, _PAGE, strict=False):
        found = _named(resolver, some, come)
        position += len(some)
        if position > begin:
            yield SelectedPage(found, [position])
    yield SelectedPage((), None)


def _named(
    resolver: Resolver, references: Sequence[AssetReference], come: set[str]
) -> tuple[Selected, ...]:
    named = [(_words(reference), *_resolved(resolver, reference)) for reference in references]
    ids = [asset_id for _, asset_id, _ in named if asset_id]
    records = resolver.scope.replica.get_many(KIND, ids)
    found = []
    for text, asset_id, error in named:
        record = records.get(asset_id)
        if record is None:
            told = error or refusals.asset_not_found(text)
            found.append(Selected(text, None, told.code, told.detail))
        elif asset_id not in come:
            come.add(asset_id)
            found.append(Selected(text, record))
    return tuple(found)


def _resolved(
    resolver: Resolver, reference: AssetReference
) -> tuple[str, NotFoundError | ConflictError | None]:
    try:
        return resolver.asset_id(reference), None
    except (NotFoundError, ConflictError) as error:
        return "", error


def _words(reference: AssetReference) -> str:
    if isinstance(reference, AssetKey):
        return next(iter(reference.given().values()))
    return reference

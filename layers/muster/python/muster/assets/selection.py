"""Which assets a job is about: some by name, those of a list in a file, or what a filter finds."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import batched, chain
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from muster.assets import refusals
from muster.assets.decide import look
from muster.assets.model import KIND, AssetKey, AssetReference, Word
from muster.assets.query import Filters, asset_query
from muster.assets.resolve import Resolver
from muster.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from muster.ids import is_id
from muster.ledger.model import Record
from muster.replica.port import AssetQuery, Page, Sort
from muster.scope import Scope

MAX_NAMED = 10_000
MAX_LIST_BYTES = 50 * 1024 * 1024
_PAGE = 1_000
_LONGEST_LINE = 4 * 1024 * 1024
_DELIMITERS = ",;\t|"
_HEADERS = frozenset({"id", "key", "tag", "serial"})
_OPTIONS = frozenset({"q", "trashed", "include_subtypes", "include_subfolders"})

FilterText = Annotated[str, StringConstraints(max_length=2_000)]
FilterValue = FilterText | list[FilterText] | bool


class InvalidSelectionError(InvalidInputError):
    """What is selected can't be told; `errors` say which member."""

    code = "invalid_selection"


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
    all: Literal[True] | None = None
    """Every asset that is not in the trash."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError("one_of", "Give exactly one of assets, file, filter and all")
        return self


@dataclass(frozen=True)
class Selected:
    """A selected asset, or a name that led to none: then `record` is None, and `code` says why."""

    text: str
    record: Record | None
    code: str = ""
    detail: str = ""


def check_selection(scope: Scope, selection: Selection) -> None:
    """Raise InvalidSelectionError, or what a list refuses, where nothing could be selected by it.

    Names are not looked up: those that lead nowhere are told one by one.
    """
    if selection.file is not None:
        _list_object(scope, selection.file)
    elif selection.filter is not None:
        _question(scope, selection.filter)


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
        yield from _named_pages(scope, _lines(scope, selection.file), after)
    else:
        for page in _pages(scope, question(scope, selection), after):
            found = tuple(Selected(record.id, record) for record in page.items)
            yield SelectedPage(found, None if page.next is None else list(page.next))


def question(scope: Scope, selection: Selection) -> AssetQuery:
    """Return what the replica is asked for a selection that is no list; raises as a list does."""
    return _question(scope, selection.filter or {})


def records_of(scope: Scope, query: AssetQuery) -> Iterator[Record]:
    """Yield all assets that a question finds, in the order of their creation."""
    for page in _pages(scope, query, None):
        yield from page.items


def _pages(scope: Scope, query: AssetQuery, after: Sequence[Any] | None) -> Iterator[Page]:
    while True:
        page = scope.replica.find_assets(
            replace(query, sort=(Sort("created_at"),), limit=_PAGE, after=after, count=False)
        )
        yield page
        after = page.next
        if after is None:
            return


def _question(scope: Scope, given: Mapping[str, FilterValue]) -> AssetQuery:
    conditions = {
        name: [value] if isinstance(value, str) else list(value)
        for name, value in given.items()
        if name not in _OPTIONS and not isinstance(value, bool)
    }
    odd = [n for n, v in given.items() if isinstance(v, bool) and not n.startswith("include_")]
    if odd:
        detail = f"{odd[0]} takes a text or a list of texts."
        raise _invalid("invalid_value", detail, f"/filter/{odd[0]}")
    filters = Filters(
        conditions=conditions,
        text=_text(given, "q"),
        trashed=_trashed(given),
        include_subtypes=_flag(given, "include_subtypes"),
        include_subfolders=_flag(given, "include_subfolders"),
    )
    return asset_query(Resolver(scope, look(scope).catalog), filters)


def _text(given: Mapping[str, FilterValue], name: str) -> str | None:
    value = given.get(name)
    if value is None or (isinstance(value, str) and value):
        return value or None
    raise _invalid("invalid_value", f"{name} takes a text.", f"/filter/{name}")


def _trashed(given: Mapping[str, FilterValue]) -> Literal["no", "yes", "any"]:
    match given.get("trashed", "no"):
        case "no":
            return "no"
        case "yes":
            return "yes"
        case "any":
            return "any"
    raise _invalid("invalid_value", "trashed takes no, yes or any.", "/filter/trashed")


def _flag(given: Mapping[str, FilterValue], name: str) -> bool:
    value = given.get(name, False)
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise _invalid("invalid_value", f"{name} takes true or false.", f"/filter/{name}")


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


def _list_object(scope: Scope, file_id: str) -> str:
    record = scope.ledger.get("file", _uploaded(scope, file_id))
    if record is None:
        detail = f"There is no file {file_id[:80]!r}."
        raise _invalid("unknown_file", detail, "/file")
    if record.body["size"] > MAX_LIST_BYTES:
        detail = f"A list of assets has at most {MAX_LIST_BYTES:,} bytes."
        raise _invalid("file_too_large", detail, "/file")
    return f"files/{record.body['sha256']}"


def _uploaded(scope: Scope, file_id: str) -> str:
    """Return a file's id; that of an upload stands for the file that came of it."""
    if is_id("upload", file_id):
        upload = scope.ledger.get("upload", file_id)
        return str(upload.body.get("file", "")) if upload else ""
    return file_id if is_id("file", file_id) else ""


def _lines(scope: Scope, file_id: str) -> Iterator[str]:
    """Yield the first cell of each row that has one; a header such as `id` is passed over."""
    stream = scope.objects.stream(_list_object(scope, file_id))
    if stream is None:
        raise _invalid("unknown_file", "The list's content is gone: upload it again.", "/file")
    with closing(stream):
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
        lines = _bounded(text)
        first = next(lines, "")
        mark = max(_DELIMITERS, key=first.count)
        rows = csv.reader(chain([first], lines), delimiter=mark)
        try:
            for number, row in enumerate(rows):
                word = row[0].strip() if row else ""
                if word and not (number == 0 and word.casefold() in _HEADERS):
                    yield word
        except csv.Error as error:
            # A quote that is never closed would make one cell of the rest of the file.
            detail = f"The list can't be read beyond line {rows.line_num}: {error}."
            raise _invalid("unreadable_file", detail, "/file") from error


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            detail = f"A line of the list has more than {_LONGEST_LINE:,} characters."
            raise _invalid("unreadable_file", detail, "/file")
        yield line


def _invalid(code: str, detail: str, pointer: str) -> InvalidSelectionError:
    return InvalidSelectionError(detail, errors=[FieldError(code, detail, f"/selection{pointer}")])

"""Which assets a job is about: some by name, those of a list in a file, or what a filter finds."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import batched
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from muster.assets import refusals
from muster.assets.decide import look
from muster.assets.model import KIND, AssetKey, AssetReference, Word
from muster.assets.query import Filters, asset_query
from muster.assets.resolve import Resolver
from muster.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from muster.ledger.model import Record
from muster.replica.port import AssetQuery, Sort
from muster.scope import Scope

MAX_NAMED = 10_000
MAX_LIST_BYTES = 50 * 1024 * 1024
_PAGE = 1_000
_LONGEST_LINE = 2_000
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
    """A file (`fil_…`) with one id, key, tag or serial number a line, or in its first column."""
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


def selected(scope: Scope, selection: Selection) -> Iterator[Selected]:
    """Yield the selected assets as the replica has them: in the order of a list, else of creation.

    An asset that is named twice comes once. Streamed: a page of records is in memory, and for
    lists the ids that have come.
    """
    scope.replica.catch_up()
    if selection.assets is not None:
        yield from _named(scope, selection.assets)
    elif selection.file is not None:
        yield from _named(scope, _lines(scope, selection.file))
    else:
        for record in records_of(scope, _question(scope, selection.filter or {})):
            yield Selected(record.id, record)


def records_of(scope: Scope, query: AssetQuery) -> Iterator[Record]:
    """Yield all assets that a question finds, in the order of their creation."""
    after: Sequence[Any] | None = None
    while True:
        page = scope.replica.find_assets(
            replace(query, sort=(Sort("created_at"),), limit=_PAGE, after=after, count=False)
        )
        yield from page.items
        if page.next is None:
            return
        after = page.next


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


def _named(scope: Scope, references: Iterable[AssetReference]) -> Iterator[Selected]:
    resolver = Resolver(scope, look(scope).catalog)
    come: set[str] = set()
    for some in batched(references, _PAGE, strict=False):
        found = [(_words(reference), *_resolved(resolver, reference)) for reference in some]
        records = scope.replica.get_many(KIND, [asset_id for _, asset_id, _ in found if asset_id])
        for text, asset_id, error in found:
            if asset_id in come:
                continue
            record = records.get(asset_id)
            if record is not None:
                come.add(asset_id)
                yield Selected(text, record)
            else:
                told = error or refusals.asset_not_found(text)
                yield Selected(text, None, told.code, told.detail)


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
    record = scope.ledger.get("file", file_id) if file_id.startswith("fil_") else None
    if record is None:
        detail = f"There is no file {file_id[:80]!r}."
        raise _invalid("unknown_file", detail, "/file")
    if record.body["size"] > MAX_LIST_BYTES:
        detail = f"A list of assets has at most {MAX_LIST_BYTES:,} bytes."
        raise _invalid("file_too_large", detail, "/file")
    return f"files/{record.body['sha256']}"


def _lines(scope: Scope, file_id: str) -> Iterator[str]:
    """Yield the first cell of each line that has one; a header such as `id` is passed over."""
    stream = scope.objects.stream(_list_object(scope, file_id))
    if stream is None:
        raise _invalid("unknown_file", "The list's content is gone: upload it again.", "/file")
    with closing(stream):
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
        for number, row in enumerate(csv.reader(_bounded(text))):
            word = row[0].strip() if row else ""
            if word and not (number == 0 and word.casefold() in {"id", "key", "tag", "serial"}):
                yield word


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        # A quote that is never closed would make one cell of the whole file.
        yield line.replace('"', "")


def _invalid(code: str, detail: str, pointer: str) -> InvalidSelectionError:
    return InvalidSelectionError(detail, errors=[FieldError(code, detail, f"/selection{pointer}")])

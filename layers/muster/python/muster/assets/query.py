"""From the parameters of a list to the question that the replica is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NoReturn

from muster.assets import refusals
from muster.assets.resolve import Resolver
from muster.catalog.model import Catalog, FieldKind, FieldType
from muster.catalog.values import TextDialect, ValueProblem, parse_text
from muster.errors import FieldError
from muster.replica.port import AssetQuery, Sort

_TEXTS = ("key", "name", "tag", "serial")
_BUILT_IN = (*_TEXTS, "type", "folder")
SORTABLE = (*_BUILT_IN, "created_at", "updated_at")
_OPERATORS = frozenset(
    {
        "contains",
        "startswith",
        "endswith",
        "empty",
        "in",
        "not",
        "lt",
        "lte",
        "gt",
        "gte",
        "any",
    }
)
_MOST_DIGITS = 15
_CUSTOM = ("cf.", "custom_fields.")


@dataclass(frozen=True)
class Filters:
    """What a list is asked for. `conditions` are parameters such as `tag`, `cf.computer.cpu`,
    `serial__empty`, each with its values in the order in which they came.
    """

    conditions: Mapping[str, Sequence[str]]
    text: str | None = None
    trashed: Literal["no", "yes", "any"] = "no"
    include_subtypes: bool = False
    include_subfolders: bool = False


def asset_query(
    resolver: Resolver,
    filters: Filters,
    *,
    sort: Sequence[str] = (),
    limit: int = 50,
    after: Sequence[Any] | None = None,
    count: bool = False,
) -> AssetQuery:
    """Return the question; raises UnknownFilterError, InvalidParameterError, FilterNotIndexedError.

    `sort` has names such as `tag`, `-updated_at` and `cf.computer.cpu`.
    """
    reader = _Reader(resolver)
    conditions = {name: reader.values(name, texts) for name, texts in filters.conditions.items()}
    types = conditions.pop("type", [])
    if filters.include_subtypes:
        types = sorted({t for each in types for t in resolver.catalog.subtypes(each)})
    folders: list[str] = []
    if filters.include_subfolders:
        wanted = conditions.pop("folder", [])
        # Everything lies below the root, which has no id.
        folders = [] if None in wanted else wanted
    order = [sort_key(resolver.catalog, name) for name in sort]
    return AssetQuery(
        types=types,
        folders=folders,
        include_subfolders=filters.include_subfolders,
        equals=dict(_joined(conditions, resolver.catalog)),
        text=filters.text,
        trashed=filters.trashed,
        sort=tuple(order) or AssetQuery().sort,
        limit=limit,
        after=after,
        count=count,
    )


def parse_moment(text: str | None) -> int | datetime | None:
    """Return `118` or `seq:118` as a commit's number, and an RFC 3339 time as an aware time.

    Raises InvalidParameterError.
    """
    if text is None:
        return None
    number = text.removeprefix("seq:")
    if number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS:
        return int(number)
    try:
        # In a query that was not encoded, the plus of an offset arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        _bad("at", "Give a time such as 2026-05-01T12:00:00Z, or a commit such as seq:118.")
    return moment


def sort_key(catalog: Catalog, name: str) -> Sort:
    """Return a sort key from `tag`, `-updated_at` or `cf.computer.cpu`."""
    bare = name.removeprefix("-")
    field = next((bare.removeprefix(p) for p in _CUSTOM if bare.startswith(p)), bare)
    if field not in SORTABLE and field not in catalog.fields:
        hint = refusals.nearest(field, [*SORTABLE, *catalog.fields])
        detail = f"There is no field {field[:80]!r} to sort by{hint}"
        error = FieldError("unknown_field", detail, parameter="sort")
        raise refusals.UnknownFilterError(detail, errors=[error])
    return Sort(field, descending=name.startswith("-"))


@dataclass(frozen=True)
class _Reader:
    """Reads the values of one parameter into stored form."""

    resolver: Resolver

    def values(self, parameter: str, texts: Sequence[str]) -> list[Any]:
        name, operator = self._split(parameter)
        if operator == "empty":
            return self._empty(parameter, name, texts)
        if operator == "in":
            texts = [part for text in texts for part in text.split(",")]
        if name in _TEXTS:
            return list(texts)
        if name == "type":
            return [self._type(parameter, text) for text in texts]
        if name == "folder":
            return [self._folder(parameter, text) for text in texts]
        definition = self._definition(parameter, name)
        return [value for text in texts for value in self._parsed(parameter, definition, text)]

    def _split(self, parameter: str) -> tuple[str, str | None]:
        name, found, operator = parameter.rpartition("__")
        if not found:
            return parameter, None
        if operator not in _OPERATORS:
            hint = refusals.nearest(operator, _OPERATORS)
            self._unknown(parameter, f"There is no operator {operator[:40]!r}{hint}")
        if operator not in {"empty", "in"}:
            detail = f"No index serves {operator!r}: ask for equal values, or search with q."
            error = FieldError("filter_not_indexed", detail, parameter=parameter)
            raise refusals.FilterNotIndexedError(detail, errors=[error])
        return name, operator

    def _empty(self, parameter: str, name: str, texts: Sequence[str]) -> list[Any]:
        if name not in _BUILT_IN:
            self._definition(parameter, name)
        if [text.lower() for text in texts] != ["true"]:
            detail = "Only true can be asked for: no index serves “not empty”."
            error = FieldError("filter_not_indexed", detail, parameter=parameter)
            raise refusals.FilterNotIndexedError(detail, errors=[error])
        return [None]

    def _type(self, parameter: str, text: str) -> str:
        found = self.resolver.catalog.type_of(text)
        if found is None:
            labels = {t.name: t.label for t in self.resolver.catalog.types.values()}
            _bad(parameter, refusals.unknown_type(text, labels).detail)
        return found.id

    def _folder(self, parameter: str, text: str) -> str | None:
        found = self.resolver.folder_id(text)
        if found is None:
            _bad(parameter, f"There is no folder {text[:80]!r}.")
        return found or None

    def _definition(self, parameter: str, name: str) -> FieldType:
        fields = self.resolver.catalog.fields
        custom = next((name.removeprefix(p) for p in _CUSTOM if name.startswith(p)), None)
        if custom is not None and custom in fields:
            return fields[custom]
        if name == "status":
            return self._status(parameter)
        known = [*_BUILT_IN, "status", *(f"cf.{field}" for field in fields)]
        hint = refusals.nearest(name if custom is None else f"cf.{custom}", known)
        return self._unknown(parameter, f"There is no parameter or field {name[:80]!r}{hint}")

    def _status(self, parameter: str) -> FieldType:
        found = [f for f in self.resolver.catalog.fields.values() if f.kind is FieldKind.STATUS]
        if len(found) != 1:
            names = ", ".join(f"cf.{f.name}" for f in found) or "none"
            self._unknown(parameter, f"There is not one status field but {names}: name it.")
        return found[0]

    def _parsed(self, parameter: str, definition: FieldType, text: str) -> list[Any]:
        values = self.resolver.context().values
        try:
            value = parse_text(definition, text, TextDialect(), values)
        except ValueProblem as problem:
            _bad(parameter, problem.detail)
        return value if isinstance(value, list) else [value]

    def _unknown(self, parameter: str, detail: str) -> NoReturn:
        error = FieldError("unknown_parameter", detail, parameter=parameter)
        raise refusals.UnknownFilterError(detail, errors=[error])


def _bad(parameter: str, detail: str) -> NoReturn:
    error = FieldError("invalid_parameter", detail, parameter=parameter)
    raise refusals.InvalidParameterError(detail, errors=[error])


def _joined(
    conditions: Mapping[str, Iterable[Any]], catalog: Catalog
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the conditions by field; `tag=a` and `tag__empty=true` are two values of one field."""
    joined: dict[str, list[Any]] = {}
    status = [name for name, f in catalog.fields.items() if f.kind is FieldKind.STATUS]
    for parameter, values in conditions.items():
        name = parameter.partition("__")[0]
        field = next((name.removeprefix(p) for p in _CUSTOM if name.startswith(p)), name)
        if field == "status" and status:
            field = status[0]
        joined.setdefault(field, []).extend(values)
    yield from joined.items()

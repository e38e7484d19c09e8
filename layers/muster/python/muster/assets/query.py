"""From the parameters of a list to the question that the replica is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from muster.assets import refusals
from muster.assets.resolve import Resolver
from muster.catalog.model import Catalog, FieldKind, FieldType
from muster.catalog.values import TextDialect, ValueProblem, parse_text
from muster.errors import FieldError
from muster.replica.port import AssetQuery, Sort

if TYPE_CHECKING:  # most lists do without the language
    from muster.assets.conditions import Conditions
    from muster.replica.condition import Condition

_TEXTS = ("key", "name", "tag", "serial")
_BUILT_IN = (*_TEXTS, "type", "folder")
SORTABLE = (*_BUILT_IN, "created_at", "updated_at")
_ASKED_ONLY = {
    "description": "description",
    "created_at": "created",
    "created_by": "createdBy",
    "updated_at": "updated",
    "updated_by": "updatedBy",
}
"""What is compared as the query language does it, under its name there."""
_EQUALITIES = frozenset({"empty", "in", "any"})
_COMPARISONS = frozenset({"contains", "startswith", "endswith", "not", "lt", "lte", "gt", "gte"})
_OPERATORS = _EQUALITIES | _COMPARISONS
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
    time_zone: str | None = None
    """Whose days are meant; None: the organisation's."""


def asset_query(
    resolver: Resolver,
    filters: Filters,
    *,
    sort: Sequence[str] = (),
    limit: int = 50,
    after: Sequence[Any] | None = None,
    count: bool = False,
) -> AssetQuery:
    """Return the question; raises UnknownFilterError, InvalidParameterError.

    `sort` has names such as `tag`, `-updated_at` and `cf.computer.cpu`.
    """
    reader = _Reader(resolver, filters)
    for parameter, texts in filters.conditions.items():
        reader.read(parameter, texts)
    folders: list[str] = []
    if filters.include_subfolders:
        wanted = reader.equals.pop("folder", [])
        # Everything lies below the root, which has no id.
        folders = [] if None in wanted else wanted
    order = [sort_key(resolver.catalog, name) for name in sort]
    return AssetQuery(
        types=reader.with_subtypes(reader.equals.pop("type", [])),
        folders=folders,
        include_subfolders=filters.include_subfolders,
        equals=reader.equals,
        where=reader.where(),
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


class _Reader:
    """Reads parameters into what has to equal something, and conditions of other kinds."""

    def __init__(self, resolver: Resolver, filters: Filters) -> None:
        self.resolver = resolver
        self.filters = filters
        self.equals: dict[str, list[Any]] = {}
        """By field: `tag=a` and `tag__empty=true` are two values of one."""
        self._others: list[Condition] = []

    def read(self, parameter: str, texts: Sequence[str]) -> None:
        """Take in a parameter with its values."""
        name, operator = self._split(parameter)
        if operator in {"in", "any"}:
            texts = [part for text in texts for part in text.split(",")]
        if operator == "empty":
            self._read_empty(parameter, name, texts)
        elif name in _ASKED_ONLY or operator in _COMPARISONS:
            self._others.append(self._compared(parameter, name, operator or "eq", texts))
        else:
            values = self._values(parameter, name, texts)
            self.equals.setdefault(self._field(parameter, name), []).extend(values)

    def where(self) -> Condition | None:
        """Return what is asked beyond equality."""
        if len(self._others) < 2:  # noqa: PLR2004 - nothing to join
            return next(iter(self._others), None)
        from muster.replica.condition import All

        return All(tuple(self._others))

    def with_subtypes(self, types: Sequence[str]) -> Sequence[str]:
        """Return the types, with those below where they are asked for."""
        if not self.filters.include_subtypes:
            return types
        return sorted({t for each in types for t in self.resolver.catalog.subtypes(each)})

    def _split(self, parameter: str) -> tuple[str, str | None]:
        name, found, operator = parameter.rpartition("__")
        if not found:
            return parameter, None
        if operator not in _OPERATORS:
            hint = refusals.nearest(operator, _OPERATORS)
            self._unknown(parameter, f"There is no operator {operator[:40]!r}{hint}")
        return name, operator

    def _read_empty(self, parameter: str, name: str, texts: Sequence[str]) -> None:
        wanted = {text.lower() for text in texts}
        if not wanted <= {"true", "false"}:
            _bad(parameter, f"{parameter} is true or false.")
        field = self._field(parameter, name)
        if wanted == {"true"} and name not in _ASKED_ONLY:
            self.equals.setdefault(field, []).append(None)
        elif len(wanted) == 1:
            operator = "empty" if wanted == {"true"} else "filled"
            path = _ASKED_ONLY.get(field, field)
            self._others.append(self._conditions.of_field(parameter, path, operator, ()))

    def _compared(
        self, parameter: str, name: str, operator: str, texts: Sequence[str]
    ) -> Condition:
        field = self._field(parameter, name)
        if name in {"type", "folder"}:
            return self._not_there(parameter, name, operator, texts)
        path = _ASKED_ONLY.get(field, field)
        return self._conditions.of_field(parameter, path, operator, texts)

    def _not_there(
        self, parameter: str, name: str, operator: str, texts: Sequence[str]
    ) -> Condition:
        from muster.assets.conditions import not_in_folders, not_of_types

        if operator != "not":
            _bad(parameter, f"A {name} can't be compared so: ask for {name} or {name}__not.")
        values = self._values(parameter, name, texts)
        if name == "type":
            return not_of_types(self.with_subtypes(values))
        return not_in_folders(values, below=self.filters.include_subfolders)

    @cached_property
    def _conditions(self) -> Conditions:
        from muster.assets.conditions import Conditions

        return Conditions(self.resolver.scope, self.filters.time_zone)

    def _values(self, parameter: str, name: str, texts: Sequence[str]) -> list[Any]:
        if name in _TEXTS:
            return list(texts)
        if name == "type":
            return [self._type(parameter, text) for text in texts]
        if name == "folder":
            return [self._folder(parameter, text) for text in texts]
        definition = self._definition(parameter, name)
        return [value for text in texts for value in self._parsed(parameter, definition, text)]

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

    def _field(self, parameter: str, name: str) -> str:
        """Return a built-in as it is, or a field's dotted name."""
        if name in _BUILT_IN or name in _ASKED_ONLY:
            return name
        return self._definition(parameter, name).name

    def _definition(self, parameter: str, name: str) -> FieldType:
        fields = self.resolver.catalog.fields
        custom = next((name.removeprefix(p) for p in _CUSTOM if name.startswith(p)), None)
        if custom is not None and custom in fields:
            return fields[custom]
        if name == "status":
            return self._status(parameter)
        known = [*_BUILT_IN, *_ASKED_ONLY, "status", *(f"cf.{field}" for field in fields)]
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

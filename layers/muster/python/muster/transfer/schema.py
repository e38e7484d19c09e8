"""Finds out what the catalog lacks for a file, and makes it: types, fields, options, folders. Pure.

The catalog as it will be is worked out with the ids that the new things get, so that a plan's rows
can be made before anything is written.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from muster.catalog.model import (
    OPTION_KINDS,
    AssetType,
    Catalog,
    FieldKind,
    FieldType,
    Option,
    Placement,
)
from muster.ids import new_id
from muster.text import fold
from muster.transfer.mapping import GENERAL_TYPE, IMPORT_KEY
from muster.transfer.model import (
    ASSUMED_CURRENCY,
    BUILT_IN,
    ColumnMapping,
    ImportOptions,
    Note,
    SchemaChange,
    Target,
    bare_currency,
)
from muster.transfer.sniff import Sniffed

_MOST_OPTIONS = 200
_MOST_NEW_TYPES = 20
_LIST_SEPARATORS = re.compile(r"[,;|]")


@dataclass
class Schema:
    """The catalog as the plan will have it, and how it differs from the one that is there."""

    catalog: Catalog
    changes: list[SchemaChange] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    touched_types: dict[str, AssetType] = field(default_factory=dict)
    touched_fields: dict[str, FieldType] = field(default_factory=dict)
    """New and changed ones, by id, in the order in which they have to be written."""


def plan_schema(
    catalog: Catalog,
    mapping: ColumnMapping,
    sniffed: Sniffed,
    options: ImportOptions,
    found_types: Iterable[str] = (),
) -> Schema:
    """Return what is to be made, so that the file's rows can be assets.

    `found_types` are the types of assets that the file's rows update.
    """
    planner = _SchemaPlanner(catalog, mapping, sniffed, options)
    type_ids = [*planner.named_types(), *planner.default_types(), *found_types]
    names = planner.fields()
    planner.place(dict.fromkeys(type_ids), names)
    return planner.finished()


def fingerprint(catalog: Catalog, types: Iterable[str], fields: Iterable[str]) -> str:
    """Return what changes when any of these types (by id, parents too) or fields (by name) does."""
    everything = {
        "types": {
            ancestor.id: ancestor.body()
            for type_id in types
            for ancestor in catalog.ancestors(type_id)
        },
        "fields": {
            name: catalog.fields[name].body() if name in catalog.fields else None for name in fields
        },
    }
    return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()


class _SchemaPlanner:
    def __init__(
        self,
        catalog: Catalog,
        mapping: ColumnMapping,
        sniffed: Sniffed,
        options: ImportOptions,
    ) -> None:
        self._types = dict(catalog.types)
        self._fields = dict(catalog.fields)
        self._old = catalog
        self._mapping = mapping
        self._sniffed = sniffed
        self._options = options
        self._facts = {column.name: column for column in sniffed.facts.columns}
        self._schema = Schema(catalog)

    def default_types(self) -> list[str]:
        """Return the type of rows that name none, made if it is the general one and needed."""
        found = self._old.type_of(self._mapping.type)
        if found is not None:
            return [found.id]
        column = next((n for n, t in self._mapping.columns.items() if t.to == "type"), None)
        if column is not None and self._facts[column].filled == self._sniffed.facts.rows:
            return []
        return [self._make_type(GENERAL_TYPE, "General asset", "AST").id]

    def named_types(self) -> list[str]:
        """Return the types that the type column names; new ones are made if there are few."""
        column = next((n for n, t in self._mapping.columns.items() if t.to == "type"), None)
        values = sorted(self._sniffed.values[column]) if column else []
        known = [t.id for value in values if (t := self._old.type_of(value))]
        missing = [value for value in values if self._old.type_of(value) is None]
        if not self._options.create_types or len(missing) > _MOST_NEW_TYPES:
            return known
        return known + [self._make_named(value).id for value in missing]

    def _make_named(self, label: str) -> AssetType:
        slug = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:40] or "imported"
        taken = {each.name for each in self._types.values()}
        name, count = f"type.{slug}", 1
        while name in taken:
            count += 1
            name = f"type.{slug}_{count}"
        prefix = re.sub(r"[^A-Z]", "", slug.upper())[:4] or "AST"
        return self._make_type(name, label, prefix)

    def _make_type(self, name: str, label: str, prefix: str) -> AssetType:
        made = AssetType(id=new_id("asset_type"), name=name, label=label, key_prefix=prefix)
        self._types[made.id] = self._schema.touched_types[made.id] = made
        self._schema.changes.append(
            SchemaChange(
                action="create_type",
                name=name,
                label=label,
                detail=f"A new type {label!r}, with keys {prefix}-1 and so on.",
            )
        )
        return made

    def fields(self) -> list[str]:
        """Return the fields that the columns go to, made or given options where needed."""
        names = []
        for column, target in self._mapping.columns.items():
            if target.to is None or target.to in BUILT_IN:
                continue
            if target.to not in self._fields and not self._options.create_fields:
                detail = f"There is no field {target.to}: the column is left out."
                self._schema.notes.append(Note(code="no_field", detail=detail, column=column))
                continue
            self._make_or_extend(column, target, target.to)
            names.append(target.to)
        if self._mapping.key == IMPORT_KEY:
            self._make_import_key()
            names.append(IMPORT_KEY)
        return names

    def _make_or_extend(self, column: str, target: Target, name: str) -> None:
        existing = self._fields.get(name)
        if existing is None:
            self._make_field(column, target, name)
        elif existing.kind in OPTION_KINDS and self._options.create_options:
            self._extend(column, existing)
        elif existing.kind is FieldKind.MONEY and existing.currency is None:
            self._currency(column)

    def _make_field(self, column: str, target: Target, name: str) -> None:
        kind = target.kind or self._facts[column].kind
        words = self._words(column, kind) if kind in OPTION_KINDS else []
        if kind in OPTION_KINDS and not 0 < len(words) <= _MOST_OPTIONS:
            kind, words = FieldKind.TEXT, []
        currency = self._currency(column) if kind is FieldKind.MONEY else None
        made = FieldType(
            id=new_id("field_type"),
            name=name,
            label=target.label or column,
            kind=kind,
            unique=target.unique,
            options=tuple(Option(id=new_id("option"), label=word) for word in words),
            currency=currency,
        )
        detail = f"A new field of kind {kind.value}"
        detail += (
            f" with {len(words)} options." if words else f" in {currency}." if currency else "."
        )
        self._add_field(made, detail, column)

    def _make_import_key(self) -> None:
        if IMPORT_KEY in self._fields:
            return
        made = FieldType(
            id=new_id("field_type"),
            name=IMPORT_KEY,
            label="Import key",
            kind=FieldKind.TEXT,
            unique=True,
            hidden=True,
            help="Tells the rows of a file without ids, so that it can be imported again.",
        )
        self._add_field(made, "A hidden field that tells the rows of a file without an id.", None)

    def _add_field(self, made: FieldType, detail: str, column: str | None) -> None:
        self._fields[made.name] = self._schema.touched_fields[made.id] = made
        self._schema.changes.append(
            SchemaChange(
                action="create_field",
                name=made.name,
                label=made.label,
                kind=made.kind,
                detail=detail,
                columns=(column,) if column else (),
            )
        )

    def _extend(self, column: str, existing: FieldType) -> None:
        words = [w for w in self._words(column, existing.kind) if existing.option(w) is None]
        if not words or len(words) > _MOST_OPTIONS:
            return
        added = tuple(Option(id=new_id("option"), label=word) for word in words)
        longer = existing.model_copy(update={"options": existing.options + added})
        self._fields[longer.name] = self._schema.touched_fields[longer.id] = longer
        self._schema.changes.append(
            SchemaChange(
                action="add_options",
                name=longer.name,
                label=longer.label,
                kind=longer.kind,
                detail=f"New options: {', '.join(words[:10])}{' …' if len(words) > 10 else ''}",  # noqa: PLR2004 - as many as a line shows
                columns=(column,),
            )
        )

    def _words(self, column: str, kind: FieldKind) -> list[str]:
        """Return the different options that a column names, by what is equal without case."""
        values: Iterable[str] = self._sniffed.values[column]
        if kind is FieldKind.MULTI_SELECT:
            values = (piece for value in values for piece in _LIST_SEPARATORS.split(value))
        found: dict[str, str] = {}
        for value in sorted(" ".join(value.split()) for value in values):
            if value:
                found.setdefault(value.casefold(), value)
        return sorted(found.values())

    def _currency(self, column: str) -> str:
        """Return the currency of a column's bare amounts, and tell when it is assumed."""
        found = self._options.currency or self._facts[column].currency
        if found is None:
            detail = f"The amounts name no currency: taken to be {ASSUMED_CURRENCY}."
            note = Note(code="currency_assumed", detail=detail, column=column)
            self._schema.notes.append(note)
        return bare_currency(self._options, self._facts[column])

    def place(self, type_ids: Iterable[str], names: Sequence[str]) -> None:
        """Put the fields on the types that rows are of, where they are not yet."""
        for type_id in type_ids:
            placed = self._catalog().fields_of(type_id)
            missing = [name for name in dict.fromkeys(names) if name not in placed]
            if missing:
                self._place(self._types[type_id], missing)

    def _place(self, kind: AssetType, names: Sequence[str]) -> None:
        own = kind.fields + tuple(Placement(field=name) for name in names)
        longer = kind.model_copy(update={"fields": own})
        self._types[kind.id] = self._schema.touched_types[kind.id] = longer
        if kind.id not in self._old.types:
            return
        self._schema.changes.extend(
            SchemaChange(
                action="place_field",
                name=name,
                label=self._fields[name].label,
                kind=self._fields[name].kind,
                detail=f"The type {kind.label!r} gets the field.",
            )
            for name in names
        )

    def _catalog(self) -> Catalog:
        return Catalog(
            seq=self._old.seq,
            types=self._types,
            fields=self._fields,
            link_types=self._old.link_types,
        )

    def finished(self) -> Schema:
        """Return the schema with the catalog as it will be."""
        self._schema.catalog = self._catalog()
        return self._schema

"""Makes an import's plan: looks the file through, maps it, and plans its schema and its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import batched

from muster.assets.resolve import Resolver
from muster.catalog.model import OPTION_KINDS, Catalog
from muster.catalog.service import load_catalog
from muster.jobs.plans.model import Action
from muster.jobs.plans.planfile import PlanFile
from muster.scope import Scope
from muster.transfer.catalogwrites import catalog_writes
from muster.transfer.cells import CellReader
from muster.transfer.content import Content
from muster.transfer.folders import NewFolders, plan_folders
from muster.transfer.lookup import AssetLookup
from muster.transfer.mapping import IMPORT_KEY, MappingRequest, map_columns
from muster.transfer.model import (
    BUILT_IN,
    ColumnMapping,
    Counts,
    ImportOptions,
    Note,
    Plan,
    PlannedRow,
)
from muster.transfer.planfile import PlanHead, write_head
from muster.transfer.refusals import FileTooLargeError
from muster.transfer.rowplan import RowPlanner
from muster.transfer.schema import Schema, fingerprint, plan_schema
from muster.transfer.seen import Notebook, Ordinals
from muster.transfer.sniff import MOST_READ, Sniffed, sniff
from muster.transfer.writes import put_as_json

_KEYS_AT_ONCE = 1_000


@dataclass(frozen=True)
class _Prepared:
    """What is decided before the first row is planned."""

    sniffed: Sniffed
    mapping: ColumnMapping
    schema: Schema
    folders: NewFolders
    notes: tuple[Note, ...]
    types: frozenset[str]


def make_plan(
    scope: Scope, file: PlanFile, number: int, content: Content, request: MappingRequest
) -> PlanHead:
    """Plan a file and store the plan; nothing else is written.

    Raises FileUnreadableError, FileTooLargeError, MappingWrongError.
    """
    scope.replica.catch_up()
    catalog = load_catalog(scope)
    counts: Counter[Action] = Counter()
    with Notebook() as notebook:
        prepared = _prepare(scope, catalog, content, request, notebook)
        identities = Ordinals(notebook.seen())
        planner = _row_planner(scope, prepared, request.options, notebook, identities)
        rows = planner.plan(prepared.sniffed.table.rows())
        lines = (row.model_dump_json(exclude_defaults=True) for row in _counted(rows, counts))
        parts = file.write_rows(line.encode() for line in lines)
    head = _head(scope, catalog, prepared, number)
    plan = head.plan.model_copy(
        update={
            "parts": parts,
            "counts": Counts(
                rows=counts.total(), **{action.value: counts[action] for action in Action}
            ),
            "notes": (*head.plan.notes, *_identity_notes(identities)),
        }
    )
    head = head.model_copy(update={"plan": plan})
    write_head(file, head)
    return head


def _prepare(
    scope: Scope,
    catalog: Catalog,
    content: Content,
    request: MappingRequest,
    notebook: Notebook,
) -> _Prepared:
    sniffed = sniff(content, request.options)
    mapping, notes = map_columns(catalog, sniffed, request)
    sniffed = _all_named(catalog, sniffed, mapping)
    found = set(_matched_types(scope, catalog, sniffed, mapping, notebook))
    schema = plan_schema(catalog, mapping, sniffed, request.options, sorted(found))
    folders = plan_folders(scope, mapping, sniffed, create=request.options.create_folders)
    named = {t.id for t in schema.catalog.types.values() if t.name == mapping.type}
    column = next((n for n, t in mapping.columns.items() if t.to == "type"), None)
    for value in sniffed.values[column] if column else ():
        named |= {t.id for t in [schema.catalog.type_of(value)] if t}
    return _Prepared(
        sniffed, mapping, schema, folders, (*notes, *schema.notes), frozenset(named | found)
    )


def _all_named(catalog: Catalog, sniffed: Sniffed, mapping: ColumnMapping) -> Sniffed:
    """Return the file with all types, folders and options that it names.

    Raises FileTooLargeError where these are too many to be any.
    """
    kinds = {column.name: column.kind for column in sniffed.facts.columns}
    named = {name: t.to for name, t in mapping.columns.items() if t.to in {"type", "folder"}}
    optional = {
        name
        for name, target in mapping.columns.items()
        if target.to and target.to not in BUILT_IN
        for field in [catalog.fields.get(target.to)]
        if (field.kind if field else target.kind or kinds[name]) in OPTION_KINDS
    }
    complete = sniffed.with_all_values(named.keys() | optional)
    for column, target in named.items():
        if not complete.has_all_values(column):
            raise FileTooLargeError(
                f"The column {column!r} names more than {MOST_READ} different {target}s: "
                "split the file, or leave the column out.",
                extra={"reason": f"too_many_{target}s"},
            )
    return complete


def _matched_types(
    scope: Scope,
    catalog: Catalog,
    sniffed: Sniffed,
    mapping: ColumnMapping,
    notebook: Notebook,
) -> Iterator[str]:
    """Yield the types of the assets that rows may update, so that they get the fields."""
    key = mapping.key
    known = key in BUILT_IN or key in catalog.fields
    if not known or not scope.replica.size():
        return
    facts = {column.name: column for column in sniffed.facts.columns}
    values = Resolver(scope, catalog).context().values
    only_key = mapping.model_copy(
        update={
            "columns": {
                n: t if t.to == key else t.model_copy(update={"to": None})
                for n, t in mapping.columns.items()
            }
        }
    )
    identities = Ordinals(notebook.seen())
    reader = CellReader(
        catalog, only_key, facts, values, options=ImportOptions(), identities=identities
    )
    lookup = AssetLookup(scope.replica)
    for rows in batched(sniffed.table.rows(), _KEYS_AT_ONCE, strict=False):
        yield from _types_of(lookup, key, [row.value(key) for row in reader.read(rows)])


def _types_of(lookup: AssetLookup, key: str, values: Iterable[object]) -> set[str]:
    wanted = [value for value in values if value is not None]
    found = lookup.by_value(key, wanted) if wanted else {}
    return {record.body["type"] for records in found.values() for record in records}


def _row_planner(
    scope: Scope,
    prepared: _Prepared,
    options: ImportOptions,
    notebook: Notebook,
    identities: Ordinals,
) -> RowPlanner:
    catalog, mapping = prepared.schema.catalog, prepared.mapping
    resolver = Resolver(scope, catalog)
    context = replace(resolver.context(), folder=prepared.folders.finder(resolver.folder_id))
    facts = {column.name: column for column in prepared.sniffed.facts.columns}
    reader = CellReader(
        catalog, mapping, facts, context.values, options=options, identities=identities
    )
    default = catalog.type_of(mapping.type)
    return RowPlanner(
        catalog=catalog,
        mapping=mapping,
        options=options,
        reader=reader,
        lookup=AssetLookup(scope.replica),
        context=context,
        type_id=default.id if default else None,
        keys=notebook.seen(),
        claims=notebook.seen(),
    )


def _counted(rows: Iterable[PlannedRow], counts: Counter[Action]) -> Iterator[PlannedRow]:
    for row in rows:
        counts[row.action] += 1
        yield row


def _identity_notes(identities: Ordinals) -> Iterator[Note]:
    if identities.repeated:
        detail = (
            f"{identities.repeated} rows can't be told from earlier ones: they are assets of their "
            "own, told apart by their order."
        )
        yield Note(code="rows_alike", detail=detail)


def _head(scope: Scope, catalog: Catalog, prepared: _Prepared, number: int) -> PlanHead:
    schema, mapping = prepared.schema, prepared.mapping
    fields = [t.to for t in mapping.columns.values() if t.to and t.to not in BUILT_IN]
    fields += [IMPORT_KEY] if mapping.key == IMPORT_KEY else []
    used = [name for name in fields if name in schema.catalog.fields]
    writes = [*catalog_writes(scope, schema), *prepared.folders.writes]
    return PlanHead(
        plan=Plan(
            number=number,
            seq=catalog.seq,
            facts=prepared.sniffed.facts,
            mapping=mapping,
            counts=Counts(),
            schema_changes=(*schema.changes, *prepared.folders.changes),
            notes=(*prepared.sniffed.facts.notes, *prepared.notes),
        ),
        schema_writes=tuple(put_as_json(write) for write in writes),
        used_types=tuple(sorted(prepared.types)),
        used_fields=tuple(used),
        used_folders=tuple(sorted(prepared.folders.used)),
        fingerprint=fingerprint(schema.catalog, sorted(prepared.types), used),
    )

"""Fields that a path may begin with, or lead on to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from muster.catalog.model import Catalog, FieldKind, FieldType
from muster.query.check.builtins import BUILT_IN, STATUS
from muster.query.check.paths import Paths, kind_of, spelled
from muster.query.context import Context
from muster.query.refusals import InvalidQueryError
from muster.query.suggest.outlook import Outlook
from muster.query.suggest.suggestion import NOWHERE, Suggestion
from muster.query.tree import Dialect, Name

_HERE_ONLY = frozenset({"text", "any", "deleted", "links", "primaryOf"})
"""Built-in fields that are not asked of an asset that a path leads to."""


def fields(context: Context, outlook: Outlook) -> tuple[list[Suggestion], str]:
    """Return the fields that suit where a path is begun, and what of it is begun of a field."""
    parts = [*outlook.head, *outlook.partial.split(".")]
    for length in range(len(parts) - 1, 0, -1):
        led = _led_to(context, tuple(parts[:length]))
        if led is not None:
            before = ".".join(spelled(part) for part in parts[:length])
            built_in = [each for each in _built_in() if each.insert not in _HERE_ONLY]
            found = [*built_in, *_own(led, context.dialect)]
            return [_behind(before, each) for each in found], ".".join(parts[length:])
    everything = context.catalog.fields.values()
    return [*_built_in(), *_own(everything, context.dialect)], ".".join(parts)


def _behind(before: str, found: Suggestion) -> Suggestion:
    return replace(found, insert=f"{before}.{found.insert}", also=(*found.also, found.insert))


def _led_to(context: Context, parts: tuple[str, ...]) -> list[FieldType] | None:
    """Return the fields of the assets that a path leads to; None where it leads nowhere."""
    try:
        targets = Paths(context.catalog).targets(Name(parts, NOWHERE, (True,) * len(parts)))
    except InvalidQueryError:
        return None
    references = [t.field for t in targets if t.field and t.field.kind is FieldKind.REFERENCE]
    found: dict[str, FieldType] = {}
    for reference in references:
        found |= {field.name: field for field in _fields_behind(context.catalog, reference)}
    return list(found.values()) if references else None


def _fields_behind(catalog: Catalog, reference: FieldType) -> Iterator[FieldType]:
    """Yield the fields of the types that a reference may name."""
    if not reference.reference_types:
        yield from catalog.fields.values()
    for type_id in reference.reference_types:
        for each in sorted(catalog.subtypes(type_id)):
            for placed in catalog.fields_of(each).values():
                yield placed.definition


def _built_in() -> Iterator[Suggestion]:
    for each in BUILT_IN:
        yield Suggestion(each.name, "field", each.name, each.doc)
    yield Suggestion(STATUS, "field", STATUS, "the field of the kind status")


def _own(found: Iterable[FieldType], dialect: Dialect) -> Iterator[Suggestion]:
    """Yield fields of the catalog: by label in Atlassian's dialect, by dotted name in others."""
    for each in sorted(found, key=lambda field: field.name):
        text = spelled(each.label if dialect == "aql" else each.name)
        yield Suggestion(
            text, "field", each.label, f"{each.name}: {kind_of(each)}", also=(each.name,)
        )

"""Decides where every column of a file goes, and what tells a row's asset. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from muster.catalog.model import Catalog, FieldKind
from muster.errors import FieldError
from muster.text import fold
from muster.transfer.mappings import recognise, source_of
from muster.transfer.mappings.source import SourceMapping
from muster.transfer.model import (
    BUILT_IN,
    ColumnFacts,
    ColumnMapping,
    ImportOptions,
    Note,
    Target,
)
from muster.transfer.refusals import MappingWrongError
from muster.transfer.sniff import Sniffed

IMPORT_KEY = "import.key"
GENERAL_TYPE = "type.asset"
KEY_TARGETS = ("tag", "serial", "name")
_OWN_PREFIX = "asset"
_DOTTED = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
_AS_EXPORTED = re.compile(r"(?P<name>[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)(?:\s*\(.*\))?")
_SYNONYMS = {
    "name": ("name", "asset name", "item", "item name", "title", "device name", "bezeichnung"),
    "tag": ("tag", "asset tag", "asset id", "barcode", "inventory number", "inventarnummer"),
    "serial": ("serial", "serial number", "serial no", "serial no.", "s/n", "sn", "seriennummer"),
    "description": ("description", "notes", "remarks", "comment", "comments", "beschreibung"),
    "type": ("asset type", "type"),
    "folder": ("folder", "folder path"),
}
_BY_HEADER = {header: target for target, headers in _SYNONYMS.items() for header in headers}


@dataclass(frozen=True)
class MappingRequest:
    """What the caller decided; all else is guessed."""

    type: str | None = None
    key: str | None = None
    columns: Mapping[str, Target] = field(default_factory=dict)
    options: ImportOptions = field(default_factory=ImportOptions)


def map_columns(
    catalog: Catalog, sniffed: Sniffed, request: MappingRequest
) -> tuple[ColumnMapping, tuple[Note, ...]]:
    """Return where every column goes, and notes on what was left out.

    Raises MappingWrongError with everything that is wrong in the request.
    """
    source = _source(sniffed, request.options)
    type_name, errors = _type_name(catalog, request.type)
    mapper = _Mapper(catalog, source, type_name, sniffed)
    errors += mapper.ask(request.columns)
    mapper.guess()
    key, problem = _key(mapper, source, request.key, sniffed)
    errors += problem
    if errors:
        raise MappingWrongError("The mapping can't be used.", errors=errors)
    mapping = ColumnMapping(
        source=source.name if source else "none",
        columns=mapper.targets,
        key=key,
        identity=_identity(mapper, source) if key == IMPORT_KEY else (),
        type=type_name,
    )
    return mapping, tuple(mapper.notes)


def _source(sniffed: Sniffed, options: ImportOptions) -> SourceMapping | None:
    if options.source is None:
        return recognise(sniffed.table.columns)
    found = source_of(options.source)
    if found is None and options.source != "none":
        raise MappingWrongError(
            f"There is no built-in mapping {options.source!r}.",
            errors=[FieldError("unknown_source", "Leave it out, or say none.", "/options/source")],
        )
    return found


def _type_name(catalog: Catalog, asked: str | None) -> tuple[str, list[FieldError]]:
    if asked is None:
        return GENERAL_TYPE, []
    found = catalog.type_of(asked)
    if found is not None and not found.abstract:
        return found.name, []
    names = [t.name for t in catalog.types.values() if not t.abstract]
    detail = f"{asked!r} is no type that assets can be of.{_nearest(asked, names)}"
    return GENERAL_TYPE, [FieldError("unknown_type", detail, "/type")]


def _nearest(word: str, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(word.casefold(), words, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


class _Mapper:
    """Gives every column a target, and none of them to two columns."""

    def __init__(
        self, catalog: Catalog, source: SourceMapping | None, type_name: str, sniffed: Sniffed
    ) -> None:
        self.catalog = catalog
        self.source = source
        self.sniffed = sniffed
        self.facts = {column.name: column for column in sniffed.facts.columns}
        self.targets: dict[str, Target] = {}
        self.notes: list[Note] = []
        chosen = catalog.type_of(type_name)
        placed = catalog.fields_of(chosen.id).values() if chosen else ()
        # A field of another type is a good guess for a text, not for names of other assets.
        loose = (f for f in catalog.fields.values() if f.kind is not FieldKind.REFERENCE)
        self.labels = {fold(f.label): f.name for f in loose}
        self.labels |= {fold(p.label): p.definition.name for p in placed}

    @property
    def used(self) -> dict[str, str]:
        """The column of each target."""
        return {t.to: column for column, t in self.targets.items() if t.to is not None}

    def ask(self, asked: Mapping[str, Target]) -> list[FieldError]:
        """Take over what the caller decided; return what can't be."""
        columns = {name.casefold(): name for name in self.facts}
        errors = []
        for name, target in asked.items():
            pointer = "/columns/" + name.replace("~", "~0").replace("/", "~1")
            column = columns.get(name.strip().casefold())
            if column is None:
                detail = f"The file has no column {name!r}.{_nearest(name, list(columns))}"
                errors.append(FieldError("unknown_column", detail, pointer))
                continue
            known = self._known(target)
            if known is None:
                detail = (
                    f"{target.to!r} is no field: use one of {', '.join(BUILT_IN)}, the name or "
                    "label of a field, or a new dotted name such as asset.colour."
                )
                errors.append(FieldError("unknown_target", detail, pointer))
            elif known.to is not None and known.to in self.used:
                detail = f"{known.to} is the target of {self.used[known.to]!r} already."
                errors.append(FieldError("target_twice", detail, pointer))
            else:
                self.targets[column] = self._complete(column, known)
        return errors

    def guess(self) -> None:
        """Find a target for every column that the caller left open."""
        for column in self.sniffed.table.columns:
            if column not in self.targets:
                self.targets[column] = self._guess(column, self.facts[column])
        self.targets = {name: self.targets[name] for name in self.sniffed.table.columns}

    def _known(self, target: Target) -> Target | None:
        """Return the target with a name that means something, None when it has none."""
        if target.to is None or target.to in BUILT_IN or target.to in self.catalog.fields:
            return target
        labelled = self.labels.get(fold(target.to))
        if labelled is not None:
            return target.model_copy(update={"to": labelled})
        return target if _DOTTED.fullmatch(target.to) else None

    def _guess(self, column: str, facts: ColumnFacts) -> Target:
        target = self._candidate(column)
        if target.to is not None and not facts.filled and target.to not in self.catalog.fields:
            detail = "No row has a value here: the column is left out."
            self.notes.append(Note(code="empty_column", detail=detail, column=column))
            return Target()
        if target.to in self.used:
            detail = (
                f"{self.used[str(target.to)]} goes to {target.to}, so this is a field of its own."
            )
            self.notes.append(Note(code="target_taken", detail=detail, column=column))
            target = Target(to=self._free_name(_OWN_PREFIX, column))
        return self._complete(column, target)

    def _candidate(self, column: str) -> Target:
        given = self.source.target(column) if self.source else None
        if given is not None:
            if given.to is not None and given.to.endswith(".*"):
                name = self._free_name(given.to.removesuffix(".*"), given.label or column)
                given = given.model_copy(update={"to": name})
            return given
        exported = _AS_EXPORTED.fullmatch(column)
        if exported and exported["name"] in self.catalog.fields:
            return Target(to=exported["name"])
        word = fold(column)
        built_in = _BY_HEADER.get(word)
        if built_in is not None and not (built_in == "type" and not self._names_types(column)):
            return Target(to=built_in)
        if word in self.labels:
            return Target(to=self.labels[word])
        return Target(to=self._free_name(_OWN_PREFIX, column))

    def _names_types(self, column: str) -> bool:
        """Tell whether most of a column's values are types of the catalog."""
        values = self.sniffed.values[column]
        known = sum(self.catalog.type_of(value) is not None for value in values)
        return bool(values) and known * 2 >= len(values)

    def _free_name(self, prefix: str, text: str) -> str:
        slug = re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")[:60] or "field"
        name, count = f"{prefix}.{slug}", 1
        while name in self.used:
            count += 1
            name = f"{prefix}.{slug}_{count}"
        return name

    def _complete(self, column: str, target: Target) -> Target:
        """Say what is made where the catalog lacks the field."""
        if target.to is None:
            return Target()
        if target.to in BUILT_IN:
            return Target(to=target.to)
        existing = self.catalog.fields.get(target.to)
        if existing is not None:
            return Target(to=existing.name, kind=existing.kind, unique=existing.unique)
        kind = target.kind or self.facts[column].kind
        return target.model_copy(update={"kind": kind, "label": target.label or column})


def _key(
    mapper: _Mapper, source: SourceMapping | None, asked: str | None, sniffed: Sniffed
) -> tuple[str, list[FieldError]]:
    """Return the target that tells which asset a row is."""
    used = mapper.used
    if asked is not None:
        target = _asked_key(mapper, asked)
        if target is not None:
            return target, []
        usable = [t for t in used if t not in {"type", "folder", "description"}]
        detail = f"No column goes to {asked!r}.{_nearest(asked, usable)}"
        return IMPORT_KEY, [FieldError("unknown_key", detail, "/key")]
    unique = [t.to for t in mapper.targets.values() if t.unique and t.to]
    preferred = [*(source.keys if source else ()), "tag", "serial", *unique]
    for target in preferred:
        if used.get(target) in sniffed.unique:
            return target, []
    rows = sniffed.facts.rows
    for target in preferred:
        if target in used and mapper.facts[used[target]].filled == rows:
            return target, []
    return IMPORT_KEY, []


def _asked_key(mapper: _Mapper, asked: str) -> str | None:
    if asked in mapper.used and asked not in {"type", "folder", "description"}:
        return asked
    by_column = {c.casefold(): t.to for c, t in mapper.targets.items()}
    target = by_column.get(asked.casefold()) or mapper.labels.get(fold(asked))
    return target if target in mapper.used and target not in {"type", "folder"} else None


def _identity(mapper: _Mapper, source: SourceMapping | None) -> tuple[str, ...]:
    """Return the columns that tell a row which has no key: its name, or else all of them."""
    used = mapper.used
    wanted: Iterable[str] = source.identity if source and source.identity else ("name",)
    columns = tuple(used[target] for target in wanted if target in used)
    return columns or tuple(mapper.targets)

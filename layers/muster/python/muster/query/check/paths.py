"""From a path as written to what it can mean in a catalog: built-ins, fields, labels, hops."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from muster.catalog.model import OPTION_KINDS, Catalog, FieldKind, FieldType
from muster.query.check import builtins
from muster.query.check.terms import Kind, Target
from muster.query.refusals import InvalidQueryError, nearest, problem, shown
from muster.query.tree import Name, Span
from muster.replica.condition import Place
from muster.text import fold

MOST_HOPS = 8
MOST_MEANINGS = 50
_MOST_NEAR = 3
_PLAIN = re.compile(r"[^\W_][\w-]*(?:\.[^\W_][\w-]*)*")

_KINDS = {
    **dict.fromkeys(OPTION_KINDS, Kind.OPTION),
    **dict.fromkeys((FieldKind.INTEGER, FieldKind.NUMBER), Kind.NUMBER),
    **dict.fromkeys((FieldKind.IP, FieldKind.CIDR), Kind.NETWORK),
    **dict.fromkeys((FieldKind.IMAGE, FieldKind.FILE), Kind.FILE),
    **dict.fromkeys((FieldKind.GEO, FieldKind.JSON), Kind.OPAQUE),
    FieldKind.BOOLEAN: Kind.BOOLEAN,
    FieldKind.MONEY: Kind.MONEY,
    FieldKind.DATE: Kind.DATE,
    FieldKind.TIME: Kind.TIME,
    FieldKind.DATETIME: Kind.MOMENT,
    FieldKind.DURATION: Kind.DURATION,
    FieldKind.USER: Kind.USER,
    FieldKind.REFERENCE: Kind.REFERENCE,
    FieldKind.ASSET_TYPE: Kind.TYPE,
    FieldKind.MAC: Kind.MAC,
    FieldKind.VERSION: Kind.VERSION,
}


def kind_of(field: FieldType) -> Kind:
    """Return how a field's values compare."""
    if field.kind is FieldKind.AUTO_NUMBER:
        return Kind.NUMBER if field.number_template is None else Kind.TEXT
    return _KINDS.get(field.kind, Kind.TEXT)


def field_target(field: FieldType, hops: tuple[str, ...] = ()) -> Target:
    """Return a field as a target. A reference's values are the ids of the assets it leads to."""
    kind = kind_of(field)
    is_reference = kind is Kind.REFERENCE
    place = Place("id", (*hops, field.name)) if is_reference else Place(field.name, hops)
    return Target(place, kind, field.name, field)


def spelled(name: str) -> str:
    """Return a name as a query writes it: in quotes where it has to be."""
    if _PLAIN.fullmatch(name):
        return name
    inner = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


@dataclass(frozen=True)
class Paths:
    """Finds what paths mean in a catalog."""

    catalog: Catalog

    def targets(self, path: Name) -> tuple[Target, ...]:
        """Return all meanings of a path; raises InvalidQueryError where it has none.

        The longest name wins, from the left. Built-in fields win over fields, and fields over what
        they are labelled.
        """
        hops: list[tuple[str, ...]] = [()]
        start = 0
        while True:
            length, found = self._longest(path, start)
            start += length
            if start == len(path.parts):
                return tuple(_over(found, hops, path))
            steps = [f.name for f in found if isinstance(f, FieldType) and _leads(f)]
            if not steps:
                raise self._leads_nowhere(path, start, found[0])
            hops = [(*before, step) for before in hops for step in steps]
            _check_limits(hops, path)

    def _longest(
        self, path: Name, start: int
    ) -> tuple[int, Sequence[FieldType | builtins.BuiltIn]]:
        """Return how many parts from `start` on are a name, and what it names."""
        for end in range(len(path.parts), start, -1):
            found = self._named(".".join(path.parts[start:end]), path.span)
            if found:
                return end - start, found
        raise self._unknown(path, start)

    def _named(self, name: str, span: Span) -> Sequence[FieldType | builtins.BuiltIn]:
        folded = name.casefold()
        if folded in builtins.BUILT_INS:
            return [builtins.BUILT_INS[folded]]
        if folded == builtins.STATUS:
            return [self._status(span)]
        if folded in builtins.NOT_CONNECTED:
            part = builtins.NOT_CONNECTED[folded]
            detail = f"{shown(name)} needs {part}, which has to be connected first."
            raise problem("not_connected", detail, span)
        if folded in self._by_name:
            return [self._by_name[folded]]
        alias = builtins.built_in(name)
        if alias is None and folded == f"{builtins.PREFIX}{builtins.STATUS}":
            return [self._status(span)]
        return [alias] if alias else self._by_label.get(fold(name), [])

    def _status(self, span: Span) -> FieldType:
        found = [f for f in self.catalog.fields.values() if f.kind is FieldKind.STATUS]
        if len(found) == 1:
            return found[0]
        if not found:
            raise problem("unknown_field", "There is no field of the kind status.", span)
        names = [f.name for f in found]
        detail = "There are several status fields: name the one that you mean."
        raise problem("ambiguous_field", detail, span, expected=names, suggestions=names[:3])

    @cached_property
    def _by_name(self) -> dict[str, FieldType]:
        return {name.casefold(): field for name, field in self.catalog.fields.items()}

    @cached_property
    def _by_label(self) -> dict[str, list[FieldType]]:
        found: dict[str, dict[str, FieldType]] = {}
        for label, field in self._labels():
            found.setdefault(fold(label), {})[field.name] = field
        return {label: [named[n] for n in sorted(named)] for label, named in found.items()}

    def _labels(self) -> Iterator[tuple[str, FieldType]]:
        """Yield the fields' labels, also those that a type gives them."""
        fields = self.catalog.fields
        yield from ((field.label, field) for field in fields.values())
        for kind in self.catalog.types.values():
            for place in kind.fields:
                if place.label and place.field in fields:
                    yield place.label, fields[place.field]

    def _unknown(self, path: Name, start: int) -> InvalidQueryError:
        rest = ".".join(path.parts[start:])
        before = [spelled(part) for part in path.parts[:start]]
        link_type = self.catalog.link_type_of(path.parts[start])
        if link_type is not None:
            detail = (
                f"{shown(link_type.name)} is a type of links, and only reference fields lead on in "
                f'a path. Ask with linked(…, type="{link_type.name}") or with outR and inR.'
            )
            return problem("unknown_field", detail, path.span, expected=["linked", "outR", "inR"])
        near = self._near(rest)
        return problem(
            "unknown_field",
            f"Unknown field {shown('.'.join(path.parts))}.",
            path.span,
            expected=["a field"],
            suggestions=[".".join([*before, spelled(name)]) for name in near],
        )

    def _leads_nowhere(
        self, path: Name, start: int, found: FieldType | builtins.BuiltIn
    ) -> InvalidQueryError:
        whole = ".".join(path.parts)
        if len(path.parts) > 1 and self._near_whole(whole):
            return problem(
                "unknown_field",
                f"Unknown field {shown(whole)}.",
                path.span,
                expected=["a field"],
                suggestions=self._near_whole(whole),
            )
        head = ".".join(path.parts[:start])
        kind = kind_of(found) if isinstance(found, FieldType) else found.kind
        detail = (
            f"{shown(head)} is {kind}: only reference fields lead on, to the fields of the assets "
            "that they name."
        )
        return problem("unknown_field", detail, path.span)

    def _near(self, word: str) -> list[str]:
        """Return the names most like a word: first the dotted ones that it is the end of."""
        end = f".{word}".casefold()
        ended = [name for name in self.catalog.fields if name.casefold().endswith(end)]
        labels = [label for label, _ in self._labels()]
        known = [*self.catalog.fields, *builtins.SPELLED, *labels]
        return list(dict.fromkeys([*ended, *nearest(word, known)]))[:_MOST_NEAR]

    def _near_whole(self, whole: str) -> list[str]:
        return nearest(whole, self.catalog.fields)


def _leads(field: FieldType) -> bool:
    return field.kind is FieldKind.REFERENCE


def _over(
    found: Sequence[FieldType | builtins.BuiltIn], hops: Sequence[tuple[str, ...]], path: Name
) -> Iterator[Target]:
    if len(found) * len(hops) > MOST_MEANINGS:
        raise _too_many_meanings(path)
    for way in hops:
        for each in found:
            if isinstance(each, FieldType):
                yield field_target(each, way)
            else:
                yield Target(Place(each.leaf, way), each.kind, each.name)


def _check_limits(hops: Sequence[tuple[str, ...]], path: Name) -> None:
    if len(hops) > MOST_MEANINGS:
        raise _too_many_meanings(path)
    if len(hops[0]) > MOST_HOPS:
        detail = f"A path leads over at most {MOST_HOPS} references (the limit of hops)."
        raise problem("limit_exceeded", detail, path.span)


def _too_many_meanings(path: Name) -> InvalidQueryError:
    detail = (
        f"{shown('.'.join(path.parts))} can mean more than {MOST_MEANINGS} fields, since several "
        "have these labels: use their dotted names."
    )
    return problem("limit_exceeded", detail, path.span)

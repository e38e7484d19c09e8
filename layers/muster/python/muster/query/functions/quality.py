"""Functions on the quality of data."""

from __future__ import annotations

from muster.catalog.model import FieldKind
from muster.query import dates
from muster.query.check.conditions import all_of, some_of
from muster.query.check.paths import field_target
from muster.query.check.terms import Checker, Kind, Target
from muster.query.dates import NoDateError
from muster.query.functions.arguments import Bound
from muster.query.functions.signature import Group, Parameter, Signature
from muster.query.refusals import problem, shown
from muster.query.tree import Name, Word
from muster.replica.condition import Condition, Duplicate, Empty, Equal, Place, Within

_COMPARED = frozenset({"name", "description", "tag", "serial", "key"})
"""Columns that two assets may share the value of."""

GROUP: Group = Group(
    "Quality of data",
    (
        Signature(
            ("duplicateOf",),
            "duplicateOf(field)",
            "Assets that have the same value in this field as another.",
            "duplicateOf(serial)",
            ("condition",),
            (Parameter("field"),),
        ),
        Signature(
            ("missingRequired",),
            "missingRequired()",
            "Assets that lack a value which their type requires.",
            "missingRequired() AND type = Computer",
            ("condition",),
        ),
        Signature(
            ("stale",),
            "stale(age)",
            "Assets that nobody has changed for so long.",
            "stale(90d)",
            ("condition",),
            (Parameter("age"),),
        ),
    ),
)


def duplicate_of(bound: Bound, checker: Checker) -> Condition:
    """Return the condition that another asset has an equal value in a field."""
    word = bound.word("field")
    assert word is not None
    parts = (word.text,) if word.form == "quoted" else tuple(word.text.split("."))
    targets = checker.targets(Name(parts, word.span))
    return some_of([Duplicate(_place(target, word)) for target in targets])


def _place(target: Target, word: Word) -> Place:
    hops = target.place.hops[:-1] if target.kind is Kind.REFERENCE else target.place.hops
    own = target.field is not None or target.place.leaf in _COMPARED
    if hops or not own or target.kind is Kind.OPAQUE:
        detail = f"{shown(word.text)} is no field of the asset whose values can be compared."
        raise problem("wrong_type", detail, word.span, expected=["a field", *sorted(_COMPARED)])
    return Place(target.field.name if target.field else target.place.leaf)


def missing_required(_bound: Bound, checker: Checker) -> Condition:
    """Return the condition that a field which the asset's type requires is empty."""
    catalog = checker.context.catalog
    requiring: dict[str, list[str]] = {}
    for type_id in sorted(catalog.types):
        for name, placed in catalog.fields_of(type_id).items():
            if placed.required and placed.definition.kind is not FieldKind.AUTO_NUMBER:
                requiring.setdefault(name, []).append(type_id)
    return some_of(
        all_of(
            [
                Equal(Place("type"), tuple(types)),
                Empty(field_target(catalog.fields[name]).place),
            ]
        )
        for name, types in sorted(requiring.items())
    )


def stale(bound: Bound, checker: Checker) -> Condition:
    """Return the condition that the asset was not changed for so long; the sign does not count."""
    word = bound.word("age")
    assert word is not None
    text = "-" + word.text.strip().lstrip("+-")
    try:
        offset = dates.read_offset(text, inside=True)
        since = dates.from_now(offset, checker.context.clock)
    except NoDateError as error:
        raise problem("wrong_type", str(error), word.span, expected=["90d"]) from error
    return Within(Place("updated_at"), high=since.start, high_included=False)

"""Each kind of field takes just the operators that suit it, and says which these are."""

from __future__ import annotations

import pytest

from tests.unit import query_world as world
from tests.unit.query_asked import refused, where
from tests.unit.query_world import ident

_OPERATORS = {
    "=": "{} = {}",
    "!=": "{} != {}",
    "IN": "{} IN ({}, {})",
    "NOT IN": "{} NOT IN ({})",
    "<": "{} < {}",
    "<=": "{} <= {}",
    ">": "{} > {}",
    ">=": "{} >= {}",
    "BETWEEN": "{} BETWEEN {} AND {}",
    "LIKE": "{} LIKE {}",
    "NOT LIKE": "{} NOT LIKE {}",
    "HAS": "{} HAS {}",
    "STARTSWITH": "{} STARTSWITH {}",
    "ENDSWITH": "{} ENDSWITH {}",
    "MATCHES": "{} MATCHES {}",
    "~": "{} ~ {}",
    "!~": "{} !~ {}",
    "IS EMPTY": "{} IS EMPTY",
    "UNDER": "{} UNDER {}",
}
_ALIKE = {"!=", "NOT IN", "=", "IN", "IS EMPTY"}
_TEXTS = {"LIKE", "NOT LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES", "~", "!~"}
_ORDERED = {"<", "<=", ">", ">=", "BETWEEN"}

_SUITED: dict[str, tuple[str, set[str]]] = {
    "computer.model": ("X200", _ALIKE | _TEXTS | _ORDERED),
    "computer.notes": ('"a note"', _ALIKE | _TEXTS | _ORDERED),
    "computer.memory.size": ("16", _ALIKE | _ORDERED),
    "computer.weight": ("1.5", _ALIKE | _ORDERED),
    "computer.leased": ("true", _ALIKE),
    "warranty.end": ("2026-11-24", _ALIKE | _ORDERED),
    "backup.time": ('"08:30"', _ALIKE | _ORDERED),
    "last.check": ("2026-11-24T08:30", _ALIKE | _ORDERED),
    "repair.duration": ("3d", _ALIKE | _ORDERED),
    "asset.condition": ("New", _ALIKE | _TEXTS),
    "asset.labels": ("Red", _ALIKE | _TEXTS),
    "asset.status": ('"In use"', _ALIKE | _TEXTS),
    "asset.custodian": ("Bob", _ALIKE | _TEXTS),
    "team.members": ("Bob", _ALIKE | _TEXTS),
    "asset.group": ("helpdesk", _ALIKE | _TEXTS | _ORDERED),
    "computer.manual": ('"https://example.org/x"', _ALIKE | _TEXTS | _ORDERED),
    "computer.contact": ('"a@example.org"', _ALIKE | _TEXTS | _ORDERED),
    "network.ip": ("10.0.0.1", _ALIKE | _TEXTS),
    "network.range": ("10.0.0.0/8", _ALIKE | _TEXTS),
    "network.mac": ('"00:1b:63:84:45:e6"', _ALIKE | _TEXTS),
    "purchase.cost": ("100", _ALIKE | _ORDERED),
    "purchase.rate": ('"100 USD"', _ALIKE | _ORDERED),
    "asset.place": ('"52.5, 13.4"', {"IS EMPTY"}),
    "asset.department": ("Finance", _ALIKE | _TEXTS),
    "book.owner": ("Finance", _ALIKE | _TEXTS),
    "asset.fits": ("Laptop", _ALIKE | _TEXTS | {"UNDER"}),
    "asset.project": ("ITSM", _ALIKE | _TEXTS | _ORDERED),
    "computer.os.version": ('"13.2"', _ALIKE | _TEXTS | _ORDERED),
    "asset.uuid": ("7f3a0c52", _ALIKE | _TEXTS | _ORDERED),
    "asset.photo": (ident("file", "photo"), _ALIKE),
    "asset.invoice": (ident("file", "invoice"), _ALIKE),
    "asset.extra": ("x", {"IS EMPTY"}),
    "asset.number": ("7", _ALIKE | _ORDERED),
    "asset.inventory": ("INV-7", _ALIKE | _TEXTS | _ORDERED),
    "id": (ident("asset", "a"), _ALIKE | _TEXTS | _ORDERED),
    "key": ("LAP-1", _ALIKE | _TEXTS | _ORDERED),
    "title": ("x", _ALIKE | _TEXTS | _ORDERED),
    "type": ("Computer", _ALIKE | _TEXTS | {"UNDER"}),
    "schema": ("Computer", _ALIKE | _TEXTS),
    "folder": ("Laptops", _ALIKE | _TEXTS | {"UNDER"}),
    "path": ('"/Berlin"', _ALIKE | _TEXTS),
    "created": ("2026-11-24", _ALIKE | _ORDERED),
    "createdBy": ("Bob", _ALIKE | _TEXTS),
    "source": ("api", _ALIKE | _TEXTS),
    "image": (ident("file", "photo"), _ALIKE),
    "hasImage": ("true", _ALIKE - {"IS EMPTY"}),
    "hasFiles": ("false", _ALIKE - {"IS EMPTY"}),
    "links": ("2", _ALIKE | _ORDERED),
    "primaryOf": ("Bob", _ALIKE),
    "deleted": ("true", _ALIKE - {"IS EMPTY"}),
    "text": ("linux", {"=", "!=", "IN", "NOT IN", "HAS", "~", "!~"}),
    "any": ("linux", {"=", "!=", "IN", "NOT IN"}),
}


@pytest.mark.parametrize("name", _SUITED)
@pytest.mark.parametrize("operator", _OPERATORS)
def test_each_kind_takes_just_the_operators_that_suit_it(name: str, operator: str) -> None:
    value, suited = _SUITED[name]
    form = _OPERATORS[operator]
    text = form.format(name, *[value] * (form.count("{}") - 1))

    if operator in suited:
        assert where(text) is not None
    else:
        error = refused(text)
        assert error.errors[0].code == "wrong_type"
        assert 0 <= error.position < len(text)


def test_the_table_above_has_every_kind_of_field() -> None:
    named = {field.kind for field in world.FIELDS if field.name in _SUITED}

    assert {field.kind for field in world.FIELDS} - named == {"repository", "page"}

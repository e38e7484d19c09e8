"""What `field=value` becomes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.model import FieldKind
from muster.cli.exits import CommandError, Exit
from muster.cli.values import PARSERS, patch_of

FIELDS: list[dict[str, Any]] = [
    {"name": "asset.note", "label": "Note", "kind": "text"},
    {"name": "computer.ram", "label": "RAM", "kind": "integer"},
    {"name": "asset.weight", "label": "Weight", "kind": "number"},
    {"name": "asset.leased", "label": "Leased", "kind": "boolean"},
    {"name": "asset.price", "label": "Price", "kind": "money", "currency": "EUR"},
    {"name": "asset.uses", "label": "Uses", "kind": "multi_select"},
    {"name": "net.mac", "label": "MAC", "kind": "mac", "max_values": None},
    {"name": "asset.extra", "label": "Extra", "kind": "json"},
    {"name": "asset.owner", "label": "Owner", "kind": "user"},
]


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("asset.note=a=b c", "a=b c"),
        ("asset.note=12", "12"),
        ("asset.note=", None),
        ("computer.ram=32", 32),
        ("asset.weight=1.5", 1.5),
        ("asset.weight=2", 2),
        ("asset.leased=yes", True),
        ("asset.leased=FALSE", False),
        ("asset.price=12.50 usd", {"amount": "12.50", "currency": "USD"}),
        ("asset.price=12.50", {"amount": "12.50", "currency": "EUR"}),
        ("asset.uses=Office", ["Office"]),
        ("net.mac=00:1a:2b:3c:4d:5e", ["00:1a:2b:3c:4d:5e"]),
        ("net.mac=", None),
        ('asset.extra={"a": [1]}', {"a": [1]}),
        ('asset.uses:=["A", "B"]', ["A", "B"]),
        ("computer.ram:=null", None),
    ],
)
def test_text_is_read_by_the_field_s_kind(assignment: str, value: Any) -> None:
    """Numbers, yes and no, money, lists and JSON come out as the API takes them."""
    name = assignment.partition("=")[0].removesuffix(":")

    assert patch_of([assignment], FIELDS) == {"custom_fields": {name: value}}


def test_kinds_are_those_of_the_catalog() -> None:
    """The parsers name kinds that there are."""
    assert PARSERS.keys() <= {kind.value for kind in FieldKind}


def test_built_in_members_stand_beside_custom_fields() -> None:
    """name, tag, serial, description and folder are the asset's own."""
    patch = patch_of(["name=New", "tag=", "Note=by label"], FIELDS)

    assert patch == {"name": "New", "tag": None, "custom_fields": {"asset.note": "by label"}}


def test_a_field_given_twice_holds_both() -> None:
    """Repeating a field is how a list is written."""
    patch = patch_of(["asset.uses=A", "asset.uses=B"], FIELDS)

    assert patch == {"custom_fields": {"asset.uses": ["A", "B"]}}


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("computer.ram=many", "computer.ram takes a whole number; 'many' is none"),
        ("asset.weight=heavy", "takes a number"),
        ("asset.leased=maybe", "takes yes or no"),
        ("asset.price=1 2 3", "such as '12.50 EUR'"),
        ("asset.extra={", "takes JSON"),
        ("computer.rma=1", "has no field 'computer.rma'. Did you mean computer.ram?"),
        ("nonsense", "write field=value"),
        ("=x", "write field=value"),
    ],
)
def test_what_can_t_be_read_is_a_usage_error(assignment: str, said: str) -> None:
    """The message names the field, the text and what would do."""
    with pytest.raises(CommandError) as caught:
        patch_of([assignment], FIELDS)

    assert caught.value.code is Exit.USAGE
    assert said in str(caught.value)


def test_one_value_can_t_be_given_two() -> None:
    """A field of one value that is given twice is a mistake, not a list."""
    with pytest.raises(CommandError, match="takes one value"):
        patch_of(["asset.note=a", "asset.note=b"], FIELDS)


@given(st.text(), st.sampled_from([f["name"] for f in FIELDS]))
def test_any_text_gives_a_patch_or_a_usage_error(text: str, name: str) -> None:
    """No text makes it crash."""
    codes, patch = [], {"custom_fields": None}
    try:
        patch = patch_of([f"{name}={text}"], FIELDS)
    except CommandError as error:
        codes.append(error.code)

    assert codes in ([], [Exit.USAGE])
    assert set(patch) == {"custom_fields"}

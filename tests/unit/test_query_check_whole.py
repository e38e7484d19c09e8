"""What holds for a query as a whole: order, rank, remarks, uses, the trash, joined conditions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.access.model import Member
from muster.catalog.model import FieldKind, FieldType
from muster.query.check.conditions import EVERY, NEVER, all_of, negated, some_of
from muster.query.context import People
from muster.query.tree import Dialect
from muster.replica.condition import All, Equal, Every, Has, Not, Place, Some
from muster.replica.port import Sort
from tests.unit import query_world as world
from tests.unit.query_asked import checked, refused, where
from tests.unit.query_world import ident

_TYPES_BY_LABEL = (
    *("accessory", "type.details", "book", "computer", "type.department", "file.system"),
    *("laptop", "tablet"),
)
_OTHER_FOLDERS = [ident("folder", n) for n in ("Laptops 2", "Electronics", "Laptops", "Old")]
OTHER = Equal(Place("tag"), ("a",))
A, B, C = (Equal(Place("name"), (letter,)) for letter in "abc")


def test_equal_values_of_one_place_are_one_condition() -> None:
    """Hundreds of them are then one look into an index."""
    assert some_of([A, OTHER, B, Some((C,))]) == Some(
        (Equal(Place("name"), ("a", "b", "c")), OTHER)
    )
    assert where("name = a OR name = b OR name == a") == Some(
        (Equal(Place("name"), ("a", "b")), Equal(Place("name"), ("a",), exact=True))
    )


def test_what_a_query_comes_to_is_limited() -> None:
    """Two hundred predicates on a label that ten fields share are two thousand conditions."""
    shared = [
        FieldType(id=f"f{n}", name=f"a.f{n}", label="Size", kind=FieldKind.TEXT) for n in range(10)
    ]
    catalog = replace(world.catalog(), fields={each.name: each for each in shared})
    text = " OR ".join(f"Size LIKE x{n}" for n in range(110))

    error = refused(text, catalog=catalog)

    assert error.errors[0].code == "limit_exceeded"
    assert "1,000" in error.detail


def test_and_or_and_not_join_conditions() -> None:
    assert where("name = a AND name = b OR NOT name = c") == Some((All((A, B)), Not(C)))
    assert where("name = a AND (name = b AND name = c)") == All((A, B, C))
    assert where("NOT (NOT name = a)") == A
    assert where("") == EVERY


def test_conditions_are_joined_flat() -> None:
    assert all_of([]) == EVERY
    assert some_of([]) == NEVER
    assert all_of([A, EVERY]) == A
    assert all_of([A, NEVER]) == NEVER
    assert some_of([A, Some((OTHER, Not(C)))]) == Some((A, OTHER, Not(C)))
    assert some_of([A, Every()]) == EVERY
    assert negated(negated(A)) == A
    assert negated(EVERY) == NEVER


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        ("", "muster", (Sort("updated_at", descending=True),)),
        ("", "nql", (Sort("updated_at", descending=True),)),
        ("", "aql", (Sort("name", empty_first=True),)),
        ("ORDER BY title", "muster", (Sort("name"),)),
        ("ORDER BY title", "aql", (Sort("name", empty_first=True),)),
        ("ORDER BY title DESC", "aql", (Sort("name", descending=True),)),
        ("ORDER BY title NULLS FIRST", "muster", (Sort("name", empty_first=True),)),
        ("ORDER BY title NULLS LAST", "aql", (Sort("name"),)),
        (
            "ORDER BY Department.Model, key DESC, created",
            "muster",
            (
                Sort("computer.model", hops=("asset.department",)),
                Sort("key", descending=True),
                Sort("created_at"),
            ),
        ),
        ("ORDER BY Department", "muster", (Sort("name", hops=("asset.department",)),)),
        ("ORDER BY memory, id", "muster", (Sort("computer.memory.size"), Sort("id"))),
    ],
)
def test_the_order_is_the_querys_or_the_dialects(
    text: str, dialect: Dialect, expected: tuple[Sort, ...]
) -> None:
    assert checked(text, dialect).sort == expected


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("status", [o.id for f in world.FIELDS if f.name == "asset.status" for o in f.options]),
        ("department.type", [ident("asset_type", n) for n in _TYPES_BY_LABEL]),
        ("fits", [ident("asset_type", n) for n in _TYPES_BY_LABEL]),
        ("folder", [ident("folder", "Berlin"), *_OTHER_FOLDERS]),
        ("path", [ident("folder", "Berlin"), *_OTHER_FOLDERS]),
        ("custodian", [world.ADA.id, world.BOB.id, world.BOB_TOO.id]),
        ("createdBy", [world.ADA.id, world.BOB.id, world.BOB_TOO.id]),
    ],
)
def test_what_has_names_comes_in_the_order_that_people_know(path: str, names: list[str]) -> None:
    (key,) = checked(f"ORDER BY {path}").sort

    assert key.ranked == tuple(names)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ORDER BY Owner", "ambiguous_field"),
        ("ORDER BY Place", "wrong_type"),
        ("ORDER BY text", "wrong_type"),
        ("ORDER BY links", "wrong_type"),
        ("ORDER BY nothing.there", "unknown_field"),
    ],
)
def test_what_has_no_order_is_refused(text: str, code: str) -> None:
    assert refused(text).errors[0].code == code


@pytest.mark.parametrize(
    ("text", "dialect", "rank"),
    [
        ("linux", "muster", "linux"),
        ("linux AND 'red hat' AND type = Computer", "muster", "linux red hat"),
        ("text ~ linx AND type = Computer", "muster", "linx"),
        ("text HAS linux", "aql", "linux"),
        ("text = linux", "nql", "linux"),
        ("linux OR unix", "muster", None),
        ("NOT linux", "muster", None),
        ("text NOT HAS linux", "muster", None),
        ("text !~ linux", "muster", None),
        ("title HAS linux", "muster", None),
        ("department.text HAS linux", "muster", None),
        ("linux ORDER BY key", "muster", None),
    ],
)
def test_words_looked_for_in_all_texts_rank_the_answer(
    text: str, dialect: Dialect, rank: str | None
) -> None:
    assert checked(text, dialect).rank == rank


def test_as_many_words_rank_as_are_looked_for_at_once() -> None:
    rank = checked(" AND ".join(f"w{n}" for n in range(40))).rank

    assert rank is not None
    assert rank.split() == [f"w{n}" for n in range(32)]


def test_bare_words_are_looked_for_in_all_texts() -> None:
    assert where("linux AND 'red hat'") == All((Has(None, "linux"), Has(None, "red hat")))


def test_a_query_that_names_deleted_sees_the_trash() -> None:
    assert checked("model = x OR deleted = true").sees_trash
    assert not checked("model = deleted").sees_trash


def test_the_limit_is_kept() -> None:
    assert checked("model = x LIMIT 7").limit == 7
    assert checked("model = x").limit is None


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("'last check' > -1m", "months", "-1m"),
        ("'last check' > -1w", None, ""),
        ("status = Scrapped", "retired_option", "Scrapped"),
        ("custodian = Grace", "unknown_person", "Grace"),
        ("custodian = 'bob@example.org'", None, ""),
        ("anyAttribute = x", "old_name", "anyAttribute"),
        ("any = x", None, ""),
    ],
)
def test_what_may_not_be_meant_is_remarked_on(text: str, code: str | None, place: str) -> None:
    found = checked(text).remarks

    assert [(each.code, text[slice(*each.span)]) for each in found] == (
        [(code, place)] if code else []
    )


def test_records_that_a_query_names_are_noted_each_once() -> None:
    found = checked(
        "type UNDER Computer AND folder UNDER '/Berlin' AND (model = x OR computer.model = y)"
        " AND Department.Weight > 3 ORDER BY Memory"
    ).uses

    assert sorted((each.kind, each.name) for each in found) == [
        ("asset_type", "computer"),
        ("field_type", "asset.department"),
        ("field_type", "computer.memory.size"),
        ("field_type", "computer.model"),
        ("field_type", "computer.weight"),
        ("folder", "/Berlin"),
    ]
    assert {each.id for each in found} >= {ident("asset_type", "computer")}


def test_people_are_read_only_by_a_query_that_names_somebody() -> None:
    """Members cost a call of the access store."""
    reads: list[int] = []

    def read() -> tuple[Member, ...]:
        reads.append(1)
        return world.PEOPLE

    people = People(read)

    checked("model = x AND department.name = y", people=people)
    assert reads == []
    checked("custodian = Bob OR custodian LIKE ada", people=people)
    assert reads == [1]

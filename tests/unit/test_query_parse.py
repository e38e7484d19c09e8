from __future__ import annotations

import pytest

from muster.query import tree
from muster.query.parse import parse
from muster.query.refusals import InvalidQueryError
from tests.unit.query_trees import (
    NOWHERE,
    both,
    call,
    compare,
    either,
    name,
    placeless,
    quoted_name,
    said,
    word,
)
from tests.unit.query_trees import (
    test as holds,
)


def condition(text: str, dialect: tree.Dialect = "muster") -> tree.Expression:
    found = parse(text, dialect=dialect).where
    assert found is not None
    return placeless(found)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Asset Tracker's own
        ("system.title = chair", compare("system.title", "=", word("chair"))),
        ("type = type.computer", compare("type", "=", word("type.computer"))),
        ("category = 'Meeting rooms'", compare("category", "=", said("Meeting rooms"))),
        ("computer.price >= 1200.50", compare("computer.price", ">=", word("1200.50", "number"))),
        ("next.check < 3m2d", compare("next.check", "<", word("3m2d", "offset"))),
        ("bought > -2m3w2d", compare("bought", ">", word("-2m3w2d", "offset"))),
        ("id_in(1,2)", holds("id_in", word("1", "number"), word("2", "number"))),
        ("user_is(jdoe)", holds("user_is", word("jdoe"))),
        (
            'linked_items("type = Computer", true, false)',
            holds("linked_items", said("type = Computer"), word("true"), word("false")),
        ),
        # Atlassian Assets' own
        ("Created > now(-2h 15m)", compare("Created", ">", call("now", word("-2h15m", "offset")))),
        ('Created > now("-2h 15m")', compare("Created", ">", call("now", said("-2h 15m")))),
        (
            '"End Date" < endOfMonth(-90d)',
            compare(quoted_name("End Date"), "<", call("endOfMonth", word("-90d", "offset"))),
        ),
        ('Name == "Ab\\"c"', compare("Name", "==", said('Ab"c'))),
        ("User = currentUser()", compare("User", "=", call("currentUser"))),
        (
            "objectTypeId IN (1, 2)",
            tree.In(name("objectTypeId"), (word("1", "number"), word("2", "number")), NOWHERE),
        ),
        (
            'object HAVING inboundReferences(inR(Name = a), refType IN ("Location"))',
            tree.Having(
                None,
                call(
                    "inboundReferences",
                    call("inR", compare("Name", "=", word("a"))),
                    tree.In(name("refType"), (said("Location"),), NOWHERE),
                ),
                NOWHERE,
            ),
        ),
        # The rest of the grammar
        ("Linux", tree.Bare(word("Linux"), NOWHERE)),
        ('"network card"', tree.Bare(said("network card"), NOWHERE)),
        ("NOT 10090", tree.Not(tree.Bare(word("10090", "number"), NOWHERE), NOWHERE)),
        ("a <> 5", compare("a", "!=", word("5", "number"))),
        ("a !~ b", compare("a", "!~", word("b"))),
        ("a = fe80::1/64", compare("a", "=", word("fe80::1/64", "network"))),
        ("a = 2026-01-02T10:00Z", compare("a", "=", word("2026-01-02T10:00Z", "date"))),
        ("a = 5h", compare("a", "=", word("5h"))),
        ("a = On", compare("a", "=", word("On"))),
        ("'a.b'.c = 'it\\'s'", compare(quoted_name("a.b", ".c"), "=", said("it's"))),
        ("a.\"b c\".d = 'C:\\x'", compare(quoted_name(".a", "b c", ".d"), "=", said("C:\\x"))),
        (
            "a not in case (x, y)",
            tree.In(name("a"), (word("x"), word("y")), NOWHERE, negated=True, case=True),
        ),
        ("a is not null", tree.Empty(name("a"), NOWHERE, negated=True)),
        ("a not like b", tree.Match(name("a"), "LIKE", word("b"), NOWHERE, negated=True)),
        (
            "a NOT BETWEEN 1 AND 2 AND b",
            both(
                tree.Between(
                    name("a"), word("1", "number"), word("2", "number"), NOWHERE, negated=True
                ),
                tree.Bare(word("b"), NOWHERE),
            ),
        ),
        (
            "a OR b AND c",
            either(
                tree.Bare(word("a"), NOWHERE),
                both(tree.Bare(word("b"), NOWHERE), tree.Bare(word("c"), NOWHERE)),
            ),
        ),
        (
            "a WAS NOT EMPTY DURING (-1m, now())",
            tree.Was(
                name("a"),
                word("EMPTY"),
                NOWHERE,
                negated=True,
                when=tree.When("DURING", (word("-1m", "offset"), call("now")), NOWHERE),
            ),
        ),
        (
            "a CHANGED AFTER -1d TO x BY y",
            tree.Changed(
                name("a"),
                NOWHERE,
                after=word("x"),
                by=word("y"),
                when=tree.When("AFTER", (word("-1d", "offset"),), NOWHERE),
            ),
        ),
        (
            "a HAVING COUNT() > 2",
            tree.Having(name("a"), call("COUNT"), NOWHERE, sign=">", number=2),
        ),
        ('"object" HAVING f()', tree.Having(quoted_name("object"), call("f"), NOWHERE)),
        ('"and" = "or"', compare(quoted_name("and"), "=", said("or"))),
        ("linked(q, dir=in)", holds("linked", word("q"), compare("dir", "=", word("in")))),
        (
            "inR(Name = a ORDER BY Key DESC)",
            holds("inR", compare("Name", "=", word("a"))),
        ),
        (
            "connectedTickets(a in (b, 'c)') AND d)",
            holds("connectedTickets", tree.Raw("a in (b, 'c)') AND d", NOWHERE)),
        ),
    ],
)
def test_a_condition_has_this_tree(text: str, expected: tree.Expression) -> None:
    assert condition(text) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mail = j.doe@example.com", "j.doe@example.com"),
        ("link = http://example.com/a:b", "http://example.com/a:b"),
        ("folder = /A/B", "/A/B"),
        ("name = -x", "-x"),
        ("name = 100%", "100%"),
    ],
)
def test_asset_trackers_values_go_without_quotes(text: str, value: str) -> None:
    """Where Muster and Assets ask for quotes, the NQL dialect takes values as they are."""
    left = text.split(" ", maxsplit=1)[0]

    assert condition(text, "nql") == compare(left, "=", said(value))
    with pytest.raises(InvalidQueryError) as refused:
        parse(text)
    assert refused.value.errors[0].extra["suggestions"] == [f'"{value}"']


def test_every_part_knows_its_place() -> None:
    text = 'type = Computer AND NOT "a b".c IN (x, f(-1d))'

    found = parse(text).where

    assert isinstance(found, tree.And)
    first, second = found.items
    assert isinstance(first, tree.Compare)
    assert isinstance(second, tree.Not)
    assert isinstance(second.item, tree.In)
    inner = second.item.values[1]
    assert isinstance(inner, tree.Call)
    spans = (found, first.path, first.value, second, second.item.path, inner, inner.arguments[0])
    assert [text[slice(*part.span)] for part in spans] == [
        text,
        "type",
        "Computer",
        'NOT "a b".c IN (x, f(-1d))',
        '"a b".c',
        "f(-1d)",
        "-1d",
    ]


@pytest.mark.parametrize("text", ["", "  \n ", "\ufeff"])
def test_no_condition_is_everything(text: str) -> None:
    assert parse(text) == tree.Query(text)


def test_order_and_limit_may_stand_alone() -> None:
    found = placeless(parse("order by a.b desc nulls first, c limit 5"))

    assert found == tree.Query(
        "",
        None,
        (
            tree.Order(name("a.b"), NOWHERE, descending=True, nulls="FIRST"),
            tree.Order(name("c"), NOWHERE),
        ),
        5,
    )

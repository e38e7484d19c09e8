"""Whatever a function is given, it is answered or refused at a place in the query."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from muster.query.functions.signatures import SIGNATURES, Parameter, Signature, Use
from muster.query.tree import Dialect
from tests.unit.query_asked import refusal_of

NAMES = [name for each in SIGNATURES for name in each.names]
PARAMETERS = ["type", "types", "refType", "dir", "depth", "query", "id", "offset", "names"]
WORDS = [
    "''",
    "Computer",
    "'Runs on'",
    "Depends",
    "Department",
    "computer.model",
    "serial",
    "owner",
    "SRV-12",
    "bob",
    "'ada@example.org'",
    "'/Electronics'",
    "'type = Computer'",
    "'linked_items(\"my()\")'",
    "'broken ('",
    "true",
    "in",
    "any",
    "4",
    "-1",
    "99999999999999999999",
    "1.5",
    "2026-11-24",
    "9999-12-31",
    "-90d",
    "-2h15m",
    "99999999999y",
    "'-2h 15m'",
    "10.0.0.0/8",
    "'13.2-rc1'",
    "EMPTY",
]
PATHS = [
    "model",
    "created",
    "warranty.end",
    "last.check",
    "custodian",
    "member",
    "labels",
    "owner",
    "department",
    "department.name",
    "type",
    "folder",
    "status",
    "fits",
    "cost",
    "ip",
    "'os version'",
    "deleted",
    "links",
    "text",
    "any",
    "primaryOf",
    "createdBy",
    "image",
    "path",
    "schema",
]
SIGNS = ["=", "==", "!=", "~", "<", "<=", ">", ">=", "LIKE", "HAS", "IN", "NOT IN", "UNDER"]


FITTING = {
    "offset": ["-90d", "+1mo", "'-2h 15m'", "1y"],
    "age": ["90d", "2w", "1y"],
    "people": ["bob", "'ada@example.org'", "currentUser()", "user(bob)", "nobody"],
    "person": ["bob", "currentUser()", "inactiveUsers()"],
    "types": ["'Runs on'", "Depends", "Department", "carries"],
    "dir": ["in", "out", "any"],
    "depth": ["1", "4"],
    "ids": ["LAP-1", "3", "'x'"],
    "indirect": ["true", "false"],
    "include": ["true", "no"],
    "folders": ["'/Electronics'", "Laptops", "'/'"],
    "text": ["'13.2'", "13", "v1.0-rc1"],
    "values": ["red", "blue", "bob", "Good"],
    "field": ["serial", "computer.model", "'OS version'", "department"],
    "query": ["''", "SRV-12", "linux", "'type = Computer'", "type = Computer", "custodian IN my()"],
}
ANSWERED = [each for each in SIGNATURES if not each.waits_for]
KINDS = ["Computer", "laptop", "'Asset Details'"]


@st.composite
def calls(draw: st.DrawFn, depth: int = 2) -> str:
    """Write a function with arguments: mostly what suits it, else any."""
    if draw(st.integers(0, 4)) == 0:
        arguments = draw(st.lists(_any_argument(depth), max_size=4))
        return f"{draw(st.sampled_from(NAMES))}({', '.join(arguments)})"
    return draw(_well(draw(st.sampled_from(ANSWERED)), depth))


@st.composite
def _well(draw: st.DrawFn, signature: Signature, depth: int) -> str:
    """Write a function as it is meant to be."""
    given = [draw(_fitting(signature, each, depth)) for each in signature.parameters]
    told = [each for each in given if each]
    return f"{draw(st.sampled_from(signature.names))}({', '.join(told)})"


@st.composite
def _fitting(draw: st.DrawFn, signature: Signature, parameter: Parameter, depth: int) -> str:
    """Write what a parameter takes, by its name unless it is the first; maybe leave it out."""
    if parameter.optional and draw(st.booleans()):
        return ""
    name = parameter.name
    if name == "query" and depth:
        return draw(fitting_predicates(depth - 1))
    kinds = signature.name == "objectTypeAndChildren"
    words = st.sampled_from(KINDS if kinds else FITTING.get(name, WORDS))
    if parameter.many:
        return ", ".join(draw(st.lists(words, min_size=1, max_size=3)))
    first = parameter is signature.parameters[0]
    return draw(words) if first else f"{name} = {draw(words)}"


@st.composite
def _any_argument(draw: st.DrawFn, depth: int) -> str:
    kind = draw(st.sampled_from(["word", "word", "named", "list", "query", "call"]))
    word = st.sampled_from(WORDS)
    name = draw(st.sampled_from(PARAMETERS))
    if kind == "named":
        return f"{name} = {draw(word)}"
    if kind == "list":
        listed = ", ".join(draw(st.lists(word, min_size=1, max_size=3)))
        return f"{name}{draw(st.sampled_from([' = ', ' IN ', ' NOT IN ']))}({listed})"
    if kind == "word" or depth == 0:
        return draw(word)
    return draw(calls(depth - 1) if kind == "call" else predicates(depth - 1))


PLACES: dict[Use, list[str]] = {
    "condition": ["{}", "NOT {}", "department IN {}"],
    "related": ["object HAVING {} >= 2", "object NOT HAVING {}", "object HAVING {} = 0"],
    "date": ["created > {}", "last.check = {}", "warranty.end BETWEEN {} AND now()"],
    "people": ["custodian = {}", "member != {}", "createdBy IN {}", "member NOT IN ({}, bob)"],
    "types": ["type IN {}", "fits = {}", "type NOT IN {}"],
    "folders": ["folder IN {}", "folder != {}"],
    "version": ["'os version' < {}", "model >= {}", "'os version' = {}"],
    "having": ["labels HAVING {}", "member NOT HAVING {}", "condition HAVING {}"],
}


@st.composite
def fitting_predicates(draw: st.DrawFn, depth: int = 2) -> str:
    """Write a condition with a function where it belongs; now and then it is not quite right."""
    signature = draw(st.sampled_from(ANSWERED))
    place = draw(st.sampled_from(PLACES[draw(st.sampled_from(signature.uses))]))
    return place.format(draw(_well(signature, depth)))


@st.composite
def predicates(draw: st.DrawFn, depth: int = 2) -> str:
    """Write a condition with a function in some place of it."""
    call = draw(calls(depth))
    path = draw(st.sampled_from(PATHS))
    number = draw(st.sampled_from(["", " > 2", " = 0"]))
    shapes = [
        call,
        f"NOT {call}",
        f"{path} {draw(st.sampled_from(SIGNS))} {call}",
        f"{path} BETWEEN {call} AND now()",
        f"{path} HAVING {call}{number}",
        f"{path} NOT HAVING {call}",
        f"object HAVING {call}{number}",
        f"{path} WAS {call} AFTER {call}",
        f"{path} CHANGED BY {call}",
    ]
    return draw(st.sampled_from(shapes))


@given(text=fitting_predicates() | predicates(), dialect=st.sampled_from(["muster", "nql", "aql"]))
def test_a_function_is_answered_or_refused_at_its_place(text: str, dialect: Dialect) -> None:
    error = refusal_of(text, dialect)

    if error is not None:
        extra = error.errors[0].extra
        assert 0 <= extra["position"] <= extra["end"] <= len(text)
        assert error.errors[0].code != "syntax" or "(" in text
        assert error.detail.endswith((".", "?", ")"))

"""A tree back into text, in one canonical form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from muster.query.parse.keywords import CORE, JOINING, OBJECT
from muster.query.tokens import is_plain, quoted
from muster.query.tree import (
    And,
    Argument,
    Bare,
    Between,
    Call,
    Changed,
    Compare,
    Empty,
    Expression,
    Having,
    In,
    Listed,
    Match,
    Name,
    Not,
    Or,
    Order,
    Query,
    Raw,
    Test,
    Under,
    Value,
    Was,
    When,
    Word,
)


def unparse(query: Query) -> str:
    """Return a query that says the same: `parse` makes the same tree of it, but for the places.

    Placeholders are in it as the values that they had.
    """
    pieces = [_expression(query.where)] if query.where else []
    if query.order:
        pieces.append(f"ORDER BY {', '.join(_order(key) for key in query.order)}")
    if query.limit is not None:
        pieces.append(f"LIMIT {query.limit}")
    return " ".join(pieces)


def _order(key: Order) -> str:
    nulls = f" NULLS {key.nulls}" if key.nulls else ""
    return f"{_name(key.path)}{' DESC' if key.descending else ''}{nulls}"


def _expression(found: Expression) -> str:
    return _WRITERS[type(found)](found)


def _or(found: Or) -> str:
    return " OR ".join(_bracketed(item, Or) for item in found.items)


def _and(found: And) -> str:
    return " AND ".join(_bracketed(item, Or, And) for item in found.items)


def _not(found: Not) -> str:
    return f"NOT {_bracketed(found.item, Or, And, Not)}"


def _bracketed(item: Expression, *kinds: type) -> str:
    text = _expression(item)
    return f"({text})" if isinstance(item, kinds) else text


def _compare(found: Compare) -> str:
    return f"{_name(found.path)} {found.sign} {_value(found.value)}"


def _match(found: Match) -> str:
    return f"{_name(found.path)} {_verb(found.verb, found.negated)} {_value(found.value)}"


def _in(found: In) -> str:
    operator = f"{_verb('IN', found.negated)}{' CASE' if found.case else ''}"
    return f"{_name(found.path)} {operator} {_values(found.values)}"


def _values(values: tuple[Value, ...]) -> str:
    if len(values) == 1 and isinstance(values[0], Call):
        return _value(values[0])
    return f"({', '.join(_value(value) for value in values)})"


def _between(found: Between) -> str:
    operator = _verb("BETWEEN", found.negated)
    return f"{_name(found.path)} {operator} {_value(found.low)} AND {_value(found.high)}"


def _empty(found: Empty) -> str:
    return f"{_name(found.path)} IS {'NOT ' if found.negated else ''}EMPTY"


def _under(found: Under) -> str:
    return f"{_name(found.path)} {_verb('UNDER', found.negated)} {_value(found.value)}"


def _having(found: Having) -> str:
    path = _name(found.path) if found.path else OBJECT.lower()
    count = f" {found.sign} {found.number}" if found.sign else ""
    return f"{path} {_verb('HAVING', found.negated)} {_call(found.call)}{count}"


def _was(found: Was) -> str:
    negation = "NOT " if found.negated else ""
    return f"{_name(found.path)} WAS {negation}{_value(found.value)}{_when(found.when)}"


def _changed(found: Changed) -> str:
    named = (("FROM", found.before), ("TO", found.after), ("BY", found.by))
    asked = "".join(f" {word} {_value(value)}" for word, value in named if value)
    return f"{_name(found.path)} CHANGED{asked}{_when(found.when)}"


def _when(when: When | None) -> str:
    if when is None:
        return ""
    values = ", ".join(_value(value) for value in when.values)
    return f" {when.word} {f'({values})' if when.word == 'DURING' else values}"


def _verb(verb: str, negated: bool) -> str:  # noqa: FBT001
    return f"NOT {verb}" if negated else verb


def _name(path: Name) -> str:
    flags = path.quoted or (False,) * len(path.parts)
    reserved = len(path.parts) == 1 and path.parts[0].upper() in CORE
    parts = zip(path.parts, flags, strict=True)
    return ".".join(_part(part, flag or reserved) for part, flag in parts)


def _part(part: str, in_quotes: bool) -> str:  # noqa: FBT001
    return quoted(part) if in_quotes or "." in part or not is_plain(part) else part


def _value(value: Value) -> str:
    return _call(value) if isinstance(value, Call) else _word(value)


def _word(word: Word) -> str:
    if word.form not in ("quoted", "text"):
        return word.text
    plain = word.form == "text" and is_plain(word.text) and word.text.upper() not in JOINING
    return word.text if plain else quoted(word.text)


def _call(call: Call) -> str:
    return f"{call.name}({', '.join(_argument(argument) for argument in call.arguments)})"


def _argument(argument: Argument) -> str:
    value = argument.value
    if isinstance(value, Listed):
        return f"{argument.name}=({', '.join(_value(each) for each in value.values)})"
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Word | Call):
        return _value(value)
    return _expression(value)


_WRITERS: dict[type, Callable[[Any], str]] = {
    Or: _or,
    And: _and,
    Not: _not,
    Compare: _compare,
    Match: _match,
    In: _in,
    Between: _between,
    Empty: _empty,
    Under: _under,
    Having: _having,
    Was: _was,
    Changed: _changed,
    Test: lambda found: _call(found.call),
    Bare: lambda found: _word(found.word),
}

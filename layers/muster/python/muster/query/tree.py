"""What a query says, as it was written: nothing here knows a catalog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type Dialect = Literal["muster", "nql", "aql"]
"""Which product's habits a text follows. `nql`: Asset Tracker's; `aql`: Atlassian Assets'."""
type Span = tuple[int, int]
"""Where something stands in the query's text: its first character, and the one behind its last."""


@dataclass(frozen=True)
class Name:
    """A path as written: `"Belongs to Department".Name` has two parts, `computer.model` two too."""

    parts: tuple[str, ...]
    span: Span
    quoted: tuple[bool, ...] = ()
    """For each part, whether it stood in quotes."""


@dataclass(frozen=True)
class Word:
    """A value. What it means is up to what it is compared with: `form` is how it was written."""

    text: str
    """Without quotes and escapes."""
    span: Span
    form: Literal["text", "quoted", "number", "date", "offset", "network"] = "text"
    """`offset`: `-2m3w2d`. `network`: an IP address, or a network such as `10.0.0.0/8`.
    A placeholder's value is `quoted`, `number` where it was given as a number."""


@dataclass(frozen=True)
class Listed:
    """Several values in brackets, as a function's argument."""

    values: tuple[Value, ...]
    span: Span


@dataclass(frozen=True)
class Argument:
    """An argument of a function: positional, or named as in `types=("Runs on")`.

    A single word is a Word. Everything else that is neither a call nor a list is an expression:
    `type = Owns` too, which only the function's definition can tell from a named argument.
    """

    value: Value | Listed | Expression | Raw
    span: Span
    name: str | None = None


@dataclass(frozen=True)
class Raw:
    """JQL, up to the bracket that closes the call; not looked into."""

    text: str
    span: Span


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Argument, ...]
    span: Span


type Value = Word | Call
type CompareSign = Literal["=", "==", "!=", "~", "!~", "<", "<=", ">", ">="]
"""`<>` is read as `!=`."""
type NumberSign = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Compare:
    """`path = value`."""

    path: Name
    sign: CompareSign
    value: Value
    span: Span


@dataclass(frozen=True)
class Match:
    """`path [NOT] LIKE value`, and its relatives."""

    path: Name
    verb: Literal["LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES"]
    value: Value
    span: Span
    negated: bool = False


@dataclass(frozen=True)
class In:
    """`path [NOT] IN [CASE] (value, …)`, or `… IN call()`, then the only value is the call."""

    path: Name
    values: tuple[Value, ...]
    span: Span
    negated: bool = False
    case: bool = False


@dataclass(frozen=True)
class Between:
    """`path [NOT] BETWEEN low AND high`: both ends belong to it."""

    path: Name
    low: Value
    high: Value
    span: Span
    negated: bool = False


@dataclass(frozen=True)
class Empty:
    """`path IS [NOT] EMPTY`; NULL is the same."""

    path: Name
    span: Span
    negated: bool = False


@dataclass(frozen=True)
class Under:
    """`path [NOT] UNDER value`: a folder or a type, with all that is below it."""

    path: Name
    value: Value
    span: Span
    negated: bool = False


@dataclass(frozen=True)
class Having:
    """`path [NOT] HAVING call [sign number]`; without a path it is the word `object`."""

    path: Name | None
    call: Call
    span: Span
    negated: bool = False
    sign: NumberSign | None = None
    number: int | None = None


@dataclass(frozen=True)
class When:
    """When something was so: AFTER, BEFORE or ON a value, or DURING two."""

    word: Literal["AFTER", "BEFORE", "ON", "DURING"]
    values: tuple[Value, ...]
    span: Span


@dataclass(frozen=True)
class Was:
    """`path WAS [NOT] value [time]`. The values EMPTY and NULL are a Word of form `text`."""

    path: Name
    value: Value
    span: Span
    negated: bool = False
    when: When | None = None


@dataclass(frozen=True)
class Changed:
    """`path CHANGED [FROM value] [TO value] [BY value] [time]`."""

    path: Name
    span: Span
    before: Value | None = None
    after: Value | None = None
    by: Value | None = None
    when: When | None = None


@dataclass(frozen=True)
class Test:
    """A function that is a condition by itself, such as `my()`."""

    call: Call
    span: Span


@dataclass(frozen=True)
class Bare:
    """A word or a quoted phrase that stands alone: some text of the asset has it."""

    word: Word
    span: Span


@dataclass(frozen=True)
class And:
    """All of these, two or more."""

    items: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True)
class Or:
    """One of these, two or more."""

    items: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True)
class Not:
    """The complement, within what the caller may see."""

    item: Expression
    span: Span


type Predicate = (
    Compare | Match | In | Between | Empty | Under | Having | Was | Changed | Test | Bare
)
type Expression = Predicate | And | Or | Not


@dataclass(frozen=True)
class Order:
    """One sort key. `nulls` None: the dialect's habit."""

    path: Name
    span: Span
    descending: bool = False
    nulls: Literal["FIRST", "LAST"] | None = None


@dataclass(frozen=True)
class Query:
    """A whole query. Without a condition it is every asset that the caller may see."""

    text: str
    where: Expression | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None

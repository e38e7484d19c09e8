"""Where a cursor stands in a query: what is begun there, and what the grammar would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from muster.query.parse.expressions import read_query
from muster.query.parse.reader import Focus, Reader
from muster.query.refusals import InvalidQueryError
from muster.query.tokens import Token, tokens
from muster.query.tree import Dialect, Name, Span

_QUOTES = frozenset("\"'")


@dataclass(frozen=True)
class Outlook:
    """What may stand at a cursor, in the words of problems ("a value", "AND"), and in what."""

    expected: tuple[str, ...]
    path: Name | None
    operator: str
    calls: tuple[tuple[str, int], ...]
    """The functions around, outermost first, and the number of the argument."""
    partial: str
    """What is begun at the cursor: of a path, the last piece without dots in quotes before it."""
    head: tuple[str, ...]
    """The parts of the path that stand before `partial`, where there are quotes in it."""
    span: Span
    """What a suggestion replaces: all that is begun, `head` too."""
    in_quotes: bool
    """A quote is open."""


class _Anything(Mapping[str, Any]):
    """Gives any placeholder a value, for completion to look past it."""

    _VALUE: Final = "x"

    def __getitem__(self, name: str) -> str:
        return self._VALUE

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True)
class _Cut:
    """The tokens before what is begun, and what that is."""

    before: Sequence[Token]
    partial: str
    head: tuple[str, ...]
    start: int
    in_quotes: bool = False


def outlook(text: str, position: int, dialect: Dialect) -> Outlook | None:
    """Return what may stand at a position; None where what stands before can't be read."""
    cut = _cut(text[:position], dialect)
    if cut is None:
        return None
    here = (cut.start, cut.start)
    ends = [Token("cursor", "", here), Token("end", "", here)]
    reader = Reader(text, [*cut.before, *ends], _Anything())
    expected = _expected(reader, cut.start)
    if expected is None:
        return None
    focus: Focus = reader.focus
    return Outlook(
        expected,
        focus.path,
        focus.operator,
        focus.calls,
        cut.partial,
        cut.head,
        (cut.start, _end(text, cut.start, position, dialect)),
        cut.in_quotes,
    )


def _expected(reader: Reader, start: int) -> tuple[str, ...] | None:
    try:
        read_query(reader)
    except InvalidQueryError as refused:
        reached = refused.position == start and reader.peek().kind == "cursor"
        return tuple(refused.errors[0].extra["expected"]) if reached else None
    return None


def _cut(before: str, dialect: Dialect) -> _Cut | None:
    """Take off what is begun at the end of a text."""
    try:
        found = tokens(before, dialect)[:-1]
    except InvalidQueryError as refused:
        return _cut_unread(before, dialect, refused)
    if not found or found[-1].span[1] < len(before) or found[-1].kind not in ("word", "dot"):
        return _Cut(found, "", (), len(before))
    return _cut_path(found)


def _cut_path(found: Sequence[Token]) -> _Cut:
    """Take off a path whose last piece is begun, with the parts in quotes before it."""
    first = len(found) - 1
    while first > 0 and found[first].glued and _chains(found[first - 1], found[first]):
        first -= 1
    path = found[first:]
    begun = path[-1].text if path[-1].kind == "word" else ""
    done = path[:-1]
    head = tuple(part for token in done for part in _parts(token))
    return _Cut(found[:first], begun, head, path[0].span[0])


def _chains(left: Token, right: Token) -> bool:
    kinds = {left.kind, right.kind}
    return "dot" in kinds and kinds <= {"dot", "word", "quoted"}


def _parts(token: Token) -> list[str]:
    if token.kind == "dot":
        return []
    return [token.text] if token.kind == "quoted" else token.text.split(".")


def _cut_unread(before: str, dialect: Dialect, refused: InvalidQueryError) -> _Cut | None:
    """Take off a word that needs quotes, or that has only the first of them."""
    start, end = refused.position, int(refused.errors[0].extra["end"])
    if end != len(before) or refused.errors[0].code != "syntax":
        return None
    try:
        found = tokens(before[:start], dialect)[:-1]
    except InvalidQueryError:
        return None
    begun = before[start:]
    if begun[0] in _QUOTES:
        return _Cut(found, begun[1:].replace("\\", ""), (), start, in_quotes=True)
    return _Cut(found, begun, (), start) if not begun.startswith("${") else None


def _end(text: str, start: int, position: int, dialect: Dialect) -> int:
    """Return where that ends which begins at `start`: behind the cursor if it goes on there."""
    try:
        ends = [t.span[1] for t in tokens(text, dialect) if t.span[0] <= position < t.span[1]]
    except InvalidQueryError:
        return position
    touches = bool(ends) and start < position
    return ends[0] if touches else position

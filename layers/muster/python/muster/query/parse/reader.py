"""Where a parser stands among the tokens, and what it would take there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from muster.query.limits import MAX_NESTING, MAX_PREDICATES, exceeded
from muster.query.parse.slips import meant
from muster.query.refusals import InvalidQueryError, problem, shown
from muster.query.tokens import Kind, Token
from muster.query.tree import Name, Span

_PUNCTUATION: dict[str, Kind] = {"(": "open", ")": "close", ",": "comma"}


@dataclass
class Focus:
    """What the parser is reading just now; completion asks for it where a text breaks off."""

    path: Name | None = None
    operator: str = ""
    calls: tuple[tuple[str, int], ...] = ()
    """The functions in whose brackets it is, outermost first, and the argument's number."""


class Reader:
    """Hands out tokens, counts what is limited, and words what is wrong.

    Everything that was asked for at a place, in vain, is remembered until a token is taken: it is
    what a problem there says is expected.
    """

    def __init__(self, text: str, tokens: Sequence[Token], parameters: Mapping[str, Any]) -> None:
        self.text = text
        self.parameters = parameters
        self.focus = Focus()
        self._tokens = tokens
        self._index = 0
        self._missed: dict[str, None] = {}
        self._predicates = 0
        self._nesting = 0

    def peek(self, ahead: int = 0) -> Token:
        """Return a token that is not taken yet; behind the last one it is the end."""
        return self._tokens[min(self._index + ahead, len(self._tokens) - 1)]

    @property
    def last(self) -> Token:
        """The token that was taken last."""
        return self._tokens[max(self._index - 1, 0)]

    def take(self) -> Token:
        """Take the next token, whatever it is."""
        token = self.peek()
        self._index += 1
        self._missed.clear()
        return token

    def span_from(self, start: int) -> Span:
        """Return the span from a character to the end of what was taken last."""
        return (start, self.last.span[1])

    def keyword(self, ahead: int = 0) -> str:
        """Return the word that stands there without quotes, in capitals; "" for anything else."""
        token = self.peek(ahead)
        plain = token.kind == "word" and token.form == "text" and token.text.isascii()
        return token.text.upper() if plain else ""

    def accept_word(self, *keywords: str, note: bool = True) -> str:
        """Take one of these keywords if it is there, and return it, else ""."""
        word = self.keyword()
        if word in keywords:
            self.take()
            return word
        if note:
            self.note(*keywords)
        return ""

    def expect_word(self, *keywords: str) -> str:
        """Take one of these keywords."""
        word = self.accept_word(*keywords)
        if not word:
            raise self.unexpected()
        return word

    def accept(self, sign: str) -> bool:
        """Take a bracket or a comma if it is there."""
        if self.peek().kind == _PUNCTUATION[sign]:
            self.take()
            return True
        self.note(sign)
        return False

    def expect(self, sign: str) -> None:
        """Take a bracket or a comma."""
        if not self.accept(sign):
            raise self.unexpected()

    def note(self, *expected: str) -> None:
        """Remember what could stand here."""
        self._missed.update(dict.fromkeys(expected))

    def unexpected(self, *expected: str) -> InvalidQueryError:
        """Return the problem of the next token: what could stand here in its place."""
        self.note(*expected)
        token = self.peek()
        found = "the end" if token.kind == "end" else shown(self.text[slice(*token.span)])
        wanted = list(self._missed)
        detail = f"Expected {_listed(wanted)}, found {found}."
        near = meant(self._tokens, min(self._index, len(self._tokens) - 1), wanted)
        return problem("syntax", detail, token.span, expected=wanted, suggestions=near)

    def count_predicate(self) -> None:
        """Count a condition; those of queries in functions too."""
        self._predicates += 1
        if self._predicates > MAX_PREDICATES:
            what = "A query has at most {} conditions."
            raise exceeded(what, MAX_PREDICATES, self.peek().span)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Be one bracket deeper."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            what = "Brackets and functions stand in one another at most {} deep."
            raise exceeded(what, MAX_NESTING, self.last.span)
        yield
        self._nesting -= 1


def _listed(wanted: Sequence[str]) -> str:
    """Write what is expected: a value, `)` or AND."""
    names = [f"`{name}`" if name in "(),=" else name for name in wanted]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"

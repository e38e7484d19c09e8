"""Text into tokens: the only module that looks at a query's characters."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from muster.query.limits import MAX_CHARACTERS, exceeded
from muster.query.refusals import problem, shown
from muster.query.tree import Dialect, Span

type Kind = Literal[
    "word", "quoted", "sign", "open", "close", "comma", "dot", "raw", "placeholder", "end", "cursor"
]
"""`cursor` never comes from a text: completion puts it where the text breaks off."""
type Form = Literal["text", "quoted", "number", "date", "offset", "units", "network"]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query.

    `text` is without quotes and escapes, and of a placeholder what its braces hold. A word may
    have dots in it. `form` is what a word looks like; `units`: an offset with hours or `mo`, which
    only a function understands. `glued`: no blank parts it from what stands before.
    """

    kind: Kind
    text: str
    span: Span
    form: Form = "text"
    glued: bool = False


_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_SIGN = re.compile(r"==|=|!=|!~|<>|<=|<|>=|>|~")
_RUN = re.compile(r"(?:(?!\$\{)[^\s\u200b\ufeff(),\"'=<>~!])+")
"""What stands together up to something that no unquoted value has in it."""
_FORBIDDEN = re.compile(r"[\0\ud800-\udfff]")
_PUNCTUATION: dict[str, Kind] = {"(": "open", ")": "close", ",": "comma"}
_CURLED = frozenset("\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb")
_SYMBOLS = {"&&": "AND", "&": "AND", "||": "OR", "|": "OR", ";": "AND"}
_RAW_FUNCTIONS = frozenset({"connectedtickets"})
_FORMS: tuple[tuple[Form, re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII
        ),
    ),
    ("number", re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)),
    ("offset", re.compile(r"[+-]?(?:\d+[ymwd])+", re.ASCII)),
    ("units", re.compile(r"[+-]?(?:\d+(?:mo|[ymwdh]))+", re.ASCII)),
    ("network", re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,3})?", re.ASCII)),
)
_LONG_ADDRESS = re.compile(r"([0-9a-fA-F:.]{2,45})(?:/\d{1,3})?", re.ASCII)


def tokens(text: str, dialect: Dialect = "muster") -> list[Token]:
    """Return the tokens of a query; the last one is the end.

    In the dialect `nql` a word may have any signs in it but blanks, brackets, commas, quotes and
    those of comparisons; in the others such a value needs quotes, and the problem says so.
    """
    if len(text) > MAX_CHARACTERS:
        what = "A query has at most {} characters."
        raise exceeded(what, MAX_CHARACTERS, (MAX_CHARACTERS, len(text)))
    if found := _FORBIDDEN.search(text):
        detail = "A query can't hold a NUL or half of a surrogate pair."
        raise problem("character", detail, found.span())
    return list(_Scanner(text, lenient=dialect == "nql"))


def is_plain(word: str) -> bool:
    """Tell whether a word can stand without quotes: letters, digits, - and _, dots between."""
    return all(part and _is_identifier(part) for part in word.split("."))


def form_of(word: str) -> Form:
    """Return what an unquoted word looks like."""
    for form, pattern in _FORMS:
        if pattern.fullmatch(word):
            return form
    return "network" if _is_long_address(word) else "text"


class _Scanner:
    """Walks over the text once."""

    def __init__(self, text: str, *, lenient: bool) -> None:
        self._text = text
        self._at = 0
        self._lenient = lenient
        self._glued = False
        self._raw_follows = False

    def __iter__(self) -> Iterator[Token]:
        while True:
            self._skip_blanks()
            if self._at >= len(self._text):
                break
            token = self._next()
            self._at = token.span[1]
            yield token
            if self._raw_follows and token.kind == "open":
                yield from self._raw()
            self._raw_follows = token.kind == "word" and token.text.casefold() in _RAW_FUNCTIONS
            self._glued = True
        yield Token("end", "", (len(self._text), len(self._text)))

    def _skip_blanks(self) -> None:
        if blanks := _BLANKS.match(self._text, self._at):
            self._at = blanks.end()
            self._glued = False

    def _next(self) -> Token:
        sign = self._text[self._at]
        if sign in _PUNCTUATION:
            return self._token(_PUNCTUATION[sign], sign, self._at + 1)
        if sign in "\"'":
            return self._quoted()
        if self._text.startswith("${", self._at):
            return self._placeholder()
        if found := _SIGN.match(self._text, self._at):
            return self._token("sign", found.group(), found.end())
        if sign == "." and self._glued:
            return self._token("dot", ".", self._at + 1)
        return self._word()

    def _token(self, kind: Kind, text: str, end: int, form: Form = "text") -> Token:
        return Token(kind, text, (self._at, end), form, self._glued)

    def _quoted(self) -> Token:
        quote = self._text[self._at]
        pieces: list[str] = []
        at = self._at + 1
        while at < len(self._text) and self._text[at] != quote:
            escaped = self._text[at] == "\\" and self._text[at + 1 : at + 2] in {'"', "'", "\\"}
            at += escaped
            pieces.append(self._text[at])
            at += 1
        if at >= len(self._text):
            span = (self._at, len(self._text))
            detail = f"The quote that opens with {quote} is not closed."
            raise problem("syntax", detail, span, expected=[quote])
        return self._token("quoted", "".join(pieces), at + 1, "quoted")

    def _placeholder(self) -> Token:
        depth = 0
        for at in range(self._at, len(self._text)):
            sign = self._text[at]
            depth += (sign == "{") - (sign == "}")
            if sign == "}" and depth == 0:
                inside = self._text[self._at + 2 : at].strip()
                return self._token("placeholder", inside, at + 1)
        span = (self._at, len(self._text))
        raise problem("syntax", "The placeholder `${` is not closed.", span, expected=["}"])

    def _word(self) -> Token:
        run = _RUN.match(self._text, self._at)
        if run is None:
            span = (self._at, self._at + 1)
            detail = "`!` stands alone."
            raise problem("syntax", detail, span, expected=["!=", "!~", "NOT"])
        word, end = run.group(), run.end()
        form = form_of(word)
        if form == "text" and word[-1] == "." and self._text[end : end + 1] in {'"', "'"}:
            word, end = word[:-1], end - 1
        if form == "text" and not is_plain(word):
            return self._odd_word(word, (self._at, end))
        return self._token("word", word, end, form)

    def _odd_word(self, word: str, span: Span) -> Token:
        if _CURLED & {word[0], word[-1]}:
            raise problem("syntax", "Use straight quotes, \" or '.", span, expected=['"'])
        if word in _SYMBOLS:
            detail = f"{shown(word)} is no word of the language."
            raise problem("syntax", detail, span, suggestions=[_SYMBOLS[word]])
        if self._lenient and word.strip("."):
            return self._token("word", word, span[1], "quoted")
        detail = f"{shown(word)} needs quotes: it has other signs than letters, digits, - and _."
        raise problem("syntax", detail, span, suggestions=[quoted(word)])

    def _raw(self) -> Iterator[Token]:
        """Yield what stands up to the bracket that closes, unless it is blank."""
        end = _closing(self._text, self._at)
        inside = self._text[self._at : end]
        start = self._at + len(inside) - len(inside.lstrip())
        if text := inside.strip():
            yield Token("raw", text, (start, start + len(text)))
        self._at = end


def quoted(text: str) -> str:
    """Return a text in quotes, as a query writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _closing(text: str, start: int) -> int:
    """Return where the bracket stands that closes the one before `start`; quotes count."""
    depth, quote = 0, ""
    for at in range(start, len(text)):
        sign = text[at]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == ")" and depth == 0:
            return at
        else:
            depth += (sign == "(") - (sign == ")")
    detail = "The bracket is not closed."
    raise problem("syntax", detail, (start - 1, len(text)), expected=[")"])


def _is_identifier(part: str) -> bool:
    fit = all(sign.isalnum() or sign in "-_" or _is_mark(sign) for sign in part)
    return fit and part[0] != "-"


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M")


def _is_long_address(word: str) -> bool:
    found = _LONG_ADDRESS.fullmatch(word)
    if found is None or ":" not in word:
        return False
    try:
        ipaddress.IPv6Address(found.group(1))
    except ValueError:
        return False
    return True

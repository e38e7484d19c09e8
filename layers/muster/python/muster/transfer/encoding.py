"""Finds out how a file's bytes are to be read as text. Pure."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from muster.transfer.content import Content, beginning, pieces
from muster.transfer.refusals import FileUnreadableError

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

READABLE = frozenset(
    {"ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
    | {f"cp{page}" for page in (437, 850, 852, 866, *range(1250, 1259))}
    | {f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17))}
    | {"mac-roman", "mac-latin2", "mac-cyrillic", "koi8-r", "koi8-u", "gb18030", "big5"}
    | {"shift_jis", "cp932", "euc_jp", "euc_kr"}
)
"""The encodings that a caller may ask for."""

_SAMPLE_BYTES = 1 << 20
_SAMPLE_SIGNS = 5_000
_FOREIGN = re.compile(rb"[\x80-\xff]")
# Typographic quotes, dashes, ellipsis, euro, degree, registered and copyright signs.
_SIGNS = "\u2019\u2018\u201c\u201d\u2013\u2014\u2026\u20ac\xb0\xb7\xae\xa9"
_WESTERN = "äöüßéèêëàâáãåæçñíìîïóòôõøœúùûÿÄÖÜÉÀÂÅÆÇÑÓØ"
_CENTRAL = "ąćęłńśźżčďěňřšťůžýáéíóúöüőűäßĄĆĘŁŃŚŹŻČŘŠŽ"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯёЁіїєґ№«»"
_LETTERS = {
    "cp1252": _WESTERN + "ýšž" + _SIGNS,
    "mac-roman": _WESTERN + "\u2122" + _SIGNS,
    "cp1250": _CENTRAL + _SIGNS,
    "iso8859-2": _CENTRAL,
    "cp1251": _CYRILLIC + _SIGNS,
}
# A guess away from Windows' western code page has to be clearly better: it is what most files
# that are not UTF-8 are in.
_LEAD = 1.2


@dataclass(frozen=True)
class Encoding:
    """How to decode a file. `skip` is the length of its byte order mark."""

    name: str
    sure: bool
    skip: int = 0


def detect_encoding(content: Content, asked: str | None = None) -> Encoding:
    """Return how to decode the file, `asked` having the last word.

    Raises FileUnreadableError for an unknown encoding and for a file that is no text.
    """
    sample = beginning(content, _SAMPLE_BYTES)
    marked = next(((m, name) for m, name in _MARKS if sample.startswith(m)), None)
    if asked is not None:
        return _asked(asked, marked)
    if marked:
        return Encoding(marked[1], sure=True, skip=len(marked[0]))
    wide = _wide(sample)
    if wide:
        return Encoding(wide, sure=False)
    if _is_utf8(content):
        return Encoding("utf-8", sure=True)
    return Encoding(_guess(content), sure=False)


def _asked(asked: str, marked: tuple[bytes, str] | None) -> Encoding:
    try:
        name = codecs.lookup(asked).name
    except (LookupError, ValueError):
        name = ""
    if name not in READABLE:
        raise FileUnreadableError(
            f"{asked!r} is no encoding that is known here: try utf-8, cp1252 or mac-roman.",
            extra={"reason": "unknown_encoding"},
        )
    if marked and marked[1].startswith(name):
        return Encoding(marked[1], sure=True, skip=len(marked[0]))
    return Encoding(name, sure=True)


def _wide(sample: bytes) -> str | None:
    """Tell UTF-16 by its NULs, every other byte of western text; other NULs mean no text at all."""
    zeros = sample.count(0)
    if zeros * 20 < len(sample):
        return None
    odd = sample[1::2].count(0)
    if odd > zeros * 0.9 and odd * 4 > len(sample) // 2:
        return "utf-16-le"
    if odd < zeros * 0.1 and zeros * 4 > len(sample) // 2:
        return "utf-16-be"
    raise FileUnreadableError(
        "The file is no text: it is full of NUL bytes. Send CSV, TSV or XLSX.",
        extra={"reason": "binary"},
    )


def _is_utf8(content: Content) -> bool:
    """Tell whether the file is UTF-8, stray bytes of another encoding in a few places aside."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    sound = stray = 0
    for piece in pieces(content):
        text = decoder.decode(piece)
        if not text.isascii():
            foreign = [c for c in text if c > "\x7f"]
            stray += sum("\udc80" <= c <= "\udcff" for c in foreign)
            sound += sum(c.isalpha() or c in _SIGNS for c in foreign)
    stray += len(decoder.decode(b"", final=True))
    # Combining marks are not counted: in Mac Roman "é" after a capital often looks like one.
    return stray == 0 or sound >= stray


def _guess(content: Content) -> str:
    around = _surroundings(beginning(content, 8 * _SAMPLE_BYTES))
    scores = {name: _score(around, name) for name in _LETTERS}
    if _ends_lines_with_returns(content):
        # Only the classic Mac ended lines with CR alone, and Excel's Macintosh format still does.
        scores["mac-roman"] *= 4
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > scores["cp1252"] * _LEAD else "cp1252"


def _ends_lines_with_returns(content: Content) -> bool:
    returns = False
    for piece in pieces(content):
        if b"\n" in piece:
            return False
        returns = returns or b"\r" in piece
    return returns


def _surroundings(content: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Return the first foreign bytes, each between its neighbours."""
    found = []
    for match in _FOREIGN.finditer(content):
        at = match.start()
        found.append((content[at - 1 : at] if at else b" ", match[0], content[at + 1 : at + 2]))
        if len(found) == _SAMPLE_SIGNS:
            break
    return found


def _score(around: list[tuple[bytes, bytes, bytes]], name: str) -> float:
    decode = codecs.getdecoder(name)
    total = 0.0
    for signs in around:
        before, sign, after = (decode(each, "replace")[0] for each in signs)
        total += _likelihood(before, sign, after, name)
    return max(total, 0.0)


def _likelihood(before: str, sign: str, after: str, name: str) -> float:
    """Return how well a sign fits between its neighbours."""
    if sign == "\ufffd" or sign < "\xa0":
        return -4
    if not sign.isalpha():
        inside_word = before.isalpha() and after.isalpha() and sign != "\u2019"
        return 2 if sign in _LETTERS[name] and not inside_word else -1
    if sign not in _LETTERS[name] or (sign.isupper() and before.islower()):
        return 0.5
    # Cyrillic words are foreign all through; in western and central European ones, foreign
    # letters stand alone among ASCII.
    neighbours = before + after
    if name == "cp1251":
        return -1 if any(c.isascii() and c.isalpha() for c in neighbours) else 2
    return 2 if neighbours.isascii() else 0.5

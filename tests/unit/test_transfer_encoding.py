from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.transfer.encoding import Encoding, detect_encoding
from muster.transfer.refusals import FileUnreadableError

GERMAN = "Name;Ort\nGerät für Köln;Straße 5\nSchlüssel;Große Halle\n"
POLISH = "nazwa,miejsce\nłódź,Kraków\nświęto,Gdańsk\nżółw,Łódź\n"
RUSSIAN = "имя,место\nСтол офисный,Москва\nКнига,Казань\n"  # noqa: RUF001 - Russian


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "cp1252"),
        (GERMAN, "mac-roman"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
        (RUSSIAN, "cp1251"),
        ("Caf\xe9 cr\xe8me, gar\xe7on, No\xebl", "cp1252"),
        ("se\xf1or Mu\xf1oz, a\xf1o", "mac-roman"),
        ("5 \u20ac each, \u201cquoted\u201d, it\u2019s", "mac-roman"),
    ],
)
def test_an_encoding_is_told_by_the_letters_that_it_gives(text: str, encoding: str) -> None:
    """What a spreadsheet saved is read with the letters that were typed."""
    assert detect_encoding(text.encode(encoding)).name == encoding


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_settles_it(encoding: str) -> None:
    """The mark is sure, and no part of the text."""
    content = GERMAN.encode(encoding)

    found = detect_encoding(content)

    assert found.sure
    assert content[found.skip :].decode(found.name) == GERMAN


def test_returns_alone_mean_a_mac() -> None:
    """Only the classic Mac ended its lines with CR alone."""
    content = b"Location\rCaf\x8e\rPr\x8esent\r"

    assert detect_encoding(content) == Encoding("mac-roman", sure=False)


def test_a_stray_byte_does_not_turn_utf8_into_something_else() -> None:
    """One line that was pasted in another encoding is one bad line, not a file of garbage."""
    content = GERMAN.encode() * 5 + "Größe\n".encode("cp1252")

    assert detect_encoding(content).name == "utf-8"


def test_an_encoding_that_is_asked_for_is_used() -> None:
    """The user has the last word."""
    assert detect_encoding(GERMAN.encode("cp850"), "CP850") == Encoding("cp850", sure=True)


@pytest.mark.parametrize("asked", ["rot13", "base64", "punycode", "nonsense", "idna", "\x00"])
def test_what_is_no_encoding_of_text_is_refused(asked: str) -> None:
    """Python's other codecs are no way to read a file."""
    with pytest.raises(FileUnreadableError, match="no encoding"):
        detect_encoding(b"a,b", asked)


def test_a_file_full_of_nul_bytes_is_no_text() -> None:
    """A program or an image is refused as what it is."""
    with pytest.raises(FileUnreadableError, match="NUL"):
        detect_encoding(b"\x7fELF" + b"\0" * 200)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """No file makes the reader fail in a way that nobody can understand."""
    try:
        found = detect_encoding(content)
    except FileUnreadableError:
        return

    assert content[found.skip :].decode(found.name, "replace") is not None

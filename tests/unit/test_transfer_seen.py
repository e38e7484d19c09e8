"""What an import keeps on disk while it plans: the file, and what came before in it."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.starter import install_starter
from muster.scope import Scope
from muster.transfer.content import PIECE_BYTES, SourceFile, beginning, open_content, pieces
from muster.transfer.csvfile import find_dialect
from muster.transfer.encoding import Encoding
from muster.transfer.model import ImportOptions
from muster.transfer.refusals import FileTooLargeError
from muster.transfer.seen import Notebook, Ordinals, Seen
from muster.transfer.sniff import sniff
from tests.support import Stand
from tests.unit.import_world import plan, problems, upload


@pytest.fixture
def seen() -> Iterator[Seen]:
    with Notebook() as notebook:
        yield notebook.seen()


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    made = Stand(tmp_path).scope()
    install_starter(made)
    return made


def test_a_text_keeps_its_first_number(seen: Seen) -> None:
    """Long texts that begin alike are different, and so is a text from its hash."""
    long = "x" * 10_000
    seen.first({"a": 1, long: 2, "": 3})

    found = seen.first({"a": 8, long: 8, long + "y": 9, "": 9, "\udc80": 10})

    assert found == {"a": 1, long: 2, long + "y": 9, "": 3, "\udc80": 10}
    assert seen.numbers(["a", "b"]) == {"a": 1}


@given(st.lists(st.lists(st.text(max_size=40), max_size=8), max_size=8))
def test_numbers_are_those_of_a_dictionary(batches: list[list[str]]) -> None:
    """However texts are spread over calls."""
    known: dict[str, int] = {}
    with Notebook() as notebook:
        seen = notebook.seen()
        for number, texts in enumerate(batches):
            expected = {text: known.setdefault(text, number) for text in texts}

            assert seen.first(dict.fromkeys(texts, number)) == expected


def test_texts_are_counted_across_calls() -> None:
    """The third chair is the third one, also far below the others; tables are apart."""
    with Notebook() as notebook:
        other, ordinals = notebook.seen(), Ordinals(notebook.seen())
        first = ordinals.count(["chair", "desk", "chair"])
        second = ordinals.count(["chair"])

        assert (first, second, ordinals.repeated) == ([1, 1, 2], [3], 2)
        assert other.numbers(["chair"]) == {}


def test_nothing_lies_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even meanwhile, so that a process that is killed leaves nothing there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))

    with SourceFile() as source, Notebook() as notebook:
        source.fill(io.BytesIO(b"x" * PIECE_BYTES * 2))
        seen = notebook.seen()
        for number in range(200):
            seen.note({f"{number}-{each}": each for each in range(1_000)})

        assert list(tmp_path.iterdir()) == []


def test_a_file_is_read_at_several_places_at_once() -> None:
    """Each reader has its own, and can go back and forth in it."""
    with SourceFile() as source:
        source.fill(io.BytesIO(b"0123456789"))
        one, two = open_content(source), open_content(source)

        assert (one.read(4), two.read(2), one.read(2)) == (b"0123", b"01", b"45")
        assert (two.seek(-1, os.SEEK_END), two.read(), two.read()) == (9, b"9", b"")
        assert one.seek(1) == one.tell() == 1
        assert (beginning(source, 3), b"".join(pieces(source))) == (b"012", b"0123456789")


def test_a_line_end_may_lie_on_the_border_of_two_pieces() -> None:
    """It is one CR LF, and no CR and LF."""
    content = b"a" * (PIECE_BYTES - 1) + b"\r\n" + b"b\r\n"

    assert find_dialect(content, Encoding("utf-8", sure=True), None).line_ends == "CRLF"


def test_rows_that_are_alike_are_found_far_apart(scope: Scope) -> None:
    """A key or a unique value counts as taken by a row thousands of rows above."""
    lines = [f"T{n},S{n}" for n in range(1_200)]
    lines += ["t3,S-new", "T-new,S-new"]
    table = "\n".join(["Tag,Imei", *lines])

    found = problems(scope, table, columns={"Imei": {"to": "x.imei", "unique": True}}, key="tag")

    assert found == [(1_202, "duplicate_key", "Tag")]


def test_all_values_of_a_column_are_known_where_they_are_needed() -> None:
    """What is only shown ends at a thousand."""
    content = "\n".join(["a,b", *(f"{n},{n}" for n in range(1_500))]).encode()
    found = sniff(content, ImportOptions())

    more = found.with_all_values({"a"})

    assert (len(more.values["a"]), len(more.values["b"])) == (1_500, 1_000)


def test_more_folders_than_are_read_are_refused(
    scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column of which every row is a folder of its own is none of folders."""
    monkeypatch.setattr("muster.transfer.sniff.MOST_READ", 1_200)
    monkeypatch.setattr("muster.transfer.planning.MOST_READ", 1_200)
    table = "\n".join(["Tag,Folder", *(f"T{n},/F{n}" for n in range(1_500))])

    with pytest.raises(FileTooLargeError, match="1200 different folders"):
        plan(scope, upload(scope, table))

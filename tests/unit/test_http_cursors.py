"""Cursors: they come back as they were given, and nothing else is one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.http.cursors import read_cursor, sign_cursor
from muster.http.refusals import InvalidCursorError

NOW = datetime(2026, 5, 1, tzinfo=UTC)
KEY = b"k" * 32
VALUES = st.lists(st.none() | st.booleans() | st.integers() | st.text(max_size=20), max_size=4)


@given(after=VALUES)
def test_a_cursor_gives_back_what_it_was_made_of(after: list[object]) -> None:
    """Whatever the last row sorts by comes back unchanged."""
    cursor = sign_cursor(KEY, "list", after, NOW)

    assert read_cursor(KEY, "list", cursor, NOW) == tuple(after)


@given(after=VALUES, data=st.data())
def test_a_changed_cursor_is_refused(after: list[object], data: st.DataObject) -> None:
    """A cursor that was cut, lengthened or altered anywhere is none."""
    cursor = sign_cursor(KEY, "list", after, NOW)
    place = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_=+/ é"))
    changed = {cursor[:place], cursor + letter, cursor[:place] + letter + cursor[place + 1 :]}

    for text in changed - {cursor}:
        with pytest.raises(InvalidCursorError):
            read_cursor(KEY, "list", text, NOW)


@given(text=st.text(max_size=80))
def test_no_text_is_a_cursor_by_chance(text: str) -> None:
    """What we did not sign is refused, whatever it is."""
    with pytest.raises(InvalidCursorError):
        read_cursor(KEY, "list", text, NOW)

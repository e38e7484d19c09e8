"""Ids: their form and their order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from muster.ids import PREFIXES, is_id, kind_of, new_id


def test_ids_sort_in_the_order_in_which_they_were_made() -> None:
    made = [new_id("asset") for _ in range(5_000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_threads_never_draw_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: new_id("link"), range(4_000)))

    assert len(set(made)) == len(made)


@pytest.mark.parametrize("kind", sorted(PREFIXES))
def test_an_id_is_of_its_kind_only(kind: str) -> None:
    made = new_id(kind)

    assert is_id(kind, made)
    assert [other for other in PREFIXES if is_id(other, made)] == [kind]
    assert kind_of(made) == kind


@pytest.mark.parametrize("text", ["", "ast_", "ast_01", "ast_" + "I" * 26, "ast_" + "0" * 27])
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_id("asset", text)

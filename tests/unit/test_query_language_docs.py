"""docs/query-language.md: its examples are queries, and its limits are the real ones."""

from __future__ import annotations

import re
from pathlib import Path

from muster.query import limits
from muster.query.check.builtins import SHOWN
from muster.query.parse import parse

TEXT = (Path(__file__).parents[2] / "docs" / "query-language.md").read_text()
EXAMPLES = re.search(r"```\n(.*?)```", TEXT, re.DOTALL)


def test_its_examples_are_queries() -> None:
    assert EXAMPLES is not None
    for line in EXAMPLES[1].splitlines():
        assert parse(line).text == line


def test_its_limits_are_the_real_ones() -> None:
    told = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", TEXT)}

    assert {
        limits.MAX_CHARACTERS,
        limits.MAX_PREDICATES,
        limits.MAX_NESTING,
        limits.MAX_VALUES,
        limits.MAX_HOPS,
        limits.MAX_SORT_KEYS,
    } <= told


def test_it_names_what_every_asset_has() -> None:
    named = set(re.findall(r"`(\w+)`", TEXT))

    assert {name for name in SHOWN if name not in named} == set()

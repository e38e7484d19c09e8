from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.ledger import items, keys
from muster.ledger.model import Mark

PAGE = Path(__file__).parents[2] / "docs" / "data-model.md"
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TENANTS = st.sampled_from(["a", "a-b", "acme", "acme-eu"])
TEXTS = st.lists(
    st.sampled_from(["a", "b", "#", "%", "%23", "%25", "%sha256-", "é", "\ud800", "x" * 600])
).map("".join)


@calm
@given(TENANTS, TENANTS, TEXTS, TEXTS, st.integers(0, 10**9))
def test_a_tenants_keys_begin_with_its_prefix_alone(
    tenant: str, other: str, one: str, two: str, seq: int
) -> None:
    """No key of one tenant passes for another's, and all fit into DynamoDB."""
    made = [
        keys.head(tenant),
        keys.commit(tenant, seq),
        keys.record(tenant, one, two),
        keys.history(tenant, one, two, seq),
        keys.mark(tenant, Mark(one, two)),
        keys.request(tenant, one),
    ]

    for key in made:
        assert key.pk.startswith(keys.tenant_prefix(tenant))
        assert key.pk.startswith(keys.tenant_prefix(other)) is (tenant == other)
        assert len(key.pk.encode()) <= 2048
        assert len(key.sk.encode()) <= 1024
    assert len({key.pk for key in made}) == 5


@calm
@given(st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, TEXTS))
def test_different_things_have_different_keys(one: tuple[str, str], two: tuple[str, str]) -> None:
    """Whatever characters kinds, ids, constraints and values are made of."""
    assert (keys.record("t", *one) == keys.record("t", *two)) is (one == two)
    assert (keys.mark("t", Mark(*one)) == keys.mark("t", Mark(*two))) is (one == two)
    assert (keys.request("t", one[0]) == keys.request("t", two[0])) is (one[0] == two[0])


@given(st.integers(0, 10**11), st.integers(0, 10**11))
def test_sort_keys_sort_by_number(one: int, two: int) -> None:
    """Commits and steps stand in the order of their numbers, and the newest version after all."""
    assert (keys.commit("t", one).sk < keys.commit("t", two).sk) is (one < two)
    assert (keys.history_sort(one) < keys.history_sort(two)) is (one < two)
    assert keys.HISTORY_FROM < keys.history_sort(one) < keys.HISTORY_TO < keys.NEWEST
    assert keys.seq_of(keys.history_sort(one)) == keys.seq_of(keys.commit("t", one).sk) == one


@given(st.integers(0, 10**9))
def test_a_page_holds_256_commits(seq: int) -> None:
    """They share a partition, and the last of them says so."""
    last = keys.last_of_page(seq)

    assert 0 <= last - seq < 256
    assert keys.commit("t", last).pk == keys.commit("t", seq).pk
    assert keys.commit("t", last + 1).pk != keys.commit("t", seq).pk


@pytest.mark.parametrize(
    ("name", "model", "pk"),
    [
        ("head", items.HeadItem, keys.head("t").pk),
        ("commit", items.CommitItem, keys.commit("t", 1).pk),
        ("record", items.RecordItem, keys.record("t", "k", "i").pk),
        ("history", items.HistoryItem, None),
        ("mark", items.MarkItem, keys.mark("t", Mark("c", "v")).pk),
        ("request", items.RequestItem, keys.request("t", "k").pk),
    ],
)
def test_the_page_on_the_data_model_names_every_attribute(
    name: str, model: Any, pk: str | None
) -> None:
    """What docs/data-model.md says of an item is what is stored."""
    table = PAGE.read_text().partition("## The ledger table")[2]
    [row] = re.findall(rf"^\| {name} \|.*\|$", table, re.MULTILINE)
    _, _, partition, _, attributes, _ = (cell.strip() for cell in row.split("|"))

    told = {word for quoted in re.findall("`([^`]+)`", attributes) for word in quoted.split()}
    assert told == set(model.get_attributes()) - {"pk", "sk"}
    if pk is not None:
        letters = re.findall("[A-Z]+#", partition)
        assert letters[0] == pk.removeprefix("T#t#").split("#")[0] + "#"

from __future__ import annotations

from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.ledger import diff
from muster.ledger.model import FieldChange

# The machine may be busy: how long an example takes says nothing here.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = st.sampled_from(["a", "b", "a/b", "~", "~1", "", "c.d", "id", "[id=x]", "~2"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from([0.0, 1.0, "", "x"])
)


def keyed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Return lists whose items have a key, as options and placements have."""
    items = st.tuples(st.sampled_from(["id", "field"]), st.sampled_from("xyz/~"), inner)
    made = st.lists(items, max_size=4, unique_by=lambda item: item[1])
    return made.map(lambda found: [{by: key, "a": value} for by, key, value in found])


VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3) | keyed(inner)
    ),
    max_leaves=8,
)
KEYED = st.lists(st.sampled_from("wxyz"), unique=True, max_size=4)
BODIES = st.dictionaries(NAMES, VALUES, max_size=4)


def exactly(value: Any) -> str:
    """Tell 1, 1.0 and true apart, whatever the order of members."""
    if isinstance(value, dict):
        return f"{{{','.join(f'{name!r}:{exactly(value[name])}' for name in sorted(value))}}}"
    if isinstance(value, list):
        return f"[{','.join(map(exactly, value))}]"
    return repr(value)


@calm
@given(BODIES, BODIES)
def test_a_difference_leads_there_and_back(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Applied to the old body it gives the new one exactly, and taken back the old one."""
    fields = diff.diff(old, new)

    assert exactly(diff.apply(old, fields)) == exactly(new)
    assert exactly(diff.unapply(new, fields)) == exactly(old)


@calm
@given(BODIES, BODIES)
def test_what_is_unchanged_since_can_be_reverted(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Reverting on the very body that the change made gives the body before it."""
    reverted = diff.revert(new, diff.diff(old, new))

    assert exactly(reverted) == exactly(old)


@calm
@given(BODIES)
def test_every_leaf_of_a_body_is_enough_to_rebuild_it(body: dict[str, Any]) -> None:
    """Additions make the body of nothing; removals remember all of it."""
    assert exactly(diff.apply({}, diff.additions(body))) == exactly(body)
    assert exactly(diff.unapply({}, diff.removals(body))) == exactly(body)


@calm
@given(BODIES, BODIES)
def test_a_difference_is_ordered_and_leaves_bodies_alone(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    """Equal bodies have none, no path is in another, and nothing that was given is changed."""
    before = exactly([old, new])

    fields = diff.diff(old, new)

    paths = [field.path for field in fields]
    assert not any(one != other and other.startswith(one + "/") for one in paths for other in paths)
    assert len(paths) == len(set(paths))
    assert bool(fields) is not diff.same(old, new)
    assert diff.diff(dict(reversed(old.items())), new) == fields
    diff.apply(old, fields)
    diff.revert(new, fields)
    assert exactly([old, new]) == before


@calm
@given(BODIES, BODIES, BODIES)
def test_a_revert_changes_only_its_own_paths(
    old: dict[str, Any], new: dict[str, Any], now: dict[str, Any]
) -> None:
    """Where it isn't refused, everything else stays as it is now."""
    fields = diff.diff(old, new)

    reverted = diff.revert(now, fields)

    if isinstance(reverted, diff.Conflicts):
        assert set(reverted.paths) <= {field.path for field in fields}
        assert reverted.paths
    else:
        touched = {field.path for field in diff.diff(now, reverted)}
        roots = {field.path for field in fields}
        assert all(any(_related(path, root) for root in roots) for path in touched)


def _related(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ({"a": 1}, {"a": True}, [FieldChange("/a", 1, new=True)]),
        ({"a": [1, 2]}, {"a": [2]}, [FieldChange("/a", [1, 2], [2])]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [FieldChange("/a/b", 1, 2)]),
        ({}, {"a": {"b": 2}}, [FieldChange("/a", None, {"b": 2})]),
        ({"a/b": 1}, {"m~n": 1}, [FieldChange("/a~1b", 1, None), FieldChange("/m~0n", None, 1)]),
        ({"a": None}, {"a": 1}, [FieldChange("/a", None, 1, old_is_null=True)]),
        (
            {"a": [{"id": "x", "n": 1}, {"id": "y"}]},
            {"a": [{"id": "x", "n": 2}, {"id": "z"}]},
            [
                FieldChange("/a/[id=x]/n", 1, 2),
                FieldChange("/a/[id=y]", {"id": "y"}, None),
                FieldChange("/a/[id=z]", None, {"id": "z"}),
            ],
        ),
        (
            {"a": [{"field": "x"}, {"field": "y"}]},
            {"a": [{"field": "y"}]},
            [FieldChange("/a", [{"field": "x"}, {"field": "y"}], [{"field": "y"}])],
        ),
        ({"[id=x]": 1}, {}, [FieldChange("/~2id=x]", 1, None)]),
    ],
)
def test_a_difference_reads_like_this(
    old: dict[str, Any], new: dict[str, Any], fields: list[FieldChange]
) -> None:
    """Leaves by pointer, null told from absent; lists as wholes but where keyed items stay put."""
    assert list(diff.diff(old, new)) == fields


def test_a_later_change_conflicts_by_its_path() -> None:
    """Only the paths that moved since are named; null and absent are no difference."""
    fields = diff.diff({"a": 1, "b": 1, "c": 1, "d": {"e": 1}}, {"a": 2, "b": 2, "d": {"e": 2}})

    assert diff.revert({"a": 3, "b": 2, "c": None, "d": 5}, fields) == diff.Conflicts(
        ("/a", "/d/e")
    )


@calm
@given(KEYED, KEYED, KEYED)
def test_items_added_one_after_another_are_taken_back_in_any_order(
    first: list[str], second: list[str], third: list[str]
) -> None:
    """Who added items to a list can take them back though others added theirs since."""
    states: list[dict[str, Any]] = [{"l": []}]
    for keys in (first, second, third):
        had = [item["id"] for item in states[-1]["l"]]
        new = [{"id": key} for key in keys if key not in had]
        states.append({"l": [*states[-1]["l"], *new]})
    steps = [diff.diff(old, new) for old, new in pairwise(states)]

    for order in permutations(steps):
        body: Any = states[-1]
        for fields in order:
            body = diff.revert(body, fields)
        assert body == {"l": []}


def test_an_item_that_changed_since_conflicts_by_its_key() -> None:
    """Only the item that somebody else changed stands in the way."""
    fields = diff.diff({"l": []}, {"l": [{"field": "a"}, {"field": "b"}]})

    now = {"l": [{"field": "a"}, {"field": "b", "label": "B"}, {"field": "c"}]}

    assert diff.revert(now, fields) == diff.Conflicts(("/l/[field=b]",))


def test_an_item_comes_back_to_a_list_that_is_gone() -> None:
    """What held it is made anew, as the list that it was."""
    fields = diff.diff({"l": [{"id": "a", "n": 1}]}, {"l": []})

    assert diff.revert({}, fields) == {"l": [{"id": "a", "n": 1}]}
